//! Any history of users and groups against a plain model of it.

mod play;

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::directory::SyncState;

/// What a client writes, chosen from few values so that they collide.
#[derive(Debug, Clone)]
struct Content {
    name: u8,
    external_id: Option<u8>,
    emails: BTreeSet<u8>,
}

/// Users and groups are picked by their place among those that are there.
#[derive(Debug, Clone)]
enum Act {
    Add(Content),
    Update(usize, Content, bool),
    Delete(usize, bool),
    Step { who: usize, finds: bool, late: bool },
    AddGroup(u8),
    Rename(usize, u8, bool),
    DropGroup(usize),
    Join(usize, usize),
    Leave(usize, usize),
    Empty(usize),
}

fn content() -> impl Strategy<Value = Content> {
    let emails = prop::collection::btree_set(0..3_u8, 0..3);
    (0..4_u8, prop::option::of(0..3_u8), emails).prop_map(|(name, external_id, emails)| Content {
        name,
        external_id,
        emails,
    })
}

fn act() -> impl Strategy<Value = Act> {
    let any = || 0..8_usize;
    prop_oneof![
        4 => content().prop_map(Act::Add),
        3 => (any(), content(), prop::bool::weighted(0.2)).prop_map(|(who, content, stale)| Act::Update(who, content, stale)),
        3 => (any(), prop::bool::weighted(0.2)).prop_map(|(who, stale)| Act::Delete(who, stale)),
        5 => (any(), prop::bool::ANY, prop::bool::weighted(0.3)).prop_map(|(who, finds, late)| Act::Step { who, finds, late }),
        2 => (0..3_u8).prop_map(Act::AddGroup),
        1 => (any(), 0..3_u8, prop::bool::ANY).prop_map(|(group, name, touches)| Act::Rename(group, name, touches)),
        1 => any().prop_map(Act::DropGroup),
        5 => (any(), any()).prop_map(|(group, who)| Act::Join(group, who)),
        2 => (any(), any()).prop_map(|(group, who)| Act::Leave(group, who)),
        1 => any().prop_map(Act::Empty),
    ]
}

#[derive(Debug, Clone)]
struct Person {
    number: u64,
    content: Content,
    version: i64,
    desired: i64,
    applied: i64,
    state: SyncState,
    due_ms: Option<i64>,
    modified_ms: i64,
    deleted: bool,
    customer: Option<u64>,
    groups: BTreeSet<u64>,
}

impl Person {
    /// Something that Shopify must see.
    fn changes(&mut self, at_ms: i64) {
        self.version += 1;
        self.desired += 1;
        self.due_ms = Some(at_ms);
        self.modified_ms = at_ms;
        self.state = SyncState::Pending;
    }
}

#[derive(Debug, Clone)]
struct Team {
    number: u64,
    name: u8,
    version: i64,
}

#[derive(Debug, Default)]
struct Model {
    /// In the order of creation.
    people: Vec<Person>,
    teams: Vec<Team>,
    numbers: u64,
    now_ms: i64,
}

/// User names are of the same form as e-mails: of some users they are one and the same, of others another user's e-mail.
fn change(number: u64, content: &Content, at_ms: i64) -> UserChange {
    UserChange {
        external_id: content.external_id.map(|value| format!("ext-{value}")),
        emails: content.emails.iter().map(|n| format!("{n}@x")).collect(),
        at_ms,
        ..user(number, &format!("{}@x", content.name))
    }
}

impl Model {
    fn live(&self) -> Vec<usize> {
        let all = 0..self.people.len();
        all.filter(|at| !self.people[*at].deleted).collect()
    }

    fn has_name(&self, name: u8, but: Option<u64>) -> bool {
        self.people
            .iter()
            .any(|one| !one.deleted && one.content.name == name && Some(one.number) != but)
    }

    /// Deleted users are in the order of creation, the newest deleted is the one that was due last.
    fn tombstone(&self, name: u8, deleted_ms: &[(u64, i64)]) -> Option<usize> {
        let when = |number| deleted_ms.iter().find(|one| one.0 == number).map(|o| o.1);
        (0..self.people.len())
            .filter(|at| {
                let one = &self.people[*at];
                one.deleted && one.customer.is_some() && one.content.name == name
            })
            .max_by_key(|at| when(self.people[*at].number))
    }
}

/// The store and its model, moved together.
struct Both {
    fresh: Fresh,
    model: Model,
    deleted_ms: Vec<(u64, i64)>,
}

