//! The rules: one table of defaults, and what a shop adds to it or switches off.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::shopify::ID_METAFIELD_KEY;

/// A rule that holds unless a shop switches it off.
#[derive(Debug, Clone, Copy)]
pub struct DefaultRule {
    /// The name by which it is switched off. For a metafield, its key.
    pub name: &'static str,
    /// The SCIM paths that it reads, in order of preference.
    pub sources: &'static [&'static str],
    /// What it makes.
    pub target: Target,
}

/// What a default rule makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The e-mail address.
    Email,
    /// First and last name.
    Names,
    /// The phone number.
    Phone,
    /// The default address.
    Address,
    /// The language of notifications.
    Locale,
    /// One tag for each group.
    GroupTags,
    /// A tag while the user is inactive or deleted.
    DisabledTag,
    /// The metafield that says `active` or `disabled`.
    Status,
    /// The `id` metafield with the SCIM id.
    Id,
    /// A metafield with the first text that the sources have.
    Metafield,
}

macro_rules! enterprise {
    ($path:literal) => {
        concat!(
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:",
            $path
        )
    };
}

const fn rule(name: &'static str, sources: &'static [&'static str], target: Target) -> DefaultRule {
    DefaultRule {
        name,
        sources,
        target,
    }
}

/// What becomes of a user when a shop says nothing.
pub const DEFAULTS: &[DefaultRule] = &[
    rule("email", &["emails", "userName"], Target::Email),
    rule("names", &["name", "displayName"], Target::Names),
    rule("phone", &["phoneNumbers"], Target::Phone),
    rule("address", &["addresses"], Target::Address),
    rule("locale", &["preferredLanguage", "locale"], Target::Locale),
    rule("tag.disabled", &["active"], Target::DisabledTag),
    rule("tag.group", &["groups.display"], Target::GroupTags),
    rule(ID_METAFIELD_KEY, &["id"], Target::Id),
    rule("scim_status", &["active"], Target::Status),
    rule("scim_user_name", &["userName"], Target::Metafield),
    rule("scim_title", &["title"], Target::Metafield),
    rule("scim_user_type", &["userType"], Target::Metafield),
    rule(
        "scim_department",
        &[enterprise!("department")],
        Target::Metafield,
    ),
    rule(
        "scim_division",
        &[enterprise!("division")],
        Target::Metafield,
    ),
    rule(
        "scim_organization",
        &[enterprise!("organization")],
        Target::Metafield,
    ),
    rule(
        "scim_cost_center",
        &[enterprise!("costCenter")],
        Target::Metafield,
    ),
    rule(
        "scim_employee_number",
        &[enterprise!("employeeNumber")],
        Target::Metafield,
    ),
    rule(
        "scim_manager",
        &[
            enterprise!("manager.displayName"),
            enterprise!("manager.value"),
        ],
        Target::Metafield,
    ),
];

/// Without these there is no customer, or no way to find it again.
const INDISPENSABLE: [&str; 2] = ["email", ID_METAFIELD_KEY];

/// What a shop changes about the defaults.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Names of default rules that do not hold.
    pub off: BTreeSet<String>,
    /// Further rules.
    pub add: Vec<CustomRule>,
}

/// A rule of a shop's own: `{"source": "nickName", "metafield": "nick"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomRule {
    /// A SCIM path such as `title`, `name.middleName` or `urn:…:User:department`. Lists are entered.
    pub source: String,
    /// What becomes of the values there.
    #[serde(flatten)]
    pub target: CustomTarget,
}

/// What a custom rule makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CustomTarget {
    /// A metafield with this key in the app's own namespace; several values are joined by commas.
    Metafield(String),
    /// A tag for each value, which starts with this text.
    Tag(String),
}

