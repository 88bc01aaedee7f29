//! Resources as clients read them: the stored document with what is derived. Whole, it is sent as text, unparsed.

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
    pub(super) fn render(
        &self,
        shop: &Shop,
        record: &Record,
        projection: &Projection,
    ) -> Result<String, StoreError> {
        if projection.is_full() {
            return self.whole(shop, record);
        }
        let resource = self.resource(shop, record, projection.derived())?;
        Ok(Value::Object(projection.apply(resource)).to_string())
    }

    /// The resource parsed, with the derived parts that are wanted.
    pub(super) fn resource(
        &self,
        shop: &Shop,
        record: &Record,
        parts: DerivedParts,
    ) -> Result<Map<String, Value>, StoreError> {
        let mut resource: Map<String, Value> = serde_json::from_str(record.document())
            .map_err(|_| StoreError::Corrupt { what: "resource" })?;
        for (name, value) in self.derived(shop, record, parts)? {
            resource.insert(name.to_owned(), value);
        }
        Ok(resource)
    }

    /// The resource's text: the stored one with the derived parts at its end.
    fn whole(&self, shop: &Shop, record: &Record) -> Result<String, StoreError> {
        let document = record.document();
        let mut text = String::with_capacity(document.len() + 640);
        text.push_str(document.trim_end().strip_suffix('}').unwrap_or("{"));
        for (name, value) in self.derived(shop, record, DerivedParts::ALL)? {
            push_member(&mut text, name, &value);
        }
        text.push('}');
        Ok(text)
    }

    /// What is not in the stored document. Only what is wanted is read: a group can have many members.
    fn derived(
        &self,
        shop: &Shop,
        record: &Record,
        parts: DerivedParts,
    ) -> Result<Vec<(&'static str, Value)>, StoreError> {
        let mut derived = Vec::new();
        if parts.meta {
            derived.push(("meta", self.meta(record)));
        }
        match record {
            Record::User(user) => {
                if parts.groups && user.group_count > 0 {
                    derived.push(("groups", self.groups(shop, user)?));
                }
                if parts.shopify {
                    derived.push((SHOPIFY_URN, sync_extension(user)));
                }
            }
            Record::Group(group) if parts.members => {
                let members = self.members(shop, group)?;
                if !members.is_empty() {
                    derived.push(("members", Value::Array(members)));
                }
            }
            Record::Group(_) => {}
        }
        Ok(derived)
    }

    fn meta(&self, record: &Record) -> Value {
        let (created_ms, modified_ms) = record.times_ms();
        json!({
            "resourceType": record.resource_type().name(),
            "created": rfc3339_ms(created_ms),
            "lastModified": rfc3339_ms(modified_ms),
            "location": self.location(record.resource_type(), record.id()),
            "version": etag::weak(record.version()),
        })
    }

    fn groups(&self, shop: &Shop, user: &UserRecord) -> Result<Value, StoreError> {
        let groups = self.store.groups_of_user(shop.id(), &shop.key, user.id)?;
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

    fn members(&self, shop: &Shop, group: &GroupRecord) -> Result<Vec<Value>, StoreError> {
        let members = self.store.members(shop.id(), group.id)?;
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