impl Both {
    async fn agree(&self) {
        let (fresh, model) = (&self.fresh, &self.model);
        let (store, shop, key) = (&fresh.store, fresh.shop, &fresh.key);
        for one in &model.people {
            let read = super::sync::pending(fresh, one.number)
                .await
                .expect("it")
                .user;
            let sync = &read.sync;
            assert_eq!(
                (
                    read.version,
                    sync.desired_gen,
                    sync.applied_gen,
                    sync.state,
                    sync.due_ms
                ),
                (one.version, one.desired, one.applied, one.state, one.due_ms)
            );
            assert_eq!(sync.customer, one.customer.map(customer));
            assert_eq!(read.modified_ms, one.modified_ms);
            assert_eq!(
                (read.deleted, fresh.find(one.number).await.is_some()),
                (one.deleted, !one.deleted)
            );
            assert_eq!(usize::try_from(read.group_count), Ok(one.groups.len()));
            let settled = one.deleted && !sync.is_dirty();
            assert_eq!(read.document.is_empty(), settled, "{read:?}");
        }
        let ids = |wanted: &dyn Fn(&Person) -> bool| -> Vec<ResourceId> {
            let live = model.people.iter().filter(|one| !one.deleted);
            live.filter(|one| wanted(one))
                .map(|one| id(one.number))
                .collect()
        };
        let read = |users: Vec<UserRecord>| users.iter().map(|one| one.id).collect::<Vec<_>>();
        for value in 0..4 {
            let named = store
                .user_by_user_name(shop, key, &format!("{value}@x"))
                .await
                .expect("read");
            assert_eq!(
                read(named.into_iter().collect()),
                ids(&|one| one.content.name == value)
            );
            let mailed = store
                .users_by_email(shop, key, &format!("{value}@x"))
                .await
                .expect("read");
            assert_eq!(
                read(mailed),
                ids(&|one| one.content.emails.contains(&value))
            );
            let known = store
                .users_by_external_id(shop, key, &format!("ext-{value}"))
                .await
                .expect("read");
            assert_eq!(
                read(known),
                ids(&|one| one.content.external_id == Some(value))
            );
        }
        assert_eq!(
            read(store.users_page(shop, key, 1, 100).await.expect("read")),
            ids(&|_| true)
        );
        for team in &model.teams {
            assert_eq!(fresh.group(team.number).await.version, team.version);
            assert_eq!(
                store.members(shop, id(team.number)).await.expect("read"),
                ids(&|one| one.groups.contains(&team.number))
            );
        }
        self.queues_agree().await;
    }

    async fn queues_agree(&self) {
        let (fresh, model) = (&self.fresh, &self.model);
        let mut due: Vec<(i64, ResourceId)> = model
            .people
            .iter()
            .filter_map(|one| Some((one.due_ms?, id(one.number))))
            .collect();
        due.sort_unstable();
        let mut read: Vec<(i64, ResourceId)> = Vec::new();
        for who in fresh
            .store
            .due_users(fresh.shop, i64::MAX, 100)
            .await
            .expect("read")
        {
            let pending = fresh.store.pending_user(fresh.shop, &fresh.key, who).await;
            let due_ms = pending.expect("read").expect("it").user.sync.due_ms;
            assert!(read.last().is_none_or(|before| Some(before.0) <= due_ms));
            read.push((due_ms.expect("due"), who));
        }
        // Who became due at once has no order.
        read.sort_unstable();
        assert_eq!(read, due);
        let live = model.live();
        let count = |number: usize| i64::try_from(number).expect("small");
        assert_eq!(
            fresh.counts().await,
            (count(live.len()), count(model.teams.len()))
        );
        for (state, counted) in fresh.store.state_counts(fresh.shop).await.expect("read") {
            let there = live.iter().filter(|at| model.people[**at].state == state);
            assert_eq!(counted, count(there.count()), "{state:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 256, ..ProptestConfig::default() })]

    #[test]
    fn any_history_of_users_and_groups_ends_as_its_model_says(acts in prop::collection::vec(act(), 1..60)) {
        wait(async {
            let mut both = Both { fresh: Fresh::new().await, model: Model::default(), deleted_ms: Vec::new() };
            for act in &acts {
                both.play(act).await;
                both.agree().await;
            }
            both.fresh = both.fresh.reopened().await;
            both.agree().await;
        });
    }
}
