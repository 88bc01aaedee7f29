//! What Shopify demands of the document of a bulk operation.

use apollo_compiler::ExecutableDocument;
use apollo_compiler::executable::{Field, Operation, Selection, SelectionSet};

use crate::mock::graphql::coded::CodedError;
use crate::mock::graphql::cost::is_connection;
use crate::mock::graphql::document::{self, Document};
use crate::mock::user_error::UserError;

/// The longest document, in bytes.
const MAX_DOCUMENT_BYTES: usize = 65_535;
/// What can't run in bulk.
const FORBIDDEN: [&str; 4] = [
    "bulkOperationCancel",
    "bulkOperationRunMutation",
    "bulkOperationRunQuery",
    "stagedUploadsCreate",
];

/// The document of a bulk mutation, or what is wrong with it.
pub fn mutation(text: &str) -> Result<Document, UserError> {
    let size = text.len();
    let invalid = |field: &[&str], message: String| {
        Err(UserError::text(field, message, Some("INVALID_MUTATION")))
    };
    if size > MAX_DOCUMENT_BYTES {
        let message = format!("is too large ({size} bytes; maximum is {MAX_DOCUMENT_BYTES} bytes)");
        return invalid(&["query"], message);
    }
    let document = match document::read(text) {
        Ok(document) => document,
        Err(errors) => {
            let message = format!("Failed to parse the mutation - {}", first(&errors));
            return invalid(&[], message);
        }
    };
    let rule = |message: &str| Err(UserError::text(&["mutation"], message, None));
    match document.operation(None) {
        Ok(operation) if !operation.is_mutation() => {
            let message = "Invalid operation type. Only `mutation` operations are supported.";
            invalid(&[], message.to_owned())
        }
        Ok(operation) => {
            let roots = document.root_fields(operation);
            let found = Found::of(&document.executable, operation);
            match roots.as_slice() {
                [root] if FORBIDDEN.contains(&root.as_str()) => {
                    rule("You must use an allowed mutation name.")
                }
                [_] if found.connections > 1 => {
                    rule("Bulk mutations cannot contain more than 1 connection.")
                }
                [_] => Ok(document),
                _ => rule("You must specify a single top level mutation."),
            }
        }
        Err(_) => rule("You must specify a single top level mutation."),
    }
}

/// The document of a bulk query, or what is wrong with it.
pub fn query(text: &str) -> Result<Document, UserError> {
    let size = text.len();
    let invalid = |message: String| UserError::text(&["query"], message, Some("INVALID"));
    if size > MAX_DOCUMENT_BYTES {
        return Err(invalid(format!(
            "Query is too large ({size} bytes; maximum is {MAX_DOCUMENT_BYTES} bytes)"
        )));
    }
    let document = document::read(text)
        .map_err(|errors| invalid(format!("Invalid bulk query: {}", first(&errors))))?;
    let operation = document
        .operation(None)
        .map_err(|error| invalid(format!("Invalid bulk query: {}", error.message())))?;
    match query_rule(&document, operation) {
        Some(message) => Err(invalid(message)),
        None => Ok(document),
    }
}

fn query_rule(document: &Document, operation: &Operation) -> Option<String> {
    if !operation.is_query() {
        return Some("Invalid operation type. Only `query` operations are supported.".to_owned());
    }
    if document
        .root_fields(operation)
        .iter()
        .any(|it| it == "node")
    {
        return Some("Bulk queries cannot contain a top level `node` field.".to_owned());
    }
    let found = Found::of(&document.executable, operation);
    let rule = match &found {
        Found { connections: 0, .. } => "Bulk queries must contain at least one connection.",
        Found { connections, .. } if *connections > 5 => {
            "Bulk queries cannot contain more than 5 connections."
        }
        Found { depth, .. } if *depth > 2 => {
            "Bulk queries cannot contain connections with a nesting depth greater than 2."
        }
        _ => "",
    };
    if !rule.is_empty() {
        return Some(rule.to_owned());
    }
    if let Some(first) = found.without_edges.first() {
        let fields = quoted(&found.without_edges);
        return Some(format!(
            "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: '{first} {{ edges {{ node {{'. Selecting via 'nodes' is not supported. Invalid connection fields: {fields}."
        ));
    }
    (!found.without_id.is_empty()).then(|| {
        format!(
            "The parent 'node' field for a nested connection must select the 'id' field without an alias and must be of 'ID' return type. Connection fields without 'id': {}.",
            found.without_id.join(", ")
        )
    })
}

fn first(errors: &[CodedError]) -> &str {
    errors.first().map(CodedError::message).unwrap_or_default()
}

fn quoted(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    quoted.join(", ")
}

/// The lists that an operation selects.
#[derive(Debug, Default)]
struct Found {
    connections: usize,
    /// How deep they are nested in each other.
    depth: usize,
    /// Lists that are not read through `edges` and `node`.
    without_edges: Vec<String>,
    /// Lists with lists inside whose nodes have no `id` to refer to.
    without_id: Vec<String>,
}

impl Found {
    fn of(document: &ExecutableDocument, operation: &Operation) -> Self {
        let mut found = Self::default();
        found.enter(document, &operation.selection_set, 0, None);
        found
    }

    fn enter(
        &mut self,
        document: &ExecutableDocument,
        set: &SelectionSet,
        depth: usize,
        around: Option<&Field>,
    ) {
        for field in fields(document, set) {
            if !is_connection(field.ty().inner_named_type()) {
                self.enter(document, &field.selection_set, depth, around);
                continue;
            }
            self.connections += 1;
            self.depth = self.depth.max(depth + 1);
            if !selects(document, &field.selection_set, "edges")
                || selects(document, &field.selection_set, "nodes")
            {
                self.without_edges.push(field.name.to_string());
            }
            if let Some(around) = around.filter(|around| !nodes_have_id(document, around)) {
                self.without_id.push(around.name.to_string());
            }
            self.enter(document, &field.selection_set, depth + 1, Some(field));
        }
    }
}

fn nodes_have_id(document: &ExecutableDocument, connection: &Field) -> bool {
    fields(document, &connection.selection_set)
        .into_iter()
        .filter(|field| field.name == "edges")
        .flat_map(|edges| fields(document, &edges.selection_set))
        .filter(|field| field.name == "node")
        .all(|node| selects(document, &node.selection_set, "id"))
}

/// Whether a field is selected under its own name.
fn selects(document: &ExecutableDocument, set: &SelectionSet, name: &str) -> bool {
    fields(document, set)
        .iter()
        .any(|field| field.name == name && field.response_key() == name)
}

/// The fields of a selection, with those of its fragments.
fn fields<'d>(document: &'d ExecutableDocument, set: &'d SelectionSet) -> Vec<&'d Field> {
    let mut found = Vec::new();
    for selection in &set.selections {
        match selection {
            Selection::Field(field) => found.push(&**field),
            Selection::InlineFragment(inline) => {
                found.extend(fields(document, &inline.selection_set));
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.fragment_name) {
                    found.extend(fields(document, &fragment.selection_set));
                }
            }
        }
    }
    found
}
