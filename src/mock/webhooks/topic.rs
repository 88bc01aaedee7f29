//! Topics, by their name in `X-Shopify-Topic` and by their name in GraphQL.

use serde::{Deserialize, Serialize};

use crate::mock::graphql::schema::SCHEMA;

/// A topic as `X-Shopify-Topic` has it: `customers/update`, `customer.tags_added`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Topic(pub String);

/// Those whose action has more than one word.
const LONG: [(&str, &str); 6] = [
    ("APP_SCOPES_UPDATE", "app/scopes_update"),
    ("CUSTOMERS_DATA_REQUEST", "customers/data_request"),
    ("CUSTOMER_JOINED_SEGMENT", "customer.joined_segment"),
    ("CUSTOMER_LEFT_SEGMENT", "customer.left_segment"),
    ("CUSTOMER_TAGS_ADDED", "customer.tags_added"),
    ("CUSTOMER_TAGS_REMOVED", "customer.tags_removed"),
];

impl Topic {
    /// A topic by its own name.
    pub fn new(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// The topic of a `WebhookSubscriptionTopic`.
    pub fn of_value(value: &str) -> Self {
        if let Some((_, name)) = LONG.iter().find(|(known, _)| *known == value) {
            return Self::new(name);
        }
        let name = value.to_lowercase();
        Self(match name.rsplit_once('_') {
            Some((resource, action)) => format!("{resource}/{action}"),
            None => name,
        })
    }

    /// Its `WebhookSubscriptionTopic`; None for those that only an app's configuration can have.
    pub fn value(&self) -> Option<&'static str> {
        let values = &SCHEMA.get_enum("WebhookSubscriptionTopic")?.values;
        let mut names = values.keys().map(|name| name.as_str());
        names.find(|name| Self::of_value(name) == *self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_has_two_names() {
        let check = |value: &str, name: &str| {
            assert_eq!(Topic::of_value(value).0, name);
            assert_eq!(Topic::new(name).value(), Some(value));
        };
        check("CUSTOMERS_UPDATE", "customers/update");
        check("CUSTOMERS_MERGE", "customers/merge");
        check("CUSTOMER_TAGS_ADDED", "customer.tags_added");
        check("BULK_OPERATIONS_FINISH", "bulk_operations/finish");
        check("APP_UNINSTALLED", "app/uninstalled");
        check("APP_SCOPES_UPDATE", "app/scopes_update");
        assert_eq!(Topic::new("shop/redact").value(), None);
    }
}
