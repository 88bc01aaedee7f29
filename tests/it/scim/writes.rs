//! PUT and PATCH: what is looked at first, and what happens when others write at the same time.

use serde_json::{Value, json};

use crate::harness::{TestApp, at};

#[tokio::test]
async fn what_is_not_there_is_said_before_what_is_wrong_with_the_request() {
    let app = TestApp::start().await;
    let ann = app.scim.post("/Users", &json!({"userName": "ann"})).await;
    let ann = format!("/Users/{}", ann.id());
    let nobody = "/Users/01930000-0000-7000-8000-000000000000";
    let check = async |method: &str, target: &str, body: &str, want: &str| {
        let stale = [("if-match", "W/\"9\"")];
        let body = Some(body.as_bytes().to_vec());
        let answer = app.scim.send(method, target, &stale, body).await;
        assert_eq!(answer.verdict(), want, "{method} {target}: {}", answer.text);
    };
    for (method, wrong) in [("PUT", "{}"), ("PATCH", r#"{"Operations":[{"op":"x"}]}"#)] {
        check(method, "/Users/nobody", wrong, "404").await;
        check(method, nobody, wrong, "404").await;
        check(method, nobody, "{", "404").await;
        check(method, &ann, "{", "400 invalidSyntax").await;
    }
    // RFC 9110 §13.2.1: a precondition is not looked at when the request fails without it.
    check("PUT", &ann, "{}", "400 invalidValue").await;
    check("PUT", &ann, r#"{"userName":"ann"}"#, "412").await;
}

#[tokio::test]
async fn a_request_that_cannot_be_answered_changes_nothing() {
    let app = TestApp::start().await;
    let ann = app.scim.post("/Users", &json!({"userName": "ann"})).await;
    let ann = format!("/Users/{}", ann.id());
    let both = "attributes=id&excludedAttributes=name";
    let check = async |method: &str, target: &str, body: Value| {
        let body = Some(body.to_string().into_bytes());
        let target = format!("{target}?{both}");
        let answer = app.scim.send(method, &target, &[], body).await;
        assert_eq!(answer.verdict(), "400 invalidValue", "{method} {target}");
    };
    check("POST", "/Users", json!({"userName": "bob"})).await;
    check("PUT", &ann, json!({"userName": "cid"})).await;
    let title = json!([{"op": "add", "path": "title", "value": "T"}]);
    check("PATCH", &ann, json!({"Operations": title})).await;
    let all = app.scim.get("/Users").await.json();
    assert_eq!(at(&all, "/totalResults"), 1);
    assert_eq!(at(&all, "/Resources/0/userName"), "ann");
    assert_eq!(at(&all, "/Resources/0/title"), &Value::Null);
}

#[tokio::test]
async fn writes_at_the_same_time_all_take_effect() {
    let app = TestApp::start().await;
    let group = app.scim.post("/Groups", &json!({"displayName": "g"})).await;
    let group = format!("/Groups/{}", group.id());
    let ann = app.scim.post("/Users", &json!({"userName": "ann"})).await;
    let path = format!("/Users/{}", ann.id());
    let writes = (0..6).map(|n| {
        let (app, path, group) = (&app, &path, &group);
        async move {
            let email = json!({"value": format!("ann{n}@example.com"), "type": format!("t{n}")});
            let add = json!([{"op": "add", "path": "emails", "value": [email]}]);
            let user = app
                .scim
                .post("/Users", &json!({"userName": format!("u{n}")}))
                .await;
            let join = json!([{"op": "add", "path": "members", "value": [{"value": user.id()}]}]);
            let (patched, joined) =
                futures_util::join!(app.scim.patch(path, &add), app.scim.patch(group, &join));
            assert_eq!(
                (patched.status, joined.status),
                (200, 204),
                "{}",
                patched.text
            );
        }
    });
    futures_util::future::join_all(writes).await;
    let count = async |path: &str, list: &str| {
        let resource = app.scim.get(path).await.json();
        resource[list].as_array().unwrap().len()
    };
    assert_eq!(count(&path, "emails").await, 6);
    assert_eq!(count(&group, "members").await, 6);
}
