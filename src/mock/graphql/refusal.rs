//! From the validator's diagnostics to Shopify's coded errors, in one table.
//!
//! The validator is pinned to one version: the names and the quoted words of its messages are read here.

use apollo_compiler::diagnostic::ToCliReport;
use apollo_compiler::validation::DiagnosticList;

use super::coded::CodedError;
use super::site::{self, Site, SiteArgument};

/// What is wrong with a document, as Shopify says it.
pub fn errors(text: &str, diagnostics: &DiagnosticList) -> Vec<CodedError> {
    let mut errors: Vec<CodedError> = Vec::new();
    for diagnostic in diagnostics.iter() {
        let site = diagnostic
            .error
            .location()
            .map(|span| site::locate(text, span.offset()))
            .unwrap_or_default();
        let place = diagnostic.line_column_range().map(|range| range.start);
        let message = diagnostic.error.to_string();
        let Some(name) = diagnostic.error.unstable_error_name() else {
            errors.push(CodedError::plain(message).at(place));
            continue;
        };
        // Only undefined fields are selected inside, and those have their own errors.
        if name == "MissingSubselection" && site.field.as_ref().is_some_and(|it| it.has_selections)
        {
            continue;
        }
        let error = coded(name, &message, &site).at(place).on(&site.path);
        if !errors.contains(&error) {
            errors.push(error);
        }
    }
    // A document that does not parse is not judged further.
    let syntax = |error: &CodedError| error.code().is_empty();
    if errors.iter().any(syntax) {
        errors.retain(syntax);
        errors.truncate(1);
    }
    errors
}

fn coded(name: &str, message: &str, site: &Site) -> CodedError {
    let words = quoted(message);
    let word = |index: usize| words.get(index).copied().unwrap_or_default();
    let operation = &site.operation;
    match name {
        "UndefinedField" => {
            let (type_name, field) = (word(0), word(1));
            CodedError::new(
                "undefinedField",
                format!("Field '{field}' doesn't exist on type '{type_name}'"),
            )
            .with("typeName", type_name)
            .with("fieldName", field)
        }
        "RequiredArgument" => required_argument(word(0), site),
        "RequiredField" => required_input_field(word(0)),
        "UndefinedArgument" => undefined_argument(word(0), "Field", &field_name(site)),
        "UndefinedInputValue" => undefined_argument(word(0), "InputObject", word(1)),
        "UnsupportedValueType"
        | "UndefinedEnumValue"
        | "IntCoercionError"
        | "FloatCoercionError" => incompatible(site),
        "MissingSubselection" => missing_selections(site),
        "SubselectionOnScalarType" => leaf_selections(word(0), "scalars", site),
        "SubselectionOnEnumType" => leaf_selections(word(0), "enums", site),
        "DisallowedVariableUsage" => {
            mismatch(word(0).trim_start_matches('$'), word(1), word(2), word(3))
        }
        "UnusedVariable" => {
            let variable = word(0).trim_start_matches('$');
            CodedError::new(
                "variableNotUsed",
                format!("Variable ${variable} is declared by {operation} but not used"),
            )
            .with("variableName", variable)
        }
        "UndefinedVariable" => {
            let variable = word(0).trim_start_matches('$');
            CodedError::new(
                "variableNotDefined",
                format!("Variable ${variable} is used by {operation} but not declared"),
            )
            .with("variableName", variable)
        }
        "UndefinedFragment" => fragment(word(0), "was used, but not defined"),
        "UnusedFragment" => fragment(word(0), "was defined, but not used"),
        "UndefinedDefinition" => CodedError::new(
            "variableRequiresValidType",
            format!("{} isn't a defined input type", word(0)),
        )
        .with("typeName", word(0)),
        "UndefinedTypeInNamedFragmentTypeCondition"
        | "UndefinedTypeInInlineFragmentTypeCondition" => CodedError::new(
            "undefinedType",
            format!(
                "No such type {}, so it can't be a fragment condition",
                word(0)
            ),
        )
        .with("typeName", word(0)),
        "InvalidFragmentSpread" => cannot_spread(&words),
        "ConflictingFieldType" | "ConflictingFieldName" | "ConflictingFieldArgument" => {
            CodedError::new(
                "fieldConflict",
                format!("Field '{}' has a field conflict", word(0)),
            )
            .with("fieldName", word(0))
        }
        "UndefinedDirective" => {
            let directive = word(0).trim_start_matches('@');
            CodedError::new(
                "undefinedDirective",
                format!("Directive @{directive} is not defined"),
            )
            .with("directiveName", directive)
        }
        "OperationNameCollision" => CodedError::new(
            "uniquelyNamedOperations",
            format!("Operation name \"{}\" must be unique", word(0)),
        )
        .with("operationName", word(0)),
        other => CodedError::new(other, message),
    }
}

/// The words between backticks.
fn quoted(message: &str) -> Vec<&str> {
    message.split('`').skip(1).step_by(2).collect()
}

fn field_name(site: &Site) -> String {
    site.field
        .as_ref()
        .map(|field| field.name.clone())
        .unwrap_or_default()
}

