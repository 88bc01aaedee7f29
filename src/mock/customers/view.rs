//! A customer's fields, as GraphQL shows them.

use serde_json::{Map, Value};

use super::{Consent, Customer, CustomerId, addresses};
use crate::mock::call::Call;
use crate::mock::graphql::resolved::Resolved;
use crate::mock::input;
use crate::mock::metafields::name::resolve_namespace;
use crate::mock::metafields::resolved as metafield_resolved;
use crate::mock::moment::datetime;

/// A field of a customer.
pub fn field(
    call: &Call<'_>,
    id: CustomerId,
    name: &str,
    arguments: &Map<String, Value>,
) -> Resolved {
    match call.shop.customer(id) {
        Some(customer) => field_of(call, customer, name, arguments),
        None => Resolved::Unmodelled,
    }
}

fn field_of(
    call: &Call<'_>,
    customer: &Customer,
    name: &str,
    arguments: &Map<String, Value>,
) -> Resolved {
    let hides = call.hides_protected_data;
    let protected = |text: &Option<String>| match hides {
        true => Resolved::NULL,
        false => Resolved::leaf(text.clone()),
    };
    match name {
        "id" => Resolved::leaf(customer.id.to_string()),
        "legacyResourceId" => Resolved::leaf(customer.id.0.to_string()),
        "email" => protected(&customer.email),
        "phone" => protected(&customer.phone),
        "firstName" => protected(&customer.first_name),
        "lastName" => protected(&customer.last_name),
        "displayName" if hides => Resolved::leaf(""),
        "displayName" => Resolved::leaf(customer.display_name()),
        "defaultEmailAddress" if hides => Resolved::NULL,
        "defaultEmailAddress" => email_address(customer),
        "defaultPhoneNumber" if hides => Resolved::NULL,
        "defaultPhoneNumber" => phone_number(customer),
        "emailMarketingConsent" => match customer.email {
            Some(_) => flat_consent(&customer.email_consent),
            None => Resolved::NULL,
        },
        "smsMarketingConsent" => match customer.phone {
            Some(_) => flat_consent(&customer.sms_consent),
            None => Resolved::NULL,
        },
        "note" => Resolved::leaf(customer.note.clone()),
        "locale" => Resolved::leaf(customer.locale.clone()),
        "tags" => Resolved::leaf(customer.tags.clone()),
        "state" => Resolved::leaf(customer.state.clone()),
        "taxExempt" => Resolved::leaf(customer.tax_exempt),
        "taxExemptions" => Resolved::leaf(customer.tax_exemptions.clone()),
        "verifiedEmail" => Resolved::leaf(customer.verified_email),
        "validEmailAddress" => Resolved::leaf(customer.email.is_some()),
        "multipassIdentifier" => Resolved::leaf(customer.multipass_identifier.clone()),
        "numberOfOrders" => Resolved::leaf(customer.number_of_orders.to_string()),
        "canDelete" => Resolved::leaf(customer.number_of_orders == 0),
        "createdAt" => Resolved::leaf(datetime(customer.created_at)),
        "updatedAt" => Resolved::leaf(datetime(customer.updated_at)),
        "lifetimeDuration" => Resolved::leaf("less than a minute"),
        "productSubscriberStatus" => Resolved::leaf("NEVER_SUBSCRIBED"),
        "amountSpent" => Resolved::record(vec![
            ("amount", Resolved::leaf("0.0")),
            ("currencyCode", Resolved::leaf("USD")),
        ]),
        "mergeable" => Resolved::record(vec![("isMergeable", Resolved::leaf(true))]),
        "defaultAddress" => default_address(customer, hides),
        "addresses" | "addressesV2" => address_list(customer, name, arguments, hides),
        "metafield" => metafield(call, customer, arguments),
        "metafields" => metafield_list(call, customer, arguments),
        _ => Resolved::Unmodelled,
    }
}

fn email_address(customer: &Customer) -> Resolved {
    let Some(email) = &customer.email else {
        return Resolved::NULL;
    };
    let consent = &customer.email_consent;
    let mut fields = marketing(consent);
    fields.extend([
        ("emailAddress", Resolved::leaf(email.clone())),
        ("openTrackingLevel", Resolved::leaf("UNKNOWN")),
        ("validFormat", Resolved::leaf(true)),
    ]);
    Resolved::record(fields)
}

