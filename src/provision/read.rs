//! One resource.

use super::render::Rendered;
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
    pub fn get(
        &self,
        call: &Call<'_>,
        resource_type: ResourceType,
        id: &str,
    ) -> Result<Answer, Failure> {
        let projection = projection(call, resource_type)?;
        let id = parse_id(resource_type, id)?;
        let rendered = self
            .rendered(call, resource_type, id, &projection)?
            .ok_or_else(|| not_found(resource_type))?;
        let etag = etag::weak(rendered.version);
        let unchanged = call
            .if_none_match
            .is_some_and(|header| IfNoneMatch::parse(header).has(rendered.version));
        if unchanged {
            return Ok(Answer {
                status: 304,
                etag: Some(etag),
                ..Answer::default()
            });
        }
        Ok(Answer {
            etag: Some(etag),
            ..Answer::ok(project(rendered, &projection)?)
        })
    }

    /// The resource as it is now.
    pub(super) fn rendered(
        &self,
        call: &Call<'_>,
        resource_type: ResourceType,
        id: ResourceId,
        projection: &Projection,
    ) -> Result<Option<Rendered>, Failure> {
        let shop = &call.caller.shop;
        let rendered = match resource_type {
            ResourceType::User => self
                .store
                .user(shop.id(), &shop.key, id)?
                .map(|user| self.render_user(shop, &user))
                .transpose()?,
            ResourceType::Group => self
                .store
                .group(shop.id(), &shop.key, id)?
                .map(|group| self.render_group(shop, &group, projection.derived().members))
                .transpose()?,
        };
        Ok(rendered)
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

/// The text to send: parsed only when something is left out.
pub(super) fn project(rendered: Rendered, projection: &Projection) -> Result<String, Failure> {
    if projection.is_full() {
        return Ok(rendered.text);
    }
    let projected = projection.apply(rendered.parsed()?);
    Ok(serde_json::Value::Object(projected).to_string())
}

/// A text that is no id names nothing that exists.
pub(super) fn parse_id(resource_type: ResourceType, id: &str) -> Result<ResourceId, Failure> {
    id.to_ascii_lowercase()
        .parse()
        .map_err(|_| not_found(resource_type))
}

pub(super) fn not_found(resource_type: ResourceType) -> Failure {
    ScimError::not_found(format!("there is no such {}", resource_type.name())).into()
}
