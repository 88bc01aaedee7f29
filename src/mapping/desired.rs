//! The customer that a user should be.

use std::fmt;

use serde_json::{Map, Value};

use super::applied::Applied;
use super::customer::Customer;
use super::refused::Refused;
use super::rule::{ADDRESSES, ENTERPRISE, Form, METAFIELD_LIMIT_CHARS, RULES, Rule, Target};
use super::source::{candidates, elements, member};
use super::text::{Fitted, TEXT_LIMIT_CHARS, fit};
use super::{address, email, locale, metafield, phone, tags};
use crate::directory::DisabledMarks;
use crate::shopify::model::Address;

/// What the mapping has to know besides the user's document.
#[derive(Clone, Copy)]
pub struct Context<'c> {
    /// The user's SCIM id.
    pub scim_id: &'c str,
    /// The display names of the user's groups, in any order.
    pub groups: &'c [String],
    /// True when the user was deleted and the customer is kept.
    pub deleted: bool,
    /// The region (`US`) of phone numbers without a country calling code.
    pub phone_region: Option<&'c str>,
    /// How a disabled user's customer is marked.
    pub marks: DisabledMarks,
}

/// The customer that a user should be. `Debug` shows no values.
#[derive(Clone, PartialEq, Eq)]
pub struct Desired {
    /// The customer.
    pub customer: Customer,
    /// What of the user could not be taken over as it is.
    pub warnings: Vec<Warning>,
    /// Why the user cannot be a customer now.
    pub hold: Option<Hold>,
    /// What was taken out because Shopify refuses it.
    pub refused: Refused,
}

/// An attribute that could not be taken over as it is. Shows no values of the user's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The SCIM attribute.
    pub attribute: &'static str,
    /// What was done about it and why, for an administrator.
    pub reason: String,
}

/// Why a user cannot be a customer until the identity provider changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// No e-mail address that Shopify accepts.
    NoEmail,
}

/// The customer that the user with this document should be.
pub fn desired(document: &Map<String, Value>, context: &Context<'_>) -> Desired {
    let mut mapping = Mapping {
        document,
        context,
        customer: Customer::default(),
        warnings: Vec::new(),
    };
    for rule in RULES {
        mapping.apply(rule);
    }
    mapping.address();
    mapping.tags();
    let Mapping {
        customer, warnings, ..
    } = mapping;
    Desired {
        hold: customer.email.is_none().then_some(Hold::NoEmail),
        customer,
        warnings,
        refused: Refused::default(),
    }
}

impl Desired {
    /// What becomes of the customer of a user who is gone, and whose document may be too: as it was written last, but marked.
    #[must_use]
    pub fn leaving(mut self, applied: &Applied) -> Self {
        let mut customer = applied.customer.clone();
        customer.tags = self.customer.tags;
        for key in [metafield::SCIM_ID, metafield::STATUS] {
            match self.customer.metafields.remove(key) {
                Some(value) => customer.metafields.insert(key.to_owned(), value),
                None => customer.metafields.remove(key),
            };
        }
        self.customer = customer;
        self
    }

    /// The same with the e-mail that the customer has: the new one is another's.
    #[must_use]
    pub fn keeping_email(mut self, applied: &Applied) -> Self {
        self.customer.email.clone_from(&applied.customer.email);
        self
    }

    pub(super) fn warn(&mut self, attribute: &'static str, reason: &str) {
        let reason = reason.to_owned();
        self.warnings.push(Warning { attribute, reason });
    }
}

impl Context<'_> {
    /// The text of `scim_status`, if the shop wants it.
    pub(super) fn status(&self, document: &Map<String, Value>) -> Option<&'static str> {
        match (self.marks, self.is_disabled(document)) {
            (DisabledMarks::Tag, _) => None,
            (_, true) => Some("disabled"),
            (_, false) => Some("active"),
        }
    }

    /// A user without `active` is active: the attribute is optional.
    fn is_disabled(&self, document: &Map<String, Value>) -> bool {
        self.deleted || document.get("active").and_then(Value::as_bool) == Some(false)
    }
}

struct Mapping<'m> {
    document: &'m Map<String, Value>,
    context: &'m Context<'m>,
    customer: Customer,
    warnings: Vec<Warning>,
}

