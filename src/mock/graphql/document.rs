//! Parses and validates documents, once per text.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use apollo_compiler::ExecutableDocument;
use apollo_compiler::executable::Operation;
use apollo_compiler::validation::Valid;

use super::coded::CodedError;
use super::schema::SCHEMA;
use super::{literal, refusal};

/// A document that may be executed.
#[derive(Debug)]
pub struct Document {
    /// The operations and fragments, typed.
    pub executable: Valid<ExecutableDocument>,
}

impl Document {
    /// The operation to run: the named one, or the only one.
    pub fn operation(&self, name: Option<&str>) -> Result<&Operation, CodedError> {
        let operations = &self.executable.operations;
        operations
            .get(name)
            .map(|operation| &**operation)
            .map_err(|_| match name {
                Some(name) => CodedError::plain(format!("No operation named \"{name}\"")),
                None => CodedError::plain("An operation name is required"),
            })
    }

    /// The root fields in order, by their names in the schema.
    pub fn root_fields(&self, operation: &Operation) -> Vec<String> {
        operation
            .root_fields(&self.executable)
            .map(|field| field.name.to_string())
            .collect()
    }

    /// Whether the operation selects a field that the schema deprecates.
    pub fn selects_deprecated(&self, operation: &Operation) -> bool {
        operation
            .all_fields(&self.executable)
            .any(|field| field.definition.directives.has("deprecated"))
    }
}

/// The documents seen so far, by text.
#[derive(Debug, Default)]
pub struct Documents {
    valid: Mutex<HashMap<String, Arc<Document>>>,
}

/// More texts than any client has operations: someone builds texts dynamically.
const MAX_DOCUMENTS: usize = 2_000;

impl Documents {
    /// The document of a text, or what is wrong with it.
    pub fn prepare(&self, text: &str) -> Result<Arc<Document>, Vec<CodedError>> {
        let known = self
            .valid
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(text)
            .cloned();
        if let Some(document) = known {
            return Ok(document);
        }
        let document = Arc::new(read(text)?);
        let mut valid = self.valid.lock().unwrap_or_else(PoisonError::into_inner);
        if valid.len() >= MAX_DOCUMENTS {
            valid.clear();
        }
        valid.insert(text.to_owned(), Arc::clone(&document));
        Ok(document)
    }
}

/// The document of a text that is not seen often, or what is wrong with it.
pub fn read(text: &str) -> Result<Document, Vec<CodedError>> {
    let executable = ExecutableDocument::parse_and_validate(&SCHEMA, text, "query.graphql")
        .map_err(|invalid| refusal::errors(text, &invalid.errors))?;
    let errors = literal::check(&executable);
    if errors.is_empty() {
        Ok(Document { executable })
    } else {
        Err(errors)
    }
}
