//! A filter whose names and values fit a schema, and how it runs.

use serde_json::{Map, Value};

use super::Operator;
use super::compare::{Comparand, is_present};
use crate::scim::schema::{DerivedParts, ResourceType};

/// A filter over resources of one type (or of all types, at the root).
#[derive(Debug, Clone, PartialEq)]
pub struct BoundFilter {
    pub(super) root: Node,
    pub(super) derived: DerivedParts,
    pub(super) resource_type: Option<ResourceType>,
}

/// A filter over the values of one attribute: what stands in a path's brackets.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueFilter {
    pub(super) root: Node,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    /// One value at `keys` fulfils all of `filter`.
    Element {
        keys: Vec<String>,
        filter: Box<Node>,
    },
    Test {
        keys: Vec<String>,
        check: Check,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Check {
    Present,
    Compare {
        operator: Operator,
        comparand: Comparand,
        /// What an absent value counts as.
        default: Option<Value>,
    },
}

impl BoundFilter {
    /// True when the resource, with the parts of `derived` spliced in, fulfils the filter.
    pub fn matches(&self, resource: &Map<String, Value>) -> bool {
        self.root.holds(Scope::Resource(resource))
    }

    /// The parts outside of the stored document that the filter looks at.
    pub fn derived(&self) -> DerivedParts {
        self.derived
    }
}

impl ValueFilter {
    /// True when one value of the attribute fulfils the filter.
    pub fn matches(&self, value: &Value) -> bool {
        self.root.holds(Scope::Value(value))
    }

    /// The object that the filter describes, when it is only made of `eq`: `type eq "work"` is `{"type":"work"}`.
    ///
    /// It is what a client means that adds or replaces where nothing matches.
    pub fn template(&self) -> Option<Map<String, Value>> {
        let mut template = Map::new();
        self.root.describe(&mut template).then_some(template)
    }
}

/// Where keys start from.
#[derive(Clone, Copy)]
enum Scope<'v> {
    Resource(&'v Map<String, Value>),
    Value(&'v Value),
}

impl Node {
    fn holds(&self, scope: Scope<'_>) -> bool {
        match self {
            Self::All(nodes) => nodes.iter().all(|node| node.holds(scope)),
            Self::Any(nodes) => nodes.iter().any(|node| node.holds(scope)),
            Self::Not(node) => !node.holds(scope),
            Self::Element { keys, filter } => {
                scope.any(keys, &mut |value| filter.holds(Scope::Value(value)))
            }
            Self::Test { keys, check } => check.holds(scope, keys),
        }
    }

    fn describe(&self, template: &mut Map<String, Value>) -> bool {
        match self {
            Self::All(nodes) => nodes.iter().all(|node| node.describe(template)),
            Self::Test {
                keys,
                check:
                    Check::Compare {
                        operator: Operator::Equal,
                        comparand,
                        ..
                    },
            } => {
                let [key] = keys.as_slice() else { return false };
                let value = comparand.to_value();
                match template.get(key) {
                    Some(other) => *other == value,
                    None => template.insert(key.clone(), value).is_none(),
                }
            }
            _ => false,
        }
    }
}

impl Check {
    fn holds(&self, scope: Scope<'_>, keys: &[String]) -> bool {
        let Self::Compare {
            operator,
            comparand,
            default,
        } = self
        else {
            return scope.any(keys, &mut is_present);
        };
        let mut is_absent = true;
        // RFC 7644 §3.4.2.2: a multi-valued attribute matches when any of its values does.
        let holds = scope.any(keys, &mut |value| {
            is_absent = false;
            comparand.holds(*operator, value)
        });
        match default {
            _ if !is_absent => holds,
            Some(default) => comparand.holds(*operator, default),
            // An absent attribute equals nothing, so it is not equal to everything.
            None => *operator == Operator::NotEqual,
        }
    }
}

impl Scope<'_> {
    /// True when `visit` is true of any value at `keys`; lists are looked through at every step.
    fn any(self, keys: &[String], visit: &mut dyn FnMut(&Value) -> bool) -> bool {
        match (self, keys.split_first()) {
            (Self::Resource(members), Some((key, rest))) => members
                .get(key)
                .is_some_and(|value| any_value(value, rest, visit)),
            (Self::Resource(_), None) => false,
            (Self::Value(value), _) => any_value(value, keys, visit),
        }
    }
}

fn any_value(value: &Value, keys: &[String], visit: &mut dyn FnMut(&Value) -> bool) -> bool {
    match (value, keys.split_first()) {
        (Value::Array(values), _) => values.iter().any(|value| any_value(value, keys, visit)),
        // RFC 7643 §2.5: null is the same as no value.
        (Value::Null, _) => false,
        (value, None) => visit(value),
        (Value::Object(members), Some((key, rest))) => members
            .get(key)
            .is_some_and(|value| any_value(value, rest, visit)),
        (_, Some(_)) => false,
    }
}
