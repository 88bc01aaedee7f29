//! One resource.

use super::{Answer, Call, Failure, Provision};
use crate::base::id::ResourceId;
use crate::scim::error::ScimError;
use crate::scim::etag::{self, IfNoneMatch};
use crate::scim::projection::Projection;
use crate::scim::query::{RequestedAttributes, parse_query_string};
use crate::scim::schema::ResourceType;

impl Provision {
    /// `GET /Users/ID`, `GET /Groups/ID`.
    ///
    /// # Errors
    /// 404, and 400 for contradictory parameters.
    pub async fn get(
        &self,
        call: &Call<'_>,
        resource_type: ResourceType,
        id: &str,
    ) -> Result<Answer, Failure> {
        let projection = projection(call, resource_type)?;
        let id = parse_id(resource_type, id)?;
        let shop = &call.caller.shop;
        let record = self
            .record(shop, resource_type, id)
            .await?
            .ok_or_else(|| not_found(resource_type))?;
        let etag = etag::weak(record.version());
        let unchanged = call
            .if_none_match
            .is_some_and(|header| IfNoneMatch::parse(header).has(record.version()));
        if unchanged {
            return Ok(Answer {
                status: 304,
                etag: Some(etag),
                ..Answer::default()
            });
        }
        Ok(Answer {
            etag: Some(etag),
            ..Answer::ok(self.render(shop, &record, &projection).await?)
        })
    }
}

/// What the request's `attributes` and `excludedAttributes` leave.
pub(super) fn projection(
    call: &Call<'_>,
    resource_type: ResourceType,
) -> Result<Projection, Failure> {
    let pairs = parse_query_string(call.query)?;
    let requested = RequestedAttributes::from_pairs(&pairs)?;
    Ok(Projection::new(
        &requested,
        &call.caller.shop.schemas,
        resource_type,
    ))
}

/// A text that is no id names nothing that exists.
pub(super) fn parse_id(resource_type: ResourceType, id: &str) -> Result<ResourceId, Failure> {
    parsed_id(id).ok_or_else(|| not_found(resource_type))
}

/// An id in any case; `None` for a text that is none.
pub(super) fn parsed_id(text: &str) -> Option<ResourceId> {
    text.to_ascii_lowercase().parse().ok()
}

pub(super) fn not_found(resource_type: ResourceType) -> Failure {
    ScimError::not_found(format!("there is no such {}", resource_type.name())).into()
}
