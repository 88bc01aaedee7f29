//! Groups: created, replaced, patched, deleted.

mod members;

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use self::members::Moves;
use super::dry_run::Regrouping;
use super::edit::{Edit, Wanted};
use super::read::{not_found, parse_id};
use super::write::{Change, TRIES, check_version, contended, document, folded, text};
use super::{Answer, Call, Failure, Provision};
use crate::base::id::ResourceId;
use crate::directory::GroupRecord;
use crate::reconcile::Shop;
use crate::scim::etag;
use crate::scim::patch::MemberChange;
use crate::scim::projection::Projection;
use crate::scim::schema::ResourceType;
use crate::scim::{patch, resource};
use crate::store::{Batch, GroupChange, StoreError};

/// Members whose customers get their tag before the answer; of more, the worker takes care.
const INLINE_MEMBERS: usize = 3;

/// A group after an edit.
struct Regrouped<'w> {
    attributes: Cow<'w, Map<String, Value>>,
    /// The names of the attributes that differ.
    changed: Vec<String>,
    moves: Moves,
}

impl Regrouped<'_> {
    fn is_as_before(&self) -> bool {
        self.changed.is_empty() && self.moves.is_empty()
    }

    fn is_renamed(&self) -> bool {
        self.changed.iter().any(|name| name == "displayName")
    }
}

impl Provision {
    pub(super) async fn create_group(
        &self,
        call: &Call<'_>,
        projection: &Projection,
    ) -> Result<Answer, Failure> {
        let shop = &call.caller.shop;
        let draft = resource::read_group(call.body.read()?, &shop.schemas, &shop.dialect)?;
        let id = self.new_id();
        let at_ms = self.clock.now_ms();
        let mut names = patch::diff(&Map::new(), &draft.attributes);
        let moves = self
            .moves(shop, None, &[MemberChange::ReplaceAll(draft.members)])
            .await?;
        let mut batch = Batch::of(shop.id());
        self.store.insert_group(
            &mut batch,
            shop.id(),
            &shop.key,
            &self.group_change(id, &draft.attributes),
        )?;
        self.move_members(&mut batch, shop, id, &moves, &mut names, at_ms);
        let noted = Change {
            action: "create",
            resource_type: ResourceType::Group,
            id,
            attributes: &names,
            status: 201,
        };
        self.note(&mut batch, call, &noted);
        if call.is_dry_run()? {
            let name = text(&draft.attributes, "displayName");
            let regrouping = Regrouping {
                group: id,
                name: name.as_deref(),
                is_in: &|_| true,
            };
            let users = moves.keys().copied().collect();
            return self
                .rehearse_group(shop, batch, &noted, &users, &regrouping)
                .await;
        }
        if !self.commit(batch, ResourceType::Group).await? {
            return Err(contended(ResourceType::Group));
        }
        self.push(call, &moves, false).await;
        self.written(call, ResourceType::Group, id, projection, 201)
            .await
    }

    pub(super) async fn change_group(
        &self,
        call: &Call<'_>,
        id: &str,
        edit: Edit,
        projection: &Projection,
    ) -> Result<Answer, Failure> {
        let shop = &call.caller.shop;
        let id = parse_id(ResourceType::Group, id)?;
        let mut group = self.live_group(shop, id).await?;
        let wanted = edit.read(call, ResourceType::Group)?;
        for _ in 0..TRIES {
            check_version(call, group.version)?;
            let mut regrouped = self.regroup(shop, &group, &wanted).await?;
            let is_dry_run = call.is_dry_run()?;
            if regrouped.is_as_before() && !is_dry_run {
                return self.group_answer(call, id, edit, projection).await;
            }
            let mut batch = self.regrouping_batch(shop, &group, &mut regrouped)?;
            let noted = Change {
                action: edit.name(),
                resource_type: ResourceType::Group,
                id,
                attributes: &regrouped.changed,
                status: 200,
            };
            self.note(&mut batch, call, &noted);
            if is_dry_run {
                return self
                    .rehearse_regrouped(shop, batch, &noted, &regrouped)
                    .await;
            }
            if self.commit(batch, ResourceType::Group).await? {
                self.push(call, &regrouped.moves, regrouped.is_renamed())
                    .await;
                return self.group_answer(call, id, edit, projection).await;
            }
            group = self.live_group(shop, id).await?;
        }
        Err(contended(ResourceType::Group))
    }

