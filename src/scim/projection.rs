//! Which attributes an answer has (RFC 7643 §2.2 `returned`, RFC 7644 §3.9).

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::path::{AttributeName, Target};
use super::query::RequestedAttributes;
use super::schema::{AttributeDef, DerivedParts, ResourceType, Returned, Schemas};

/// What is kept of resources of one type.
#[derive(Debug, Clone)]
pub struct Projection {
    /// By extension URN (empty at the top), then by attribute. What has no entry is kept whole, or not at all: see `keeps_unnamed`.
    kept: HashMap<String, HashMap<String, Kept>>,
    /// True when attributes without an entry are kept, such as those that no schema knows.
    keeps_unnamed: bool,
    derived: DerivedParts,
}

/// What is kept of one attribute.
#[derive(Debug, Clone, PartialEq)]
enum Kept {
    Whole,
    /// These sub-attributes; none means nothing.
    Parts(Vec<String>),
}

impl Kept {
    fn is_something(&self) -> bool {
        !matches!(self, Self::Parts(parts) if parts.is_empty())
    }
}

impl Projection {
    /// What a client gets that asks for `requested`. Names that mean nothing are passed over.
    pub fn new(
        requested: &RequestedAttributes,
        schemas: &Schemas,
        resource_type: ResourceType,
    ) -> Self {
        let choice = Choice::new(requested, schemas, resource_type);
        let core = schemas
            .core(resource_type)
            .into_iter()
            .flat_map(|schema| &schema.attributes);
        let top = schemas
            .common_attributes()
            .iter()
            .chain(core)
            .map(|def| ("", def));
        let extended = schemas.extensions(resource_type).flat_map(|schema| {
            schema
                .attributes
                .iter()
                .map(|def| (schema.id.as_str(), def))
        });
        let keeps_unnamed = !matches!(choice, Choice::Only(_));
        let mut kept: HashMap<String, HashMap<String, Kept>> = HashMap::new();
        let asks_for_all = matches!(choice, Choice::All);
        let mut derived = if asks_for_all {
            DerivedParts::all_of(resource_type)
        } else {
            DerivedParts::default()
        };
        for (urn, def) in top.chain(extended) {
            let part = choice.kept(urn, def);
            if part.is_something() && !asks_for_all {
                let extension = Some(urn).filter(|urn| !urn.is_empty());
                derived = derived.union(DerivedParts::of(extension, &def.name));
            }
            // Most requests ask for everything: their projection has next to no entries.
            if !(keeps_unnamed && part == Kept::Whole) {
                kept.entry(urn.to_owned())
                    .or_default()
                    .insert(def.name.clone(), part);
            }
        }
        Self {
            kept,
            keeps_unnamed,
            derived,
        }
    }

    /// True when every stored document is an answer as it is.
    pub fn is_full(&self) -> bool {
        // A password is never stored.
        let mut names = self.kept.values().flat_map(HashMap::keys);
        self.keeps_unnamed && names.all(|name| name == "password")
    }

    /// The parts outside of the stored document that the answer needs.
    pub fn derived(&self) -> DerivedParts {
        self.derived
    }

    /// The answer's part of a resource.
    pub fn apply(&self, resource: Map<String, Value>) -> Map<String, Value> {
        let members = resource.into_iter();
        members
            .filter_map(|(name, value)| self.top(&name, value).map(|value| (name, value)))
            .collect()
    }

    fn top(&self, name: &str, value: Value) -> Option<Value> {
        match value {
            // RFC 7643 §3.3: an extension's attributes stand in an object under its URN.
            Value::Object(members) if name.contains(':') => {
                let members: Map<String, Value> = members
                    .into_iter()
                    .filter_map(|(part, value)| {
                        self.attribute(name, &part, value)
                            .map(|value| (part, value))
                    })
                    .collect();
                (!members.is_empty()).then_some(Value::Object(members))
            }
            value => self.attribute("", name, value),
        }
    }

    fn attribute(&self, urn: &str, name: &str, value: Value) -> Option<Value> {
        match self.kept_of(urn, name) {
            Some(Kept::Whole) => Some(value),
            Some(Kept::Parts(parts)) => only(value, parts),
            None => self.keeps_unnamed.then_some(value),
        }
    }

    fn kept_of(&self, urn: &str, name: &str) -> Option<&Kept> {
        self.kept.get(urn)?.get(name)
    }
}

/// The sub-attributes `parts` of an object or of each object in a list; nothing when none is left.
fn only(value: Value, parts: &[String]) -> Option<Value> {
    match value {
        Value::Object(mut members) => {
            members.retain(|name, _| parts.contains(name));
            (!members.is_empty()).then_some(Value::Object(members))
        }
        Value::Array(values) => {
            let values: Vec<Value> = values
                .into_iter()
                .filter_map(|value| only(value, parts))
                .collect();
            (!values.is_empty()).then_some(Value::Array(values))
        }
        _ => None,
    }
}

