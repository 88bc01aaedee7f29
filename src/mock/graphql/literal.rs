//! Values written in the document: to JSON, and the two checks the validator lacks (global ids, `@oneOf`).

use apollo_compiler::ExecutableDocument;
use apollo_compiler::Node;
use apollo_compiler::ast::{Type, Value as Literal};
use apollo_compiler::executable::Field;
use apollo_compiler::schema::{ExtendedType, InputValueDefinition};
use serde_json::{Map, Value};

use super::coded::CodedError;
use super::schema::{SCHEMA, is_one_of};
use super::site;
use super::variables::is_global_id;

/// The arguments of a field, with defaults. A variable that was not provided leaves its argument out.
pub fn arguments(field: &Field, variables: &Map<String, Value>) -> Map<String, Value> {
    let given = |definition: &InputValueDefinition| {
        let argument = field
            .arguments
            .iter()
            .find(|argument| argument.name == definition.name)?;
        to_json(&argument.value, &definition.ty, variables)
    };
    field
        .definition
        .arguments
        .iter()
        .filter_map(|definition| {
            let value = given(definition).or_else(|| default_of(definition))?;
            Some((definition.name.to_string(), value))
        })
        .collect()
}

/// The default value of an argument or input field.
pub fn default_of(definition: &InputValueDefinition) -> Option<Value> {
    to_json(
        definition.default_value.as_ref()?,
        &definition.ty,
        &Map::new(),
    )
}

/// A literal as JSON; None for a variable that was not provided.
pub fn to_json(literal: &Literal, ty: &Type, variables: &Map<String, Value>) -> Option<Value> {
    Some(match literal {
        Literal::Variable(name) => return variables.get(name.as_str()).cloned(),
        Literal::Null => Value::Null,
        Literal::List(items) => items
            .iter()
            .map(|item| to_json(item, ty.item_type(), variables).unwrap_or(Value::Null))
            .collect(),
        // A single value stands for a list of one.
        single if ty.is_list() => Value::Array(vec![to_json(single, ty.item_type(), variables)?]),
        Literal::Enum(name) => name.as_str().into(),
        Literal::String(text) if ty.inner_named_type() == "ID" => text.as_str().into(),
        Literal::String(text) => text.as_str().into(),
        Literal::Boolean(value) => (*value).into(),
        Literal::Int(number) if ty.inner_named_type() == "ID" => number.as_str().into(),
        Literal::Int(number) => serde_json::from_str(number.as_str()).unwrap_or(Value::Null),
        Literal::Float(number) => serde_json::from_str(number.as_str()).unwrap_or(Value::Null),
        Literal::Object(members) => object(members, ty, variables),
    })
}

fn object(
    members: &[(apollo_compiler::Name, Node<Literal>)],
    ty: &Type,
    variables: &Map<String, Value>,
) -> Value {
    let Some(input) = SCHEMA.get_input_object(ty.inner_named_type()) else {
        let any = |(name, value): &(apollo_compiler::Name, Node<Literal>)| {
            Some((name.to_string(), to_json(value, ty, variables)?))
        };
        return Value::Object(members.iter().filter_map(any).collect());
    };
    let mut result = Map::new();
    for (name, value) in members {
        if let Some(definition) = input.fields.get(name)
            && let Some(value) = to_json(value, &definition.ty, variables)
        {
            result.insert(name.to_string(), value);
        }
    }
    for (name, definition) in &input.fields {
        if !result.contains_key(name.as_str())
            && let Some(value) = default_of(definition)
        {
            result.insert(name.to_string(), value);
        }
    }
    result.into()
}

/// Literal global ids that are none, and `@oneOf` literals with other than one key.
pub fn check(document: &ExecutableDocument) -> Vec<CodedError> {
    let mut found = Vec::new();
    for operation in document.operations.iter() {
        for field in operation.all_fields(document) {
            for argument in &field.arguments {
                if let Some(definition) = field
                    .definition
                    .arguments
                    .iter()
                    .find(|definition| definition.name == argument.name)
                {
                    check_value(&argument.value, &definition.ty, document, &mut found);
                }
            }
        }
    }
    found
}

fn check_value(
    literal: &Node<Literal>,
    ty: &Type,
    document: &ExecutableDocument,
    found: &mut Vec<CodedError>,
) {
    let error = match &**literal {
        Literal::List(items) => {
            for item in items {
                check_value(item, ty.item_type(), document, found);
            }
            None
        }
        Literal::String(text) if ty.inner_named_type() == "ID" => invalid_id(text),
        Literal::Int(number) if ty.inner_named_type() == "ID" => invalid_id(number.as_str()),
        Literal::Object(members) => check_object(members, ty, document, found),
        _ => None,
    };
    if let Some(error) = error {
        let offset = literal.location().map(|span| span.offset());
        let path = site::path_at(document, offset);
        let place = literal
            .line_column_range(&document.sources)
            .map(|range| range.start);
        found.push(error.at(place).on(&path));
    }
}

fn invalid_id(text: &str) -> Option<CodedError> {
    (!is_global_id(text)).then(|| {
        let message = format!("Invalid global id '{text}'");
        CodedError::new("argumentLiteralsIncompatible", message).with("typeName", "CoercionError")
    })
}

fn check_object(
    members: &[(apollo_compiler::Name, Node<Literal>)],
    ty: &Type,
    document: &ExecutableDocument,
    found: &mut Vec<CodedError>,
) -> Option<CodedError> {
    let type_name = ty.inner_named_type();
    if let Some(ExtendedType::InputObject(input)) = SCHEMA.types.get(type_name) {
        for (name, value) in members {
            if let Some(definition) = input.fields.get(name) {
                check_value(value, &definition.ty, document, found);
            }
        }
    }
    if !is_one_of(type_name) {
        return None;
    }
    let message = match members {
        [(_, value)] if !value.is_null() => return None,
        [(name, _)] => format!("Argument '{type_name}.{name}' must be non-null."),
        _ => format!("OneOf Input Object '{type_name}' must specify exactly one key."),
    };
    Some(
        CodedError::new("invalidOneOfInputObject", message)
            .with("inputObjectType", type_name.as_str()),
    )
}
