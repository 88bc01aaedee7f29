//! A shop's policies, set by the command line while the bridge runs, decide what becomes of users.

use serde_json::{Value, json};
use syncup::mock::{Customer, ShopPatch};

use crate::harness::installation::{SHOP, cli, set_access_token};
use crate::harness::process::printed;
use crate::harness::{Answered, TestApp};

const SHOPIFY: &str = "urn:ietf:params:scim:schemas:extension:syncup:shopify:2.0:User";
const ANN: &str = "ann@example.com";
const BOB: &str = "bob@example.com";

fn user(email: &str) -> Value {
    json!({
        "userName": email, "name": {"givenName": "Given", "familyName": "Family"},
        "emails": [{"value": email, "type": "work", "primary": true}],
    })
}

impl TestApp {
    async fn with_policies(policies: &[&str]) -> Self {
        let app = Self::start().await;
        app.set(policies);
        app
    }

    fn set(&self, policies: &[&str]) {
        if policies.is_empty() {
            return;
        }
        let arguments = [&["shop", "set", SHOP], policies].concat();
        printed(&mut cli(self.directory.path(), &arguments));
    }

    async fn create(&self, user: &Value) -> Answered {
        let created = self.scim.post("/Users", user).await;
        assert_eq!(created.status, 201, "{}", created.text);
        created
    }

    /// The user is in `state`, and says `reason` when there is one.
    async fn check(&self, user: &Answered, state: &str, reason: &str) {
        self.converge().await;
        let target = format!("/Users/{}", user.id());
        let user = self.scim.get(&target).await.json();
        assert_eq!(user[SHOPIFY]["syncState"], state, "{user}");
        let said = user[SHOPIFY]["lastError"].as_str().unwrap_or_default();
        assert!(said.contains(reason), "{said}");
        assert_eq!(said.is_empty(), reason.is_empty(), "{said}");
    }

    fn customer(&self, email: &str) -> Option<Customer> {
        let mut customers = self.customers().into_iter();
        customers.find(|customer| customer.email.as_deref() == Some(email))
    }

    /// The merchant makes a customer.
    fn merchant_creates(&self, email: &str) {
        let input = json!({"email": email, "firstName": "Merchant's", "tags": ["vip"]});
        let shop = self.shop.as_str();
        self.shopify
            .create_customer(shop, input.as_object().unwrap())
            .unwrap();
    }
}

/// The merchant has a customer with a new user's e-mail: it is adopted, or the user is in conflict until the policy changes.
async fn check_adoption(policies: &[&str], adopted: bool) {
    let app = TestApp::with_policies(policies).await;
    app.merchant_creates(ANN);
    let before = app.customer(ANN).unwrap();
    let created = app.create(&user(ANN)).await;
    if !adopted {
        app.check(&created, "conflict", "policy forbids adopting")
            .await;
        assert_eq!(app.customer(ANN).unwrap(), before, "{policies:?}");
        app.set(&["adoption=by-email", "adoption_domains=[]"]);
    }
    app.check(&created, "synced", "").await;
    let customers = app.customers();
    assert_eq!(customers.len(), 1, "{policies:?}");
    assert_eq!(customers[0].id, before.id);
    assert_eq!(customers[0].first_name.as_deref(), Some("Given"));
    assert_eq!(customers[0].tags, ["vip"], "the merchant's tags stay");
}

#[tokio::test]
async fn a_customer_with_the_users_e_mail_is_adopted_as_policy_says() {
    check_adoption(&[], true).await;
    check_adoption(&["adoption=by-email"], true).await;
    check_adoption(&["adoption_domains=[\"Example.com\"]"], true).await;
    check_adoption(&["adoption_domains=[\"other.example\"]"], false).await;
    check_adoption(&["adoption=never"], false).await;
    check_adoption(&["new_customer_creation=false"], true).await;
    check_adoption(&["new_customer_creation=false", "adoption=never"], false).await;
}