/// `coordinate` is `Mutation.customerCreate(input:)`.
fn required_argument(coordinate: &str, site: &Site) -> CodedError {
    let (_, argument) = coordinate.split_once('(').unwrap_or_default();
    let argument = argument.trim_end_matches(":)");
    let field = field_name(site);
    CodedError::new(
        "missingRequiredArguments",
        format!("Field '{field}' is missing required arguments: {argument}"),
    )
    .with("className", "Field")
    .with("name", field)
    .with("arguments", argument)
}

/// `coordinate` is `CustomerDeleteInput.id`.
fn required_input_field(coordinate: &str) -> CodedError {
    let (input, field) = coordinate.split_once('.').unwrap_or_default();
    let expected = super::schema::SCHEMA
        .get_input_object(input)
        .and_then(|input| input.fields.get(field))
        .map(|field| field.ty.to_string())
        .unwrap_or_default();
    CodedError::new(
        "missingRequiredInputObjectAttribute",
        format!(
            "Argument '{field}' on InputObject '{input}' is required. Expected type {expected}"
        ),
    )
    .with("argumentName", field)
    .with("argumentType", expected)
    .with("inputObjectType", input)
}

fn undefined_argument(argument: &str, class: &str, owner: &str) -> CodedError {
    CodedError::new(
        "argumentNotAccepted",
        format!("{class} '{owner}' doesn't accept argument '{argument}'"),
    )
    .with("name", owner)
    .with("typeName", class)
    .with("argumentName", argument)
}

fn incompatible(site: &Site) -> CodedError {
    let Some(argument) = &site.argument else {
        return CodedError::new("argumentLiteralsIncompatible", "Invalid value");
    };
    let SiteArgument {
        name,
        input_object,
        expected,
        value,
        variable,
    } = argument;
    let expected = expected.as_deref().unwrap_or_default();
    if let Some(variable) = variable {
        return CodedError::new(
            "variableMismatch",
            format!(
                "Type mismatch on variable ${variable} and argument {name} (expected {expected})"
            ),
        )
        .with("variableName", variable.as_str())
        .with("argumentName", name.as_str())
        .with("errorMessage", "Type mismatch");
    }
    let field = field_name(site);
    let (class, owner) = match input_object {
        Some(input) => ("InputObject", input.as_str()),
        None => ("Field", field.as_str()),
    };
    CodedError::new(
        "argumentLiteralsIncompatible",
        format!("Argument '{name}' on {class} '{owner}' has an invalid value ({value}). Expected type '{expected}'."),
    )
    .with("typeName", class)
    .with("argumentName", name.as_str())
}

fn missing_selections(site: &Site) -> CodedError {
    let field = field_name(site);
    let returned = returned_type(site);
    CodedError::new(
        "selectionMismatch",
        format!(
            "Field must have selections (field '{field}' returns {returned} but has no selections. Did you mean '{field} {{ ... }}'?)"
        ),
    )
    .with("nodeName", format!("field '{field}'"))
    .with("typeName", returned)
}

fn leaf_selections(type_name: &str, class: &str, site: &Site) -> CodedError {
    let (name, selections) = match &site.field {
        Some(field) => (field.name.as_str(), field.selections.as_slice()),
        None => ("", [].as_slice()),
    };
    CodedError::new(
        "selectionMismatch",
        format!("Selections can't be made on {class} (field '{name}' returns {type_name} but has selections {selections:?})"),
    )
    .with("nodeName", format!("field '{name}'"))
    .with("typeName", type_name)
}

fn returned_type(site: &Site) -> String {
    site.field
        .as_ref()
        .and_then(|field| field.returned.clone())
        .unwrap_or_default()
}

fn mismatch(variable: &str, variable_type: &str, argument: &str, expected: &str) -> CodedError {
    let strip = |ty: &str| ty.replace('!', "");
    let kind = if strip(variable_type) == strip(expected) {
        "Nullability mismatch"
    } else {
        "Type mismatch"
    };
    CodedError::new(
        "variableMismatch",
        format!(
            "{kind} on variable ${variable} and argument {argument} ({variable_type} / {expected})"
        ),
    )
    .with("variableName", variable)
    .with("typeName", variable_type)
    .with("argumentName", argument)
    .with("errorMessage", kind)
}

fn fragment(name: &str, what: &str) -> CodedError {
    CodedError::new("useAndDefineFragment", format!("Fragment {name} {what}"))
        .with("fragmentName", name)
}

/// The quoted words are the fragment (a named one), its type condition and the type around it.
fn cannot_spread(words: &[&str]) -> CodedError {
    let (name, condition, parent) = match words {
        [name, condition, parent] => (*name, *condition, *parent),
        [condition, parent] => ("", *condition, *parent),
        _ => ("", "", ""),
    };
    CodedError::new(
        "cannotSpreadFragment",
        format!("Fragment {name} on {condition} can't be spread inside {parent}"),
    )
    .with("typeName", condition)
    .with("fragmentName", name)
    .with("parentName", parent)
}
