//! One act, done to the store and to its model, and what the store must say to it.

use super::*;
use crate::store::Outcome;
use crate::store::tests::sync;

/// Places wrap around; `None` when there is nothing to pick.
fn pick(places: &[usize], at: usize) -> Option<usize> {
    (!places.is_empty()).then(|| places[at % places.len()])
}

impl Both {
    pub(super) async fn play(&mut self, act: &Act) {
        self.model.now_ms += 1;
        let live = self.model.live();
        let all: Vec<usize> = (0..self.model.people.len()).collect();
        let teams: Vec<usize> = (0..self.model.teams.len()).collect();
        match act {
            Act::Add(content) => self.add(content).await,
            Act::Update(who, content, stale) => {
                if let Some(at) = pick(&live, *who) {
                    self.update(at, content, *stale).await;
                }
            }
            Act::Delete(who, stale) => {
                if let Some(at) = pick(&live, *who) {
                    self.delete(at, *stale).await;
                }
            }
            Act::Step { who, finds, late } => {
                if let Some(at) = pick(&all, *who) {
                    self.step(at, *finds, *late).await;
                }
            }
            Act::AddGroup(name) => self.add_group(*name).await,
            Act::Rename(group, name, touches) => {
                if let Some(at) = pick(&teams, *group) {
                    self.rename(at, *name, *touches).await;
                }
            }
            Act::DropGroup(group) | Act::Empty(group) => {
                if let Some(at) = pick(&teams, *group) {
                    self.empty(at, matches!(act, Act::DropGroup(_))).await;
                }
            }
            Act::Join(group, who) => {
                if let (Some(team), Some(at)) = (pick(&teams, *group), pick(&all, *who)) {
                    self.join(team, at).await;
                }
            }
            Act::Leave(group, who) => {
                if let (Some(team), Some(at)) = (pick(&teams, *group), pick(&all, *who)) {
                    self.leave(team, at).await;
                }
            }
        }
    }

    async fn add(&mut self, content: &Content) {
        self.model.numbers += 1;
        let (number, now_ms) = (self.model.numbers, self.model.now_ms);
        let change = change(number, content, now_ms);
        let fresh = &self.fresh;
        let tombstone = fresh
            .store
            .tombstone(fresh.shop, &fresh.key, &change.user_name)
            .await
            .expect("read");
        let expected = self.model.tombstone(content.name, &self.deleted_ms);
        let gone = expected.map(|at| self.model.people[at].clone());
        assert_eq!(
            tombstone.as_ref().map(|one| one.id),
            gone.as_ref().map(|one| id(one.number))
        );
        let written = fresh
            .write(|batch| {
                fresh
                    .store
                    .insert_user(batch, fresh.shop, &fresh.key, &change, tombstone.as_ref())
                    .expect("sealed");
            })
            .await;
        if self.model.has_name(content.name, None) {
            assert_eq!(written, Err(GuardFailure::UserNameTaken));
            return;
        }
        assert_eq!(written, Ok(()));
        if let Some(at) = expected {
            self.model.people.remove(at);
        }
        self.model.people.push(Person {
            number,
            content: content.clone(),
            version: 1,
            desired: 1,
            applied: 0,
            state: SyncState::Pending,
            due_ms: Some(now_ms),
            modified_ms: now_ms,
            deleted: false,
            customer: gone.and_then(|one| one.customer),
            groups: BTreeSet::new(),
        });
    }

    async fn update(&mut self, at: usize, content: &Content, stale: bool) {
        let now_ms = self.model.now_ms;
        let (number, version) = (self.model.people[at].number, self.model.people[at].version);
        let written = self
            .fresh
            .update(&change(number, content, now_ms), version - i64::from(stale))
            .await;
        if stale {
            assert_eq!(written, Err(GuardFailure::VersionMismatch));
        } else if self.model.has_name(content.name, Some(number)) {
            assert_eq!(written, Err(GuardFailure::UserNameTaken));
        } else {
            assert_eq!(written, Ok(()));
            self.model.people[at].content = content.clone();
            self.model.people[at].changes(now_ms);
        }
    }

    async fn delete(&mut self, at: usize, stale: bool) {
        let now_ms = self.model.now_ms;
        let one = &mut self.model.people[at];
        let mut record = self.fresh.user(one.number).await;
        record.version -= i64::from(stale);
        let fresh = &self.fresh;
        let written = fresh
            .write(|batch| fresh.store.delete_user(batch, fresh.shop, &record, now_ms))
            .await;
        if stale {
            assert_eq!(written, Err(GuardFailure::VersionMismatch));
            return;
        }
        assert_eq!(written, Ok(()));
        one.changes(now_ms);
        one.deleted = true;
        self.deleted_ms.push((one.number, now_ms));
        for left in std::mem::take(&mut one.groups) {
            for team in self.model.teams.iter_mut().filter(|t| t.number == left) {
                team.version += 1;
            }
        }
    }

