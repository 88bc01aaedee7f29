//! Variables: coercion with every problem collected, as Shopify reports them.

use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast::Type;
use apollo_compiler::executable::{Operation, VariableDefinition};
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use serde_json::{Map, Value, json};

use super::coded::CodedError;
use super::literal;
use super::schema::{SCHEMA, is_one_of};

/// One entry of `extensions.problems`.
struct Problem {
    path: Vec<Value>,
    explanation: String,
    /// Coercion errors of custom scalars come with a message of their own.
    has_message: bool,
}

/// The variables of an operation, coerced to their types.
pub fn coerce(
    document: &ExecutableDocument,
    operation: &Operation,
    given: &Map<String, Value>,
) -> Result<Map<String, Value>, Vec<CodedError>> {
    let mut coerced = Map::new();
    let mut errors = Vec::new();
    for definition in &operation.variables {
        let value = given.get(definition.name.as_str());
        let mut problems = Vec::new();
        let result = match (value, &definition.default_value) {
            (None, Some(default)) => literal::to_json(default, &definition.ty, &Map::new()),
            (None, None) if !definition.ty.is_non_null() => None,
            (value, _) => {
                let value = value.unwrap_or(&Value::Null);
                Some(coerce_value(value, &definition.ty, &[], &mut problems))
            }
        };
        if !problems.is_empty() {
            let error = invalid(definition, value, &problems);
            let place = definition
                .line_column_range(&document.sources)
                .map(|range| range.start);
            errors.push(error.at(place));
        } else if let Some(result) = result {
            coerced.insert(definition.name.to_string(), result);
        }
    }
    if errors.is_empty() {
        Ok(coerced)
    } else {
        Err(errors)
    }
}

fn invalid(
    definition: &VariableDefinition,
    value: Option<&Value>,
    problems: &[Problem],
) -> CodedError {
    let mut message = format!(
        "Variable ${} of type {} was provided invalid value",
        definition.name, definition.ty
    );
    let described: Vec<String> = problems
        .iter()
        .filter(|problem| !problem.path.is_empty())
        .map(Problem::describe)
        .collect();
    if described.is_empty() {
        let own = problems.iter().find(|problem| problem.has_message);
        if let Some(problem) = own {
            message.push_str(&format!(" ({})", problem.explanation));
        }
    } else {
        message.push_str(&format!(" for {}", described.join(", ")));
    }
    CodedError::new("INVALID_VARIABLE", message)
        .with("value", value.cloned().unwrap_or(Value::Null))
        .with(
            "problems",
            problems.iter().map(Problem::to_json).collect::<Vec<_>>(),
        )
}

impl Problem {
    fn describe(&self) -> String {
        let path: Vec<String> = self
            .path
            .iter()
            .map(|segment| match segment {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            })
            .collect();
        format!("{} ({})", path.join("."), self.explanation)
    }

    fn to_json(&self) -> Value {
        let mut problem = json!({"path": self.path, "explanation": self.explanation});
        if self.has_message
            && let Some(members) = problem.as_object_mut()
        {
            members.insert("message".to_owned(), self.explanation.clone().into());
        }
        problem
    }
}

fn coerce_value(value: &Value, ty: &Type, path: &[Value], problems: &mut Vec<Problem>) -> Value {
    if value.is_null() {
        if ty.is_non_null() {
            push(problems, path, "Expected value to not be null");
        }
        return Value::Null;
    }
    if ty.is_list() {
        return coerce_list(value, ty.item_type(), path, problems);
    }
    let name = ty.inner_named_type().as_str();
    match SCHEMA.types.get(name) {
        Some(ExtendedType::InputObject(input)) => coerce_object(value, input, path, problems),
        Some(ExtendedType::Enum(definition)) => {
            let known = value
                .as_str()
                .is_some_and(|text| definition.values.contains_key(text));
            if !known {
                let values: Vec<&str> =
                    definition.values.keys().map(|name| name.as_str()).collect();
                let explanation = format!("Expected {value} to be one of: {}", values.join(", "));
                push(problems, path, &explanation);
            }
            value.clone()
        }
        _ => coerce_scalar(value, name, path, problems),
    }
}

