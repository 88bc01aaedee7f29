//! The guard against mass deprovisioning: too many who leave at once wait until someone says that it is meant.

use serde_json::{Value, json};

use crate::harness::TestApp;
use crate::harness::installation::{SHOP, cli};
use crate::harness::process::{printed, run};

const SHOPIFY: &str = "urn:ietf:params:scim:schemas:extension:syncup:shopify:2.0:User";
const HOUR_MS: i64 = 60 * 60 * 1_000;

/// A shop with users who are all synced; their ids.
async fn with_users(count: usize) -> (TestApp, Vec<String>) {
    let app = TestApp::on_plan(syncup::mock::Plan::Enterprise).await;
    let mut ids = Vec::new();
    for number in 0..count {
        let email = format!("user-{number}@example.com");
        let user = json!({"userName": email, "emails": [{"value": email}]});
        ids.push(app.scim.post("/Users", &user).await.id());
    }
    app.converge().await;
    (app, ids)
}

impl TestApp {
    async fn set_active(&self, id: &str, active: bool) {
        let operation = json!([{"op": "replace", "path": "active", "value": active}]);
        let patched = self.scim.patch(&format!("/Users/{id}"), &operation).await;
        assert_eq!(patched.status, 200, "{}", patched.text);
    }

    async fn remove(&self, id: &str) {
        let removed = self.scim.delete(&format!("/Users/{id}")).await;
        assert_eq!(removed.status, 204, "{}", removed.text);
    }

    fn marked(&self) -> usize {
        let is_marked = |tags: &[String]| tags.iter().any(|tag| tag == "scim:disabled");
        let customers = self.customers();
        customers.iter().filter(|it| is_marked(&it.tags)).count()
    }

    fn guard(&self) -> Value {
        let arguments = ["guard", "show", SHOP, "--json"];
        let shown = printed(&mut cli(self.directory.path(), &arguments));
        serde_json::from_str(&shown).unwrap()
    }

    /// So many are disabled in Shopify, and so many are held.
    async fn leaves(&self, disabled: usize, held: usize) {
        self.converge().await;
        assert_eq!(
            (self.marked(), &self.guard()["held"]),
            (disabled, &json!(held))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_over_the_limits_is_held_until_released() {
    let (app, ids) = with_users(60).await;
    for id in &ids[..40] {
        app.set_active(id, false).await;
    }
    // 25 users are 42 %; the 26th is over both limits.
    app.leaves(25, 15).await;
    let held = app.scim.get(&format!("/Users/{}", ids[39])).await.json();
    assert_eq!(held["active"], false, "the provider is told what it said");
    assert_eq!(held[SHOPIFY]["syncState"], "held");
    let reason = held[SHOPIFY]["lastError"].as_str().unwrap();
    assert!(reason.contains("syncup guard release"), "{reason}");
    // Trying again is no release.
    printed(&mut cli(app.directory.path(), &["users", "retry", SHOP]));
    app.leaves(25, 15).await;
    let release = |arguments: &[&str]| {
        let arguments = [&["guard", "release", SHOP], arguments].concat();
        run(&mut cli(app.directory.path(), &arguments))
    };
    assert!(release(&["--id", &ids[39]]).status.success());
    app.leaves(26, 14).await;
    assert!(release(&[]).status.success());
    app.leaves(40, 0).await;
    let again = release(&[]);
    assert_eq!(again.status.code(), Some(6), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_is_held_no_more_and_makes_room() {
    let (app, ids) = with_users(60).await;
    for id in &ids[..30] {
        app.set_active(id, false).await;
    }
    app.leaves(25, 5).await;
    app.set_active(&ids[29], true).await;
    app.leaves(25, 4).await;
    for id in &ids[..5] {
        app.set_active(id, true).await;
    }
    app.leaves(20, 4).await;
    // 24 have left within the hour, but for those who are back.
    app.set_active(&ids[40], false).await;
    app.leaves(21, 4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_users_count_and_are_held_as_disabled_ones() {
    let (app, ids) = with_users(60).await;
    for id in &ids[..20] {
        app.set_active(id, false).await;
    }
    // Who is disabled already leaves once.
    app.remove(&ids[0]).await;
    for id in &ids[20..30] {
        app.remove(id).await;
    }
    app.leaves(25, 5).await;
    let released = ["guard", "release", SHOP];
    printed(&mut cli(app.directory.path(), &released));
    app.leaves(30, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guard_minds_an_hour_and_the_size_of_the_shop_and_the_shops_own_limits() {
    let (app, ids) = with_users(60).await;
    for id in &ids[..25] {
        app.set_active(id, false).await;
    }
    app.clock.advance(HOUR_MS + 60_000);
    for id in &ids[25..50] {
        app.set_active(id, false).await;
    }
    app.leaves(50, 0).await;
    app.set_active(&ids[50], false).await;
    app.leaves(50, 1).await;
    let set = |policies: &[&str]| {
        let arguments = [&["shop", "set", SHOP], policies].concat();
        printed(&mut cli(app.directory.path(), &arguments));
    };
    // Many, but not much of the shop: 27 of 60 are 45 %.
    set(&["guard_percent=45"]);
    app.set_active(&ids[51], false).await;
    app.leaves(51, 1).await;
    set(&["guard_percent=20", "guard_users=28"]);
    app.set_active(&ids[52], false).await;
    app.leaves(52, 1).await;
    app.set_active(&ids[53], false).await;
    app.leaves(52, 2).await;
}
