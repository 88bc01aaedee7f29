//! What the database does for a statement: it searches by the index meant for it, and scans no table that grows.

use super::*;
use crate::directory::Activity;
use crate::store::sqlite::ASKED;

/// The plan of a statement, a step a line.
async fn plan(fresh: &Fresh, sql: &str) -> String {
    let placeholders = (1..).take_while(|number| sql.contains(&format!("?{number}")));
    let nothing = vec![Value::Null; placeholders.count()];
    let steps: Vec<String> = fresh
        .store
        .database
        .query(
            "explain",
            &format!("EXPLAIN QUERY PLAN {sql}"),
            &nothing,
            |row| row.text(3).map(str::to_owned),
        )
        .await
        .expect("explained");
    steps.join("\n")
}

/// Whether it passes over a table, or over all that a shop has in it.
fn scans(plan: &str) -> bool {
    let may = |step: &str| {
        step.starts_with("SCAN shops")
            || step.starts_with("SEARCH shops")
            || step.contains("CONSTANT ROW")
            // Those who are not synced are few, and are counted one by one.
            || step.contains("users_not_synced (shop_id=?)")
            || step.contains("users_leaving (shop_id=?)")
    };
    plan.lines().filter(|step| !may(step)).any(|step| {
        step.starts_with("SCAN") || step.contains("TEMP B-TREE") || step.contains("(shop_id=?)")
    })
}

/// Who and whose, as the statements need it.
async fn furnished() -> Fresh {
    let fresh = Fresh::on_files().await;
    fresh.add_users(3).await;
    fresh.add_group(&group(100, "team")).await.expect("added");
    sync::settle(&fresh, 3, Some(customer(3))).await;
    fresh
}

/// What `read` gives, all of whose queries search by `index`.
async fn check<T>(
    fresh: &Fresh,
    index: &str,
    read: impl Future<Output = Result<T, StoreError>>,
) -> T {
    ASKED.take();
    let found = read.await.expect("read");
    let asked = ASKED.take();
    assert!(!asked.is_empty());
    for sql in &asked {
        let plan = plan(fresh, sql).await;
        assert!(plan.contains(index), "{sql}\n{plan}\nnot by {index}");
        assert!(!scans(&plan), "{sql}\n{plan}");
    }
    found
}

#[tokio::test]
async fn every_read_searches_by_its_index() {
    let fresh = furnished().await;
    let (store, shop, key) = (&fresh.store, fresh.shop, &fresh.key);
    let read = store.user(shop, key, id(1));
    check(&fresh, "users_by_id", read).await;
    let read = store.user_by_user_name(shop, key, "user1");
    check(&fresh, "users_by_user_name", read).await;
    let read = store.users_by_external_id(shop, key, "ext-1");
    check(&fresh, "users_by_external_id", read).await;
    let read = store.users_by_email(shop, key, "a@b");
    check(&fresh, "users_by_id", read).await;
    let read = store.users_page(shop, key, 30, 10);
    check(&fresh, "users_in_order", read).await;
    let read = store.users_after(shop, key, 1, 10);
    check(&fresh, "users_in_order", read).await;
    let read = store.users_in_state(shop, key, SyncState::Synced, 0, 9);
    check(&fresh, "users_in_order", read).await;
    let read = store.users_in_state(shop, key, SyncState::Held, 0, 9);
    check(&fresh, "users_not_synced", read).await;
    let read = store.leaving_in_state(shop, key, SyncState::Failed, 0, 9);
    check(&fresh, "users_leaving", read).await;
    let leaving = check(&fresh, "users_leaving", store.leaving_counts(shop)).await;
    assert!(leaving.is_empty());
    let read = store.tombstone(shop, key, "user1");
    assert!(check(&fresh, "users_deleted", read).await.is_none());
    let customer = customer(3);
    let read = store.user_of_customer(shop, &customer);
    assert!(check(&fresh, "users_by_customer", read).await.is_some());
    let counts = check(&fresh, "users_not_synced", store.state_counts(shop)).await;
    assert!(!counts.is_empty());
    let read = store.due_users(shop, 9_000, 9);
    assert_eq!(check(&fresh, "users_due", read).await.len(), 2);
    let read = store.due_shops(9_000);
    assert_eq!(check(&fresh, "users_due", read).await, [shop]);
    // Monitoring asks for all shops at once, and for a bounded number of users where it looks at their rows.
    let oldest = check(&fresh, "INDEX users_", store.backlog())
        .await
        .oldest_ms;
    assert!(oldest.is_some());
    let read = store.next_due_ms();
    assert!(check(&fresh, "users_due", read).await.is_some());
    let read = store.groups_page(shop, key, 1, 9);
    assert_eq!(check(&fresh, "groups_in_order", read).await.len(), 1);
}

#[tokio::test]
async fn an_export_goes_through_each_table_once() {
    let fresh = furnished().await;
    ASKED.take();
    fresh
        .store
        .export(1_000, &mut std::io::sink())
        .await
        .expect("exported");
    let asked = ASKED.take();
    // Of tokens there are few.
    for sql in asked.iter().filter(|sql| !sql.contains("FROM tokens")) {
        let plan = plan(&fresh, sql).await;
        assert!(plan.starts_with("SEARCH"), "{sql}\n{plan}");
        assert!(!scans(&plan), "{sql}\n{plan}");
    }
    assert!(asked.len() >= 8, "{asked:?}");
}

#[tokio::test]
async fn no_write_scans_a_table_that_grows() {
    let fresh = furnished().await;
    let (store, shop, key) = (&fresh.store, fresh.shop, &fresh.key);
    let mut batch = Batch::of(shop);
    let taken = crate::store::Tombstone {
        id: id(3),
        customer: customer(3),
    };
    store
        .insert_user(&mut batch, shop, key, &user(9, "nine"), Some(&taken))
        .expect("sealed");
    store
        .update_user(&mut batch, shop, key, &user(1, "one"), 1)
        .expect("sealed");
    store.delete_user(&mut batch, shop, &fresh.user(1).await, 2_000);
    store
        .insert_group(&mut batch, shop, key, &group(101, "crew"))
        .expect("sealed");
    store
        .update_group(&mut batch, shop, key, &group(100, "team"), 1)
        .expect("sealed");
    store.add_member(&mut batch, shop, id(100), id(1), 2_000);
    store.remove_member(&mut batch, shop, id(100), id(1), 2_000);
    store.remove_all_members(&mut batch, shop, id(100), 2_000);
    store.touch_members(&mut batch, shop, id(100), 2_000);
    store.delete_group(&mut batch, shop, &fresh.group(100).await);
    let deleted = UserRecord {
        deleted: true,
        ..fresh.user(1).await
    };
    let outcome = sync::outcome(1, SyncState::Synced);
    store
        .record_outcome(&mut batch, shop, key, &deleted, &outcome)
        .expect("sealed");
    store.retry_parked(&mut batch, shop);
    store.touch_customer(&mut batch, shop, &customer(3), 2_000);
    store.release_tombstones(&mut batch, shop, &customer(3), id(1));
    store.note(&mut batch, shop, &Activity::default());
    assert!(batch.statements.len() > 20);
    for statement in &batch.statements {
        let plan = plan(&fresh, statement.sql).await;
        assert!(!scans(&plan), "{}\n{plan}", statement.sql);
    }
}
