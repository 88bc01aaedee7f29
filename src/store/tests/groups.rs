//! Groups and who is in them.

use super::*;

/// Adds (`true`) or removes users of group 100, with the group's own update.
async fn moves(fresh: &Fresh, moves: &[(u64, bool)]) -> Result<(), GuardFailure> {
    let version = fresh.group(100).await.version;
    fresh
        .write(|batch| {
            fresh
                .store
                .update_group(batch, fresh.shop, &fresh.key, &group(100, "team"), version)
                .expect("sealed");
            for (number, joins) in moves {
                let (store, shop, user) = (&fresh.store, fresh.shop, id(*number));
                if *joins {
                    store.add_member(batch, shop, id(100), user, 3_000);
                } else {
                    store.remove_member(batch, shop, id(100), user, 3_000);
                }
            }
        })
        .await
}

async fn members(fresh: &Fresh) -> Vec<ResourceId> {
    fresh
        .store
        .members(fresh.shop, id(100))
        .await
        .expect("read")
}

async fn team() -> Fresh {
    let fresh = Fresh::new().await;
    fresh.add_users(3).await;
    fresh.add_group(&group(100, "team")).await.expect("added");
    fresh
}

#[tokio::test]
async fn a_display_name_is_taken_by_one_group_only() {
    let fresh = team().await;
    fresh.add_group(&group(101, "other")).await.expect("added");
    assert_eq!(
        fresh.add_group(&group(102, "team")).await,
        Err(GuardFailure::DisplayNameTaken)
    );
    let rename = async |version| {
        fresh
            .write(|batch| {
                fresh
                    .store
                    .update_group(batch, fresh.shop, &fresh.key, &group(101, "team"), version)
                    .expect("sealed");
            })
            .await
    };
    assert_eq!(rename(1).await, Err(GuardFailure::DisplayNameTaken));
    assert_eq!(rename(2).await, Err(GuardFailure::VersionMismatch));
    assert_eq!(fresh.counts().await, (3, 2));
}

#[tokio::test]
async fn a_group_is_found_by_its_names() {
    let fresh = team().await;
    let change = GroupChange {
        external_id: Some("g-1".to_owned()),
        ..group(100, "crew")
    };
    fresh
        .write(|batch| {
            fresh
                .store
                .update_group(batch, fresh.shop, &fresh.key, &change, 1)
                .expect("sealed");
        })
        .await
        .expect("updated");
    let (store, shop, key) = (&fresh.store, fresh.shop, &fresh.key);
    let by_name = async |name| {
        store
            .group_by_display_name(shop, key, name)
            .await
            .expect("read")
    };
    assert_eq!(by_name("crew").await, Some(fresh.group(100).await));
    assert_eq!(by_name("team").await, None);
    let by_external = async |value| {
        store
            .groups_by_external_id(shop, key, value)
            .await
            .expect("read")
    };
    assert_eq!(by_external("g-1").await, [fresh.group(100).await]);
    assert_eq!(by_external("g-2").await, []);
}

#[tokio::test]
async fn who_joins_or_leaves_changes_and_nobody_else() {
    let fresh = team().await;
    moves(&fresh, &[(1, true), (2, true)]).await.expect("moved");
    assert_eq!(members(&fresh).await, [id(1), id(2)]);
    assert_eq!(fresh.group(100).await.version, 2);
    let seen = async |number| {
        let user = fresh.user(number).await;
        assert_eq!(user.sync.due_ms, Some(user.modified_ms));
        (
            user.version,
            user.group_count,
            user.sync.desired_gen,
            user.modified_ms,
        )
    };
    assert_eq!(seen(1).await, (2, 1, 2, 3_000));
    assert_eq!(seen(3).await, (1, 0, 1, 1_000));
    // Who is in already joins for nothing, who is not leaves for nothing.
    moves(&fresh, &[(1, true), (2, false), (3, false)])
        .await
        .expect("moved");
    assert_eq!(members(&fresh).await, [id(1)]);
    assert_eq!(seen(1).await, (2, 1, 2, 3_000));
    assert_eq!(seen(2).await, (3, 0, 3, 3_000));
    assert_eq!(seen(3).await, (1, 0, 1, 1_000));
    let is_member = async |number| {
        fresh
            .store
            .is_member(fresh.shop, id(100), id(number))
            .await
            .expect("read")
    };
    assert!(is_member(1).await && !is_member(2).await);
    let of_user = fresh
        .store
        .groups_of_user(fresh.shop, &fresh.key, id(1))
        .await
        .expect("read");
    assert_eq!(of_user, [fresh.group(100).await]);
}

