//! One request's view of the shop: who asks, when, and what searches had to say.

use serde_json::{Map, Value};

use super::access;
use super::customers::{CustomerId, view};
use super::graphql::coded::CodedError;
use super::graphql::execute::World;
use super::graphql::resolved::Resolved;
use super::metafields::put::Writer;
use super::roots;
use super::shop::Shop;

/// A request against a shop.
pub struct Call<'s> {
    /// The shop.
    pub shop: &'s mut Shop,
    /// Which of the shop's tokens was shown.
    pub token: usize,
    /// The app behind the token.
    pub api_client_id: u64,
    /// The time.
    pub now_ms: i64,
    /// The supported versions, for `publicApiVersions`.
    pub versions: &'s [String],
    /// Whether protected customer data reads as null.
    pub hides_protected_data: bool,
    /// The root field's response key, for `extensions.search`.
    pub response_key: String,
    /// `extensions.search`.
    pub search: Vec<Value>,
}

impl Call<'_> {
    /// Who writes metafields.
    pub fn writer(&self) -> Writer {
        Writer {
            api_client_id: self.api_client_id,
            now_ms: self.now_ms,
        }
    }
}

impl World for Call<'_> {
    fn root(
        &mut self,
        field: &str,
        response_key: &str,
        arguments: &Map<String, Value>,
    ) -> Result<Resolved, CodedError> {
        if let Some(token) = self.shop.tokens.get(self.token) {
            access::check(field, token)?;
        }
        response_key.clone_into(&mut self.response_key);
        roots::resolve(self, field, arguments)
    }

    fn customer_field(
        &self,
        customer: CustomerId,
        field: &str,
        arguments: &Map<String, Value>,
    ) -> Resolved {
        view::field(self, customer, field, arguments)
    }
}
