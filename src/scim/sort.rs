//! Sorting (RFC 7644 §3.4.2.3).

use std::cmp::Ordering;

use serde_json::{Map, Number, Value};
use time::OffsetDateTime;

use super::error::ScimError;
use super::filter::{compare_numbers, fold};
use super::path::{AttributeName, AttributeRef, Target};
use super::schema::{
    AttributeDef, AttributeType, DerivedParts, ResourceType, Returned, Schemas, parse_date_time,
};

/// Which end comes first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SortOrder {
    /// Small values first, absent ones last.
    #[default]
    Ascending,
    /// The reverse: absent ones first.
    Descending,
}

/// An order of resources by one attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct Sort {
    keys: Vec<String>,
    kind: AttributeType,
    case_exact: bool,
    order: SortOrder,
    derived: DerivedParts,
}

/// The value a resource is sorted by.
#[derive(Debug, Clone, PartialEq)]
pub enum SortKey {
    /// Text; folded unless case counts.
    Text(String),
    /// A number.
    Number(Number),
    /// An instant.
    Instant(OffsetDateTime),
    /// A boolean; false comes first.
    Boolean(bool),
    /// No value.
    Absent,
}

impl Sort {
    /// The order by the attribute that `sortBy` names.
    pub fn new(
        sort_by: &str,
        order: SortOrder,
        schemas: &Schemas,
        resource_type: ResourceType,
    ) -> Result<Self, ScimError> {
        let attribute = sortable(sort_by, schemas, resource_type).ok_or_else(|| {
            ScimError::invalid_value("sortBy does not name an attribute that can be sorted by")
        })?;
        let mut keys = attribute.keys();
        let mut leaf: &AttributeDef = attribute.leaf();
        if let Some(value) = leaf.value_attribute().filter(|_| leaf.is_complex()) {
            keys.push(value.name.clone());
            leaf = value;
        }
        // RFC 7644 §3.4.2.3: a complex attribute is sorted by one of its sub-attributes.
        if leaf.is_complex() {
            return Err(ScimError::invalid_value(format!(
                "sortBy must name a sub-attribute of {attribute}"
            )));
        }
        Ok(Self {
            keys,
            kind: leaf.kind,
            case_exact: leaf.case_exact,
            order,
            derived: attribute.derived(),
        })
    }

    /// The parts outside of the stored document that the order looks at.
    pub fn derived(&self) -> DerivedParts {
        self.derived
    }

    /// The value that a resource is sorted by. To be taken once for each resource.
    pub fn key(&self, resource: &Map<String, Value>) -> SortKey {
        let Some((first, rest)) = self.keys.split_first() else {
            return SortKey::Absent;
        };
        let value = resource
            .get(first)
            .and_then(|value| sorted_value(value, rest));
        value
            .and_then(|value| self.typed(value))
            .unwrap_or(SortKey::Absent)
    }

    /// Which of two comes first. Equal ones keep the order they have, when the sort is a stable one.
    pub fn compare(&self, left: &SortKey, right: &SortKey) -> Ordering {
        match self.order {
            SortOrder::Ascending => left.order(right),
            SortOrder::Descending => right.order(left),
        }
    }

    fn typed(&self, value: &Value) -> Option<SortKey> {
        match (self.kind, value) {
            (AttributeType::DateTime, Value::String(text)) => {
                parse_date_time(text).map(SortKey::Instant)
            }
            (_, Value::String(text)) if self.case_exact => Some(SortKey::Text(text.clone())),
            (_, Value::String(text)) => Some(SortKey::Text(fold(text))),
            (_, Value::Number(number)) => Some(SortKey::Number(number.clone())),
            (_, Value::Bool(boolean)) => Some(SortKey::Boolean(*boolean)),
            _ => None,
        }
    }
}

fn sortable(sort_by: &str, schemas: &Schemas, resource_type: ResourceType) -> Option<AttributeRef> {
    let name = AttributeName::parse(sort_by).ok()?;
    let Ok(Target::Attribute(attribute)) = name.resolve_anywhere(schemas, resource_type) else {
        return None;
    };
    let is_secret = [&attribute.attribute, attribute.leaf()]
        .iter()
        .any(|def| def.returned == Returned::Never);
    (!is_secret).then_some(attribute)
}

