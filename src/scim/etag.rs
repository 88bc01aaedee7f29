//! Entity tags and conditional requests (RFC 7644 §3.14, RFC 9110 §13.1).

/// The weak entity tag of a resource's version: `W/"7"`.
pub fn weak(version: i64) -> String {
    format!("W/\"{version}\"")
}

/// `If-Match`: the write is wanted only at one of these versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(EntityTags);

impl IfMatch {
    /// Reads the header; several header lines are joined with commas first.
    pub fn parse(header: &str) -> Self {
        Self(EntityTags::parse(header))
    }

    /// True when a resource that exists at `version` may be written; false is a 412.
    pub fn allows(&self, version: i64) -> bool {
        // RFC 7644 §3.14 hands out weak tags for If-Match, so that they are compared by their opaque part here.
        self.0.contain(version)
    }
}

/// `If-None-Match`: the resource is wanted only if it is at none of these versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfNoneMatch(EntityTags);

impl IfNoneMatch {
    /// Reads the header; several header lines are joined with commas first.
    pub fn parse(header: &str) -> Self {
        Self(EntityTags::parse(header))
    }

    /// True when the client has `version` already: a GET answers 304, a write 412.
    pub fn has(&self, version: i64) -> bool {
        self.0.contain(version)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum EntityTags {
    /// `*`: whatever exists.
    Any,
    /// The opaque parts. What cannot be read is left out and so never equal.
    List(Vec<String>),
}

impl EntityTags {
    fn parse(header: &str) -> Self {
        if header.trim() == "*" {
            return Self::Any;
        }
        let mut tags = Vec::new();
        let mut rest = header;
        while let Some((tag, behind)) = next_tag(rest) {
            tags.push(tag.to_owned());
            rest = behind;
        }
        Self::List(tags)
    }

    fn contain(&self, version: i64) -> bool {
        match self {
            Self::Any => true,
            Self::List(tags) => tags.contains(&version.to_string()),
        }
    }
}

/// The opaque part of the first tag and what follows it. Quotes may be missing: some clients drop them.
fn next_tag(header: &str) -> Option<(&str, &str)> {
    let header = header.trim_start_matches([' ', '\t', ',']);
    if header.is_empty() {
        return None;
    }
    let header = header.strip_prefix("W/").unwrap_or(header);
    if let Some(quoted) = header.strip_prefix('"') {
        return quoted.split_once('"');
    }
    let (tag, rest) = header.split_once(',').unwrap_or((header, ""));
    Some((tag.trim_end(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_prints_as_a_weak_tag() {
        assert_eq!(weak(7), "W/\"7\"", "V1");
    }

    #[test]
    fn if_match_allows_the_versions_it_names() {
        let check = |row: &str, header: &str, allows: bool| {
            assert_eq!(IfMatch::parse(header).allows(7), allows, "{row}: {header}");
            assert_eq!(IfNoneMatch::parse(header).has(7), allows, "{row}: {header}");
        };
        check("V2, V4", "W/\"7\"", true);
        check("V3, V5", "W/\"6\"", false);
        check("V6", "*", true);
        check("V6", " * ", true);
        check("corner 36: weak comparison", "\"7\"", true);
        check("corner 36: list", "W/\"1\", \"7\" ,W/\"9\"", true);
        check("corner 36: list", "\"1\",\"77\"", false);
        check("comma in a tag", "\"1,7\"", false);
        check("no quotes", "7", true);
        check("no quotes in a list", "6, W/7", true);
        check("unreadable", "\"7", false);
        check("empty", "", false);
        check("not the same text", "\"07\"", false);
    }
}
