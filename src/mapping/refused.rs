//! Values that Shopify refused: left out with a warning, remembered, and sent again only when they change.

use serde::{Deserialize, Serialize};

use super::desired::Desired;
use crate::shopify::model::Address;
use crate::shopify::{UserError, UserErrorKind, opaque_debug};

/// What Shopify refused of a user, each with the reason for an administrator.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Refused {
    phone: Option<(String, String)>,
    address: Option<(Address, String)>,
    locale: Option<(String, String)>,
}

impl Refused {
    /// Whether nothing was refused.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Desired {
    /// The same without everything that Shopify complains about; `None` when it complains about something that the customer can't do without.
    pub fn without_refused(&self, errors: &[UserError]) -> Option<Self> {
        use UserErrorKind as Kind;
        let mut desired = self.clone();
        for error in errors {
            match error.kind {
                Kind::PhoneTaken => {
                    desired.leave_phone("another customer has the number; it was left out")
                }
                Kind::PhoneInvalid => {
                    desired.leave_phone("Shopify does not take the number; it was left out")
                }
                Kind::LocaleInvalid => {
                    desired.leave_locale("Shopify does not know the language; it was left out")
                }
                Kind::CountryInvalid => desired
                    .leave_address("Shopify does not know the country; the address was left out"),
                Kind::ProvinceInvalid => desired.leave_address(
                    "Shopify does not know the region of the country; the address was left out",
                ),
                Kind::AddressBlank | Kind::AddressInvalid => {
                    desired.leave_address("Shopify does not take the address; it was left out")
                }
                _ => return None,
            }
        }
        (desired != *self).then_some(desired)
    }

    /// The same without what Shopify refused the last time, with the warnings of then.
    #[must_use]
    pub fn heeding(&self, refused: &Refused) -> Self {
        let mut desired = self.clone();
        if let Some((phone, reason)) = &refused.phone
            && desired.customer.phone.as_ref() == Some(phone)
        {
            desired.leave_phone(reason);
        }
        if let Some((address, reason)) = &refused.address
            && desired.customer.address.as_ref() == Some(address)
        {
            desired.leave_address(reason);
        }
        if let Some((locale, reason)) = &refused.locale
            && desired.customer.locale.as_ref() == Some(locale)
        {
            desired.leave_locale(reason);
        }
        desired
    }

    fn leave_phone(&mut self, reason: &str) {
        if let Some(phone) = self.customer.phone.take() {
            self.refused.phone = Some((phone, reason.to_owned()));
            self.warn("phoneNumbers", reason);
        }
    }

    fn leave_address(&mut self, reason: &str) {
        if let Some(address) = self.customer.address.take() {
            self.refused.address = Some((address, reason.to_owned()));
            self.warn("addresses", reason);
        }
    }

    fn leave_locale(&mut self, reason: &str) {
        if let Some(locale) = self.customer.locale.take() {
            self.refused.locale = Some((locale, reason.to_owned()));
            self.warn("locale", reason);
        }
    }
}

opaque_debug!(Refused);
