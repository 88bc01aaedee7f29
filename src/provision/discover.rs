//! Discovery: what this provider is and serves.

use super::{Answer, Call, Failure, Provision};
use crate::scim::discovery;
use crate::scim::error::ScimError;
use crate::scim::query::parse_query_string;

impl Provision {
    /// `GET /ServiceProviderConfig`.
    ///
    /// # Errors
    /// 403 for a filter.
    pub fn service_provider_config(&self, call: &Call<'_>) -> Result<Answer, Failure> {
        unfiltered(call)?;
        Ok(Answer::ok(discovery::service_provider_config(
            &discovery::Provider {
                base_url: &self.config.public_url,
                max_body_bytes: self.config.max_body_bytes,
                cursor_timeout_secs: super::list::CURSOR_TIMEOUT_MS / 1_000,
            },
        )))
    }

    /// `GET /ResourceTypes`.
    ///
    /// # Errors
    /// 403 for a filter.
    pub fn resource_types(&self, call: &Call<'_>) -> Result<Answer, Failure> {
        unfiltered(call)?;
        Ok(Answer::ok(discovery::resource_types(
            &self.config.public_url,
            &call.caller.shop.schemas,
        )))
    }

    /// `GET /ResourceTypes/NAME`.
    ///
    /// # Errors
    /// 404.
    pub fn resource_type(&self, call: &Call<'_>, name: &str) -> Result<Answer, Failure> {
        discovery::resource_type(&self.config.public_url, &call.caller.shop.schemas, name)
            .map(Answer::ok)
            .ok_or_else(|| ScimError::not_found("there is no such resource type").into())
    }

    /// `GET /Schemas`.
    ///
    /// # Errors
    /// 403 for a filter.
    pub fn schemas(&self, call: &Call<'_>) -> Result<Answer, Failure> {
        unfiltered(call)?;
        Ok(Answer::ok(discovery::schemas(
            &self.config.public_url,
            &call.caller.shop.schemas,
        )))
    }

    /// `GET /Schemas/URN`.
    ///
    /// # Errors
    /// 404.
    pub fn schema(&self, call: &Call<'_>, urn: &str) -> Result<Answer, Failure> {
        discovery::schema(&self.config.public_url, &call.caller.shop.schemas, urn)
            .map(Answer::ok)
            .ok_or_else(|| ScimError::not_found("there is no such schema").into())
    }
}

/// RFC 7644 §4: a filter on these endpoints is forbidden.
fn unfiltered(call: &Call<'_>) -> Result<(), Failure> {
    let filtered = parse_query_string(call.query)?
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("filter"));
    if filtered {
        return Err(ScimError::forbidden("this endpoint can't be filtered").into());
    }
    Ok(())
}
