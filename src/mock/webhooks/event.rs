//! What happens in a shop, as its subscribers read it.

use serde_json::{Value, json};

use super::Topic;
use crate::base::clock::rfc3339_ms;
use crate::mock::bulk::BulkOperation;
use crate::mock::customers::{Address, Customer, CustomerId};
use crate::mock::moment::datetime;
use crate::mock::shop::Shop;

impl Shop {
    /// A customer is new, or another than before.
    pub fn tell_of_customer(&mut self, before: Option<&Customer>, now: &Customer, at_ms: i64) {
        if self.webhooks.subscriptions.is_empty() {
            return;
        }
        let hides = self.hides_protected_data;
        let event = self.webhooks.event(at_ms);
        let topic = match before {
            None => "customers/create",
            Some(_) => "customers/update",
        };
        let topic = Topic::new(topic);
        self.webhooks.tell(event, &topic, || customer(now, hides));
        let none = Vec::new();
        let tags_before = before.map_or(&none, |before| &before.tags);
        let changes = [
            ("customer.tags_added", missing(&now.tags, tags_before)),
            ("customer.tags_removed", missing(tags_before, &now.tags)),
        ];
        for (topic, tags) in changes.into_iter().filter(|(_, tags)| !tags.is_empty()) {
            let id = now.id.to_string();
            self.webhooks.tell(
                event,
                &Topic::new(topic),
                || json!({"customerId": id, "tags": tags, "occurredAt": rfc3339_ms(at_ms)}),
            );
        }
    }

    /// A customer was deleted.
    pub fn tell_of_deletion(&mut self, id: CustomerId, at_ms: i64) {
        let event = self.webhooks.event(at_ms);
        let topic = Topic::new("customers/delete");
        self.webhooks.tell(
            event,
            &topic,
            || json!({"id": id.0, "tax_exemptions": [], "admin_graphql_api_id": id.to_string()}),
        );
    }

    /// Two customers were merged.
    pub fn tell_of_merge(&mut self, kept: CustomerId, lost: CustomerId, job: &str, at_ms: i64) {
        let event = self.webhooks.event(at_ms);
        let topic = Topic::new("customers/merge");
        self.webhooks.tell(event, &topic, || {
            json!({
                "admin_graphql_api_customer_kept_id": kept.to_string(),
                "admin_graphql_api_customer_deleted_id": lost.to_string(),
                "admin_graphql_api_job_id": job,
                "status": "completed",
                "errors": [],
            })
        });
    }

    /// A bulk operation has ended.
    pub fn tell_of_bulk_operation(&mut self, operation: &BulkOperation, at_ms: i64) {
        let event = self.webhooks.event(at_ms);
        let topic = Topic::new("bulk_operations/finish");
        self.webhooks.tell(event, &topic, || {
            json!({
                "admin_graphql_api_id": operation.gid(),
                "completed_at": operation.completed_at_ms.map(datetime),
                "created_at": datetime(operation.created_at_ms),
                "error_code": operation.error_code.as_ref().map(|code| code.to_lowercase()),
                "status": operation.status.name().to_lowercase(),
                "type": operation.kind.name().to_lowercase(),
            })
        });
    }

    /// The merchant removed the app.
    pub fn tell_of_uninstallation(&mut self, at_ms: i64) {
        let event = self.webhooks.event(at_ms);
        let payload = json!({
            "id": self.number(),
            "name": self.name,
            "email": "owner@example.com",
            "domain": self.domain,
            "myshopify_domain": self.domain,
            "country_code": self.country_code,
            "primary_locale": self.locale,
            "plan_display_name": self.plan.display_name(),
        });
        let topic = Topic::new("app/uninstalled");
        self.webhooks.tell(event, &topic, || payload);
    }

    /// The app's scopes are others than before.
    pub fn tell_of_scopes(&mut self, previous: &[String], current: &[String], at_ms: i64) {
        let event = self.webhooks.event(at_ms);
        let payload = json!({
            "id": self.number(),
            "shop_id": format!("gid://shopify/Shop/{}", self.number()),
            "previous": previous,
            "current": current,
            "updated_at": rfc3339_ms(at_ms),
        });
        let topic = Topic::new("app/scopes_update");
        self.webhooks.tell(event, &topic, || payload);
    }
}

fn missing(wanted: &[String], there: &[String]) -> Vec<String> {
    let is_missing = |tag: &&String| !there.contains(tag);
    wanted.iter().filter(is_missing).cloned().collect()
}

/// A customer, without tags, orders and consents, as since 2025.
fn customer(customer: &Customer, hides_protected_data: bool) -> Value {
    let protected = |text: &Option<String>| text.clone().filter(|_| !hides_protected_data);
    let shown = customer.addresses.iter().filter(|_| !hides_protected_data);
    let addresses: Vec<Value> = shown.map(|it| address(customer, it)).collect();
    let default = addresses
        .iter()
        .find(|address| address.get("default") == Some(&Value::Bool(true)));
    json!({
        "id": customer.id.0,
        "created_at": datetime(customer.created_at),
        "updated_at": datetime(customer.updated_at),
        "first_name": protected(&customer.first_name),
        "last_name": protected(&customer.last_name),
        "state": customer.state.to_lowercase(),
        "note": customer.note,
        "verified_email": customer.verified_email,
        "multipass_identifier": customer.multipass_identifier,
        "tax_exempt": customer.tax_exempt,
        "email": protected(&customer.email),
        "phone": protected(&customer.phone),
        "currency": "USD",
        "addresses": addresses,
        "tax_exemptions": customer.tax_exemptions,
        "admin_graphql_api_id": customer.id.to_string(),
        "default_address": default,
    })
}

fn address(customer: &Customer, address: &Address) -> Value {
    json!({
        "id": address.number,
        "customer_id": customer.id.0,
        "first_name": address.first_name,
        "last_name": address.last_name,
        "company": address.company,
        "address1": address.address1,
        "address2": address.address2,
        "city": address.city,
        "province": address.province_code,
        "country": address.country_code,
        "zip": address.zip,
        "phone": address.phone,
        "province_code": address.province_code,
        "country_code": address.country_code,
        "default": customer.default_address == Some(address.number),
    })
}
