//! From operations to changes: paths are resolved, values made canonical.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::Patch;
use super::change::{Action, AttributeChange, Change, Verb};
use super::message::{Operation, operations};
use super::unknown::UnknownTarget;
use crate::scim::dialect::Dialect;
use crate::scim::error::ScimError;
use crate::scim::filter::{FilterError, ValueFilter};
use crate::scim::path::{AttributeRef, Path, PathError, ResolvedPath};
use crate::scim::resource::{Reader, WarningKind, is_filled, is_read_only, missing};
use crate::scim::schema::{AttributeDef, Mutability, ResourceType, Schema, Schemas};

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
            Some(path) => self.at(&Path::parse(&path)?, verb, value, Origin::Path),
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
        match Path::parse(name) {
            Ok(path) => self.at(&path, verb, Some(value), Origin::Value),
            // A name that no attribute can have is still a member of the value; a broken filter is a broken path.
            Err(error) if name.contains('[') => Err(error.into()),
            Err(_) => {
                let target = UnknownTarget::Keys(vec![name.to_owned()]);
                self.unknown(name, target, verb, Some(value))
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
        let action = match verb {
            Verb::Remove => self.removal(&path, &target, selector.as_ref(), value)?,
            Verb::Add | Verb::Replace => {
                let value = value
                    .ok_or_else(|| ScimError::invalid_value(format!("{path} needs a value")))?;
                self.setting(&path, &target, selector.as_ref(), verb, value)?
            }
        };
        if let Some(action) = action {
            self.push(target, selector, action);
        }
        Ok(())
    }

    fn push(&mut self, target: AttributeRef, selector: Option<ValueFilter>, action: Action) {
        let (target, action) = on_single_value(target, action);
        self.changes.push(Change::Attribute(AttributeChange {
            target,
            selector,
            action,
        }));
    }

    fn removal(
        &mut self,
        path: &str,
        target: &AttributeRef,
        selector: Option<&ValueFilter>,
        value: Option<Value>,
    ) -> Result<Option<Action>, ScimError> {
        let is_whole = target.sub_attribute.is_none() && selector.is_none();
        let listed = value.filter(|value| !value.is_null());
        if let Some(listed) = listed
            && is_whole
            && target.attribute.multi_valued
            && self.reader.dialect.removes_listed_values
        {
            self.reader.warn(WarningKind::ListedRemoval, path);
            let values = self.reader.list(path, &target.attribute, listed)?;
            return Ok(Some(Action::RemoveListed(values)));
        }
        self.unassigned(path, target).map(Some)
    }

    /// The action that leaves the target without value.
    fn unassigned(&self, path: &str, target: &AttributeRef) -> Result<Action, ScimError> {
        match &target.sub_attribute {
            Some(sub_attribute) if sub_attribute.required => Err(required(path)),
            _ => Ok(Action::Remove),
        }
    }

    /// What `add` and `replace` do; `None` when the value says nothing.
    fn setting(
        &mut self,
        path: &str,
        target: &AttributeRef,
        selector: Option<&ValueFilter>,
        verb: Verb,
        value: Value,
    ) -> Result<Option<Action>, ScimError> {
        let leaf = target.leaf();
        let is_one_of_many = selector.is_some() && target.sub_attribute.is_none();
        let value = if leaf.multi_valued && !is_one_of_many {
            self.reader.attribute(path, leaf, value)?
        } else {
            let value = self.reader.unwrapped(path, value);
            if leaf.is_complex() && !leaf.multi_valued {
                return self.merging(path, leaf, verb, value);
            }
            self.reader.element(path, leaf, value)?
        };
        match (verb, value) {
            (Verb::Add, None) => Ok(None),
            // RFC 7643 §2.5: null and the empty list unassign.
            (_, None) => self.unassigned(path, target).map(Some),
            (_, Some(value)) if leaf.required && !is_filled(&value) => Err(missing(path)),
            (Verb::Add, Some(value)) => Ok(Some(Action::Add(value))),
            (_, Some(value)) => Ok(Some(Action::Replace(value))),
        }
    }

    /// RFC 7644 §3.5.2.3: of a complex value only the parts that are sent are replaced.
    fn merging(
        &mut self,
        path: &str,
        def: &AttributeDef,
        verb: Verb,
        value: Value,
    ) -> Result<Option<Action>, ScimError> {
        let is_unassigned = value.is_null() || value == "";
        let sent = self.reader.object(path, def, value)?;
        if is_unassigned {
            return Ok((verb == Verb::Replace).then_some(Action::Remove));
        }
        let mut members = Map::with_capacity(sent.len());
        for (name, value) in sent {
            if let Some((name, value)) = self.part(path, def, name, value)? {
                members.insert(name, value.unwrap_or_default());
            }
        }
        if verb == Verb::Add {
            members.retain(|_, value| !value.is_null());
        }
        Ok((!members.is_empty()).then_some(Action::Merge(members)))
    }

    /// One part of a complex value: its canonical name and value. `None` when it is not the client's to set.
    fn part(
        &mut self,
        path: &str,
        def: &AttributeDef,
        name: String,
        value: Value,
    ) -> Result<Option<(String, Option<Value>)>, ScimError> {
        let Some(sub_attribute) = self.reader.sub_attribute(path, def, &name) else {
            let value = self.reader.unknown_member(path, &name, value)?;
            return Ok(Some((name, value)));
        };
        if sub_attribute.is_read_only() {
            return Ok(None);
        }
        let sub_path = format!("{path}.{}", sub_attribute.name);
        let value = self.reader.attribute(&sub_path, sub_attribute, value)?;
        if sub_attribute.required && !value.as_ref().is_some_and(is_filled) {
            return Err(missing(&sub_path));
        }
        Ok(Some((sub_attribute.name.clone(), value)))
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

/// A change to a part of a single complex value is a change to that value.
fn on_single_value(mut target: AttributeRef, action: Action) -> (AttributeRef, Action) {
    if target.attribute.multi_valued {
        return (target, action);
    }
    let Some(sub_attribute) = target.sub_attribute.take() else {
        return (target, action);
    };
    let value = match action {
        Action::Add(value) | Action::Replace(value) => value,
        _ => Value::Null,
    };
    let members = Map::from_iter([(sub_attribute.name.clone(), value)]);
    (target, Action::Merge(members))
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

/// 400 `mutability`: the target must have a value.
pub(super) fn required(path: &str) -> ScimError {
    // RFC 7644 §3.5.2.2: a required attribute that becomes unassigned is an error with mutability.
    ScimError::mutability(format!("{path} is required"))
}
