//! What the mapping has to know besides the user's document.

use serde_json::{Map, Value};

use crate::directory::DisabledMarks;

/// What the mapping has to know besides the user's document.
#[derive(Clone, Copy)]
pub struct Context<'c> {
    /// The user's SCIM id.
    pub scim_id: &'c str,
    /// The display names of the user's groups, in any order.
    pub groups: &'c [String],
    /// True when the user was deleted and the customer is kept.
    pub deleted: bool,
    /// The region (`US`) of phone numbers without a country calling code.
    pub phone_region: Option<&'c str>,
    /// How a disabled user's customer is marked.
    pub marks: DisabledMarks,
}

impl Context<'_> {
    /// The text of `scim_status`, if the shop wants it.
    pub(super) fn status(&self, document: &Map<String, Value>) -> Option<&'static str> {
        match (self.marks, self.is_disabled(document)) {
            (DisabledMarks::Tag, _) => None,
            (_, true) => Some("disabled"),
            (_, false) => Some("active"),
        }
    }

    /// A user without `active` is active: the attribute is optional.
    fn is_disabled(&self, document: &Map<String, Value>) -> bool {
        self.deleted || document.get("active").and_then(Value::as_bool) == Some(false)
    }

    /// Whether the tag is on.
    pub(super) fn is_tagged(&self, document: &Map<String, Value>) -> bool {
        self.marks != DisabledMarks::Metafield && self.is_disabled(document)
    }
}
