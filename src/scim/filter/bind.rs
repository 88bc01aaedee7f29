//! Fits a filter to a schema: names become keys, values become values of the attribute's type.

use std::sync::Arc;

use serde_json::{Number, Value};

use super::bound::{BoundFilter, Check, Node, ValueFilter};
use super::compare::{Comparand, fold};
use super::{Filter, FilterError, Literal, Operator};
use crate::scim::path::{AttributeName, AttributeRef, Target};
use crate::scim::schema::{
    AttributeDef, AttributeType, DerivedParts, ResourceType, Returned, Schemas, parse_date_time,
};

impl Filter {
    /// Fits the filter to resources of one type.
    pub fn bind(
        &self,
        schemas: &Schemas,
        resource_type: ResourceType,
    ) -> Result<BoundFilter, FilterError> {
        let resource_types = [resource_type];
        let mut binder = ResourceBinder::new(schemas, &resource_types);
        let root = self.node(&mut binder)?;
        Ok(BoundFilter {
            root,
            derived: binder.derived,
            resource_type: Some(resource_type),
        })
    }

    /// Fits the filter to resources of all types, for a query at the root.
    pub fn bind_root(&self, schemas: &Schemas) -> Result<BoundFilter, FilterError> {
        // RFC 7644 §3.4.2.1: an attribute that one resource type lacks has no value there.
        let mut binder = ResourceBinder::new(schemas, &ResourceType::ALL);
        let root = self.node(&mut binder)?;
        Ok(BoundFilter {
            root,
            derived: binder.derived,
            resource_type: None,
        })
    }

    /// Fits the filter to the values of one attribute.
    pub fn bind_value(&self, attribute: &AttributeDef) -> Result<ValueFilter, FilterError> {
        self.node(&mut ValueBinder { attribute })
            .map(|root| ValueFilter { root })
    }

    fn node(&self, binder: &mut dyn Binder) -> Result<Node, FilterError> {
        match self {
            Self::All(filters) => nodes(filters, binder).map(Node::All),
            Self::Any(filters) => nodes(filters, binder).map(Node::Any),
            Self::Not(filter) => Ok(Node::Not(Box::new(filter.node(binder)?))),
            Self::ValuePath { attribute, filter } => value_path(attribute, filter, binder),
            Self::Present(attribute) => {
                let place = binder.place(attribute)?;
                Ok(Node::Test {
                    keys: place.keys,
                    check: Check::Present,
                })
            }
            Self::Compare {
                attribute,
                operator,
                literal,
            } => comparison(attribute, *operator, literal, binder),
        }
    }
}

/// Where an attribute's values are, and what they are.
struct Place {
    keys: Vec<String>,
    def: Arc<AttributeDef>,
}

/// What gives names a meaning: a resource type's schemas, or one complex attribute.
trait Binder {
    fn place(&mut self, name: &AttributeName) -> Result<Place, FilterError>;
}

struct ResourceBinder<'a> {
    schemas: &'a Schemas,
    resource_types: &'a [ResourceType],
    derived: DerivedParts,
}

impl<'a> ResourceBinder<'a> {
    fn new(schemas: &'a Schemas, resource_types: &'a [ResourceType]) -> Self {
        Self {
            schemas,
            resource_types,
            derived: DerivedParts::default(),
        }
    }

    fn resolve(&self, name: &AttributeName) -> Result<AttributeRef, FilterError> {
        let target = self
            .resource_types
            .iter()
            .find_map(|resource_type| name.resolve_anywhere(self.schemas, *resource_type).ok());
        match target {
            Some(Target::Attribute(attribute)) => Ok(attribute),
            _ => Err(FilterError::UnknownAttribute {
                name: name.to_string(),
            }),
        }
    }
}

impl Binder for ResourceBinder<'_> {
    fn place(&mut self, name: &AttributeName) -> Result<Place, FilterError> {
        let attribute = self.resolve(name)?;
        // RFC 7644 §7.5.2: nothing is to be learnt about what is never returned.
        let is_secret = [&attribute.attribute, attribute.leaf()]
            .iter()
            .any(|def| def.returned == Returned::Never);
        if is_secret {
            return Err(FilterError::NeverReturned {
                name: name.to_string(),
            });
        }
        self.derived = self.derived.union(attribute.derived());
        Ok(Place {
            keys: attribute.keys(),
            def: Arc::clone(attribute.leaf()),
        })
    }
}

struct ValueBinder<'a> {
    attribute: &'a AttributeDef,
}

