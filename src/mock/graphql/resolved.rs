//! What a resolver answers: values to be shaped by the selection.

use serde_json::Value;

use super::super::customers::CustomerId;

/// A value before the selection picks its fields.
#[derive(Debug, Clone)]
pub enum Resolved {
    /// A scalar, an enum value, or null.
    Leaf(Value),
    /// An object.
    Object(Object),
    /// A list.
    List(Vec<Resolved>),
    /// Nothing the mock models: the schema decides (null, an empty list, a neutral scalar).
    Unmodelled,
}

/// An object before the selection picks its fields.
#[derive(Debug, Clone)]
pub enum Object {
    /// A customer, read from the shop field by field.
    Customer(CustomerId),
    /// An object with its modelled fields at hand.
    Record(Record),
    /// A page of a list.
    Connection(Connection),
}

/// Some fields of an object; the others are not modelled.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// The object type; None when it is the field's declared type.
    pub type_name: Option<&'static str>,
    /// The modelled fields.
    pub fields: Vec<(&'static str, Resolved)>,
}

/// A page of a list, as `edges`, `nodes` and `pageInfo`.
#[derive(Debug, Clone, Default)]
pub struct Connection {
    /// Each entry with its cursor.
    pub entries: Vec<(String, Resolved)>,
    /// Whether entries follow.
    pub has_next: bool,
    /// Whether entries precede.
    pub has_previous: bool,
}

impl Resolved {
    /// Null.
    pub const NULL: Self = Self::Leaf(Value::Null);

    /// A scalar or enum value; None is null.
    pub fn leaf(value: impl Into<Value>) -> Self {
        Self::Leaf(value.into())
    }

    /// An object of the field's declared type.
    pub fn record(fields: Vec<(&'static str, Self)>) -> Self {
        Self::Object(Object::Record(Record {
            type_name: None,
            fields,
        }))
    }

    /// An object of a named type, where the field's declared type is an interface.
    pub fn typed(type_name: &'static str, fields: Vec<(&'static str, Self)>) -> Self {
        Self::Object(Object::Record(Record {
            type_name: Some(type_name),
            fields,
        }))
    }

    /// A customer.
    pub fn customer(id: CustomerId) -> Self {
        Self::Object(Object::Customer(id))
    }

    /// A whole list as one page.
    pub fn whole_connection(entries: impl IntoIterator<Item = Self>) -> Self {
        let entries = entries
            .into_iter()
            .enumerate()
            .map(|(index, entry)| (index.to_string(), entry))
            .collect();
        Self::Object(Object::Connection(Connection {
            entries,
            ..Connection::default()
        }))
    }
}

impl Record {
    /// A field by its name.
    pub fn field(&self, name: &str) -> Resolved {
        self.fields
            .iter()
            .find(|(known, _)| *known == name)
            .map_or(Resolved::Unmodelled, |(_, value)| value.clone())
    }
}

impl Connection {
    /// A field by its name.
    pub fn field(&self, name: &str) -> Resolved {
        let cursor = |entry: Option<&(String, Resolved)>| {
            Resolved::leaf(entry.map(|(cursor, _)| cursor.clone()))
        };
        match name {
            "nodes" => Resolved::List(self.entries.iter().map(|(_, node)| node.clone()).collect()),
            "edges" => Resolved::List(self.entries.iter().map(edge).collect()),
            "pageInfo" => Resolved::record(vec![
                ("hasNextPage", Resolved::leaf(self.has_next)),
                ("hasPreviousPage", Resolved::leaf(self.has_previous)),
                ("startCursor", cursor(self.entries.first())),
                ("endCursor", cursor(self.entries.last())),
            ]),
            _ => Resolved::Unmodelled,
        }
    }
}

fn edge((cursor, node): &(String, Resolved)) -> Resolved {
    Resolved::record(vec![
        ("cursor", Resolved::leaf(cursor.clone())),
        ("node", node.clone()),
    ])
}
