//! Resources as clients read them: the stored text with what is derived spliced in, unparsed.

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
        push_member(&mut text, SHOPIFY_URN, &sync_extension(user));
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
        let meta = json!({
            "resourceType": resource_type.name(),
            "created": rfc3339_ms(stamp.created_ms),
            "lastModified": rfc3339_ms(stamp.modified_ms),
            "location": self.location(resource_type, stamp.id),
            "version": etag::weak(stamp.version),
        });
        push_member(&mut text, "meta", &meta);
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

fn push_member(text: &mut String, name: &str, value: &Value) {
    if !text.ends_with('{') {
        text.push(',');
    }
    text.push('"');
    text.push_str(name);
    text.push_str("\":");
    text.push_str(&value.to_string());
}

/// Our read-only extension.
fn sync_extension(user: &UserRecord) -> Value {
    let sync = &user.sync;
    let mut extension = Map::new();
    if let Some(customer) = &sync.customer {
        extension.insert("customerId".to_owned(), json!(customer.as_str()));
    }
    extension.insert("syncState".to_owned(), json!(sync.state.as_str()));
    if let Some(at_ms) = sync.last_synced_ms {
        extension.insert("lastSyncedAt".to_owned(), json!(rfc3339_ms(at_ms)));
    }
    if let Some(reason) = &sync.last_error {
        extension.insert("lastError".to_owned(), json!(reason));
    }
    if let (SyncState::Pending, Some(due_ms)) = (sync.state, sync.due_ms) {
        extension.insert("nextAttemptAt".to_owned(), json!(rfc3339_ms(due_ms)));
    }
    Value::Object(extension)
}
