//! Marketing consents.

use serde_json::{Map, Value};

use super::{Consent, Customer, CustomerId};
use crate::mock::call::Call;
use crate::mock::graphql::coded::CodedError;
use crate::mock::graphql::resolved::Resolved;
use crate::mock::input;
use crate::mock::messages::{self, Rule};
use crate::mock::moment::{datetime, parse};
use crate::mock::user_error::{UserError, payload};

/// The consent in a `Customer…MarketingConsentInput`.
pub fn read(given: &Map<String, Value>) -> Consent {
    let either = |names: [&str; 2]| {
        names
            .iter()
            .find_map(|name| input::text(given, name))
            .map(str::to_owned)
    };
    Consent {
        state: either(["marketingState", "state"]).unwrap_or_default(),
        opt_in_level: either(["marketingOptInLevel", "optInLevel"]),
        updated_at: either(["consentUpdatedAt", "updatedAt"]),
    }
}

/// `customerEmailMarketingConsentUpdate`.
pub fn update_email(
    call: &mut Call<'_>,
    arguments: &Map<String, Value>,
) -> Result<Resolved, CodedError> {
    update(call, arguments, &EMAIL)
}

/// `customerSmsMarketingConsentUpdate`.
pub fn update_sms(
    call: &mut Call<'_>,
    arguments: &Map<String, Value>,
) -> Result<Resolved, CodedError> {
    update(call, arguments, &SMS)
}

struct Kind {
    /// The input field.
    name: &'static str,
    /// How an unknown customer is reported.
    missing: fn() -> UserError,
    place: fn(&mut Customer) -> &mut Consent,
    /// What the customer lacks.
    lacks: fn(&Customer) -> Option<Rule>,
}

const EMAIL: Kind = Kind {
    name: "emailMarketingConsent",
    missing: || UserError::new(&["input", "customerId"], messages::CONSENT_CUSTOMER_MISSING),
    place: |customer| &mut customer.email_consent,
    lacks: |_| None,
};

const SMS: Kind = Kind {
    name: "smsMarketingConsent",
    missing: || UserError::new(&[], messages::CONSENT_CUSTOMER_MISSING).without_code(),
    place: |customer| &mut customer.sms_consent,
    lacks: |customer| {
        customer
            .phone
            .is_none()
            .then_some(messages::SMS_CONSENT_WITHOUT_PHONE)
    },
};

fn update(
    call: &mut Call<'_>,
    arguments: &Map<String, Value>,
    kind: &Kind,
) -> Result<Resolved, CodedError> {
    let empty = Map::new();
    let input = input::object(arguments, "input").unwrap_or(&empty);
    let mut consent = read(input::object(input, kind.name).unwrap_or(&empty));
    if !matches!(
        consent.state.as_str(),
        "SUBSCRIBED" | "UNSUBSCRIBED" | "PENDING"
    ) {
        let message = format!(
            "Cannot specify {} as a marketing state input",
            consent.state
        );
        return Err(CodedError::new("INVALID", message));
    }
    let customer = input::text(input, "customerId")
        .and_then(CustomerId::parse)
        .and_then(|id| call.shop.customer(id));
    let Some(mut customer) = customer.cloned() else {
        return Ok(payload("customer", Err(vec![(kind.missing)()])));
    };
    let errors = check(kind, &customer, &consent, call.now_ms);
    if !errors.is_empty() {
        return Ok(payload("customer", Err(errors)));
    }
    consent
        .updated_at
        .get_or_insert_with(|| datetime(call.now_ms));
    *(kind.place)(&mut customer) = consent;
    let id = customer.id;
    call.shop.store(customer, call.now_ms);
    Ok(payload("customer", Ok(Resolved::customer(id))))
}

fn check(kind: &Kind, customer: &Customer, consent: &Consent, now_ms: i64) -> Vec<UserError> {
    let mut errors = Vec::new();
    let mut at = |field: Option<&str>, rule: Rule| {
        let path: Vec<&str> = ["input", kind.name].into_iter().chain(field).collect();
        errors.push(UserError::new(&path, rule));
    };
    if let Some(rule) = (kind.lacks)(customer) {
        at(None, rule);
    }
    let level = consent.opt_in_level.as_deref();
    match consent.state.as_str() {
        "SUBSCRIBED" if level.is_none() => {
            at(Some("marketingOptInLevel"), messages::CONSENT_LEVEL_MISSING);
        }
        "PENDING" if level != Some("CONFIRMED_OPT_IN") => {
            at(Some("marketingOptInLevel"), messages::CONSENT_LEVEL_PENDING);
        }
        _ => {}
    }
    let at_ms = consent.updated_at.as_deref().and_then(parse);
    if at_ms.is_some_and(|at_ms| at_ms > now_ms) {
        at(Some("consentUpdatedAt"), messages::CONSENT_IN_FUTURE);
    }
    errors
}