impl Binder for ValueBinder<'_> {
    fn place(&mut self, name: &AttributeName) -> Result<Place, FilterError> {
        if let Some(sub_attribute) = self.attribute.sub_attribute(name.as_str()) {
            return Ok(Place {
                keys: vec![sub_attribute.name.clone()],
                def: Arc::clone(sub_attribute),
            });
        }
        // A simple value has no parts; `value` is the value itself.
        if !self.attribute.is_complex() && name.as_str().eq_ignore_ascii_case("value") {
            return Ok(Place {
                keys: Vec::new(),
                def: Arc::new(self.attribute.clone()),
            });
        }
        Err(FilterError::UnknownAttribute {
            name: format!("{}.{name}", self.attribute.name),
        })
    }
}

fn nodes(filters: &[Filter], binder: &mut dyn Binder) -> Result<Vec<Node>, FilterError> {
    filters.iter().map(|filter| filter.node(binder)).collect()
}

fn value_path(
    name: &AttributeName,
    filter: &Filter,
    binder: &mut dyn Binder,
) -> Result<Node, FilterError> {
    let place = binder.place(name)?;
    let filter = filter.bind_value(&place.def)?.root;
    Ok(Node::Element {
        keys: place.keys,
        filter: Box::new(filter),
    })
}

fn comparison(
    name: &AttributeName,
    operator: Operator,
    literal: &Literal,
    binder: &mut dyn Binder,
) -> Result<Node, FilterError> {
    let Place { mut keys, def } = binder.place(name)?;
    // RFC 7643 §2.5: null and "unassigned" are the same, so that `eq null` means `not (… pr)`.
    match (literal, operator) {
        (Literal::Null, Operator::Equal) => {
            return Ok(Node::Not(Box::new(Node::Test {
                keys,
                check: Check::Present,
            })));
        }
        (Literal::Null, Operator::NotEqual) => {
            return Ok(Node::Test {
                keys,
                check: Check::Present,
            });
        }
        _ => {}
    }
    let def = match def.value_attribute() {
        Some(value) if def.is_complex() => {
            keys.push(value.name.clone());
            value.as_ref()
        }
        _ => &def,
    };
    let comparand = comparand(name, def, operator, literal)?;
    // RFC 7643 §2.4: "primary" is false unless it is said to be true.
    let is_primary = def.kind == AttributeType::Boolean && def.name == "primary";
    let default = is_primary.then_some(Value::Bool(false));
    Ok(Node::Test {
        keys,
        check: Check::Compare {
            operator,
            comparand,
            default,
        },
    })
}

fn comparand(
    name: &AttributeName,
    def: &AttributeDef,
    operator: Operator,
    literal: &Literal,
) -> Result<Comparand, FilterError> {
    if def.is_complex() {
        return Err(FilterError::Complex {
            name: name.to_string(),
        });
    }
    if !has_operator(def.kind, operator) {
        return Err(FilterError::Operator {
            name: name.to_string(),
            kind: def.kind.as_str(),
            operator: operator.as_str(),
        });
    }
    let comparand = match def.kind {
        AttributeType::Boolean => boolean(literal).map(Comparand::Boolean),
        AttributeType::Decimal | AttributeType::Integer => number(literal).map(Comparand::Number),
        AttributeType::DateTime => {
            text(literal).and_then(|text| Some(Comparand::Instant(parse_date_time(&text)?, text)))
        }
        _ => text(literal).map(|text| text_comparand(def, text)),
    };
    comparand.ok_or_else(|| FilterError::Value {
        name: name.to_string(),
        kind: def.kind.as_str(),
    })
}

fn has_operator(kind: AttributeType, operator: Operator) -> bool {
    match kind {
        // RFC 7644 table 3: ordering Boolean or Binary is an error with invalidFilter.
        AttributeType::Boolean | AttributeType::Binary => {
            !operator.is_ordering() && !operator.is_substring()
        }
        AttributeType::Decimal | AttributeType::Integer | AttributeType::DateTime => {
            !operator.is_substring()
        }
        AttributeType::String | AttributeType::Reference | AttributeType::Complex => true,
    }
}

fn text_comparand(def: &AttributeDef, sent: String) -> Comparand {
    if def.case_exact {
        return Comparand::ExactText(sent);
    }
    let folded = fold(&sent);
    Comparand::AnyCaseText { sent, folded }
}

/// A client that leaves quotes out also leaves them out of texts that look like numbers.
fn text(literal: &Literal) -> Option<String> {
    match literal {
        Literal::Text(text) => Some(text.clone()),
        Literal::Number(number) => Some(number.as_str().to_owned()),
        Literal::Boolean(boolean) => Some(boolean.to_string()),
        Literal::Null => None,
    }
}

/// Some clients write `"True"`.
fn boolean(literal: &Literal) -> Option<bool> {
    match literal {
        Literal::Boolean(boolean) => Some(*boolean),
        Literal::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Literal::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn number(literal: &Literal) -> Option<Number> {
    match literal {
        Literal::Number(number) => number.number(),
        Literal::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
}
