//! From operations to changes: paths are resolved, values made canonical.

use std::sync::Arc;

use serde_json::Value;

use super::Patch;
use super::change::{AttributeChange, Change, Verb};
use super::message::{Operation, operations};
use super::unknown::UnknownTarget;
use crate::scim::dialect::Dialect;
use crate::scim::error::ScimError;
use crate::scim::filter::{FilterError, ValueFilter};
use crate::scim::path::{AttributeRef, Path, PathError, ResolvedPath};
use crate::scim::resource::{Reader, WarningKind, is_read_only, undeclared_keys};
use crate::scim::schema::{Mutability, ResourceType, Schema, Schemas};

/// Reads a PATCH body.
pub(super) fn patch(
    body: Value,
    resource_type: ResourceType,
    schemas: &Schemas,
    dialect: &Dialect,
) -> Result<Patch, ScimError> {
    let mut reader = PatchReader {
        reader: Reader::new(resource_type, schemas, dialect),
        changes: Vec::new(),
    };
    for operation in operations(body, &mut reader.reader)? {
        reader.operation(operation)?;
    }
    Ok(Patch {
        resource_type,
        schemas: schemas.clone(),
        dialect: *dialect,
        changes: reader.changes,
        warnings: reader.reader.warnings,
    })
}

/// How an attribute was named: a read-only one is refused as a path and ignored as part of a value.
#[derive(Clone, Copy, PartialEq)]
enum Origin {
    Path,
    Value,
}

pub(super) struct PatchReader<'a> {
    pub(super) reader: Reader<'a>,
    changes: Vec<Change>,
}

