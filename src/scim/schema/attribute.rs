//! One attribute's definition (RFC 7643 §2.2, §7), and the words the attribute tables are written in.

use std::sync::Arc;

/// What an attribute is and how it behaves.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributeDef {
    /// The canonical name.
    pub name: String,
    /// The type of one value.
    pub kind: AttributeType,
    /// True when the attribute holds a list.
    pub multi_valued: bool,
    /// For people.
    pub description: String,
    /// True when a resource must have it.
    pub required: bool,
    /// The values a client may expect; others are accepted.
    pub canonical_values: Vec<String>,
    /// True when text is compared exactly.
    pub case_exact: bool,
    /// Who may change it.
    pub mutability: Mutability,
    /// When it is part of an answer.
    pub returned: Returned,
    /// How far its value is unique.
    pub uniqueness: Uniqueness,
    /// What a reference may point to.
    pub reference_types: Vec<String>,
    /// The parts of a complex attribute.
    pub sub_attributes: Vec<Arc<AttributeDef>>,
}

/// The type of an attribute's value (RFC 7643 §2.3). On the wire: `as_str`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeType {
    /// Unicode text.
    String,
    /// `true` or `false`.
    Boolean,
    /// A number with a fraction.
    Decimal,
    /// A whole number.
    Integer,
    /// An instant, as XML Schema's `dateTime`.
    DateTime,
    /// A URI.
    Reference,
    /// Base64 text.
    Binary,
    /// An object of sub-attributes.
    Complex,
}

/// Who may change an attribute (RFC 7643 §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutability {
    /// Only the service.
    ReadOnly,
    /// The client, at any time.
    ReadWrite,
    /// The client, once.
    Immutable,
    /// The client, who never reads it back.
    WriteOnly,
}

/// When an attribute is part of an answer (RFC 7643 §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    /// Always, also when excluded.
    Always,
    /// Never.
    Never,
    /// Unless excluded or not among the requested ones.
    Default,
    /// Only when requested.
    Request,
}

/// How far a value is unique (RFC 7643 §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uniqueness {
    /// Not at all.
    None,
    /// Within the shop and the resource type.
    Server,
    /// In the world.
    Global,
}

macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $name {
            /// The word on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The reading of a word on the wire, in any case.
            pub(super) fn from_word(word: &str) -> Option<Self> {
                [$(($word, Self::$variant)),+]
                    .into_iter()
                    .find(|(known, _)| known.eq_ignore_ascii_case(word))
                    .map(|(_, variant)| variant)
            }
        }
    };
}

words!(AttributeType {
    String = "string",
    Boolean = "boolean",
    Decimal = "decimal",
    Integer = "integer",
    DateTime = "dateTime",
    Reference = "reference",
    Binary = "binary",
    Complex = "complex",
});
words!(Mutability {
    ReadOnly = "readOnly",
    ReadWrite = "readWrite",
    Immutable = "immutable",
    WriteOnly = "writeOnly",
});
words!(Returned {
    Always = "always",
    Never = "never",
    Default = "default",
    Request = "request",
});
words!(Uniqueness {
    None = "none",
    Server = "server",
    Global = "global",
});

impl AttributeDef {
    /// The sub-attribute of this name, in any case.
    pub fn sub_attribute(&self, name: &str) -> Option<&Arc<Self>> {
        named(&self.sub_attributes, name)
    }

    /// The sub-attribute that stands for the whole when none is named: `value`.
    pub fn value_attribute(&self) -> Option<&Arc<Self>> {
        self.sub_attribute("value")
    }

    /// True when a client's value is ignored.
    pub fn is_read_only(&self) -> bool {
        self.mutability == Mutability::ReadOnly
    }

    /// True for an object, or a list of objects.
    pub fn is_complex(&self) -> bool {
        self.kind == AttributeType::Complex
    }

    /// A definition with RFC 7643 §2.2's defaults.
    pub(super) fn new(name: &str, kind: AttributeType, description: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            multi_valued: false,
            description: description.to_owned(),
            required: false,
            canonical_values: Vec::new(),
            case_exact: false,
            mutability: Mutability::ReadWrite,
            returned: Returned::Default,
            uniqueness: Uniqueness::None,
            reference_types: Vec::new(),
            sub_attributes: Vec::new(),
        }
    }

    pub(super) fn list(mut self) -> Self {
        self.multi_valued = true;
        self
    }

    pub(super) fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(super) fn case_exact(mut self) -> Self {
        self.case_exact = true;
        self
    }

    pub(super) fn unique(mut self) -> Self {
        self.uniqueness = Uniqueness::Server;
        self
    }

    pub(super) fn one_of(mut self, values: &[&str]) -> Self {
        self.canonical_values = owned(values);
        self
    }

    pub(super) fn mutable(mut self, mutability: Mutability) -> Self {
        self.mutability = mutability;
        self
    }

    /// Read-only, with all its parts.
    pub(super) fn read_only(self) -> Self {
        self.all_parts(Mutability::ReadOnly)
    }

    /// Immutable, with all its parts.
    pub(super) fn immutable(self) -> Self {
        self.all_parts(Mutability::Immutable)
    }

    pub(super) fn returned(mut self, returned: Returned) -> Self {
        self.returned = returned;
        self
    }

    fn all_parts(mut self, mutability: Mutability) -> Self {
        self.mutability = mutability;
        for part in &mut self.sub_attributes {
            Arc::make_mut(part).mutability = mutability;
        }
        self
    }
}

/// The definition of this name, in any case.
pub(super) fn named<'a>(
    defs: &'a [Arc<AttributeDef>],
    name: &str,
) -> Option<&'a Arc<AttributeDef>> {
    // RFC 7643 §2.1: attribute names are case insensitive.
    defs.iter().find(|def| def.name.eq_ignore_ascii_case(name))
}

pub(super) fn string(name: &str, description: &str) -> AttributeDef {
    AttributeDef::new(name, AttributeType::String, description)
}

pub(super) fn boolean(name: &str, description: &str) -> AttributeDef {
    AttributeDef::new(name, AttributeType::Boolean, description)
}

pub(super) fn date_time(name: &str, description: &str) -> AttributeDef {
    AttributeDef::new(name, AttributeType::DateTime, description)
}

pub(super) fn binary(name: &str, description: &str) -> AttributeDef {
    AttributeDef::new(name, AttributeType::Binary, description).case_exact()
}

pub(super) fn reference(name: &str, types: &[&str], description: &str) -> AttributeDef {
    let mut def = AttributeDef::new(name, AttributeType::Reference, description).case_exact();
    def.reference_types = owned(types);
    def
}

pub(super) fn complex<const N: usize>(
    name: &str,
    description: &str,
    parts: [AttributeDef; N],
) -> AttributeDef {
    let mut def = AttributeDef::new(name, AttributeType::Complex, description);
    def.sub_attributes = parts.into_iter().map(Arc::new).collect();
    def
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}
