//! Resources as clients read them: the stored text with what is derived spliced in, unparsed.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::Provision;
use crate::base::clock::rfc3339_ms;
use crate::base::id::ResourceId;
use crate::directory::{GroupRecord, SyncState, UserRecord};
use crate::reconcile::Shop;
use crate::scim::etag;
use crate::scim::schema::{ResourceType, SHOPIFY_URN};
use crate::store::StoreError;

/// A resource as text, and its version.
pub(super) struct Rendered {
    pub(super) version: i64,
    pub(super) text: String,
}

impl Rendered {
    /// The resource parsed, for filters and projections.
    pub(super) fn parsed(&self) -> Result<Map<String, Value>, StoreError> {
        serde_json::from_str(&self.text).map_err(|_| StoreError::Corrupt { what: "resource" })
    }
}

struct Stamp {
    id: ResourceId,
    version: i64,
    created_ms: i64,
    modified_ms: i64,
}

impl Provision {
    pub(super) fn render_user(
        &self,
        shop: &Shop,
        user: &UserRecord,
    ) -> Result<Rendered, StoreError> {
        let stamp = Stamp {
            id: user.id,
            version: user.version,
            created_ms: user.created_ms,
            modified_ms: user.modified_ms,
        };
        let mut text = self.begin(&user.document, ResourceType::User, &stamp);
        if user.group_count > 0 {
            let groups: Vec<Value> = self
                .store
                .groups_of_user(shop.id(), &shop.key, user.id)?
                .iter()
                .map(|group| self.group_reference(group))
                .collect();
            push_member(&mut text, "groups", &Value::Array(groups));
        }
        push_extension(&mut text, user);
        text.push('}');
        Ok(Rendered {
            version: user.version,
            text,
        })
    }

    /// With members only when they are wanted: a group can have many.
    pub(super) fn render_group(
        &self,
        shop: &Shop,
        group: &GroupRecord,
        with_members: bool,
    ) -> Result<Rendered, StoreError> {
        let stamp = Stamp {
            id: group.id,
            version: group.version,
            created_ms: group.created_ms,
            modified_ms: group.modified_ms,
        };
        let mut text = self.begin(&group.document, ResourceType::Group, &stamp);
        if with_members {
            let members: Vec<Value> = self
                .store
                .members(shop.id(), group.id)?
                .into_iter()
                .map(|user| {
                    json!({
                        "value": user.to_string(),
                        "$ref": self.location(ResourceType::User, user),
                        "type": "User",
                    })
                })
                .collect();
            if !members.is_empty() {
                push_member(&mut text, "members", &Value::Array(members));
            }
        }
        text.push('}');
        Ok(Rendered {
            version: group.version,
            text,
        })
    }

    /// The document with `meta`, open at its end.
    fn begin(&self, document: &str, resource_type: ResourceType, stamp: &Stamp) -> String {
        let mut text = String::with_capacity(document.len() + 640);
        text.push_str(document.trim_end().strip_suffix('}').unwrap_or("{"));
        push_name(&mut text, "meta");
        text.push('{');
        push_text(&mut text, "resourceType", resource_type.name());
        push_text(&mut text, "created", &rfc3339_ms(stamp.created_ms));
        push_text(&mut text, "lastModified", &rfc3339_ms(stamp.modified_ms));
        let location = self.location(resource_type, stamp.id);
        push_text(&mut text, "location", &location);
        push_text(&mut text, "version", &etag::weak(stamp.version));
        text.push('}');
        text
    }

    fn group_reference(&self, group: &GroupRecord) -> Value {
        let document: Value = serde_json::from_str(&group.document).unwrap_or_default();
        json!({
            "value": group.id.to_string(),
            "$ref": self.location(ResourceType::Group, group.id),
            "display": document["displayName"],
            "type": "direct",
        })
    }
}

/// Our read-only extension.
fn push_extension(text: &mut String, user: &UserRecord) {
    let sync = &user.sync;
    push_name(text, SHOPIFY_URN);
    text.push('{');
    if let Some(customer) = &sync.customer {
        push_text(text, "customerId", customer.as_str());
    }
    push_text(text, "syncState", sync.state.as_str());
    if let Some(at_ms) = sync.last_synced_ms {
        push_text(text, "lastSyncedAt", &rfc3339_ms(at_ms));
    }
    if let Some(reason) = &sync.last_error {
        push_text(text, "lastError", reason);
    }
    if let (SyncState::Pending, Some(due_ms)) = (sync.state, sync.due_ms) {
        push_text(text, "nextAttemptAt", &rfc3339_ms(due_ms));
    }
    text.push('}');
}

/// A member of any name with any value.
pub(super) fn push_member(text: &mut String, name: &str, value: &Value) {
    push_comma(text);
    push_quoted(text, name);
    text.push(':');
    text.push_str(&value.to_string());
}

/// A member of one of our names with a text. Pages have hundreds of them: no value is made of each first.
pub(super) fn push_text(text: &mut String, name: &'static str, value: &str) {
    push_name(text, name);
    push_quoted(text, value);
}

fn push_name(text: &mut String, name: &'static str) {
    push_comma(text);
    text.push('"');
    text.push_str(name);
    text.push_str("\":");
}

/// Makes room for the next member of an object that is open at its end.
fn push_comma(text: &mut String) {
    if !text.ends_with('{') {
        text.push(',');
    }
}

fn push_quoted(text: &mut String, value: &str) {
    text.push('"');
    // Looked through to the end, since that is done many bytes at once.
    let is_plain = value
        .bytes()
        .fold(true, |is_plain, byte| is_plain & !is_escaped(byte));
    if is_plain {
        text.push_str(value);
    } else {
        value.chars().for_each(|c| push_escaped(text, c));
    }
    text.push('"');
}

fn push_escaped(text: &mut String, c: char) {
    match c {
        '"' | '\\' => text.extend(['\\', c]),
        '\0'..' ' => {
            let _ = write!(text, "\\u{:04x}", u32::from(c));
        }
        _ => text.push(c),
    }
}

fn is_escaped(byte: u8) -> bool {
    (byte < b' ') | (byte == b'"') | (byte == b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_written_as_json_has_it() {
        for value in ["plain", "", "W/\"7\"", "a\\b", "line\nand\u{1f}", "é 漢"] {
            let mut text = "{".to_owned();
            push_text(&mut text, "first", value);
            push_member(&mut text, value, &json!([value]));
            text.push('}');
            let read: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(read, json!({"first": value, value: [value]}), "{text}");
        }
    }
}
