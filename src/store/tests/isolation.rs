//! Shops that share a store and nothing else.

use super::*;
use crate::directory::{Activity, ShopRecord, SyncState, TokenRecord};
use crate::store::ActivityFilter;

/// All that a shop has, as it is read.
#[derive(Debug, PartialEq)]
struct All {
    shop: ShopRecord,
    users: Vec<UserRecord>,
    groups: Vec<GroupRecord>,
    members: Vec<ResourceId>,
    pending: Vec<crate::store::PendingUser>,
    due: Vec<ResourceId>,
    states: Vec<(SyncState, i64)>,
    tokens: Vec<TokenRecord>,
    activity: Vec<Activity>,
}

async fn all(fresh: &Fresh) -> All {
    let (store, shop, key) = (&fresh.store, fresh.shop, &fresh.key);
    let due = store.due_users(shop, i64::MAX, 100).await.expect("read");
    let mut pending = Vec::new();
    for number in 1..=3 {
        let read = store.pending_user(shop, key, id(number)).await;
        pending.push(read.expect("read").expect("it"));
    }
    All {
        shop: store.shop(shop).await.expect("read").expect("the shop"),
        users: store.users_page(shop, key, 1, 100).await.expect("read"),
        groups: store.groups_page(shop, key, 1, 100).await.expect("read"),
        members: store.members(shop, id(100)).await.expect("read"),
        pending,
        due,
        states: store.state_counts(shop).await.expect("read"),
        tokens: store.tokens(shop).await.expect("read"),
        activity: store
            .activity(shop, &ActivityFilter::default(), None, 100)
            .await
            .expect("read")
            .entries,
    }
}

/// The same ids, names, e-mails and customers in whichever shop.
async fn furnish(fresh: &Fresh) {
    let (store, shop) = (&fresh.store, fresh.shop);
    fresh.add_users(3).await;
    fresh.add_group(&group(100, "team")).await.expect("added");
    fresh
        .write(|batch| {
            store.add_member(batch, shop, id(100), id(1), 1_500);
            store.add_member(batch, shop, id(100), id(2), 1_500);
            store.note(batch, shop, &Activity::default());
        })
        .await
        .expect("added");
    super::sync::settle(fresh, 2, Some(customer(2))).await;
    super::sync::settle(fresh, 3, Some(customer(3))).await;
    fresh.delete(3).await.expect("deleted");
}

/// Every kind of write to what both shops have.
async fn disturb(fresh: &Fresh) {
    let (store, shop) = (&fresh.store, fresh.shop);
    fresh.update(&user(1, "renamed"), 2).await.expect("updated");
    fresh
        .write(|batch| {
            store.touch_members(batch, shop, id(100), 7_000);
            store.touch_customer(batch, shop, &customer(2), 7_000);
            store.remove_member(batch, shop, id(100), id(2), 7_000);
            store.remove_all_members(batch, shop, id(100), 7_000);
            store.note(batch, shop, &Activity::default());
        })
        .await
        .expect("written");
    let renamed = group(100, "crew");
    fresh
        .write(|batch| {
            store
                .update_group(batch, shop, &fresh.key, &renamed, 1)
                .expect("sealed");
        })
        .await
        .expect("renamed");
    let crew = fresh.group(100).await;
    fresh
        .write(|batch| {
            store.delete_group(batch, shop, &crew);
            store.release_tombstones(batch, shop, &customer(3), id(1));
        })
        .await
        .expect("deleted");
    super::sync::settle(fresh, 1, Some(customer(9))).await;
    fresh.delete(2).await.expect("deleted");
    store.trim_activity(shop, i64::MAX).await.expect("trimmed");
    store
        .delete_shop(shop)
        .await
        .expect("written")
        .expect("deleted");
    while store.sweep_deleted_shops().await.expect("swept") {}
}

#[tokio::test]
async fn nothing_that_happens_in_a_shop_shows_in_another() {
    let mut fresh = Fresh::new().await;
    furnish(&fresh).await;
    let other = add_shop(&fresh.store, "other").await;
    let other_key = fresh.store.shop_keys(other).await.expect("the key");
    let switch = |fresh: &mut Fresh, shop, key: &ShopKeys| {
        fresh.shop = shop;
        fresh.key = ShopKeys::clone(key);
    };
    let (shop, key) = (fresh.shop, ShopKeys::clone(&fresh.key));
    let before = all(&fresh).await;
    switch(&mut fresh, other, &other_key);
    furnish(&fresh).await;
    let others = all(&fresh).await;
    assert_eq!(others.users.len(), before.users.len());
    switch(&mut fresh, shop, &key);
    assert_eq!(all(&fresh).await, before, "what was added elsewhere");
    switch(&mut fresh, other, &other_key);
    disturb(&fresh).await;
    switch(&mut fresh, shop, &key);
    assert_eq!(all(&fresh).await, before, "what was changed elsewhere");
}