#[tokio::test]
async fn without_new_customer_creation_a_user_is_held_until_it_is_switched_on() {
    let app = TestApp::start().await;
    let old = app.create(&user(ANN)).await;
    app.set(&["new_customer_creation=false"]);
    let new = app.create(&user(BOB)).await;
    app.check(&new, "held", "New Customer Creation is off")
        .await;
    assert!(app.customer(BOB).is_none());
    // Who has a customer is kept up to date.
    let title = json!([{"op": "add", "path": "name.givenName", "value": "Other"}]);
    app.scim
        .patch(&format!("/Users/{}", old.id()), &title)
        .await;
    app.check(&old, "synced", "").await;
    assert_eq!(
        app.customer(ANN).unwrap().first_name.as_deref(),
        Some("Other")
    );
    app.set(&["new_customer_creation=true"]);
    app.check(&new, "synced", "").await;
    assert!(app.customer(BOB).is_some());
}

/// What becomes of a deleted user's customer: whether it is still there.
async fn check_deletion(policies: &[&str], orders: u64, remains: bool) {
    let app = TestApp::with_policies(policies).await;
    let created = app.create(&user(ANN)).await;
    let customer = app.customer(ANN).unwrap();
    app.shopify
        .place_orders(app.shop.as_str(), customer.id, orders)
        .unwrap();
    let target = format!("/Users/{}", created.id());
    assert_eq!(app.scim.delete(&target).await.status, 204);
    app.converge().await;
    assert_eq!(app.scim.get(&target).await.status, 404);
    let tags = app.customer(ANN).map(|customer| customer.tags);
    let marked = remains.then(|| vec!["scim:disabled".to_owned()]);
    assert_eq!(tags, marked, "{policies:?}, {orders} orders");
    // The user comes back: one customer again, and in use.
    let again = app.create(&user(ANN)).await;
    app.check(&again, "synced", "").await;
    assert_eq!(app.customers().len(), 1);
    assert!(app.customer(ANN).unwrap().tags.is_empty());
}

#[tokio::test]
async fn a_deleted_users_customer_is_marked_or_deleted_as_policy_says() {
    check_deletion(&[], 0, true).await;
    check_deletion(&["delete_policy=disable"], 1, true).await;
    check_deletion(&["delete_policy=delete-if-possible"], 0, false).await;
    check_deletion(&["delete_policy=delete-if-possible"], 1, true).await;
}

#[tokio::test]
async fn a_held_user_is_found_by_its_state_and_settled_by_a_later_patch() {
    let app = TestApp::start().await;
    let created = app
        .create(&json!({"userName": "kiosk", "displayName": "Kiosk"}))
        .await;
    app.check(&created, "held", "e-mail").await;
    let held = format!("/Users?filter={SHOPIFY}:syncState%20eq%20%22held%22");
    assert_eq!(app.scim.get(&held).await.json()["totalResults"], 1);
    let email = json!([{"op": "add", "path": "emails", "value": [{"value": ANN, "type": "work"}]}]);
    let patched = app
        .scim
        .patch(&format!("/Users/{}", created.id()), &email)
        .await;
    assert_eq!(patched.status, 200, "{}", patched.text);
    app.check(&created, "synced", "").await;
    assert_eq!(app.scim.get(&held).await.json()["totalResults"], 0);
    assert!(app.customer(ANN).is_some());
}

#[tokio::test]
async fn a_user_whose_new_e_mail_is_taken_is_in_conflict_and_disabled_all_the_same() {
    let app = TestApp::start().await;
    app.merchant_creates(BOB);
    let created = app.create(&user(ANN)).await;
    let target = format!("/Users/{}", created.id());
    let rename = json!([
        {"op": "replace", "path": "emails[type eq \"work\"].value", "value": BOB},
        {"op": "replace", "path": "name.familyName", "value": "Other"},
    ]);
    assert_eq!(app.scim.patch(&target, &rename).await.status, 200);
    app.check(&created, "conflict", "another customer of the shop")
        .await;
    assert_eq!(
        app.customer(ANN).unwrap().last_name.as_deref(),
        Some("Other")
    );
    let disable = json!([{"op": "replace", "path": "active", "value": false}]);
    assert_eq!(app.scim.patch(&target, &disable).await.status, 200);
    app.converge().await;
    assert_eq!(app.customer(ANN).unwrap().tags, ["scim:disabled"]);
    assert_eq!(app.customer(BOB).unwrap().tags, ["vip"]);
}

