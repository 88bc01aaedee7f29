//! Groups: created, replaced, patched, deleted; and who is in them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json as literal};

use super::dry_run::Regrouping;
use super::edit::Edit;
use super::read::{not_found, parse_id};
use super::write::{Change, TRIES, check_version, contended, document, folded, text};
use super::{Answer, Call, Failure, Provision};
use crate::base::id::ResourceId;
use crate::directory::GroupRecord;
use crate::reconcile::Shop;
use crate::scim::error::ScimError;
use crate::scim::etag;
use crate::scim::patch::MemberChange;
use crate::scim::projection::Projection;
use crate::scim::resource::MemberRef;
use crate::scim::schema::ResourceType;
use crate::scim::{patch, resource};
use crate::store::{Batch, GroupChange, StoreError};

/// Members whose customers get their tag before the answer; of more, the worker takes care.
const INLINE_MEMBERS: usize = 3;

/// Who joins (`true`) and who leaves (`false`).
type Moves = BTreeMap<ResourceId, bool>;

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
        let moves = self.moves(shop, None, &[MemberChange::ReplaceAll(draft.members)])?;
        let mut batch = Batch::new();
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
        let mut group = self.live_group(shop, id)?;
        let wanted = edit.read(call, ResourceType::Group)?;
        for _ in 0..TRIES {
            check_version(call, group.version)?;
            let edited = wanted.apply(&parsed(&group)?, ResourceType::Group, &shop.schemas)?;
            let moves = self.moves(shop, Some(id), &edited.members)?;
            let mut names = edited.changed;
            if names.is_empty() && moves.is_empty() && !call.is_dry_run()? {
                return self.group_answer(call, id, edit, projection);
            }
            let at_ms = self.clock.now_ms();
            let renamed = names.iter().any(|name| name == "displayName");
            let mut batch = Batch::new();
            self.store.update_group(
                &mut batch,
                shop.id(),
                &shop.key,
                &self.group_change(id, &edited.attributes),
                group.version,
            )?;
            self.move_members(&mut batch, shop, id, &moves, &mut names, at_ms);
            if renamed {
                self.store.touch_members(&mut batch, shop.id(), id, at_ms);
            }
            let noted = Change {
                action: edit.name(),
                resource_type: ResourceType::Group,
                id,
                attributes: &names,
                status: 200,
            };
            self.note(&mut batch, call, &noted);
            if call.is_dry_run()? {
                let name = text(&edited.attributes, "displayName");
                let regrouping = Regrouping {
                    group: id,
                    name: name.as_deref(),
                    is_in: &|user| moves.get(&user) != Some(&false),
                };
                let mut users: BTreeSet<ResourceId> = moves.keys().copied().collect();
                if renamed {
                    users.extend(self.store.members(shop.id(), id)?);
                }
                return self
                    .rehearse_group(shop, batch, &noted, &users, &regrouping)
                    .await;
            }
            if self.commit(batch, ResourceType::Group).await? {
                self.push(call, &moves, renamed).await;
                return self.group_answer(call, id, edit, projection);
            }
            group = self.live_group(shop, id)?;
        }
        Err(contended(ResourceType::Group))
    }

    pub(super) async fn delete_group(&self, call: &Call<'_>, id: &str) -> Result<Answer, Failure> {
        let shop = &call.caller.shop;
        let id = parse_id(ResourceType::Group, id)?;
        for _ in 0..TRIES {
            let group = self.live_group(shop, id)?;
            check_version(call, group.version)?;
            let at_ms = self.clock.now_ms();
            let mut batch = Batch::new();
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
                let users = self.store.members(shop.id(), id)?.into_iter().collect();
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

    fn live_group(&self, shop: &Shop, id: ResourceId) -> Result<GroupRecord, Failure> {
        self.store
            .group(shop.id(), &shop.key, id)?
            .ok_or_else(|| not_found(ResourceType::Group))
    }

    /// A PATCH is answered with 204, so that nobody has to read a large group, unless attributes are asked for: RFC 7644 §3.5.2.
    fn group_answer(
        &self,
        call: &Call<'_>,
        id: ResourceId,
        edit: Edit,
        projection: &Projection,
    ) -> Result<Answer, Failure> {
        if edit == Edit::Replace || !projection.is_full() {
            return self.written(call, ResourceType::Group, id, projection, 200);
        }
        let group = self.live_group(&call.caller.shop, id)?;
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

    /// What the changes come to: only who really joins or leaves.
    fn moves(
        &self,
        shop: &Shop,
        group: Option<ResourceId>,
        changes: &[MemberChange],
    ) -> Result<Moves, Failure> {
        let mut wanted = Moves::new();
        for change in changes {
            match change {
                MemberChange::Add(members) => {
                    for member in members {
                        wanted.insert(self.known_member(shop, member)?, true);
                    }
                }
                MemberChange::Remove(ids) => {
                    // Who is no resource can't be a member.
                    wanted.extend(ids.iter().filter_map(|id| Some((parsed_id(id)?, false))));
                }
                MemberChange::RemoveWhere(filter) => {
                    for member in self.present(shop, group, &wanted)? {
                        let element = literal!({"value": member.to_string(), "type": "User"});
                        if filter.matches(&element) {
                            wanted.insert(member, false);
                        }
                    }
                }
                MemberChange::ReplaceAll(members) => {
                    for member in self.present(shop, group, &wanted)? {
                        wanted.insert(member, false);
                    }
                    for member in members {
                        wanted.insert(self.known_member(shop, member)?, true);
                    }
                }
            }
        }
        let mut moves = Moves::new();
        for (member, joins) in wanted {
            let is_in = match group {
                Some(group) => self.store.is_member(shop.id(), group, member)?,
                None => false,
            };
            if is_in != joins {
                moves.insert(member, joins);
            }
        }
        Ok(moves)
    }

    /// Who is in the group after the changes so far.
    fn present(
        &self,
        shop: &Shop,
        group: Option<ResourceId>,
        wanted: &Moves,
    ) -> Result<Vec<ResourceId>, Failure> {
        let mut members = match group {
            Some(group) => self.store.members(shop.id(), group)?,
            None => Vec::new(),
        };
        members.retain(|member| wanted.get(member) != Some(&false));
        members.extend(
            wanted
                .iter()
                .filter(|(_, joins)| **joins)
                .map(|(member, _)| *member),
        );
        members.sort_unstable();
        members.dedup();
        Ok(members)
    }

    fn known_member(&self, shop: &Shop, member: &MemberRef) -> Result<ResourceId, Failure> {
        let unknown = || {
            ScimError::invalid_value(
                "members: one of the values is not the id of a user: create the user first, and send the id that the answer has",
            )
        };
        let id = parsed_id(&member.value).ok_or_else(unknown)?;
        if self.store.user_exists(shop.id(), id)? {
            Ok(id)
        } else {
            Err(unknown().into())
        }
    }

    fn move_members(
        &self,
        batch: &mut Batch,
        shop: &Shop,
        group: ResourceId,
        moves: &Moves,
        names: &mut Vec<String>,
        at_ms: i64,
    ) {
        for (member, joins) in moves {
            if *joins {
                self.store
                    .add_member(batch, shop.id(), group, *member, at_ms);
            } else {
                self.store
                    .remove_member(batch, shop.id(), group, *member, at_ms);
            }
        }
        if !moves.is_empty() {
            names.push("members".to_owned());
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

fn parsed_id(text: &str) -> Option<ResourceId> {
    text.to_ascii_lowercase().parse().ok()
}

fn parsed(group: &GroupRecord) -> Result<Map<String, Value>, StoreError> {
    serde_json::from_str(&group.document).map_err(|_| StoreError::Corrupt { what: "group" })
}
