//! Our tags of a customer: one for each group, and one for the disabled.

use std::collections::{BTreeMap, BTreeSet};

use super::customer::{DISABLED_TAG, GROUP_TAG_PREFIX};
use super::text::{Fitted, TEXT_LIMIT_CHARS, fit, single_line};

/// How many groups become tags. Shopify allows 250 tags; the others are for the merchant.
pub const GROUP_TAGS_LIMIT: usize = 200;

/// The tags, and what was cut or left out, for an administrator.
pub struct Tags {
    /// The tags.
    pub tags: BTreeSet<String>,
    /// What was cut or left out.
    pub remarks: Vec<&'static str>,
}

/// The tags of a user in these groups (display names).
pub fn tags<'g>(groups: impl IntoIterator<Item = &'g str>, disabled: bool) -> Tags {
    let mut remarks = Vec::new();
    // Shopify compares tags without regard to case: of several spellings one is kept, the same one in any order of groups.
    let mut by_fold = BTreeMap::<String, String>::new();
    for fitted in groups.into_iter().filter_map(group_tag) {
        if fitted.truncated && remarks.is_empty() {
            remarks.push("a tag of a group with a long name was cut at 255 characters");
        }
        let kept = by_fold.entry(fitted.value.to_lowercase()).or_default();
        if kept.is_empty() || fitted.value < *kept {
            *kept = fitted.value;
        }
    }
    if by_fold.len() > GROUP_TAGS_LIMIT {
        remarks.push("the user is in more than 200 groups; the others have no tag");
    }
    let groups = by_fold.into_values().take(GROUP_TAGS_LIMIT);
    let disabled = disabled.then(|| DISABLED_TAG.to_owned());
    Tags {
        tags: groups.chain(disabled).collect(),
        remarks,
    }
}

/// Shopify would split the tag at a comma.
fn group_tag(name: &str) -> Option<Fitted> {
    let name = single_line(&name.replace(',', " "));
    if name.is_empty() {
        return None;
    }
    fit(&format!("{GROUP_TAG_PREFIX}{name}"), TEXT_LIMIT_CHARS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(groups: &[&str], disabled: bool, want: &[&str], remarks: usize) {
        let got = tags(groups.iter().copied(), disabled);
        assert!(
            got.tags.iter().eq(want.iter()),
            "{groups:?}: {:?}",
            got.tags
        );
        assert_eq!(got.remarks.len(), remarks, "{groups:?}");
    }

    #[test]
    fn a_group_becomes_a_tag() {
        check(&[], false, &[], 0);
        check(
            &["Staff", "VIP buyers"],
            false,
            &["group:Staff", "group:VIP buyers"],
            0,
        );
        check(&["Sales, EMEA", ",,"], false, &["group:Sales  EMEA"], 0);
        check(&["  Staff\n", "", " "], false, &["group:Staff"], 0);
        check(&["Staff"], true, &["group:Staff", "scim:disabled"], 0);
    }

    #[test]
    fn spellings_of_one_tag_are_one_in_any_order() {
        check(&["staff", "Staff", "STAFF"], false, &["group:STAFF"], 0);
        check(&["STAFF", "staff", "Staff"], false, &["group:STAFF"], 0);
    }

    #[test]
    fn a_long_tag_is_cut() {
        let long = "a".repeat(300);
        let cut = format!("group:{}", "a".repeat(249));
        check(&[&long, &format!("{long}b")], false, &[&cut], 1);
    }

    #[test]
    fn too_many_groups_leave_room_for_the_merchants_tags() {
        let groups: Vec<String> = (0..=GROUP_TAGS_LIMIT).map(|n| format!("g{n:03}")).collect();
        let all = tags(groups.iter().map(String::as_str), true);
        assert_eq!(all.tags.len(), GROUP_TAGS_LIMIT + 1);
        assert!(all.tags.contains(DISABLED_TAG));
        assert_eq!(all.remarks.len(), 1);
        let fewer = tags(groups.iter().skip(1).map(String::as_str), false);
        assert!(fewer.remarks.is_empty());
    }
}
