//! Who is in a group, and who is to be.

use std::collections::BTreeMap;

use serde_json::json as literal;

use crate::base::id::ResourceId;
use crate::provision::read::parsed_id;
use crate::provision::{Failure, Provision};
use crate::reconcile::Shop;
use crate::scim::error::ScimError;
use crate::scim::patch::MemberChange;
use crate::scim::resource::MemberRef;
use crate::store::Batch;

/// Who joins (`true`) and who leaves (`false`).
pub(super) type Moves = BTreeMap<ResourceId, bool>;

impl Provision {
    /// What the changes come to: only who really joins or leaves.
    pub(super) async fn moves(
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
                        wanted.insert(self.known_member(shop, member).await?, true);
                    }
                }
                MemberChange::Remove(ids) => {
                    // Who is no resource can't be a member.
                    wanted.extend(ids.iter().filter_map(|id| Some((parsed_id(id)?, false))));
                }
                MemberChange::RemoveWhere(filter) => {
                    for member in self.present(shop, group, &wanted).await? {
                        let element = literal!({"value": member.to_string(), "type": "User"});
                        if filter.matches(&element) {
                            wanted.insert(member, false);
                        }
                    }
                }
                MemberChange::ReplaceAll(members) => {
                    for member in self.present(shop, group, &wanted).await? {
                        wanted.insert(member, false);
                    }
                    for member in members {
                        wanted.insert(self.known_member(shop, member).await?, true);
                    }
                }
            }
        }
        let mut moves = Moves::new();
        for (member, joins) in wanted {
            let is_in = match group {
                Some(group) => self.store.is_member(shop.id(), group, member).await?,
                None => false,
            };
            if is_in != joins {
                moves.insert(member, joins);
            }
        }
        Ok(moves)
    }

    /// Who is in the group after the changes so far.
    async fn present(
        &self,
        shop: &Shop,
        group: Option<ResourceId>,
        wanted: &Moves,
    ) -> Result<Vec<ResourceId>, Failure> {
        let mut members = match group {
            Some(group) => self.store.members(shop.id(), group).await?,
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

    async fn known_member(&self, shop: &Shop, member: &MemberRef) -> Result<ResourceId, Failure> {
        let unknown = || {
            ScimError::invalid_value(
                "members: one of the values is not the id of a user: create the user first, and send the id that the answer has",
            )
        };
        let id = parsed_id(&member.value).ok_or_else(unknown)?;
        if self.store.user_exists(shop.id(), id).await? {
            Ok(id)
        } else {
            Err(unknown().into())
        }
    }

    pub(super) fn move_members(
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
}
