//! Ids and normal forms, built by parsing.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// A text that is not the id it should be.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ParseIdError {
    /// Not `NAME.myshopify.com`.
    #[error("not a shop domain: expected NAME.myshopify.com with letters, digits and hyphens")]
    ShopDomain,
    /// Not a UUID.
    #[error("not a resource id: expected a UUID")]
    ResourceId,
    /// Not `gid://shopify/Customer/NUMBER`.
    #[error("not a customer id: expected gid://shopify/Customer/NUMBER")]
    CustomerGid,
}

/// A shop's permanent domain, `NAME.myshopify.com`, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ShopDomain(String);

impl ShopDomain {
    /// The domain as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before `.myshopify.com`.
    pub fn handle(&self) -> &str {
        self.0.strip_suffix(Self::SUFFIX).unwrap_or(&self.0)
    }

    const SUFFIX: &str = ".myshopify.com";
}

impl FromStr for ShopDomain {
    type Err = ParseIdError;

    /// Accepts `NAME` and `NAME.myshopify.com`, in any case.
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let lower = text.trim().to_ascii_lowercase();
        let handle = lower.strip_suffix(Self::SUFFIX).unwrap_or(&lower);
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if handle.is_empty()
            || handle.len() > 60
            || handle.starts_with('-')
            || !handle.chars().all(legal)
        {
            return Err(ParseIdError::ShopDomain);
        }
        Ok(Self(format!("{handle}{}", Self::SUFFIX)))
    }
}

impl fmt::Display for ShopDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The store's number of a shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ShopId(pub i64);

/// The `id` of a SCIM resource: a UUID of version 7, so that ids sort by creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResourceId(Uuid);

impl ResourceId {
    /// A new id from the time and ten random bytes.
    pub fn new(now_ms: i64, random: &[u8; 10]) -> Self {
        let millis = u64::try_from(now_ms).unwrap_or_default();
        Self(uuid::Builder::from_unix_timestamp_millis(millis, random).into_uuid())
    }

    /// The sixteen bytes, as the store keeps them.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// An id from the store's sixteen bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }
}

impl FromStr for ResourceId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        // Only the hyphenated form: an id has one spelling, so that comparing text is enough for clients.
        if text.len() != 36 {
            return Err(ParseIdError::ResourceId);
        }
        Uuid::try_parse(text)
            .map(Self)
            .map_err(|_| ParseIdError::ResourceId)
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// A Shopify customer's global id, `gid://shopify/Customer/NUMBER`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CustomerGid(String);

impl CustomerGid {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CustomerGid {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        match text.strip_prefix("gid://shopify/Customer/") {
            Some(number) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(ParseIdError::CustomerGid),
        }
    }
}

impl fmt::Display for CustomerGid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shop_domain_has_one_spelling() {
        let check = |text: &str, want: Option<&str>| {
            let got = text.parse::<ShopDomain>().ok().map(|shop| shop.to_string());
            assert_eq!(got.as_deref(), want, "{text}");
        };
        check("demo", Some("demo.myshopify.com"));
        check("Demo.MyShopify.com", Some("demo.myshopify.com"));
        check("demo.myshopify.com.evil.example", None);
        check("demo/../x", None);
        check("-demo", None);
        check("", None);
    }

    #[test]
    fn resource_ids_sort_by_creation_and_round_trip() {
        let earlier = ResourceId::new(1_000, &[9; 10]);
        let later = ResourceId::new(2_000, &[1; 10]);
        assert!(earlier < later);
        assert_eq!(later.to_string().parse(), Ok(later));
        assert_eq!(
            "not-an-id".parse::<ResourceId>(),
            Err(ParseIdError::ResourceId)
        );
    }

    #[test]
    fn a_customer_gid_is_a_customers() {
        assert!("gid://shopify/Customer/12".parse::<CustomerGid>().is_ok());
        for wrong in [
            "gid://shopify/Order/12",
            "gid://shopify/Customer/",
            "12",
            "gid://shopify/Customer/1x",
        ] {
            assert_eq!(
                wrong.parse::<CustomerGid>(),
                Err(ParseIdError::CustomerGid),
                "{wrong}"
            );
        }
    }
}