#[tokio::test]
async fn without_scim_provisioning_writes_are_refused_with_where_to_turn_it_on() {
    let app = TestApp::start().await;
    let created = app.create(&user(ANN)).await;
    let target = format!("/Users/{}", created.id());
    app.set(&["scim_provisioning=false"]);
    app.shopify.clear_log();
    let change = json!([{"op": "add", "path": "title", "value": "T"}]);
    for refused in [
        app.scim.post("/Users", &user(BOB)).await,
        app.scim.put(&target, &user(BOB)).await,
        app.scim.patch(&target, &change).await,
        app.scim.delete(&target).await,
        app.scim.post("/Groups", &json!({"displayName": "G"})).await,
    ] {
        assert_eq!(refused.verdict(), "403", "{}", refused.text);
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        for part in ["SCIM Provisioning is off", "turn it on", "syncup shop set"] {
            assert!(detail.contains(part), "{detail}");
        }
    }
    app.converge().await;
    assert!(app.shopify.log().is_empty());
    let read = app.scim.get(&target).await;
    assert_eq!(read.json()["userName"], ANN, "reading goes on");
    app.set(&["scim_provisioning=true"]);
    assert_eq!(app.scim.patch(&target, &change).await.status, 200);
}

#[tokio::test]
async fn users_who_wait_for_an_access_token_go_on_as_soon_as_it_is_set() {
    let app = TestApp::start().await;
    let renewed = ShopPatch {
        token: Some("shpat_renewed".to_owned()),
        ..ShopPatch::default()
    };
    app.shopify.patch_shop(SHOP, renewed).unwrap();
    let created = app.create(&user(ANN)).await;
    let reconciler = app.application.reconciler();
    assert_eq!(
        reconciler.run_due().await,
        (0, None),
        "it is asked again later"
    );
    assert!(app.customers().is_empty());
    set_access_token(app.directory.path(), "shpat_renewed");
    assert_eq!(reconciler.run_due().await, (1, None), "not later, but now");
    app.check(&created, "synced", "").await;
}

#[tokio::test]
async fn a_user_whose_e_mail_another_user_has_gets_it_once_that_one_gives_it_up() {
    let app = TestApp::start().await;
    let first = app.create(&user(ANN)).await;
    let second = json!({"userName": "second", "emails": [{"value": ANN}]});
    let second = app.create(&second).await;
    let told = app.scim.get(&format!("/Users/{}", second.id())).await;
    assert_eq!(told.json()[SHOPIFY]["syncState"], "conflict");
    // As long as the other has it, asking again costs nothing.
    app.shopify.clear_log();
    app.clock.advance(60_000);
    app.application.reconciler().run_due().await;
    assert_eq!(app.shopify.log().len(), 0);

    let other = json!([{"op": "replace", "path": "emails[type eq \"work\"].value", "value": BOB}]);
    let first = format!("/Users/{}", first.id());
    assert_eq!(app.scim.patch(&first, &other).await.status, 200);
    app.check(&second, "synced", "").await;
    assert_eq!(app.customers().len(), 2);
}

#[tokio::test]
async fn the_same_request_again_gives_a_user_who_is_parked_another_chance() {
    let app = TestApp::with_policies(&["adoption=never"]).await;
    app.merchant_creates(ANN);
    let created = app.create(&user(ANN)).await;
    app.check(&created, "conflict", "policy forbids").await;
    // The merchant gives way.
    let gone = app.customer(ANN).unwrap().id;
    app.shopify
        .delete_customer(app.shop.as_str(), gone)
        .unwrap();
    let place = format!("/Users/{}", created.id());
    let before = app.scim.get(&place).await;
    let again = app.scim.put(&place, &user(ANN)).await;
    assert_eq!(again.json()[SHOPIFY]["syncState"], "synced");
    assert_eq!(again.header("etag"), before.header("etag"));
    app.check(&created, "synced", "").await;
}

