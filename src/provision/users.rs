//! Users: created, replaced, patched, deleted.

use serde_json::{Map, Value};

use super::dry_run;
use super::edit::Edit;
use super::read::{not_found, parse_id};
use super::write::{Change, TRIES, check_version, contended, document, folded, text};
use super::{Answer, Call, Failure, Provision};
use crate::base::id::ResourceId;
use crate::directory::{SyncState, UserRecord};
use crate::reconcile::Shop;
use crate::scim::filter::fold;
use crate::scim::projection::Projection;
use crate::scim::schema::ResourceType;
use crate::scim::{patch, resource};
use crate::store::{Batch, Departure, GuardLimits, StoreError, UserChange};

impl Provision {
    pub(super) async fn create_user(
        &self,
        call: &Call<'_>,
        projection: &Projection,
    ) -> Result<Answer, Failure> {
        let shop = &call.caller.shop;
        let draft = resource::read_user(call.body.read()?, &shop.schemas, &shop.dialect)?;
        let names: Vec<String> = patch::diff(&Map::new(), &draft.attributes);
        let id = self.new_id();
        for _ in 0..TRIES {
            let change = self.user_change(id, &draft.attributes);
            let tombstone = self
                .store
                .tombstone(shop.id(), &shop.key, &change.user_name)
                .await?;
            let mut batch = Batch::of(shop.id());
            self.store.insert_user(
                &mut batch,
                shop.id(),
                &shop.key,
                &change,
                tombstone.as_ref(),
            )?;
            let noted = Change {
                action: "create",
                resource_type: ResourceType::User,
                id,
                attributes: &names,
                status: 201,
            };
            self.note(&mut batch, call, &noted);
            if call.is_dry_run()? {
                self.rehearse(batch, ResourceType::User).await?;
                let preview =
                    Self::preview_created(shop, id, &draft.attributes, tombstone.as_ref());
                return Ok(dry_run::answer(&noted, 1, &[(id, preview)]));
            }
            if self.commit(batch, ResourceType::User).await? {
                self.inline(call, id).await;
                return self
                    .written(call, ResourceType::User, id, projection, 201)
                    .await;
            }
        }
        Err(contended(ResourceType::User))
    }

    pub(super) async fn change_user(
        &self,
        call: &Call<'_>,
        id: &str,
        edit: Edit,
        projection: &Projection,
    ) -> Result<Answer, Failure> {
        let shop = &call.caller.shop;
        let id = parse_id(ResourceType::User, id)?;
        let mut user = self.live_user(shop, id).await?;
        let wanted = edit.read(call, ResourceType::User)?;
        for _ in 0..TRIES {
            check_version(call, user.version)?;
            let before = parsed(&user)?;
            let edited = wanted.apply(&before, ResourceType::User, &shop.schemas)?;
            // RFC 7644 §3.5.2.1: what changes nothing leaves version and lastModified alone.
            if edited.changed.is_empty() && !call.is_dry_run()? {
                self.retry_parked(call, &user).await?;
                return self
                    .written(call, ResourceType::User, id, projection, 200)
                    .await;
            }
            let mut batch = Batch::of(shop.id());
            let change = self.user_change(id, &edited.attributes);
            if is_found_by(&edited.changed) {
                self.store
                    .update_user(&mut batch, shop.id(), &shop.key, &change, user.version)?;
            } else {
                self.store.update_document(
                    &mut batch,
                    shop.id(),
                    &shop.key,
                    &change,
                    user.version,
                )?;
            }
            let noted = Change {
                action: edit.name(),
                resource_type: ResourceType::User,
                id,
                attributes: &edited.changed,
                status: 200,
            };
            self.note(&mut batch, call, &noted);
            match (is_active(&before), is_active(&edited.attributes)) {
                (true, false) => self.note_departure(&mut batch, shop, id, false),
                (false, true) => self.store.note_return(&mut batch, shop.id(), id),
                _ => {}
            }
            if call.is_dry_run()? {
                self.rehearse(batch, ResourceType::User).await?;
                let previews = self
                    .preview_changed(shop, id, Some(&edited.attributes))
                    .await?;
                return Ok(dry_run::answer(&noted, 1, &previews));
            }
            if self.commit(batch, ResourceType::User).await? {
                self.inline(call, id).await;
                return self
                    .written(call, ResourceType::User, id, projection, 200)
                    .await;
            }
            user = self.live_user(shop, id).await?;
        }
        Err(contended(ResourceType::User))
    }

