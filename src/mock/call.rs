//! One request's view of the shop: who asks, when, and what searches had to say.

use serde_json::{Map, Value};

use super::access;
use super::customers::{CustomerId, view};
use super::faults::FaultKind;
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
    /// Where the mock can be reached: results and uploads are there.
    pub base_url: String,
    /// Whether lists are read whole, as a bulk query does.
    pub reads_whole_lists: bool,
    /// What is to become of a bulk operation that starts.
    pub bulk_fault: Option<FaultKind>,
    /// The root field's response key, for `extensions.search`.
    pub response_key: String,
    /// `extensions.search`.
    pub search: Vec<Value>,
}

impl<'s> Call<'s> {
    /// A call of an app that may read protected data.
    pub fn new(shop: &'s mut Shop, token: usize, api_client_id: u64, now_ms: i64) -> Self {
        Self {
            shop,
            token,
            api_client_id,
            now_ms,
            versions: &[],
            hides_protected_data: false,
            base_url: String::new(),
            reads_whole_lists: false,
            bulk_fault: None,
            response_key: String::new(),
            search: Vec::new(),
        }
    }

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
