//! Runs an operation: root fields in order, each result shaped by its selection and priced.

use apollo_compiler::ast::Type;
use apollo_compiler::executable::{Field, Operation, SelectionSet};
use apollo_compiler::introspection;
use apollo_compiler::validation::Valid;
use serde_json::{Map, Value};

use super::coded::CodedError;
use super::collect::Reading;
use super::cost::{Level, connection_points, is_connection, object_points};
use super::resolved::{Object, Resolved};
use super::schema::SCHEMA;
use super::{default, literal};

/// What answers the fields: the shop.
pub trait World {
    /// Answers a field of the query or mutation root, and does what a mutation says.
    fn root(
        &mut self,
        field: &str,
        response_key: &str,
        arguments: &Map<String, Value>,
    ) -> Result<Resolved, CodedError>;

    /// Answers a field of a customer.
    fn customer_field(
        &self,
        customer: super::super::customers::CustomerId,
        field: &str,
        arguments: &Map<String, Value>,
    ) -> Resolved;
}

/// What an operation led to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// `data`; None when a root field that may not be null failed.
    pub data: Option<Map<String, Value>>,
    /// Execution errors.
    pub errors: Vec<CodedError>,
    /// The actual price.
    pub points: u32,
}

/// Runs an operation against a world.
pub fn execute(reading: Reading<'_>, operation: &Operation, world: &mut dyn World) -> Outcome {
    let mut outcome = Outcome {
        data: Some(Map::new()),
        ..Outcome::default()
    };
    let level = if operation.is_mutation() {
        Level::MutationRoot
    } else {
        Level::QueryRoot
    };
    let root = operation.object_type().as_str();
    for (key, fields) in reading.fields(root, [&operation.selection_set]) {
        let Some(field) = fields.first() else {
            continue;
        };
        let value = match field.name.as_str() {
            "__typename" => Some(root.into()),
            "__schema" | "__type" => introspect(reading, operation, key),
            name => {
                let arguments = literal::arguments(field, reading.variables);
                match world.root(name, key, &arguments) {
                    Ok(resolved) => {
                        let mut shaping = Shaping { reading, world };
                        let (value, points) =
                            shaping.complete(field.ty(), &fields, resolved, level);
                        outcome.points += points;
                        Some(value)
                    }
                    Err(error) => {
                        outcome.errors.push(error.on(&[key.to_owned()]));
                        outcome.points += failed_points(level);
                        None
                    }
                }
            }
        };
        match (value, &mut outcome.data) {
            (Some(value), Some(data)) => {
                data.insert(key.to_owned(), value);
            }
            (None, Some(data)) if !field.ty().is_non_null() => {
                data.insert(key.to_owned(), Value::Null);
            }
            _ => outcome.data = None,
        }
    }
    outcome
}

/// A mutation that fails still costs its price.
fn failed_points(level: Level) -> u32 {
    match level {
        Level::MutationRoot => object_points("", level),
        _ => 0,
    }
}

fn introspect(reading: Reading<'_>, operation: &Operation, key: &str) -> Option<Value> {
    let variables = serde_json::from_value(Value::Object(reading.variables.clone())).ok()?;
    let response = introspection::partial_execute(
        &SCHEMA,
        &SCHEMA.implementers_map(),
        Valid::assume_valid_ref(reading.document),
        operation,
        Valid::assume_valid_ref(&variables),
    )
    .ok()?;
    let data = serde_json::to_value(response.data?).ok()?;
    data.get(key).cloned()
}

struct Shaping<'w, 'd> {
    reading: Reading<'d>,
    world: &'w dyn World,
}

impl<'d> Shaping<'_, 'd> {
    /// The JSON of a value and its price.
    fn complete(
        &mut self,
        ty: &Type,
        fields: &[&'d Field],
        resolved: Resolved,
        level: Level,
    ) -> (Value, u32) {
        match resolved {
            Resolved::Unmodelled => self.complete(ty, fields, default::value_of(ty), level),
            Resolved::Leaf(Value::Null) if ty.is_non_null() => {
                self.complete(ty, fields, default::non_null_value_of(ty), level)
            }
            Resolved::Leaf(value) => (value, 0),
            Resolved::List(items) => self.list(ty, fields, items, level),
            Resolved::Object(object) => {
                let declared = ty.inner_named_type().as_str();
                let type_name = type_name(&object, declared);
                let sets = fields.iter().map(|field| &field.selection_set);
                let (value, inner) = self.object(&object, type_name, sets, level.inside());
                let points = match &object {
                    Object::Connection(connection) => {
                        connection_points(connection.entries.len() as u64, inner)
                    }
                    _ => object_points(type_name, level) + inner,
                };
                (value, points)
            }
        }
    }

    /// A list is priced once, by its dearest item.
    fn list(
        &mut self,
        ty: &Type,
        fields: &[&'d Field],
        items: Vec<Resolved>,
        level: Level,
    ) -> (Value, u32) {
        let mut dearest = 0;
        let values = items
            .into_iter()
            .map(|item| {
                let (value, points) = self.complete(ty.item_type(), fields, item, level);
                dearest = dearest.max(points);
                value
            })
            .collect();
        (Value::Array(values), dearest)
    }

    fn object(
        &mut self,
        object: &Object,
        type_name: &str,
        sets: impl Iterator<Item = &'d SelectionSet>,
        level: Level,
    ) -> (Value, u32) {
        let mut members = Map::new();
        let mut total = 0;
        for (key, fields) in self.reading.fields(type_name, sets) {
            let Some(field) = fields.first() else {
                continue;
            };
            let value = if field.name == "__typename" {
                type_name.into()
            } else {
                let resolved = self.field(object, field);
                // The definition of the object's own type: an interface may declare a weaker one.
                let declared = SCHEMA
                    .type_field(type_name, &field.name)
                    .map_or_else(|_| field.ty(), |definition| &definition.ty);
                let (value, points) = self.complete(declared, &fields, resolved, level);
                total += points;
                value
            };
            members.insert(key.to_owned(), value);
        }
        (Value::Object(members), total)
    }

    fn field(&self, object: &Object, field: &Field) -> Resolved {
        match object {
            Object::Record(record) => record.field(&field.name),
            Object::Connection(connection) => connection.field(&field.name),
            Object::Customer(id) => {
                let arguments = if field.definition.arguments.is_empty() {
                    Map::new()
                } else {
                    literal::arguments(field, self.reading.variables)
                };
                self.world.customer_field(*id, &field.name, &arguments)
            }
        }
    }
}

fn type_name<'n>(object: &Object, declared: &'n str) -> &'n str {
    match object {
        Object::Customer(_) => "Customer",
        Object::Record(record) => record.type_name.unwrap_or(declared),
        Object::Connection(_) => {
            debug_assert!(is_connection(declared), "{declared} is no connection");
            declared
        }
    }
}