    pub(super) async fn delete_user(&self, call: &Call<'_>, id: &str) -> Result<Answer, Failure> {
        let shop = &call.caller.shop;
        let id = parse_id(ResourceType::User, id)?;
        for _ in 0..TRIES {
            let user = self.live_user(shop, id).await?;
            check_version(call, user.version)?;
            let mut batch = Batch::of(shop.id());
            self.store
                .delete_user(&mut batch, shop.id(), &user, self.clock.now_ms());
            if is_active(&parsed(&user)?) {
                self.note_departure(&mut batch, shop, id, true);
            }
            let noted = Change {
                action: "delete",
                resource_type: ResourceType::User,
                id,
                attributes: &[],
                status: 204,
            };
            self.note(&mut batch, call, &noted);
            if call.is_dry_run()? {
                self.rehearse(batch, ResourceType::User).await?;
                let previews = self.preview_changed(shop, id, None).await?;
                return Ok(dry_run::answer(&noted, 1, &previews));
            }
            if self.commit(batch, ResourceType::User).await? {
                self.inline(call, id).await;
                return Ok(Answer::no_content());
            }
        }
        Err(contended(ResourceType::User))
    }

    /// Counts a user among those who leave, for the guard against mass deprovisioning.
    fn note_departure(&self, batch: &mut Batch, shop: &Shop, user: ResourceId, deleted: bool) {
        let settings = &shop.record.settings;
        let limits = GuardLimits {
            users: settings.guard_users.into(),
            percent: settings.guard_percent.into(),
        };
        let departure = Departure {
            user,
            deleted,
            at_ms: self.clock.now_ms(),
        };
        self.store
            .note_departure(batch, shop.id(), departure, limits);
    }

    /// A client that sends the same again wants it done: a user who is parked gets another chance.
    async fn retry_parked(&self, call: &Call<'_>, user: &UserRecord) -> Result<(), Failure> {
        let parked = [SyncState::Held, SyncState::Conflict, SyncState::Failed];
        if !parked.contains(&user.sync.state) {
            return Ok(());
        }
        let mut batch = Batch::of(call.caller.shop_id());
        self.store
            .retry_user(&mut batch, call.caller.shop_id(), user.id);
        if self.store.write(batch).await?.is_ok() {
            self.inline(call, user.id).await;
        }
        Ok(())
    }

    async fn live_user(&self, shop: &Shop, id: ResourceId) -> Result<UserRecord, Failure> {
        self.store
            .user(shop.id(), &shop.key, id)
            .await?
            .ok_or_else(|| not_found(ResourceType::User))
    }

    fn user_change(&self, id: ResourceId, attributes: &Map<String, Value>) -> UserChange {
        let emails = attributes.get("emails").and_then(Value::as_array);
        UserChange {
            id,
            document: document(id, attributes),
            user_name: folded(attributes, "userName"),
            external_id: text(attributes, "externalId"),
            emails: emails
                .into_iter()
                .flatten()
                .filter_map(|email| email["value"].as_str().map(fold))
                .collect(),
            at_ms: self.clock.now_ms(),
        }
    }
}

/// Whether a change of these attributes changes what the user is found by.
fn is_found_by(changed: &[String]) -> bool {
    let indexed = ["userName", "externalId", "emails"];
    changed.iter().any(|name| indexed.contains(&name.as_str()))
}

/// RFC 7643 §4.1.1: whoever is not said to be inactive is active.
fn is_active(attributes: &Map<String, Value>) -> bool {
    attributes.get("active") != Some(&Value::Bool(false))
}

fn parsed(user: &UserRecord) -> Result<Map<String, Value>, StoreError> {
    serde_json::from_str(&user.document).map_err(|_| StoreError::Corrupt { what: "user" })
}
