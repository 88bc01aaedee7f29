//! What a customer holds.

use serde::{Serialize, Serializer};

use super::CustomerId;
use super::normalise;
use crate::mock::metafields::Metafield;
use crate::mock::moment::datetime;

/// A customer as the shop stores it. Serialises for `/_mock/state`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Customer {
    /// The customer's id.
    pub id: CustomerId,
    /// Lower case, without whitespace; unique in the shop.
    pub email: Option<String>,
    /// E.164; unique in the shop.
    pub phone: Option<String>,
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// The merchant's note.
    pub note: Option<String>,
    /// The language.
    pub locale: String,
    /// Sorted without regard to case.
    pub tags: Vec<String>,
    /// Whether the customer pays no taxes.
    pub tax_exempt: bool,
    /// `TaxExemption` values.
    pub tax_exemptions: Vec<String>,
    /// In order of creation.
    pub addresses: Vec<Address>,
    /// The number of the default address.
    pub default_address: Option<u64>,
    /// In order of creation.
    pub metafields: Vec<Metafield>,
    /// E-mail marketing.
    pub email_consent: Consent,
    /// SMS marketing.
    pub sms_consent: Consent,
    /// WhatsApp marketing.
    pub whats_app_consent: Consent,
    /// `CustomerState` of the classic account.
    pub state: String,
    /// Always true for customers made by an app.
    pub verified_email: bool,
    /// A customer with orders can't be deleted.
    pub number_of_orders: u64,
    /// The Multipass id.
    pub multipass_identifier: Option<String>,
    /// When the customer was created, in ms since the epoch.
    #[serde(serialize_with = "as_datetime")]
    pub created_at: i64,
    /// When the customer was last changed, in ms since the epoch.
    #[serde(serialize_with = "as_datetime")]
    pub updated_at: i64,
    /// When erasure was requested, in ms since the epoch.
    pub erasure_requested_at: Option<i64>,
}

/// A mailing address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// The address's number; its global id ends with `?model_name=CustomerAddress`.
    pub number: u64,
    /// Street and house.
    pub address1: Option<String>,
    /// Flat, floor.
    pub address2: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The company.
    pub company: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country_code: Option<String>,
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// As written.
    pub phone: Option<String>,
    /// ISO 3166-2 without the country.
    pub province_code: Option<String>,
    /// The postal code.
    pub zip: Option<String>,
}

/// The consent to one kind of marketing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Consent {
    /// `NOT_SUBSCRIBED`, `PENDING`, `SUBSCRIBED` or `UNSUBSCRIBED`.
    pub state: String,
    /// `CustomerMarketingOptInLevel`.
    pub opt_in_level: Option<String>,
    /// RFC 3339.
    pub updated_at: Option<String>,
}

impl Default for Consent {
    fn default() -> Self {
        Self {
            state: "NOT_SUBSCRIBED".to_owned(),
            opt_in_level: None,
            updated_at: None,
        }
    }
}

impl Customer {
    /// A customer without any attribute.
    pub fn new(id: CustomerId, locale: &str, now_ms: i64) -> Self {
        Self {
            id,
            email: None,
            phone: None,
            first_name: None,
            last_name: None,
            note: None,
            locale: locale.to_owned(),
            tags: Vec::new(),
            tax_exempt: false,
            tax_exemptions: Vec::new(),
            addresses: Vec::new(),
            default_address: None,
            metafields: Vec::new(),
            email_consent: Consent::default(),
            sms_consent: Consent::default(),
            whats_app_consent: Consent::default(),
            state: "DISABLED".to_owned(),
            verified_email: true,
            number_of_orders: 0,
            multipass_identifier: None,
            created_at: now_ms,
            updated_at: now_ms,
            erasure_requested_at: None,
        }
    }

    /// Whether the customer can be told from others.
    pub fn has_identity(&self) -> bool {
        [&self.first_name, &self.last_name, &self.email, &self.phone]
            .iter()
            .any(|attribute| attribute.is_some())
    }

    /// The names, else the e-mail, else the phone in its international form.
    pub fn display_name(&self) -> String {
        let names: Vec<&str> = [&self.first_name, &self.last_name]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        if !names.is_empty() {
            return names.join(" ");
        }
        self.email
            .clone()
            .or_else(|| self.phone.as_deref().map(normalise::pretty_phone))
            .unwrap_or_default()
    }

    /// A metafield by its resolved namespace and key.
    pub fn metafield(&self, namespace: &str, key: &str) -> Option<&Metafield> {
        self.metafields
            .iter()
            .find(|metafield| metafield.namespace == namespace && metafield.key == key)
    }
}

impl Address {
    /// The address's global id.
    pub fn gid(&self) -> String {
        format!(
            "gid://shopify/MailingAddress/{}?model_name=CustomerAddress",
            self.number
        )
    }

    /// The number in an address's global id.
    pub fn parse_gid(gid: &str) -> Option<u64> {
        let rest = gid.strip_prefix("gid://shopify/MailingAddress/")?;
        rest.split('?').next()?.parse().ok()
    }

    /// Whether nothing is filled in.
    pub fn is_blank(&self) -> bool {
        let unnumbered = Self {
            number: 0,
            ..self.clone()
        };
        unnumbered == Self::default()
    }
}

fn as_datetime<S: Serializer>(at_ms: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&datetime(*at_ms))
}