fn phone_number(customer: &Customer) -> Resolved {
    let Some(phone) = &customer.phone else {
        return Resolved::NULL;
    };
    let mut fields = marketing(&customer.sms_consent);
    fields.extend([
        ("phoneNumber", Resolved::leaf(phone.clone())),
        ("smsMarketingConsent", consent(&customer.sms_consent)),
        (
            "whatsAppMarketingConsent",
            consent(&customer.whats_app_consent),
        ),
    ]);
    Resolved::record(fields)
}

fn marketing(consent: &Consent) -> Vec<(&'static str, Resolved)> {
    vec![
        ("marketingState", Resolved::leaf(consent.state.clone())),
        (
            "marketingOptInLevel",
            Resolved::leaf(consent.opt_in_level.clone()),
        ),
        (
            "marketingUpdatedAt",
            Resolved::leaf(consent.updated_at.clone()),
        ),
    ]
}

/// `CustomerMarketingConsentState` has another word for never having subscribed.
fn consent(consent: &Consent) -> Resolved {
    let state = match consent.state.as_str() {
        "NOT_SUBSCRIBED" => "NEVER_SUBSCRIBED",
        other => other,
    };
    Resolved::record(vec![
        ("state", Resolved::leaf(state)),
        ("optInLevel", Resolved::leaf(consent.opt_in_level.clone())),
        ("updatedAt", Resolved::leaf(consent.updated_at.clone())),
        ("collectedFrom", Resolved::NULL),
    ])
}

fn flat_consent(consent: &Consent) -> Resolved {
    let level = consent.opt_in_level.as_deref().unwrap_or("SINGLE_OPT_IN");
    Resolved::record(vec![
        ("marketingState", Resolved::leaf(consent.state.clone())),
        ("marketingOptInLevel", Resolved::leaf(level)),
        (
            "consentUpdatedAt",
            Resolved::leaf(consent.updated_at.clone()),
        ),
    ])
}

fn default_address(customer: &Customer, hides: bool) -> Resolved {
    customer
        .addresses
        .iter()
        .find(|address| Some(address.number) == customer.default_address)
        .map_or(Resolved::NULL, |address| {
            addresses::resolved(address, hides)
        })
}

fn address_list(
    customer: &Customer,
    name: &str,
    arguments: &Map<String, Value>,
    hides: bool,
) -> Resolved {
    let addresses = customer
        .addresses
        .iter()
        .take(limit(arguments))
        .map(|address| addresses::resolved(address, hides));
    match name {
        "addresses" => Resolved::List(addresses.collect()),
        _ => Resolved::whole_connection(addresses),
    }
}

fn metafield(call: &Call<'_>, customer: &Customer, arguments: &Map<String, Value>) -> Resolved {
    let namespace = resolve_namespace(input::text(arguments, "namespace"), call.api_client_id);
    let key = input::text(arguments, "key").unwrap_or_default();
    customer
        .metafield(&namespace, key)
        .map_or(Resolved::NULL, |found| {
            metafield_resolved(call.shop, customer.id, found)
        })
}

/// `keys` are `namespace.key`; without `namespace` all namespaces are listed.
fn metafield_list(
    call: &Call<'_>,
    customer: &Customer,
    arguments: &Map<String, Value>,
) -> Resolved {
    let namespace = input::text(arguments, "namespace")
        .map(|text| resolve_namespace(Some(text), call.api_client_id));
    let named = |name| match str::rsplit_once(name, '.') {
        Some((namespace, key)) => (resolve_namespace(Some(namespace), call.api_client_id), key),
        None => (resolve_namespace(None, call.api_client_id), name),
    };
    let keys: Option<Vec<(String, &str)>> =
        input::texts(arguments, "keys").map(|keys| keys.into_iter().map(named).collect());
    let matching = customer
        .metafields
        .iter()
        .filter(|it| namespace.as_ref().is_none_or(|ns| it.namespace == *ns))
        .filter(|it| {
            keys.as_ref().is_none_or(|keys| {
                keys.iter()
                    .any(|(ns, key)| it.namespace == *ns && it.key == *key)
            })
        })
        .take(limit(arguments))
        .map(|it| metafield_resolved(call.shop, customer.id, it));
    Resolved::whole_connection(matching)
}

fn limit(arguments: &Map<String, Value>) -> usize {
    ["first", "last"]
        .iter()
        .find_map(|name| arguments.get(*name)?.as_u64())
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(250)
}