/// Rules that cannot be followed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RulesError {
    /// There is no default rule of this name.
    #[error("no default rule is named {0:?}")]
    UnknownName(String),
    /// The rule cannot be switched off.
    #[error("rule {0:?} cannot be switched off")]
    Indispensable(String),
    /// A custom rule has no source.
    #[error("a custom rule has no source")]
    NoSource,
    /// Shopify does not take this metafield key.
    #[error("metafield key {0:?} is not 2 to 64 letters, digits, hyphens and underscores")]
    Key(String),
    /// Two rules write the same metafield.
    #[error("two rules write metafield {0:?}")]
    DuplicateKey(String),
    /// A tag cannot start so.
    #[error("tag prefix {0:?} holds a comma or is longer than 100 characters")]
    TagPrefix(String),
}

impl Rules {
    /// Whether the rules can be followed.
    pub fn check(&self) -> Result<(), RulesError> {
        for name in &self.off {
            if INDISPENSABLE.contains(&name.as_str()) {
                return Err(RulesError::Indispensable(name.clone()));
            }
            if !DEFAULTS.iter().any(|rule| rule.name == name) {
                return Err(RulesError::UnknownName(name.clone()));
            }
        }
        let mut keys: BTreeSet<&str> = self.defaults().map(|rule| rule.name).collect();
        self.add.iter().try_for_each(|rule| rule.check(&mut keys))
    }

    /// The default rules that hold.
    pub fn defaults(&self) -> impl Iterator<Item = &'static DefaultRule> {
        DEFAULTS
            .iter()
            .filter(|rule| INDISPENSABLE.contains(&rule.name) || !self.off.contains(rule.name))
    }
}

impl CustomRule {
    fn check<'a>(&'a self, keys: &mut BTreeSet<&'a str>) -> Result<(), RulesError> {
        if self.source.trim().is_empty() {
            return Err(RulesError::NoSource);
        }
        match &self.target {
            CustomTarget::Metafield(key) if !is_key(key) => Err(RulesError::Key(key.clone())),
            CustomTarget::Metafield(key) if !keys.insert(key) => {
                Err(RulesError::DuplicateKey(key.clone()))
            }
            CustomTarget::Tag(prefix) if prefix.contains(',') || prefix.chars().count() > 100 => {
                Err(RulesError::TagPrefix(prefix.clone()))
            }
            CustomTarget::Metafield(_) | CustomTarget::Tag(_) => Ok(()),
        }
    }
}

fn is_key(key: &str) -> bool {
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (2..=64).contains(&key.len()) && key.bytes().all(is_legal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn check(rules: Value, want: Result<(), RulesError>) {
        let text = rules.to_string();
        let rules: Rules = serde_json::from_value(rules).unwrap();
        assert_eq!(rules.check(), want, "{text}");
    }

    #[test]
    fn rules_are_checked_before_they_hold() {
        check(json!({}), Ok(()));
        check(json!({"off": ["phone", "scim_title"]}), Ok(()));
        check(
            json!({"off": ["fax"]}),
            Err(RulesError::UnknownName("fax".into())),
        );
        check(
            json!({"off": ["email"]}),
            Err(RulesError::Indispensable("email".into())),
        );
        check(
            json!({"add": [{"source": "nickName", "metafield": "nick"}, {"source": "title", "tag": "job:"}]}),
            Ok(()),
        );
        check(
            json!({"add": [{"source": "nickName", "metafield": "n"}]}),
            Err(RulesError::Key("n".into())),
        );
        check(
            json!({"add": [{"source": "title", "metafield": "scim_title"}]}),
            Err(RulesError::DuplicateKey("scim_title".into())),
        );
        check(
            json!({"add": [{"source": "title", "metafield": "scim_title"}], "off": ["scim_title"]}),
            Ok(()),
        );
        check(
            json!({"add": [{"source": "title", "tag": "a,b"}]}),
            Err(RulesError::TagPrefix("a,b".into())),
        );
        check(
            json!({"add": [{"source": " ", "tag": "a"}]}),
            Err(RulesError::NoSource),
        );
    }

    #[test]
    fn rules_are_written_as_they_are_read() {
        let text = r#"{"off":["phone"],"add":[{"source":"title","tag":"job:"}]}"#;
        let rules: Rules = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&rules).unwrap(), text);
    }
}
