//! Groups over HTTP, row by row of `docs/scim-behaviour.md`.

use serde_json::{Value, json};

use crate::harness::{TestApp, at};

/// `ann` and `bob` in the group `buyers`; the paths of all three.
async fn buyers(app: &TestApp) -> [String; 3] {
    let ann = app
        .scim
        .post("/Users", &json!({"userName": "ann"}))
        .await
        .id();
    let bob = app
        .scim
        .post("/Users", &json!({"userName": "bob"}))
        .await
        .id();
    let group = json!({"displayName": "buyers", "members": [{"value": ann}, {"value": bob}]});
    let group = app.scim.post("/Groups", &group).await.id();
    [
        format!("/Users/{ann}"),
        format!("/Users/{bob}"),
        format!("/Groups/{group}"),
    ]
}

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

/// The ids of a list's values, sorted.
fn values(resource: &Value, list: &str) -> Vec<String> {
    let elements = resource[list].as_array().into_iter().flatten();
    let mut ids: Vec<String> = elements
        .map(|element| element["value"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn a_user_tells_its_groups_and_a_group_forgets_the_deleted() {
    let app = TestApp::start().await;
    let [ann, bob, group] = buyers(&app).await;
    let groups = app.scim.get(&ann).await.json()["groups"].clone();
    assert_eq!(at(&groups, "/0/value"), id(&group), "G6, R18");
    assert_eq!(at(&groups, "/0/display"), "buyers", "G6, R18");
    let listed = app.scim.get("/Users").await.json();
    assert_eq!(at(&listed, "/Resources/0/groups"), &groups, "R18");
    let write = json!([{"op": "add", "path": "groups", "value": [{"value": "x"}]}]);
    assert_eq!(
        app.scim.patch(&ann, &write).await.verdict(),
        "400 mutability",
        "G6"
    );
    assert_eq!(app.scim.delete(&bob).await.status, 204);
    assert_eq!(
        values(&app.scim.get(&group).await.json(), "members"),
        [id(&ann)],
        "G8"
    );
    let operations = json!([{"op": "remove", "path": "members", "value": [{"value": id(&ann)}]}]);
    app.scim.patch(&group, &operations).await;
    assert_eq!(app.scim.get(&ann).await.json().get("groups"), None, "G6");
    assert_eq!(app.scim.get(&group).await.json().get("members"), None, "G8");
}

#[tokio::test]
async fn members_are_left_out_where_a_client_does_not_want_them() {
    let app = TestApp::start().await;
    let [ann, _, group] = buyers(&app).await;
    let check = async |target: &str, pointer: &str| {
        let answer = app.scim.get(target).await.json();
        assert_eq!(
            at(&answer, &format!("{pointer}/displayName")),
            "buyers",
            "G7, R12: {target}"
        );
        assert_eq!(
            at(&answer, &format!("{pointer}/members")),
            &Value::Null,
            "G7, R12: {target}"
        );
    };
    check("/Groups?excludedAttributes=members", "/Resources/0").await;
    check(&format!("{group}?excludedAttributes=members"), "").await;
    let probe = format!(
        "/Groups?filter=members%20eq%20%22{}%22&excludedAttributes=members",
        id(&ann)
    );
    check(&probe, "/Resources/0").await;
    for target in [group.clone(), "/Groups".to_owned()] {
        let answer = app
            .scim
            .get(&format!("{target}?attributes=id"))
            .await
            .json();
        let resource = answer.pointer("/Resources/0").unwrap_or(&answer);
        assert_eq!(resource["id"], id(&group), "R12: {target}");
        assert_eq!(resource.get("displayName"), None, "R12: {target}");
    }
}

#[tokio::test]
async fn a_groups_patch_has_no_body_unless_attributes_are_asked_for() {
    let app = TestApp::start().await;
    let [ann, _, group] = buyers(&app).await;
    let add = json!([{"op": "add", "path": "members", "value": [{"value": id(&ann)}]}]);
    let before = app.scim.get(&group).await;
    let again = app.scim.patch(&group, &add).await;
    assert_eq!(
        (again.status, again.text.as_str()),
        (204, ""),
        "R24, corner 17"
    );
    let after = app.scim.get(&group).await;
    assert_eq!(after.json(), before.json(), "G4, R26");
    let asked = app
        .scim
        .patch(&format!("{group}?attributes=displayName"), &add)
        .await;
    assert_eq!(
        (asked.status, &asked.json()["displayName"]),
        (200, &json!("buyers")),
        "corner 17, C13"
    );
    let put = app
        .scim
        .put(&group, &json!({"displayName": "buyers"}))
        .await;
    assert_eq!((put.status, put.json().get("members")), (200, None), "R17");
    assert_eq!(
        app.scim.get(&group).await.json().get("members"),
        None,
        "R17"
    );
}

#[tokio::test]
async fn a_group_has_a_name_of_its_own_and_keeps_who_is_inactive() {
    let app = TestApp::start().await;
    let [ann, bob, group] = buyers(&app).await;
    for name in ["buyers", "BUYERS"] {
        let twin = app
            .scim
            .post("/Groups", &json!({"displayName": name}))
            .await;
        assert_eq!(twin.verdict(), "409 uniqueness", "R26: {name}");
    }
    let disable = json!([{"op": "replace", "value": {"active": false}}]);
    assert_eq!(app.scim.patch(&ann, &disable).await.status, 200);
    let members = app.scim.get(&group).await.json();
    let mut both = [id(&ann), id(&bob)];
    both.sort_unstable();
    assert_eq!(values(&members, "members"), both, "R26");
    assert_eq!(
        values(&app.scim.get(&ann).await.json(), "groups"),
        [id(&group)],
        "R26"
    );
}
