//! `customer` and `customerByIdentifier`: reads of the truth, never of the search index.

use serde_json::{Map, Value};

use super::{CustomerId, normalise};
use crate::mock::call::Call;
use crate::mock::graphql::coded::CodedError;
use crate::mock::graphql::resolved::Resolved;
use crate::mock::input;
use crate::mock::metafields::name::resolve_namespace;

/// `customer`.
pub fn by_id(call: &Call<'_>, arguments: &Map<String, Value>) -> Resolved {
    let id = input::text(arguments, "id").and_then(CustomerId::parse);
    resolved(id.filter(|id| call.shop.customer(*id).is_some()))
}

/// `customerByIdentifier`.
pub fn by_identifier(
    call: &Call<'_>,
    arguments: &Map<String, Value>,
) -> Result<Resolved, CodedError> {
    let empty = Map::new();
    let identifier = input::object(arguments, "identifier").unwrap_or(&empty);
    if let Some(custom_id) = input::object(identifier, "customId") {
        let custom_id = CustomId::read(call, custom_id)?;
        return Ok(resolved(custom_id.owner(call)));
    }
    let id = input::text(identifier, "id").and_then(CustomerId::parse);
    let known = id.filter(|id| call.shop.customer(*id).is_some());
    let email = input::text(identifier, "emailAddress").map(normalise::email);
    let phone = input::text(identifier, "phoneNumber")
        .and_then(|text| normalise::phone(text, &call.shop.country_code));
    let found = known
        .or_else(|| call.shop.owner_of_email(email.as_deref()?))
        .or_else(|| call.shop.owner_of_phone(phone.as_deref()?));
    Ok(resolved(found))
}

fn resolved(id: Option<CustomerId>) -> Resolved {
    id.map_or(Resolved::NULL, Resolved::customer)
}

/// The value of a metafield whose definition has type `id`.
#[derive(Debug, Clone)]
pub struct CustomId {
    /// Resolved.
    pub namespace: String,
    /// The key.
    pub key: String,
    /// The value.
    pub value: String,
}

impl CustomId {
    /// Reads a `UniqueMetafieldValueInput`; there must be a definition for it.
    pub fn read(call: &Call<'_>, given: &Map<String, Value>) -> Result<Self, CodedError> {
        let text = |name: &str| input::text(given, name).unwrap_or_default().to_owned();
        let namespace = resolve_namespace(input::text(given, "namespace"), call.api_client_id);
        let key = text("key");
        let is_id = call
            .shop
            .definition("CUSTOMER", &namespace, &key)
            .is_some_and(|definition| definition.value_type == "id");
        if !is_id {
            return Err(CodedError::new(
                "NOT_FOUND",
                "Metafield definition of type 'id' is required when using custom ids.",
            ));
        }
        Ok(Self {
            namespace,
            key,
            value: text("value"),
        })
    }

    /// The customer with this id.
    pub fn owner(&self, call: &Call<'_>) -> Option<CustomerId> {
        call.shop
            .owner_of_value(&self.namespace, &self.key, &self.value)
    }
}
