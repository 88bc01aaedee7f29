//! What creating, replacing and patching have in common.

use serde_json::{Map, Value};

use super::edit::Edit;
use super::read::{not_found, projection};
use super::render::{push_member, push_text};
use super::{Answer, Call, Failure, Provision};
use crate::base::id::ResourceId;
use crate::directory::Activity;
use crate::scim::error::ScimError;
use crate::scim::etag::{self, IfMatch};
use crate::scim::filter::fold;
use crate::scim::projection::Projection;
use crate::scim::schema::ResourceType;
use crate::store::{Batch, GuardFailure};

/// A write whose version moved under it is read and done again so often.
pub(super) const TRIES: usize = 8;

/// What a write did.
pub(super) struct Change<'c> {
    pub(super) action: &'static str,
    pub(super) resource_type: ResourceType,
    pub(super) id: ResourceId,
    pub(super) attributes: &'c [String],
    pub(super) status: u16,
}

impl Provision {
    /// `POST /Users`, `POST /Groups`.
    ///
    /// # Errors
    /// 400 and 409 as SCIM's rules say.
    pub async fn create(
        &self,
        call: &Call<'_>,
        resource_type: ResourceType,
    ) -> Result<Answer, Failure> {
        check_switch(call)?;
        let projection = projection(call, resource_type)?;
        match resource_type {
            ResourceType::User => self.create_user(call, &projection).await,
            ResourceType::Group => self.create_group(call, &projection).await,
        }
    }

    /// `PUT`.
    ///
    /// # Errors
    /// 400, 404, 409, 412 as SCIM's rules say.
    pub async fn replace(
        &self,
        call: &Call<'_>,
        resource_type: ResourceType,
        id: &str,
    ) -> Result<Answer, Failure> {
        self.change(call, resource_type, id, Edit::Replace).await
    }

    /// `PATCH`.
    ///
    /// # Errors
    /// 400, 404, 409, 412 as SCIM's rules say.
    pub async fn patch(
        &self,
        call: &Call<'_>,
        resource_type: ResourceType,
        id: &str,
    ) -> Result<Answer, Failure> {
        self.change(call, resource_type, id, Edit::Patch).await
    }

    async fn change(
        &self,
        call: &Call<'_>,
        resource_type: ResourceType,
        id: &str,
        edit: Edit,
    ) -> Result<Answer, Failure> {
        check_switch(call)?;
        let projection = projection(call, resource_type)?;
        match resource_type {
            ResourceType::User => self.change_user(call, id, edit, &projection).await,
            ResourceType::Group => self.change_group(call, id, edit, &projection).await,
        }
    }

    /// `DELETE`.
    ///
    /// # Errors
    /// 404, 412.
    pub async fn delete(
        &self,
        call: &Call<'_>,
        resource_type: ResourceType,
        id: &str,
    ) -> Result<Answer, Failure> {
        check_switch(call)?;
        match resource_type {
            ResourceType::User => self.delete_user(call, id).await,
            ResourceType::Group => self.delete_group(call, id).await,
        }
    }

    /// The resource after a write.
    pub(super) async fn written(
        &self,
        call: &Call<'_>,
        resource_type: ResourceType,
        id: ResourceId,
        projection: &Projection,
        status: u16,
    ) -> Result<Answer, Failure> {
        let shop = &call.caller.shop;
        let record = self
            .record(shop, resource_type, id)
            .await?
            .ok_or_else(|| not_found(resource_type))?;
        Ok(Answer {
            status,
            etag: Some(etag::weak(record.version())),
            location: Some(self.location(resource_type, id)),
            ..Answer::ok(self.render(shop, &record, projection).await?)
        })
    }

    /// Writes a batch; false when the resource has meanwhile changed, and all is to be done again.
    pub(super) async fn commit(
        &self,
        batch: Batch,
        resource_type: ResourceType,
    ) -> Result<bool, Failure> {
        match self.store.write(batch).await? {
            Ok(()) => Ok(true),
            Err(GuardFailure::VersionMismatch) => Ok(false),
            Err(guard) => Err(refused(&guard, resource_type)),
        }
    }

    /// Tries a batch and undoes it; fails as the write would.
    pub(super) async fn rehearse(
        &self,
        batch: Batch,
        resource_type: ResourceType,
    ) -> Result<(), Failure> {
        let written = self.store.write(batch.rehearsed()).await?;
        written.map_err(|guard| refused(&guard, resource_type))
    }

    /// Adds the activity row of a write to its batch.
    pub(super) fn note(&self, batch: &mut Batch, call: &Call<'_>, change: &Change<'_>) {
        self.store.note(
            batch,
            call.caller.shop_id(),
            &Activity {
                at_ms: self.clock.now_ms(),
                request_id: call.request_id.to_owned(),
                actor: call.caller.actor.clone(),
                action: change.action.to_owned(),
                resource_type: change.resource_type.name().to_owned(),
                resource: Some(change.id),
                attributes: change.attributes.join(","),
                outcome: change.status.to_string(),
                ..Activity::default()
            },
        );
    }
}

/// *SCIM Provisioning* off: writes are refused, and the answer says where to turn it on.
fn check_switch(call: &Call<'_>) -> Result<(), Failure> {
    if call.caller.shop.record.settings.scim_provisioning {
        return Ok(());
    }
    Err(ScimError::forbidden(
        "SCIM Provisioning is off for this shop: turn it on in the app, or with `syncup shop set`",
    )
    .into())
}

/// RFC 7644 §3.14: the version that the client saw must be the one that is there.
pub(super) fn check_version(call: &Call<'_>, version: i64) -> Result<(), Failure> {
    match call.if_match {
        Some(header) if !IfMatch::parse(header).allows(version) => {
            Err(ScimError::precondition_failed().into())
        }
        _ => Ok(()),
    }
}

/// The resource has changed under every try.
pub(super) fn contended(resource_type: ResourceType) -> Failure {
    refused(&GuardFailure::VersionMismatch, resource_type)
}

/// Why a guard said no, in SCIM's words.
fn refused(guard: &GuardFailure, resource_type: ResourceType) -> Failure {
    match guard {
        GuardFailure::UserNameTaken => ScimError::uniqueness("userName").into(),
        GuardFailure::DisplayNameTaken => ScimError::uniqueness("displayName").into(),
        GuardFailure::UnknownMember(id) => ScimError::invalid_value(format!("members: {id} is not a user of this shop")).into(),
        GuardFailure::Exists => ScimError::uniqueness("id").into(),
        GuardFailure::NotFound => not_found(resource_type),
        // No write of a client is made under a lease.
        GuardFailure::VersionMismatch | GuardFailure::LeaseLost => ScimError::conflict("the resource is being changed by other requests at the same time: send the request again").into(),
    }
}

/// The document to store: the canonical attributes with the id in front.
pub(super) fn document(id: ResourceId, attributes: &Map<String, Value>) -> String {
    let mut text = String::from("{");
    if let Some(schemas) = attributes.get("schemas") {
        push_member(&mut text, "schemas", schemas);
    }
    push_text(&mut text, "id", &id.to_string());
    for (name, value) in attributes {
        if name != "schemas" && name != "id" {
            push_member(&mut text, name, value);
        }
    }
    text.push('}');
    text
}

pub(super) fn text(attributes: &Map<String, Value>, name: &str) -> Option<String> {
    attributes.get(name)?.as_str().map(str::to_owned)
}

pub(super) fn folded(attributes: &Map<String, Value>, name: &str) -> String {
    fold(&text(attributes, name).unwrap_or_default())
}