#[tokio::test]
async fn a_parked_user_is_tried_again_on_command() {
    let app = TestApp::with_policies(&["adoption=never"]).await;
    app.merchant_creates(ANN);
    let created = app.create(&user(ANN)).await;
    let id = created.id();
    for arguments in [
        &["users", "retry", SHOP] as &[_],
        &["users", "retry", SHOP, "--id", &id],
    ] {
        app.check(&created, "conflict", "policy forbids").await;
        app.shopify.clear_log();
        printed(&mut cli(app.directory.path(), arguments));
        app.converge().await;
        assert!(!app.shopify.log().is_empty(), "{arguments:?}");
    }
}

#[tokio::test]
async fn customers_follow_when_the_mapping_changes() {
    let app = TestApp::start().await;
    let mut national = user(ANN);
    national["phoneNumbers"] = json!([{"value": "613 450 5290", "type": "work"}]);
    let created = app.create(&national).await;
    app.check(&created, "synced", "country calling code").await;
    app.set(&["phone_region=CA"]);
    app.check(&created, "synced", "").await;
    let phone = app.customer(ANN).unwrap().phone;
    assert_eq!(phone.as_deref(), Some("+16134505290"));
}

fn set_scopes(app: &TestApp, scopes: &[&str]) {
    let patch = ShopPatch {
        scopes: Some(scopes.iter().map(|&scope| scope.to_owned()).collect()),
        ..ShopPatch::default()
    };
    app.shopify.patch_shop(SHOP, patch).unwrap();
}

/// The app may not erase a deleted user's customer: whoever looks sees it until `settle` has settled it.
async fn check_not_erased(settle: impl Fn(&TestApp), erased: bool) {
    let app = TestApp::with_policies(&["delete_policy=erase"]).await;
    let created = app.create(&user(ANN)).await;
    set_scopes(&app, &["read_customers", "write_customers"]);
    let place = format!("/Users/{}", created.id());
    assert_eq!(app.scim.delete(&place).await.status, 204);
    app.converge().await;
    assert!(app.customer(ANN).unwrap().erasure_requested_at.is_none());
    let command = |arguments: &[&str]| printed(&mut cli(app.directory.path(), arguments));
    let json = |arguments: &[&str]| -> Value {
        serde_json::from_str(&command(&[arguments, &["--json"]].concat())).unwrap()
    };
    let scope = "write_customer_data_erasure";
    for arguments in [
        &["users", "list", SHOP] as &[_],
        &["users", "list", SHOP, "--state", "failed"],
    ] {
        let listed = json(arguments);
        assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
        assert_eq!(listed[0]["id"], created.id().as_str());
        assert_eq!(listed[0]["deleted"], true);
        let said = listed[0]["reason"].as_str().unwrap();
        assert!(said.contains(scope), "{said}");
        let text = command(arguments);
        assert!(
            text.contains("  deleted  ") && text.contains(scope),
            "{text}"
        );
    }
    let shown = json(&["shop", "show", SHOP]);
    assert_eq!(shown["users"], 0);
    assert_eq!(shown["states"], json!({}));
    assert_eq!(shown["deleted"], json!({"failed": 1}));
    let shown = command(&["shop", "show", SHOP]);
    assert!(shown.contains("failed    1 deleted"), "{shown}");

    settle(&app);
    app.converge().await;
    let customer = app.customer(ANN).unwrap();
    assert_eq!(customer.erasure_requested_at.is_some(), erased);
    assert_eq!(customer.tags, ["scim:disabled"]);
    assert_eq!(json(&["users", "list", SHOP]), json!([]));
    assert_eq!(json(&["shop", "show", SHOP])["deleted"], json!({}));
}

#[tokio::test]
async fn a_deleted_user_whose_customer_cannot_be_erased_is_shown_until_that_is_settled() {
    let retry = |app: &TestApp| {
        let all = [
            "read_customers",
            "write_customers",
            "write_customer_data_erasure",
        ];
        set_scopes(app, &all);
        printed(&mut cli(app.directory.path(), &["users", "retry", SHOP]));
    };
    check_not_erased(retry, true).await;
    check_not_erased(|app| app.set(&["delete_policy=disable"]), false).await;
}