impl PatchReader<'_> {
    fn operation(&mut self, operation: Operation) -> Result<(), ScimError> {
        let Operation { verb, path, value } = operation;
        match path {
            Some(path) => {
                let path = self.reader.dialect.read_path(&path)?;
                self.at(&path, verb, value, Origin::Path)
            }
            // RFC 7644 §3.5.2.2: remove without "path" fails with noTarget.
            None if verb == Verb::Remove => Err(ScimError::no_target("remove needs a path")),
            None => self.whole_resource(verb, value),
        }
    }

    /// RFC 7644 §3.5.2.1, §3.5.2.3: without a path, the value holds the attributes of the resource.
    fn whole_resource(&mut self, verb: Verb, value: Option<Value>) -> Result<(), ScimError> {
        let Some(Value::Object(members)) = value else {
            return Err(ScimError::invalid_value(
                "without a path, value must be an object",
            ));
        };
        for (name, value) in members {
            self.member(&name, verb, value)?;
        }
        Ok(())
    }

    fn member(&mut self, name: &str, verb: Verb, value: Value) -> Result<(), ScimError> {
        match self.reader.dialect.read_path(name) {
            Ok(path) => self.at(&path, verb, Some(value), Origin::Value),
            // A name that no attribute can have is still a member of the value; a broken filter is a broken path.
            Err(error) if name.contains('[') => Err(error.into()),
            Err(_) => {
                let (schemas, resource_type) = (self.reader.schemas, self.reader.resource_type);
                match undeclared_keys(schemas, resource_type, name, &value) {
                    Some(keys) => self.unknown(name, UnknownTarget::Keys(keys), verb, Some(value)),
                    None => Ok(()),
                }
            }
        }
    }

    fn at(
        &mut self,
        path: &Path,
        verb: Verb,
        value: Option<Value>,
        origin: Origin,
    ) -> Result<(), ScimError> {
        let (schemas, resource_type) = (self.reader.schemas, self.reader.resource_type);
        match path.resolve(schemas, resource_type) {
            Ok(resolved) => self.at_resolved(resolved, verb, value, origin),
            Err(error) if is_unknown(&error) => {
                let lenient = path.resolve_anywhere(schemas, resource_type).ok();
                match lenient.filter(|_| self.reader.dialect.finds_extension_attributes) {
                    Some(resolved) => {
                        self.reader
                            .warn(WarningKind::MissingUrn, path.name.as_str());
                        self.at_resolved(resolved, verb, value, origin)
                    }
                    None => self.at_unknown(path, error, verb, value),
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    fn at_resolved(
        &mut self,
        resolved: ResolvedPath,
        verb: Verb,
        value: Option<Value>,
        origin: Origin,
    ) -> Result<(), ScimError> {
        match resolved {
            ResolvedPath::Schema(schema) => self.whole_schema(schema, verb, value, origin),
            ResolvedPath::Attribute {
                target,
                value_filter,
            } => self.attribute(target, value_filter, verb, value, origin),
        }
    }

    /// A path, or a member of the value, that is the URN of a schema.
    fn whole_schema(
        &mut self,
        schema: Arc<Schema>,
        verb: Verb,
        value: Option<Value>,
        origin: Origin,
    ) -> Result<(), ScimError> {
        if schema.is_core && verb == Verb::Remove {
            return Err(ScimError::no_target("the path names no attribute"));
        }
        if is_read_only(&schema) {
            return match origin {
                Origin::Path => Err(read_only(&schema.id)),
                Origin::Value => Ok(()),
            };
        }
        let is_unassigned = value.as_ref().is_some_and(Value::is_null);
        if verb == Verb::Remove || (verb == Verb::Replace && is_unassigned && !schema.is_core) {
            self.changes.push(Change::RemoveExtension(schema));
            return Ok(());
        }
        let members = match value {
            Some(Value::Object(members)) => members,
            Some(Value::Null) => return Ok(()),
            _ => {
                let detail = format!("{} must be an object", schema.id);
                return Err(ScimError::invalid_value(detail));
            }
        };
        for (name, value) in members {
            self.member(&format!("{}:{name}", schema.id), verb, value)?;
        }
        Ok(())
    }

    fn attribute(
        &mut self,
        target: AttributeRef,
        selector: Option<ValueFilter>,
        verb: Verb,
        value: Option<Value>,
        origin: Origin,
    ) -> Result<(), ScimError> {
        let path = target.to_string();
        if target.attribute.is_read_only() || target.leaf().is_read_only() {
            // RFC 7644 §3.5.2: a read-only target is an error with mutability. Clients send whole resources as values, though.
            return match origin {
                Origin::Path => Err(read_only(&path)),
                Origin::Value => Ok(()),
            };
        }
        if target.extension.is_none() && target.attribute.name == "schemas" {
            // RFC 7643 §3: which schemas a resource has follows from its attributes.
            if origin == Origin::Path {
                self.reader.warn(WarningKind::SchemasChange, &path);
            }
            return Ok(());
        }
        // What is never read back is not kept.
        if target.leaf().mutability == Mutability::WriteOnly {
            return Ok(());
        }
        if target.derived().members {
            let changes = self.reader.member_changes(&target, selector, verb, value)?;
            self.changes.extend(changes.map(Change::Members));
            return Ok(());
        }
        let action = self
            .reader
            .action(&path, &target, selector.as_ref(), verb, value)?;
        if let Some(action) = action {
            let change = AttributeChange::new(target, selector, action);
            self.changes.push(Change::Attribute(change));
        }
        Ok(())
    }

    fn at_unknown(
        &mut self,
        path: &Path,
        error: PathError,
        verb: Verb,
        value: Option<Value>,
    ) -> Result<(), ScimError> {
        if !self.reader.dialect.keeps_unknown_attributes {
            return Err(error.into());
        }
        let name = path.name.as_str();
        match UnknownTarget::of(path, self.reader.schemas, self.reader.resource_type) {
            Some(target) => self.unknown(name, target, verb, value),
            None => {
                self.reader.warn(WarningKind::IgnoredPath, name);
                Ok(())
            }
        }
    }

    fn unknown(
        &mut self,
        name: &str,
        target: UnknownTarget,
        verb: Verb,
        value: Option<Value>,
    ) -> Result<(), ScimError> {
        if let Some(change) = target.change(verb, value) {
            self.reader.check_unknown(name)?;
            self.changes.push(Change::Unknown(change));
        }
        Ok(())
    }
}

/// True when a name in the path, or in its filter, means nothing here.
fn is_unknown(error: &PathError) -> bool {
    matches!(
        error,
        PathError::Filter {
            source: FilterError::UnknownAttribute { .. }
        }
    ) || error.is_unknown()
}

/// 400 `mutability`: only the service sets the target.
fn read_only(path: &str) -> ScimError {
    ScimError::mutability(format!("{path} is read-only"))
}