#[tokio::test]
async fn an_unknown_member_is_named_and_nobody_joins() {
    let fresh = team().await;
    fresh.delete(3).await.expect("deleted");
    for unknown in [3, 77] {
        assert_eq!(
            moves(&fresh, &[(1, true), (unknown, true)]).await,
            Err(GuardFailure::UnknownMember(id(unknown)))
        );
    }
    assert_eq!(members(&fresh).await, []);
    assert_eq!(fresh.user(1).await.version, 1);
}

#[tokio::test]
async fn nobody_joins_a_group_that_is_not_there() {
    let fresh = team().await;
    let group = fresh.group(100).await;
    let join = async || {
        fresh
            .write(|batch| {
                fresh
                    .store
                    .add_member(batch, fresh.shop, id(100), id(1), 3_000)
            })
            .await
    };
    fresh
        .write(|batch| fresh.store.delete_group(batch, fresh.shop, &group))
        .await
        .expect("deleted");
    assert_eq!(join().await, Err(GuardFailure::NotFound));
    assert_eq!(members(&fresh).await, []);
    assert_eq!(
        (fresh.user(1).await.version, fresh.user(1).await.group_count),
        (1, 0)
    );
}

#[tokio::test]
async fn a_renamed_group_makes_its_members_due() {
    let fresh = team().await;
    moves(&fresh, &[(1, true)]).await.expect("moved");
    fresh
        .write(|batch| fresh.store.touch_members(batch, fresh.shop, id(100), 4_000))
        .await
        .expect("touched");
    assert_eq!(fresh.user(1).await.sync.due_ms, Some(4_000));
    assert_eq!(fresh.user(1).await.sync.desired_gen, 3);
    assert_eq!(
        (fresh.user(1).await.version, fresh.user(1).await.modified_ms),
        (3, 4_000)
    );
    assert_eq!(fresh.user(2).await.sync.due_ms, Some(1_000));
}

#[tokio::test]
async fn a_deleted_group_leaves_no_members() {
    let fresh = team().await;
    moves(&fresh, &[(1, true), (2, true)]).await.expect("moved");
    let group = fresh.group(100).await;
    fresh
        .write(|batch| {
            fresh
                .store
                .remove_all_members(batch, fresh.shop, group.id, 5_000);
            fresh.store.delete_group(batch, fresh.shop, &group);
        })
        .await
        .expect("deleted");
    assert_eq!(members(&fresh).await, []);
    assert_eq!(fresh.user(1).await.group_count, 0);
    assert_eq!(fresh.user(1).await.sync.due_ms, Some(5_000));
    assert_eq!(fresh.user(3).await.sync.due_ms, Some(1_000));
    assert_eq!(fresh.counts().await, (3, 0));
}

#[tokio::test]
async fn a_deleted_user_leaves_its_groups_which_change() {
    let fresh = team().await;
    moves(&fresh, &[(1, true), (2, true)]).await.expect("moved");
    fresh.delete(1).await.expect("deleted");
    assert_eq!(members(&fresh).await, [id(2)]);
    let left = fresh.group(100).await;
    assert_eq!((left.version, left.modified_ms), (3, 2_000));
}
