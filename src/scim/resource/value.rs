//! Values of declared attributes: single and multi-valued, simple and complex.

use serde_json::{Map, Value};

use super::{MAX_VALUES, Warning, WarningKind, assigned};
use crate::scim::dialect::Dialect;
use crate::scim::error::ScimError;
use crate::scim::schema::{AttributeDef, ResourceType, Schemas};

/// Reads what a client sent about one resource type, and remembers what it tolerated.
pub(in crate::scim) struct Reader<'a> {
    pub(in crate::scim) resource_type: ResourceType,
    pub(in crate::scim) schemas: &'a Schemas,
    pub(in crate::scim) dialect: &'a Dialect,
    pub(in crate::scim) warnings: Vec<Warning>,
}

/// 400 `invalidValue`: the attribute should be something else.
pub(super) fn wrong_type(path: &str, wanted: &str) -> ScimError {
    ScimError::invalid_value(format!("{path} must be {wanted}"))
}

impl<'a> Reader<'a> {
    pub(in crate::scim) fn new(
        resource_type: ResourceType,
        schemas: &'a Schemas,
        dialect: &'a Dialect,
    ) -> Self {
        Self {
            resource_type,
            schemas,
            dialect,
            warnings: Vec::new(),
        }
    }

    pub(in crate::scim) fn warn(&mut self, kind: WarningKind, path: &str) {
        self.warnings.push(Warning::new(kind, path));
    }

    /// The canonical value of an attribute; `None` when it is unassigned.
    pub(in crate::scim) fn attribute(
        &mut self,
        path: &str,
        def: &AttributeDef,
        value: Value,
    ) -> Result<Option<Value>, ScimError> {
        if !def.multi_valued {
            let value = self.unwrapped(path, value);
            return self.element(path, def, value);
        }
        let values = self.list(path, def, value)?;
        Ok((!values.is_empty()).then_some(Value::Array(values)))
    }

    /// The canonical values of a multi-valued attribute, each once.
    pub(in crate::scim) fn list(
        &mut self,
        path: &str,
        def: &AttributeDef,
        value: Value,
    ) -> Result<Vec<Value>, ScimError> {
        let elements = self.elements(path, value)?;
        let mut values = Vec::with_capacity(elements.len());
        for element in elements {
            // RFC 7643 §2.4: a value is there once.
            if let Some(value) = self.element(path, def, element)?
                && !values.contains(&value)
            {
                values.push(value);
            }
            check_count(path, values.len())?;
        }
        self.one_primary(path, &mut values)?;
        Ok(values)
    }

    /// The elements of a list as sent.
    pub(super) fn elements(&mut self, path: &str, value: Value) -> Result<Vec<Value>, ScimError> {
        match value {
            Value::Null => Ok(Vec::new()),
            Value::Array(elements) => Ok(elements),
            lone if self.dialect.wraps_lone_values => {
                self.warn(WarningKind::LoneValue, path);
                Ok(vec![lone])
            }
            _ => Err(wrong_type(path, "a list")),
        }
    }

    /// One canonical value of an attribute, whether it has one or many; `None` when it is unassigned.
    pub(in crate::scim) fn element(
        &mut self,
        path: &str,
        def: &AttributeDef,
        value: Value,
    ) -> Result<Option<Value>, ScimError> {
        if !def.is_complex() {
            let value = self.without_object(path, value);
            return self.scalar(path, def, value);
        }
        let members = self.object(path, def, value)?;
        let members = self.complex(path, def, members)?;
        Ok((!members.is_empty()).then_some(Value::Object(members)))
    }

