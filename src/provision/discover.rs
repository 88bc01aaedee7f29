//! Discovery: what this provider is and serves.

use super::list::CURSOR_TIMEOUT_MS;
use super::{Answer, Call, Failure, Provision};
use crate::scim::discovery::{self, ServiceLimits};
use crate::scim::query::{DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, parse_query_string};

impl Provision {
    /// `GET /ServiceProviderConfig`.
    ///
    /// # Errors
    /// 403 for a filter.
    pub fn service_provider_config(&self, call: &Call<'_>) -> Result<Answer, Failure> {
        unfiltered(call)?;
        let limits = ServiceLimits {
            max_page_size: MAX_PAGE_SIZE,
            default_page_size: DEFAULT_PAGE_SIZE,
            cursor_timeout_secs: CURSOR_TIMEOUT_MS.unsigned_abs() / 1_000,
            bulk: Some(self.bulk_limits()),
        };
        Ok(Answer::ok(
            discovery::service_provider_config(&limits, &self.config.public_url).to_string(),
        ))
    }

    /// `GET /ResourceTypes`.
    ///
    /// # Errors
    /// 403 for a filter.
    pub fn resource_types(&self, call: &Call<'_>) -> Result<Answer, Failure> {
        unfiltered(call)?;
        let schemas = &call.caller.shop.schemas;
        Ok(Answer::ok(
            discovery::resource_types(schemas, &self.config.public_url).to_string(),
        ))
    }

    /// `GET /ResourceTypes/NAME`.
    ///
    /// # Errors
    /// 404.
    pub fn resource_type(&self, call: &Call<'_>, name: &str) -> Result<Answer, Failure> {
        let schemas = &call.caller.shop.schemas;
        Ok(Answer::ok(
            discovery::resource_type(schemas, name, &self.config.public_url)?.to_string(),
        ))
    }

    /// `GET /Schemas`.
    ///
    /// # Errors
    /// 403 for a filter.
    pub fn schemas(&self, call: &Call<'_>) -> Result<Answer, Failure> {
        unfiltered(call)?;
        let schemas = &call.caller.shop.schemas;
        Ok(Answer::ok(
            discovery::schemas(schemas, &self.config.public_url).to_string(),
        ))
    }

    /// `GET /Schemas/URN`.
    ///
    /// # Errors
    /// 404.
    pub fn schema(&self, call: &Call<'_>, urn: &str) -> Result<Answer, Failure> {
        let schemas = &call.caller.shop.schemas;
        Ok(Answer::ok(
            discovery::schema(schemas, urn, &self.config.public_url)?.to_string(),
        ))
    }
}

/// RFC 7644 §4: a filter on these endpoints is forbidden.
fn unfiltered(call: &Call<'_>) -> Result<(), Failure> {
    let pairs = parse_query_string(call.query)?;
    let filter = pairs
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("filter"))
        .map(|(_, value)| value.as_str());
    Ok(discovery::check_filter(filter)?)
}
