//! What a version covers: `meta.version`, the ETag and `meta.lastModified` move together, with the resource and its memberships and with nothing else.

use serde_json::{Value, json};

use crate::harness::{TestApp, at};

/// A resource's version and the time of it.
type Stamp = (String, String);

async fn stamp(app: &TestApp, target: &str) -> Stamp {
    let answer = app.scim.get(target).await;
    let resource = answer.json();
    let text = |pointer| at(&resource, pointer).as_str().unwrap().to_owned();
    assert_eq!(answer.header("etag"), text("/meta/version"), "{target}");
    (text("/meta/version"), text("/meta/lastModified"))
}

/// Whether `change`, a second later, moves the version of `target`: then to the time of the change, and else nothing.
async fn check(app: &TestApp, target: &str, change: impl AsyncFnOnce(), moves: bool) {
    let before = stamp(app, target).await;
    app.clock.advance(1_000);
    let now = syncup::base::clock::rfc3339_ms(app.now_ms());
    change().await;
    let after = stamp(app, target).await;
    if moves {
        assert_ne!(after.0, before.0, "{target}");
        assert_eq!(after.1, now, "{target}");
    } else {
        assert_eq!(after, before, "{target}");
    }
}

fn operation(op: &str, path: &str, value: &Value) -> Value {
    json!([{"op": op, "path": path, "value": value}])
}

#[tokio::test]
async fn a_users_version_covers_its_memberships_and_not_its_way_to_shopify() {
    let app = TestApp::start().await;
    let email = "ann@example.com";
    let body = json!({"userName": email, "emails": [{"value": email}]});
    let id = app.scim.post("/Users", &body).await.id();
    let user = format!("/Users/{id}");
    let group = app
        .scim
        .post("/Groups", &json!({"displayName": "team"}))
        .await;
    let group = format!("/Groups/{}", group.id());
    let patch = async |target: &str, operations: Value| {
        let answer = app.scim.patch(target, &operations).await;
        assert!(answer.status < 300, "{}", answer.text);
    };
    let joins = operation("add", "members", &json!([{"value": id}]));
    check(
        &app,
        &user,
        async || patch(&group, joins.clone()).await,
        true,
    )
    .await;
    // Who is in already does not join again.
    check(
        &app,
        &user,
        async || patch(&group, joins.clone()).await,
        false,
    )
    .await;
    check(
        &app,
        &group,
        async || patch(&group, joins.clone()).await,
        false,
    )
    .await;
    let renamed = operation("replace", "displayName", &json!("crew"));
    check(&app, &user, async || patch(&group, renamed).await, true).await;
    let same = operation("replace", "userName", &json!(email));
    check(&app, &user, async || patch(&user, same).await, false).await;
    // The tags that are due follow now.
    check(&app, &user, async || app.converge().await, false).await;
    let leaves = operation(
        "remove",
        &format!("members[value eq \"{id}\"]"),
        &Value::Null,
    );
    check(&app, &group, async || patch(&group, leaves).await, true).await;
    let back = async || {
        patch(&group, joins.clone()).await;
    };
    check(&app, &user, back, true).await;
    let deleted = async || {
        assert_eq!(app.scim.delete(&group).await.status, 204);
    };
    check(&app, &user, deleted, true).await;
}

#[tokio::test]
async fn a_groups_version_covers_its_members() {
    let app = TestApp::start().await;
    let id = app
        .scim
        .post("/Users", &json!({"userName": "ann"}))
        .await
        .id();
    let body = json!({"displayName": "team", "members": [{"value": id}]});
    let group = format!("/Groups/{}", app.scim.post("/Groups", &body).await.id());
    let user = format!("/Users/{id}");
    let title = operation("replace", "title", &json!("Dr"));
    let retitled = async || {
        assert_eq!(app.scim.patch(&user, &title).await.status, 200);
    };
    check(&app, &group, retitled, false).await;
    let deleted = async || {
        assert_eq!(app.scim.delete(&user).await.status, 204);
    };
    check(&app, &group, deleted, true).await;
}
