//! Resources as clients read them: the stored document with what is derived. Whole, it is sent as text, unparsed.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::Provision;
use super::record::Record;
use crate::base::clock::rfc3339_ms;
use crate::directory::{GroupRecord, SyncState, UserRecord};
use crate::reconcile::Shop;
use crate::scim::etag;
use crate::scim::projection::Projection;
use crate::scim::schema::{DerivedParts, ResourceType, SHOPIFY_URN};
use crate::store::StoreError;

impl Provision {
    /// What the client gets of a resource.
    pub(super) async fn render(
        &self,
        shop: &Shop,
        record: &Record,
        projection: &Projection,
    ) -> Result<String, StoreError> {
        let mut text = String::with_capacity(rendered_bytes(record));
        self.render_into(&mut text, shop, record, projection)
            .await?;
        Ok(text)
    }

    /// As [`Provision::render`], at the end of `text`.
    pub(super) async fn render_into(
        &self,
        text: &mut String,
        shop: &Shop,
        record: &Record,
        projection: &Projection,
    ) -> Result<(), StoreError> {
        if projection.is_full() {
            return self
                .push_resource(text, shop, record, projection.derived())
                .await;
        }
        let resource = self.resource(shop, record, projection.derived()).await?;
        text.push_str(&Value::Object(projection.apply(resource)).to_string());
        Ok(())
    }

    /// The resource parsed, with the derived parts that are wanted.
    pub(super) async fn resource(
        &self,
        shop: &Shop,
        record: &Record,
        parts: DerivedParts,
    ) -> Result<Map<String, Value>, StoreError> {
        let mut text = String::with_capacity(rendered_bytes(record));
        self.push_resource(&mut text, shop, record, parts).await?;
        serde_json::from_str(&text).map_err(|_| StoreError::Corrupt { what: "resource" })
    }

    /// The resource's text: the stored one with the derived parts that are wanted at its end. Only these are read: a group can have many members.
    async fn push_resource(
        &self,
        text: &mut String,
        shop: &Shop,
        record: &Record,
        parts: DerivedParts,
    ) -> Result<(), StoreError> {
        let document = record.document();
        text.push_str(document.trim_end().strip_suffix('}').unwrap_or("{"));
        if parts.meta {
            self.push_meta(text, record);
        }
        match record {
            Record::User(user) => {
                if parts.groups && user.group_count > 0 {
                    push_member(text, "groups", &self.groups(shop, user).await?);
                }
                if parts.shopify {
                    push_extension(text, user);
                }
            }
            Record::Group(group) if parts.members => {
                let members = self.members(shop, group).await?;
                if !members.is_empty() {
                    push_member(text, "members", &Value::Array(members));
                }
            }
            Record::Group(_) => {}
        }
        text.push('}');
        Ok(())
    }

    fn push_meta(&self, text: &mut String, record: &Record) {
        let (created_ms, modified_ms) = record.times_ms();
        let resource_type = record.resource_type();
        push_name(text, "meta");
        text.push('{');
        push_text(text, "resourceType", resource_type.name());
        push_text(text, "created", &rfc3339_ms(created_ms));
        push_text(text, "lastModified", &rfc3339_ms(modified_ms));
        push_text(text, "location", &self.location(resource_type, record.id()));
        push_text(text, "version", &etag::weak(record.version()));
        text.push('}');
    }

    async fn groups(&self, shop: &Shop, user: &UserRecord) -> Result<Value, StoreError> {
        let groups = self
            .store
            .groups_of_user(shop.id(), &shop.key, user.id)
            .await?;
        Ok(groups
            .iter()
            .map(|group| self.group_reference(group))
            .collect())
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

    async fn members(&self, shop: &Shop, group: &GroupRecord) -> Result<Vec<Value>, StoreError> {
        let members = self.store.members(shop.id(), group.id).await?;
        Ok(members
            .into_iter()
            .map(|user| {
                json!({
                    "value": user.to_string(),
                    "$ref": self.location(ResourceType::User, user),
                    "type": "User",
                })
            })
            .collect())
    }
}

/// About how long a resource's text is: its document, and what is derived.
pub(super) fn rendered_bytes(record: &Record) -> usize {
    record.document().len() + 640
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
