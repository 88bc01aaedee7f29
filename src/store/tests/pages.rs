//! Paging against what a plain list gives.

use proptest::prelude::*;

use super::*;

fn ids(users: &[UserRecord]) -> Vec<ResourceId> {
    users.iter().map(|user| user.id).collect()
}

#[derive(Debug, Clone)]
enum Act {
    Page { start: usize, count: usize },
    Delete { at: usize },
    Add,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0..80_usize, 0..30_usize).prop_map(|(start, count)| Act::Page { start, count }),
        2 => (0..80_usize).prop_map(|at| Act::Delete { at }),
        1 => Just(Act::Add),
    ]
}

fn small(number: usize) -> i64 {
    i64::try_from(number).expect("small")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, max_shrink_iters: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_page_by_number_is_what_a_plain_list_has_there(acts in prop::collection::vec(act(), 1..60)) {
        wait(async {
            let fresh = Fresh::new().await;
            let mut next = 60;
            fresh.add_users(next).await;
            let mut plain: Vec<u64> = (1..=next).collect();
            for act in acts {
                match act {
                    Act::Page { start, count } => {
                        let page = fresh.store
                            .users_page(fresh.shop, &fresh.key, small(start), small(count))
                            .await
                            .expect("read");
                        let expected: Vec<ResourceId> = plain.iter()
                            .skip(start.saturating_sub(1)).take(count).map(|number| id(*number)).collect();
                        prop_assert_eq!(ids(&page), expected);
                    }
                    Act::Delete { at } if at < plain.len() => fresh.delete(plain.remove(at)).await.expect("deleted"),
                    Act::Delete { .. } => {}
                    Act::Add => {
                        next += 1;
                        fresh.add(&user(next, &format!("user{next}"))).await.expect("added");
                        plain.push(next);
                    }
                }
            }
            prop_assert_eq!(fresh.counts().await.0, small(plain.len()));
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn a_page_from_before_the_first_or_after_the_last_is_none_or_all() {
    let fresh = Fresh::new().await;
    fresh.add_users(20).await;
    let check = async |start, count, expected: usize| {
        for _ in 0..2 {
            let page = fresh
                .store
                .users_page(fresh.shop, &fresh.key, start, count)
                .await
                .expect("read");
            assert_eq!(page.len(), expected, "{count} from {start}");
        }
    };
    for before in [i64::MIN, -1, 0, 1] {
        check(before, i64::MAX, 20).await;
        check(before, -1, 0).await;
    }
    check(20, 5, 1).await;
    for after in [21, 22, 1_000, i64::MAX] {
        check(after, 5, 0).await;
    }
}

#[tokio::test]
async fn pages_by_key_give_everyone_once() {
    let fresh = Fresh::new().await;
    fresh.add_users(25).await;
    fresh.delete(10).await.expect("deleted");
    let (mut seq, mut seen) = (0, Vec::new());
    loop {
        let page = fresh
            .store
            .users_after(fresh.shop, &fresh.key, seq, 7)
            .await
            .expect("read");
        let Some(last) = page.last() else { break };
        seq = last.seq;
        seen.extend(ids(&page));
    }
    let all: Vec<ResourceId> = (1..=25).filter(|number| *number != 10).map(id).collect();
    assert_eq!(seen, all);
}

#[tokio::test]
async fn a_delete_that_nobody_waited_for_moves_the_pages_too() {
    let fresh = Fresh::new().await;
    fresh.add_users(2_100).await;
    let page = async |start| {
        let page = fresh
            .store
            .users_page(fresh.shop, &fresh.key, start, 1)
            .await;
        ids(&page.expect("read"))
    };
    assert_eq!(page(2_050).await, [id(2_050)]);
    let mut batch = Batch::of(fresh.shop);
    fresh
        .store
        .delete_user(&mut batch, fresh.shop, &fresh.user(5).await, 2_000);
    fresh.store.write_later(batch);
    // The writer takes batches in order: once this is written, so is that.
    fresh.add(&user(5_000, "after")).await.expect("added");
    assert_eq!(page(2_050).await, [id(2_051)]);
}

#[tokio::test]
async fn groups_are_paged_as_users_are() {
    let fresh = Fresh::new().await;
    for number in 1..=5 {
        fresh
            .add_group(&group(number, &format!("group{number}")))
            .await
            .expect("added");
    }
    let second = fresh.group(2).await;
    fresh
        .write(|batch| fresh.store.delete_group(batch, fresh.shop, &second))
        .await
        .expect("deleted");
    let ids = |groups: Vec<GroupRecord>| groups.iter().map(|group| group.id).collect::<Vec<_>>();
    let (store, shop, key) = (&fresh.store, fresh.shop, &fresh.key);
    assert_eq!(
        ids(store.groups_page(shop, key, 2, 2).await.expect("read")),
        [id(3), id(4)]
    );
    let after = fresh.group(3).await.seq;
    assert_eq!(
        ids(store.groups_after(shop, key, after, 9).await.expect("read")),
        [id(4), id(5)]
    );
}
