//! Shopify's `userErrors`: what was refused and why. Most carry no code, so the field and the English message decide.

use std::fmt;

/// One refusal.
#[derive(Clone, PartialEq, Eq)]
pub struct UserError {
    /// The path of the refused input, without a leading `input`.
    pub field: Vec<String>,
    /// Shopify's message: for the merchant to read, not for logs.
    pub message: String,
    /// What it means.
    pub kind: UserErrorKind,
}

/// What a refusal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UserErrorKind {
    /// Another customer has the e-mail address.
    EmailTaken,
    /// Not an e-mail address to Shopify.
    EmailInvalid,
    /// Another customer has the phone number.
    PhoneTaken,
    /// Not a phone number to Shopify.
    PhoneInvalid,
    /// The customer was deleted, or merged into another.
    CustomerGone,
    /// The shop lacks the definition of the `id` metafield.
    DefinitionMissing,
    /// Another customer has the SCIM id.
    IdTaken,
    /// Not a locale to Shopify.
    LocaleInvalid,
    /// Not a country to Shopify.
    CountryInvalid,
    /// Not a province of the country.
    ProvinceInvalid,
    /// An address without content.
    AddressBlank,
    /// Some other fault in the address.
    AddressInvalid,
    /// The customer already has this address.
    AddressExists,
    /// The customer does not have the address any more.
    AddressGone,
    /// A value is too long.
    TooLong,
    /// A customer with orders cannot be deleted.
    HasOrders,
    /// Anything else.
    Other,
}

impl UserError {
    /// A classified refusal.
    pub fn new(field: Option<Vec<String>>, message: String, code: Option<&str>) -> Self {
        let mut field = field.unwrap_or_default();
        if field.first().is_some_and(|first| first == "input") {
            field.remove(0);
        }
        let kind = kind(&field, &message, code);
        Self {
            field,
            message,
            kind,
        }
    }
}

impl fmt::Debug for UserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {:?}", self.kind, self.field.join("."))
    }
}

fn kind(field: &[String], message: &str, code: Option<&str>) -> UserErrorKind {
    let has = |text: &str| message.contains(text);
    let taken = code == Some("TAKEN") || has("already been taken");
    match field.first().map(String::as_str) {
        _ if has("Customer does not exist") || has("Customer can't be found") => {
            UserErrorKind::CustomerGone
        }
        _ if has("definition of type 'id' is required") => UserErrorKind::DefinitionMissing,
        _ if has("have associated orders") => UserErrorKind::HasOrders,
        Some("email") if taken => UserErrorKind::EmailTaken,
        Some("email") => UserErrorKind::EmailInvalid,
        Some("phone") if taken => UserErrorKind::PhoneTaken,
        Some("phone") => UserErrorKind::PhoneInvalid,
        Some("locale") => UserErrorKind::LocaleInvalid,
        Some("address" | "addresses" | "addressId") => address_kind(field, message),
        Some("metafields") if taken || code == Some("CAPABILITY_VIOLATION") || has("unique") => {
            UserErrorKind::IdTaken
        }
        _ if has("is too long") => UserErrorKind::TooLong,
        _ => UserErrorKind::Other,
    }
}

fn address_kind(field: &[String], message: &str) -> UserErrorKind {
    match field.last().map(String::as_str) {
        Some("country" | "countryCode") => UserErrorKind::CountryInvalid,
        Some("province" | "provinceCode") => UserErrorKind::ProvinceInvalid,
        _ if message.contains("cannot be blank") => UserErrorKind::AddressBlank,
        _ if message.contains("already exists") => UserErrorKind::AddressExists,
        _ if message.contains("does not exist") => UserErrorKind::AddressGone,
        _ => UserErrorKind::AddressInvalid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(field: &str, message: &str, want: UserErrorKind) {
        let path = (!field.is_empty()).then(|| field.split('.').map(str::to_owned).collect());
        let error = UserError::new(path, message.to_owned(), None);
        assert_eq!(error.kind, want, "{field}: {message}");
    }

    #[test]
    fn refusals_are_told_apart_by_field_and_message() {
        use UserErrorKind as K;
        check("email", "Email has already been taken", K::EmailTaken);
        check("input.email", "Email has already been taken", K::EmailTaken);
        check("email", "Email is invalid", K::EmailInvalid);
        check("phone", "Phone has already been taken", K::PhoneTaken);
        check("phone", "Phone is invalid", K::PhoneInvalid);
        check("locale", "Locale is invalid", K::LocaleInvalid);
        check("id", "Customer does not exist", K::CustomerGone);
        check("customerId", "Customer does not exist", K::CustomerGone);
        check("id", "Customer can't be found", K::CustomerGone);
        check(
            "firstName",
            "First name is too long (maximum is 255 characters)",
            K::TooLong,
        );
        check("metafields.0.value", "Value must be unique.", K::IdTaken);
        check(
            "",
            "A name, phone number, or email address must be present",
            K::Other,
        );
        check(
            "id",
            "Customer can’t be deleted because they have associated orders",
            K::HasOrders,
        );
    }

    #[test]
    fn refusals_of_an_address_say_which_part() {
        use UserErrorKind as K;
        check(
            "addresses.0.country",
            "Country is invalid",
            K::CountryInvalid,
        );
        check(
            "address.province",
            "Province is invalid",
            K::ProvinceInvalid,
        );
        check(
            "addresses.0",
            "Customer address cannot be blank.",
            K::AddressBlank,
        );
        check("address.city", "City cannot contain URL", K::AddressInvalid);
        check("address", "Address already exists", K::AddressExists);
        check("addressId", "Address does not exist", K::AddressGone);
    }

    #[test]
    fn a_refusal_prints_without_its_message() {
        let error = UserError::new(
            Some(vec!["email".into()]),
            "a@b.example is bad".into(),
            None,
        );
        assert_eq!(format!("{error:?}"), "EmailInvalid at \"email\"");
    }
}