    async fn step(&mut self, at: usize, finds: bool, late: bool) {
        let (fresh, now_ms) = (&self.fresh, self.model.now_ms);
        let one = &mut self.model.people[at];
        let read = sync::pending(fresh, one.number).await.expect("it").user;
        // Of a settled tombstone nothing newer can come.
        let late = late && (!one.deleted || one.desired > one.applied);
        let found = one.customer.or(finds.then_some(one.number));
        let outcome = Outcome {
            seen_gen: read.sync.desired_gen - i64::from(late),
            customer: found.map(customer),
            at_ms: now_ms,
            ..sync::outcome(0, SyncState::Synced)
        };
        sync::record(fresh, &read, &outcome)
            .await
            .expect("recorded");
        one.applied = outcome.seen_gen;
        one.customer = found;
        one.due_ms = late.then_some(now_ms);
        one.state = if late {
            SyncState::Pending
        } else {
            SyncState::Synced
        };
        if one.deleted && !late && found.is_none() {
            self.model.people.remove(at);
        }
    }

    async fn add_group(&mut self, name: u8) {
        self.model.numbers += 1;
        let number = self.model.numbers + 1_000;
        let written = self
            .fresh
            .add_group(&group(number, &format!("group{name}")))
            .await;
        if self.model.teams.iter().any(|team| team.name == name) {
            assert_eq!(written, Err(GuardFailure::DisplayNameTaken));
            return;
        }
        assert_eq!(written, Ok(()));
        self.model.teams.push(Team {
            number,
            name,
            version: 1,
        });
    }

    async fn rename(&mut self, at: usize, name: u8, touches: bool) {
        let (fresh, now_ms) = (&self.fresh, self.model.now_ms);
        let Team {
            number, version, ..
        } = self.model.teams[at];
        let renamed = group(number, &format!("group{name}"));
        let written = fresh
            .write(|batch| {
                if touches {
                    fresh
                        .store
                        .touch_members(batch, fresh.shop, id(number), now_ms);
                }
                fresh
                    .store
                    .update_group(batch, fresh.shop, &fresh.key, &renamed, version)
                    .expect("sealed");
            })
            .await;
        let mut others = self.model.teams.iter().filter(|team| team.number != number);
        if others.any(|team| team.name == name) {
            assert_eq!(written, Err(GuardFailure::DisplayNameTaken));
            return;
        }
        assert_eq!(written, Ok(()));
        self.model.teams[at].name = name;
        self.model.teams[at].version += 1;
        for one in &mut self.model.people {
            if touches && one.groups.contains(&number) {
                one.changes(now_ms);
            }
        }
    }

    async fn empty(&mut self, at: usize, drops: bool) {
        let (fresh, now_ms) = (&self.fresh, self.model.now_ms);
        let number = self.model.teams[at].number;
        let record = fresh.group(number).await;
        fresh
            .write(|batch| {
                fresh
                    .store
                    .remove_all_members(batch, fresh.shop, id(number), now_ms);
                if drops {
                    fresh.store.delete_group(batch, fresh.shop, &record);
                }
            })
            .await
            .expect("emptied");
        for one in &mut self.model.people {
            if one.groups.remove(&number) {
                one.changes(now_ms);
            }
        }
        if drops {
            self.model.teams.remove(at);
        }
    }

    async fn join(&mut self, team: usize, at: usize) {
        let (fresh, now_ms) = (&self.fresh, self.model.now_ms);
        let team = self.model.teams[team].number;
        let one = &mut self.model.people[at];
        let written = fresh
            .write(|batch| {
                fresh
                    .store
                    .add_member(batch, fresh.shop, id(team), id(one.number), now_ms);
            })
            .await;
        if one.deleted {
            assert_eq!(written, Err(GuardFailure::UnknownMember(id(one.number))));
            return;
        }
        assert_eq!(written, Ok(()));
        if one.groups.insert(team) {
            one.changes(now_ms);
        }
    }

    async fn leave(&mut self, team: usize, at: usize) {
        let (fresh, now_ms) = (&self.fresh, self.model.now_ms);
        let team = self.model.teams[team].number;
        let one = &mut self.model.people[at];
        fresh
            .write(|batch| {
                fresh
                    .store
                    .remove_member(batch, fresh.shop, id(team), id(one.number), now_ms);
            })
            .await
            .expect("left");
        if one.groups.remove(&team) {
            one.changes(now_ms);
        }
    }
}