/// The one value that stands for an attribute.
fn sorted_value<'v>(value: &'v Value, keys: &[String]) -> Option<&'v Value> {
    // RFC 7644 §3.4.2.3: a multi-valued attribute is sorted by its primary value, or else by its first.
    let value = match value {
        Value::Array(values) => {
            let primary = values
                .iter()
                .find(|value| value.get("primary") == Some(&Value::Bool(true)));
            primary.or_else(|| values.first())?
        }
        single => single,
    };
    match keys.split_first() {
        Some((key, rest)) => sorted_value(value.get(key)?, rest),
        None => Some(value),
    }
}

impl SortKey {
    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Text(left), Self::Text(right)) => left.cmp(right),
            (Self::Number(left), Self::Number(right)) => {
                compare_numbers(left, right).unwrap_or(Ordering::Equal)
            }
            (Self::Instant(left), Self::Instant(right)) => left.cmp(right),
            (Self::Boolean(left), Self::Boolean(right)) => left.cmp(right),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Boolean(_) => 0,
            Self::Number(_) => 1,
            Self::Instant(_) => 2,
            Self::Text(_) => 3,
            Self::Absent => 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sorted(sort_by: &str, order: SortOrder) -> String {
        let sort = Sort::new(sort_by, order, &Schemas::standard(), ResourceType::User)
            .unwrap_or_else(|error| panic!("{sort_by}: {error}"));
        let mut users = [
            json!({"id": "1", "userName": "bob", "externalId": "b", "active": true, "meta": {"created": "2026-01-01T10:00:00+05:00"},
                "emails": [{"value": "z@x"}, {"value": "a@x", "primary": true}]}),
            json!({"id": "2", "userName": "Ann", "externalId": "B", "active": false, "meta": {"created": "2026-01-01T06:00:00Z"},
                "name": {"familyName": "Roe"}, "emails": [{"value": "B@x"}, {"value": "0@x"}]}),
            json!({"id": "3", "userName": "čeněk", "name": {"familyName": "Doe"}, "meta": {"created": "2025-01-01T06:00:00Z"}}),
        ];
        let key = |user: &Value| sort.key(user.as_object().unwrap());
        users.sort_by(|left, right| sort.compare(&key(left), &key(right)));
        users
            .iter()
            .filter_map(|user| user["id"].as_str())
            .collect()
    }

    #[test]
    fn resources_are_sorted_in_the_attributes_type() {
        let check = |row: &str, sort_by: &str, ascending: &str, descending: &str| {
            assert_eq!(
                sorted(sort_by, SortOrder::Ascending),
                ascending,
                "{row}: {sort_by}"
            );
            assert_eq!(
                sorted(sort_by, SortOrder::Descending),
                descending,
                "{row}: {sort_by}"
            );
        };
        check("C8", "userName", "213", "312");
        check("C8 in any case", "USERNAME", "213", "312");
        check("case counts", "externalId", "213", "312");
        check("C9 primary, else first", "emails", "123", "321");
        check("C9", "emails.value", "123", "321");
        check("absent last, or first", "name.familyName", "321", "123");
        check("instants", "meta.created", "312", "213");
        check("booleans", "active", "213", "312");
        check("nobody has it: the order stays", "title", "123", "123");
        check(
            "URN",
            "urn:ietf:params:scim:schemas:core:2.0:User:userName",
            "213",
            "312",
        );
    }

    #[test]
    fn what_cannot_be_sorted_by_is_refused() {
        for sort_by in [
            "",
            "colour",
            "name",
            "addresses",
            "password",
            "emails[type eq \"work\"]",
            "name.colour",
        ] {
            let sort = Sort::new(
                sort_by,
                SortOrder::Ascending,
                &Schemas::standard(),
                ResourceType::User,
            );
            assert_eq!(sort.map_err(|error| error.status), Err(400), "{sort_by}");
        }
    }

    #[test]
    fn an_order_tells_the_derived_parts_it_looks_at() {
        let sort = Sort::new(
            "meta.created",
            SortOrder::Ascending,
            &Schemas::standard(),
            ResourceType::User,
        )
        .unwrap();
        assert_eq!(
            sort.derived(),
            DerivedParts {
                meta: true,
                ..DerivedParts::default()
            }
        );
    }
}