impl Mapping<'_> {
    fn apply(&mut self, rule: &Rule) {
        let Some(value) = self.find(rule) else {
            return;
        };
        let field = match rule.target {
            Target::FirstName => &mut self.customer.first_name,
            Target::LastName => &mut self.customer.last_name,
            Target::Email => &mut self.customer.email,
            Target::Phone => &mut self.customer.phone,
            Target::Locale => &mut self.customer.locale,
            Target::Metafield(key) => {
                self.customer.metafields.insert(key.to_owned(), value);
                return;
            }
        };
        *field = Some(value);
    }

    /// The first text of the rule's sources that Shopify accepts.
    fn find(&mut self, rule: &Rule) -> Option<String> {
        let mut refused = None;
        let sources = rule.sources.iter();
        for candidate in sources.flat_map(|source| candidates(*source, self.document, self.context))
        {
            match self.normalise(rule, &candidate.text) {
                Ok(Fitted { value, truncated }) => {
                    if truncated {
                        self.warn(rule.attribute, "longer than 255 characters; it was cut");
                    }
                    if let Some(reason) = refused {
                        self.warn(rule.attribute, &format!("{reason}; the next value is used"));
                    }
                    return Some(value);
                }
                Err(_) if candidate.optional => {}
                Err(reason) => refused = refused.or(Some(reason)),
            }
        }
        if let Some(reason) = refused {
            self.warn(rule.attribute, &format!("{reason}; it was left out"));
        }
        None
    }

    fn normalise(&self, rule: &Rule, text: &str) -> Result<Fitted, &'static str> {
        let limit_chars = match rule.target {
            Target::Metafield(_) => METAFIELD_LIMIT_CHARS,
            _ => TEXT_LIMIT_CHARS,
        };
        match rule.form {
            Form::Line => fit(text, limit_chars).ok_or("blank"),
            Form::Email => email::normalise(text)
                .map(Fitted::from)
                .ok_or("not an e-mail address that Shopify accepts"),
            Form::Phone => phone::normalise(text, self.context.phone_region)
                .map(Fitted::from)
                .ok_or(match self.context.phone_region {
                    Some(_) => "not a valid phone number",
                    None => "not a valid phone number with a country calling code",
                }),
            Form::Locale => locale::normalise(text)
                .map(Fitted::from)
                .ok_or("not a language tag such as en or pt-BR"),
        }
    }

    fn address(&mut self) {
        for element in elements(self.document, ADDRESSES) {
            match address::map(element) {
                Ok(None) => {}
                Ok(Some(mapped)) => {
                    for remark in mapped.remarks {
                        self.warn(ADDRESSES.attribute, remark);
                    }
                    self.customer.address = Some(Address {
                        company: self.company(),
                        ..mapped.address
                    });
                    return;
                }
                Err(reason) => {
                    self.warn(
                        ADDRESSES.attribute,
                        &format!("{reason}; the address was left out"),
                    );
                    return;
                }
            }
        }
    }

    /// The organization, whose own rule warns when it is long.
    fn company(&self) -> Option<String> {
        let organization = member(self.document, &[ENTERPRISE, "organization"])?;
        fit(organization, TEXT_LIMIT_CHARS).map(|fitted| fitted.value)
    }

    fn tags(&mut self) {
        // A deleted user is in no group.
        let groups = match self.context.deleted {
            true => &[],
            false => self.context.groups,
        };
        let disabled = self.context.is_disabled(self.document)
            && self.context.marks != DisabledMarks::Metafield;
        let tags = tags::tags(groups.iter().map(String::as_str), disabled);
        self.customer.tags = tags.tags;
        for remark in tags.remarks {
            self.warn("groups", remark);
        }
    }

    fn warn(&mut self, attribute: &'static str, reason: &str) {
        let reason = reason.to_owned();
        self.warnings.push(Warning { attribute, reason });
    }
}

impl fmt::Debug for Desired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desired")
            .field("customer", &self.customer)
            .field("warnings", &self.warnings)
            .field("hold", &self.hold)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.attribute, self.reason)
    }
}

impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoEmail => f.write_str(
                "the user has no e-mail address that Shopify accepts: add one in the identity provider, and the customer follows",
            ),
        }
    }
}

#[cfg(test)]
mod tests;
