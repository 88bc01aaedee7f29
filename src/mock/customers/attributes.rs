//! What an input may set on a customer: every rule, and the errors in Shopify's order.

use serde_json::{Map, Value};

use super::normalise::{self, MAX_TEXT};
use super::{Consent, Customer, addresses, consents};
use crate::base::field::Field;
use crate::mock::input;
use crate::mock::messages::{self, Rule};
use crate::mock::metafields::put::{Writer, put as put_metafield};
use crate::mock::shop::Shop;
use crate::mock::user_error::UserError;

/// The longest note, in characters.
const MAX_NOTE: usize = 5_000;
/// The most tags of a customer.
pub const MAX_TAGS: usize = 250;

/// Puts an input onto a customer that is not stored yet, and collects everything that is wrong.
pub fn apply(
    shop: &Shop,
    writer: Writer,
    customer: &mut Customer,
    input: &Map<String, Value>,
) -> Vec<UserError> {
    let mut applying = Applying {
        shop,
        customer,
        input,
        errors: Vec::new(),
    };
    applying.names();
    applying.note();
    applying.email();
    applying.phone();
    applying.locale();
    applying.tags();
    applying.taxes();
    applying.addresses();
    applying.metafields(writer);
    applying.identity();
    applying.errors
}

struct Applying<'a> {
    shop: &'a Shop,
    customer: &'a mut Customer,
    input: &'a Map<String, Value>,
    errors: Vec<UserError>,
}

impl Applying<'_> {
    fn error(&mut self, field: &str, rule: Rule) {
        self.errors.push(UserError::new(&[field], rule));
    }

    fn names(&mut self) {
        let first = input::change(self.input, "firstName");
        let last = input::change(self.input, "lastName");
        if is_longer(&first, MAX_TEXT) {
            self.error("firstName", messages::FIRST_NAME_TOO_LONG);
        }
        if is_longer(&last, MAX_TEXT) {
            self.error("lastName", messages::LAST_NAME_TOO_LONG);
        }
        put(&mut self.customer.first_name, first);
        put(&mut self.customer.last_name, last);
        put(
            &mut self.customer.multipass_identifier,
            input::change(self.input, "multipassIdentifier"),
        );
    }

    /// An empty note stays an empty note.
    fn note(&mut self) {
        match self.input.get("note") {
            Some(Value::String(note)) => {
                if note.chars().count() > MAX_NOTE {
                    self.error("note", messages::NOTE_TOO_LONG);
                }
                self.customer.note = Some(note.clone());
            }
            Some(_) => self.customer.note = None,
            None => {}
        }
    }

    fn email(&mut self) {
        let email = match input::change(self.input, "email") {
            Field::Leave => return,
            Field::Clear => {
                self.customer.email = None;
                return;
            }
            Field::Set(text) => normalise::email(&text),
        };
        if email.chars().count() > MAX_TEXT {
            self.error("email", messages::EMAIL_TOO_LONG);
        }
        if !normalise::is_email(&email) {
            self.error("email", messages::EMAIL_INVALID);
        } else if let Some(owner) = self.shop.owner_of_email(&email)
            && owner != self.customer.id
        {
            self.error("email", messages::EMAIL_TAKEN);
        }
        self.customer.email = Some(email);
    }

    fn phone(&mut self) {
        let text = match input::change(self.input, "phone") {
            Field::Leave => return,
            Field::Clear => {
                self.customer.phone = None;
                return;
            }
            Field::Set(text) => text,
        };
        if text.chars().count() > MAX_TEXT {
            self.error("phone", messages::PHONE_TOO_LONG);
        }
        let phone = normalise::phone(&text, &self.shop.country_code);
        match &phone {
            None => self.error("phone", messages::PHONE_INVALID),
            Some(phone) => {
                let owner = self.shop.owner_of_phone(phone);
                if owner.is_some_and(|owner| owner != self.customer.id) {
                    self.error("phone", messages::PHONE_TAKEN);
                }
            }
        }
        // An invalid number is never stored, but the customer was meant to have one.
        self.customer.phone = phone.or(Some(text));
    }

    fn locale(&mut self) {
        match input::change(self.input, "locale") {
            Field::Set(locale) if normalise::is_locale(&locale) => self.customer.locale = locale,
            Field::Set(_) => self.error("locale", messages::LOCALE_INVALID),
            Field::Clear | Field::Leave => {}
        }
    }

    /// A list in an input replaces the customer's.
    fn tags(&mut self) {
        let Some(texts) = input::texts(self.input, "tags") else {
            return;
        };
        let tags = normalise::tags(texts);
        if let Some(rule) = tags_rule(&tags) {
            self.error("tags", rule);
        }
        self.customer.tags = tags;
    }

    fn taxes(&mut self) {
        if let Some(exempt) = self.input.get("taxExempt").and_then(Value::as_bool) {
            self.customer.tax_exempt = exempt;
        }
        if let Some(exemptions) = input::texts(self.input, "taxExemptions") {
            self.customer.tax_exemptions = exemptions.into_iter().map(str::to_owned).collect();
        }
    }

    fn addresses(&mut self) {
        if self.input.get("addresses").is_none_or(Value::is_null) {
            return;
        }
        let known = std::mem::take(&mut self.customer.addresses);
        for (index, given) in input::objects(self.input, "addresses").iter().enumerate() {
            let index = index.to_string();
            match addresses::inline(given, &known) {
                Ok(address) => self.customer.addresses.push(address),
                Err(errors) => self.errors.extend(
                    errors
                        .into_iter()
                        .map(|error| error.under(&["addresses", &index])),
                ),
            }
        }
    }

    fn metafields(&mut self, writer: Writer) {
        for (index, given) in input::objects(self.input, "metafields").iter().enumerate() {
            if let Err(error) = put_metafield(self.shop, writer, self.customer, given) {
                let index = index.to_string();
                self.errors.push(error.under(&["metafields", &index]));
            }
        }
    }

    fn identity(&mut self) {
        if !self.customer.has_identity() {
            self.errors.push(UserError::new(&[], messages::NO_IDENTITY));
        }
    }
}