    /// What is wanted of the group, as it is now.
    async fn regroup<'w>(
        &self,
        shop: &Shop,
        group: &GroupRecord,
        wanted: &'w Wanted,
    ) -> Result<Regrouped<'w>, Failure> {
        let edited = wanted.apply(&parsed(group)?, ResourceType::Group, &shop.schemas)?;
        Ok(Regrouped {
            moves: self.moves(shop, Some(group.id), &edited.members).await?,
            attributes: edited.attributes,
            changed: edited.changed,
        })
    }

    /// The batch that makes it so.
    fn regrouping_batch(
        &self,
        shop: &Shop,
        group: &GroupRecord,
        regrouped: &mut Regrouped<'_>,
    ) -> Result<Batch, Failure> {
        let at_ms = self.clock.now_ms();
        let mut batch = Batch::of(shop.id());
        self.store.update_group(
            &mut batch,
            shop.id(),
            &shop.key,
            &self.group_change(group.id, &regrouped.attributes),
            group.version,
        )?;
        let Regrouped { moves, changed, .. } = regrouped;
        self.move_members(&mut batch, shop, group.id, moves, changed, at_ms);
        if regrouped.is_renamed() {
            self.store
                .touch_members(&mut batch, shop.id(), group.id, at_ms);
        }
        Ok(batch)
    }

    /// The answer to a dry run: who moves is concerned, and all members when the name that their tags have changes.
    async fn rehearse_regrouped(
        &self,
        shop: &Shop,
        batch: Batch,
        noted: &Change<'_>,
        regrouped: &Regrouped<'_>,
    ) -> Result<Answer, Failure> {
        let name = text(&regrouped.attributes, "displayName");
        let regrouping = Regrouping {
            group: noted.id,
            name: name.as_deref(),
            is_in: &|user| regrouped.moves.get(&user) != Some(&false),
        };
        let mut users: BTreeSet<ResourceId> = regrouped.moves.keys().copied().collect();
        if regrouped.is_renamed() {
            users.extend(self.store.members(shop.id(), noted.id).await?);
        }
        self.rehearse_group(shop, batch, noted, &users, &regrouping)
            .await
    }

    pub(super) async fn delete_group(&self, call: &Call<'_>, id: &str) -> Result<Answer, Failure> {
        let shop = &call.caller.shop;
        let id = parse_id(ResourceType::Group, id)?;
        for _ in 0..TRIES {
            let group = self.live_group(shop, id).await?;
            check_version(call, group.version)?;
            let at_ms = self.clock.now_ms();
            let mut batch = Batch::of(shop.id());
            self.store
                .remove_all_members(&mut batch, shop.id(), id, at_ms);
            self.store.delete_group(&mut batch, shop.id(), &group);
            let noted = Change {
                action: "delete",
                resource_type: ResourceType::Group,
                id,
                attributes: &[],
                status: 204,
            };
            self.note(&mut batch, call, &noted);
            if call.is_dry_run()? {
                let regrouping = Regrouping {
                    group: id,
                    name: None,
                    is_in: &|_| false,
                };
                let users = self
                    .store
                    .members(shop.id(), id)
                    .await?
                    .into_iter()
                    .collect();
                return self
                    .rehearse_group(shop, batch, &noted, &users, &regrouping)
                    .await;
            }
            if self.commit(batch, ResourceType::Group).await? {
                self.wake(call);
                return Ok(Answer::no_content());
            }
        }
        Err(contended(ResourceType::Group))
    }

    async fn live_group(&self, shop: &Shop, id: ResourceId) -> Result<GroupRecord, Failure> {
        self.store
            .group(shop.id(), &shop.key, id)
            .await?
            .ok_or_else(|| not_found(ResourceType::Group))
    }

    /// A PATCH is answered with 204, so that nobody has to read a large group, unless attributes are asked for: RFC 7644 §3.5.2.
    async fn group_answer(
        &self,
        call: &Call<'_>,
        id: ResourceId,
        edit: Edit,
        projection: &Projection,
    ) -> Result<Answer, Failure> {
        if edit == Edit::Replace || !projection.is_full() {
            return self
                .written(call, ResourceType::Group, id, projection, 200)
                .await;
        }
        let group = self.live_group(&call.caller.shop, id).await?;
        Ok(Answer {
            etag: Some(etag::weak(group.version)),
            location: Some(self.location(ResourceType::Group, id)),
            ..Answer::no_content()
        })
    }

    fn group_change(&self, id: ResourceId, attributes: &Map<String, Value>) -> GroupChange {
        GroupChange {
            id,
            document: document(id, attributes),
            display_name: folded(attributes, "displayName"),
            external_id: text(attributes, "externalId"),
            at_ms: self.clock.now_ms(),
        }
    }

    /// Tags follow: a few before the answer, many in the background.
    async fn push(&self, call: &Call<'_>, moves: &Moves, renamed: bool) {
        if moves.len() <= INLINE_MEMBERS && !renamed {
            for member in moves.keys() {
                self.inline(call, *member).await;
            }
        } else {
            self.wake(call);
        }
    }
}

fn parsed(group: &GroupRecord) -> Result<Map<String, Value>, StoreError> {
    serde_json::from_str(&group.document).map_err(|_| StoreError::Corrupt { what: "group" })
}