fn coerce_list(value: &Value, item: &Type, path: &[Value], problems: &mut Vec<Problem>) -> Value {
    let Some(items) = value.as_array() else {
        // A single value stands for a list of one.
        return Value::Array(vec![coerce_value(value, item, path, problems)]);
    };
    items
        .iter()
        .enumerate()
        .map(|(index, value)| coerce_value(value, item, &extended(path, index), problems))
        .collect()
}

fn coerce_object(
    value: &Value,
    input: &InputObjectType,
    path: &[Value],
    problems: &mut Vec<Problem>,
) -> Value {
    let Some(members) = value.as_object() else {
        let explanation = format!("Expected {value} to be a key-value object.");
        push(problems, path, &explanation);
        return Value::Null;
    };
    for name in members.keys() {
        if !input.fields.contains_key(name.as_str()) {
            let explanation = format!("Field is not defined on {}", input.name);
            push(problems, &extended(path, name.as_str()), &explanation);
        }
    }
    let mut coerced = Map::new();
    for (name, definition) in &input.fields {
        let member = match members.get(name.as_str()) {
            Some(member) => {
                let path = extended(path, name.as_str());
                Some(coerce_value(member, &definition.ty, &path, problems))
            }
            None => literal::default_of(definition),
        };
        match member {
            Some(member) => {
                coerced.insert(name.to_string(), member);
            }
            None if definition.is_required() => {
                push(
                    problems,
                    &extended(path, name.as_str()),
                    "Expected value to not be null",
                );
            }
            None => {}
        }
    }
    check_one_of(members, &input.name, path, problems);
    coerced.into()
}

fn check_one_of(
    members: &Map<String, Value>,
    type_name: &str,
    path: &[Value],
    problems: &mut Vec<Problem>,
) {
    if !is_one_of(type_name) {
        return;
    }
    let requires = format!("'{type_name}' requires exactly one argument, but");
    match members.iter().next() {
        Some((name, Value::Null)) if members.len() == 1 => {
            push(problems, path, &format!("{requires} '{name}' was `null`."));
        }
        Some(_) if members.len() == 1 => {}
        _ => push(
            problems,
            path,
            &format!("{requires} {} were provided.", members.len()),
        ),
    }
}

fn coerce_scalar(value: &Value, name: &str, path: &[Value], problems: &mut Vec<Problem>) -> Value {
    let fits = match name {
        "Int" => value
            .as_i64()
            .is_some_and(|number| i32::try_from(number).is_ok()),
        "Float" => value.is_number(),
        "String" => value.is_string(),
        "Boolean" => value.is_boolean(),
        "ID" => return coerce_id(value, path, problems),
        _ => true,
    };
    if !fits {
        let explanation = format!("Could not coerce value {value} to {name}");
        push(problems, path, &explanation);
    }
    value.clone()
}

fn coerce_id(value: &Value, path: &[Value], problems: &mut Vec<Problem>) -> Value {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if !is_global_id(&text) {
        problems.push(Problem {
            path: path.to_vec(),
            explanation: format!("Invalid global id '{text}'"),
            has_message: true,
        });
    }
    text.into()
}

/// Whether the text has the form `gid://shopify/Type/id`.
pub fn is_global_id(text: &str) -> bool {
    let Some((type_name, id)) = text
        .strip_prefix("gid://shopify/")
        .and_then(|rest| rest.split_once('/'))
    else {
        return false;
    };
    !type_name.is_empty() && !id.is_empty()
}

fn push(problems: &mut Vec<Problem>, path: &[Value], explanation: &str) {
    problems.push(Problem {
        path: path.to_vec(),
        explanation: explanation.to_owned(),
        has_message: false,
    });
}

fn extended(path: &[Value], segment: impl Into<Value>) -> Vec<Value> {
    let mut longer = path.to_vec();
    longer.push(segment.into());
    longer
}