/// What is wrong with a customer's tags.
pub fn tags_rule(tags: &[String]) -> Option<Rule> {
    if tags.iter().any(|tag| tag.chars().count() > MAX_TEXT) {
        Some(messages::TAG_TOO_LONG)
    } else if tags.len() > MAX_TAGS {
        Some(messages::TOO_MANY_TAGS)
    } else {
        None
    }
}

/// The consents that come with a new customer.
pub fn initial_consents(customer: &mut Customer, input: &Map<String, Value>) -> Vec<UserError> {
    let mut errors = Vec::new();
    let has_email = customer.email.is_some();
    let has_phone = customer.phone.is_some();
    let mut consent = |name: &str, possible: bool, rule: Rule, target: &mut Consent| {
        let Some(given) = input::object(input, name) else {
            return;
        };
        if possible {
            *target = consents::read(given);
        } else {
            errors.push(UserError::new(&[name], rule));
        }
    };
    consent(
        "emailMarketingConsent",
        has_email,
        messages::EMAIL_CONSENT_WITHOUT_EMAIL,
        &mut customer.email_consent,
    );
    consent(
        "smsMarketingConsent",
        has_phone,
        messages::SMS_CONSENT_WITHOUT_PHONE,
        &mut customer.sms_consent,
    );
    consent(
        "whatsAppMarketingConsent",
        has_phone,
        messages::WHATS_APP_CONSENT_WITHOUT_PHONE,
        &mut customer.whats_app_consent,
    );
    errors
}

fn is_longer(field: &Field<String>, limit: usize) -> bool {
    matches!(field, Field::Set(text) if text.chars().count() > limit)
}

fn put(target: &mut Option<String>, field: Field<String>) {
    match field {
        Field::Leave => {}
        Field::Set(text) => *target = Some(text),
        Field::Clear => *target = None,
    }
}
