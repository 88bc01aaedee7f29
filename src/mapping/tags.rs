//! Our tags on a customer. The merchant's own are never looked at.

use std::collections::BTreeMap;

use super::text::{cut_chars, single_line};

/// Starts the tags that groups become.
pub const GROUP_PREFIX: &str = "group:";

/// Marks a customer whose user is inactive or deleted.
pub const DISABLED: &str = "scim:disabled";

/// Tags that start so are ours, whoever put them.
const OWN_PREFIXES: [&str; 2] = [GROUP_PREFIX, "scim:"];

const MAX_CHARS: usize = 255;
const MAX_COUNT: usize = 250;

/// Whether a tag is ours by its name.
pub fn is_own(tag: &str) -> bool {
    let folded = folded(tag);
    OWN_PREFIXES.iter().any(|prefix| folded.starts_with(prefix))
}

/// Shopify takes two tags that differ in case only for one.
pub fn folded(tag: &str) -> String {
    tag.to_lowercase()
}

/// A growing set of tags.
#[derive(Default)]
pub struct TagSet {
    by_folded: BTreeMap<String, String>,
    /// Whether a tag was cut.
    pub is_cut: bool,
    /// Whether there were too many.
    pub is_full: bool,
}

impl TagSet {
    /// Adds a tag: one line, without commas, which separate tags in Shopify.
    pub fn add(&mut self, prefix: &str, value: &str) {
        let value = single_line(&value.replace(',', " "));
        if value.is_empty() && prefix.ends_with(':') {
            return;
        }
        let whole = format!("{prefix}{value}");
        let (tag, is_cut) = cut_chars(whole.trim(), MAX_CHARS);
        let tag = tag.trim().to_owned();
        if tag.is_empty() {
            return;
        }
        self.is_cut |= is_cut;
        if self.by_folded.len() < MAX_COUNT {
            self.by_folded.entry(folded(&tag)).or_insert(tag);
        } else if !self.by_folded.contains_key(&folded(&tag)) {
            self.is_full = true;
        }
    }

    /// The tags.
    pub fn into_tags(self) -> impl Iterator<Item = String> {
        self.by_folded.into_values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(values: &[&str]) -> Vec<String> {
        let mut set = TagSet::default();
        for value in values {
            set.add(GROUP_PREFIX, value);
        }
        set.into_tags().collect()
    }

    #[test]
    fn a_tag_is_one_line_without_commas() {
        assert_eq!(tags(&["Sales, EMEA\n(all)"]), ["group:Sales EMEA (all)"]);
        assert!(tags(&[" ", ","]).is_empty());
    }

    #[test]
    fn tags_that_differ_in_case_are_one() {
        assert_eq!(tags(&["Sales", "SALES"]), ["group:Sales"]);
    }

    #[test]
    fn long_tags_are_cut_and_the_251st_is_left_out() {
        let mut set = TagSet::default();
        set.add(GROUP_PREFIX, &"x".repeat(300));
        assert!(set.is_cut && !set.is_full);
        for number in 0..250 {
            set.add(GROUP_PREFIX, &number.to_string());
        }
        assert!(set.is_full);
        let tags: Vec<_> = set.into_tags().collect();
        assert_eq!(tags.len(), MAX_COUNT);
        assert!(tags.iter().all(|tag| tag.chars().count() <= MAX_CHARS));
    }

    #[test]
    fn our_prefixes_make_a_tag_ours() {
        assert!(is_own("group:x") && is_own("GROUP:x") && is_own(DISABLED));
        assert!(!is_own("vip") && !is_own("groups"));
    }
}