/// What the client chose.
enum Choice {
    All,
    Only(Vec<Named>),
    AllBut(Vec<Named>),
}

/// One name in a client's list.
enum Named {
    Schema(String),
    Attribute {
        urn: String,
        attribute: String,
        sub_attribute: Option<String>,
    },
}

/// What a client's list says about one attribute.
enum Mention {
    None,
    Whole,
    Parts(Vec<String>),
}

impl Choice {
    fn new(
        requested: &RequestedAttributes,
        schemas: &Schemas,
        resource_type: ResourceType,
    ) -> Self {
        let named = |names: &[String]| {
            names
                .iter()
                .filter_map(|name| Named::resolve(name, schemas, resource_type))
                .collect()
        };
        if !requested.attributes.is_empty() {
            Self::Only(named(&requested.attributes))
        } else if !requested.excluded_attributes.is_empty() {
            Self::AllBut(named(&requested.excluded_attributes))
        } else {
            Self::All
        }
    }

    fn kept(&self, urn: &str, def: &AttributeDef) -> Kept {
        if def.returned == Returned::Never {
            return Kept::Parts(Vec::new());
        }
        match self {
            _ if is_always(def) => whole(def),
            Self::All => by_default(def),
            Self::Only(named) => match mention(named, urn, def) {
                Mention::Whole => whole(def),
                Mention::Parts(names) => parts(def, |part| {
                    is_always(part)
                        || (part.returned != Returned::Never && names.contains(&part.name))
                }),
                Mention::None => parts(def, is_always),
            },
            Self::AllBut(named) => match mention(named, urn, def) {
                // RFC 7644 §3.9: what is always returned is also returned when excluded.
                Mention::Whole => parts(def, is_always),
                Mention::Parts(names) if def.returned == Returned::Default => parts(def, |part| {
                    is_always(part) || (is_default(part) && !names.contains(&part.name))
                }),
                Mention::Parts(_) | Mention::None => by_default(def),
            },
        }
    }
}

impl Named {
    fn resolve(name: &str, schemas: &Schemas, resource_type: ResourceType) -> Option<Self> {
        let name = AttributeName::parse(name).ok()?;
        Some(match name.resolve_anywhere(schemas, resource_type).ok()? {
            Target::Schema(schema) if schema.is_core => Self::Schema(String::new()),
            Target::Schema(schema) => Self::Schema(schema.id.clone()),
            Target::Attribute(attribute) => Self::Attribute {
                urn: attribute.extension_urn().unwrap_or_default().to_owned(),
                attribute: attribute.attribute.name.clone(),
                sub_attribute: attribute.sub_attribute.map(|sub| sub.name.clone()),
            },
        })
    }
}

fn mention(named: &[Named], urn: &str, def: &AttributeDef) -> Mention {
    let mut names = Vec::new();
    for named in named {
        match named {
            Named::Schema(schema) if schema == urn => return Mention::Whole,
            Named::Attribute {
                urn: its_urn,
                attribute,
                sub_attribute,
            } if its_urn == urn && *attribute == def.name => match sub_attribute {
                Some(sub_attribute) => names.push(sub_attribute.clone()),
                None => return Mention::Whole,
            },
            _ => {}
        }
    }
    if names.is_empty() {
        Mention::None
    } else {
        Mention::Parts(names)
    }
}

fn by_default(def: &AttributeDef) -> Kept {
    // RFC 7643 §2.2: "request" attributes are returned only when asked for.
    if def.returned == Returned::Request {
        parts(def, is_always)
    } else {
        whole(def)
    }
}

fn is_default(def: &AttributeDef) -> bool {
    matches!(def.returned, Returned::Default | Returned::Always)
}

fn is_always(def: &AttributeDef) -> bool {
    def.returned == Returned::Always
}

/// The attribute without the parts that are returned on request or never.
fn whole(def: &AttributeDef) -> Kept {
    if def.sub_attributes.is_empty() {
        Kept::Whole
    } else {
        parts(def, is_default)
    }
}

/// The sub-attributes that pass. A simple attribute has none.
fn parts(def: &AttributeDef, passes: impl Fn(&AttributeDef) -> bool) -> Kept {
    let passing = || def.sub_attributes.iter().filter(|part| passes(part));
    if !def.sub_attributes.is_empty() && passing().count() == def.sub_attributes.len() {
        Kept::Whole
    } else {
        Kept::Parts(passing().map(|part| part.name.clone()).collect())
    }
}