    /// The members of a complex value as sent; empty when it is unassigned.
    pub(in crate::scim) fn object(
        &mut self,
        path: &str,
        def: &AttributeDef,
        value: Value,
    ) -> Result<Map<String, Value>, ScimError> {
        match value {
            Value::Null => Ok(Map::new()),
            Value::Object(members) => Ok(members),
            Value::String(text) if text.is_empty() && self.dialect.wraps_plain_values => {
                self.warn(WarningKind::PlainValue, path);
                Ok(Map::new())
            }
            plain
                if self.dialect.wraps_plain_values
                    && !plain.is_array()
                    && def.value_attribute().is_some() =>
            {
                self.warn(WarningKind::PlainValue, path);
                Ok(Map::from_iter([("value".to_owned(), plain)]))
            }
            _ => Err(wrong_type(path, "an object")),
        }
    }

    /// A complex value's canonical members.
    fn complex(
        &mut self,
        path: &str,
        def: &AttributeDef,
        members: Map<String, Value>,
    ) -> Result<Map<String, Value>, ScimError> {
        let mut canonical = Map::with_capacity(members.len());
        for (name, value) in members {
            let Some(sub_attribute) = self.sub_attribute(path, def, &name) else {
                if let Some(value) = self.unknown_member(path, &name, value)? {
                    canonical.insert(name, value);
                }
                continue;
            };
            // RFC 7644 §3.3: read-only values from a client are ignored.
            if sub_attribute.is_read_only() {
                continue;
            }
            let sub_path = format!("{path}.{}", sub_attribute.name);
            if let Some(value) = self.attribute(&sub_path, sub_attribute, value)? {
                canonical.insert(sub_attribute.name.clone(), value);
            }
        }
        Ok(canonical)
    }

    /// The sub-attribute a client means: `managerId` is a manager's `value`.
    pub(in crate::scim) fn sub_attribute<'d>(
        &mut self,
        path: &str,
        def: &'d AttributeDef,
        name: &str,
    ) -> Option<&'d AttributeDef> {
        if let Some(sub_attribute) = def.sub_attribute(name) {
            return Some(sub_attribute);
        }
        let (head, tail) = name.split_at_checked(def.name.len())?;
        let is_id = head.eq_ignore_ascii_case(&def.name) && tail.eq_ignore_ascii_case("id");
        if !is_id || !self.dialect.wraps_plain_values {
            return None;
        }
        self.warn(WarningKind::PlainValue, path);
        def.value_attribute().map(AsRef::as_ref)
    }

    /// A member that no schema declares, kept or refused.
    pub(in crate::scim) fn unknown_member(
        &mut self,
        path: &str,
        name: &str,
        value: Value,
    ) -> Result<Option<Value>, ScimError> {
        let value = assigned(value);
        if value.is_some() {
            self.check_unknown(&format!("{path}.{name}"))?;
        }
        Ok(value)
    }

    /// The value in a list of one.
    pub(in crate::scim) fn unwrapped(&mut self, path: &str, value: Value) -> Value {
        match value {
            // RFC 7643 §2.5: the empty list is "unassigned".
            Value::Array(elements) if elements.is_empty() => Value::Null,
            Value::Array(mut elements) if elements.len() == 1 && self.dialect.unwraps_lists => {
                self.warn(WarningKind::ListForValue, path);
                elements.pop().unwrap_or_default()
            }
            other => other,
        }
    }

    /// The simple value in an object with nothing else to say: `{"value": "x"}`.
    fn without_object(&mut self, path: &str, value: Value) -> Value {
        let Value::Object(mut members) = value else {
            return value;
        };
        if self.dialect.unwraps_lists
            && let Some(inner) = members.remove("value")
        {
            self.warn(WarningKind::ListForValue, path);
            return inner;
        }
        if members.is_empty() {
            return Value::Null;
        }
        Value::Object(members)
    }
}

/// 400 when an attribute would have more than `MAX_VALUES` values.
pub(in crate::scim) fn check_count(path: &str, count: usize) -> Result<(), ScimError> {
    if count > MAX_VALUES {
        return Err(ScimError::invalid_value(format!(
            "{path} has more than {MAX_VALUES} values"
        )));
    }
    Ok(())
}
