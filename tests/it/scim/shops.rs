//! Two shops of one bridge never see each other: not by id, filter, list, membership, cursor, bulk or path.

use serde_json::{Value, json};

use crate::harness::{Scim, TestApp, at};

/// A user `ann` and a group `staff` with her in it: their ids.
async fn furnish(scim: &Scim) -> (String, String) {
    let user = json!({"userName": "ann", "externalId": "x1", "title": "T",
        "emails": [{"value": "ann@example.com"}]});
    let user = scim.post("/Users", &user).await;
    assert_eq!(user.status, 201, "{}", user.text);
    let members = json!([{"value": user.id()}]);
    let group = json!({"displayName": "staff", "externalId": "x1", "members": members});
    let group = scim.post("/Groups", &group).await;
    assert_eq!(group.status, 201, "{}", group.text);
    (user.id(), group.id())
}

#[tokio::test]
async fn the_same_names_are_free_in_every_shop() {
    let app = TestApp::start().await;
    let other = app.another_shop("other.myshopify.com").await;
    let (here, there) = (furnish(&app.scim).await, furnish(&other).await);
    assert_ne!(here, there);
    for (scim, (user, group)) in [(&app.scim, &here), (&other, &there)] {
        let check = async |target: &str, want: &[&String]| {
            let list = scim.get(target).await.json();
            let found = list["Resources"].as_array().unwrap().iter();
            let found: Vec<&str> = found.map(|it| it["id"].as_str().unwrap()).collect();
            assert_eq!(found, want, "{target}");
            assert_eq!(at(&list, "/totalResults"), want.len(), "{target}");
        };
        check("/Users", &[user]).await;
        check("/Groups", &[group]).await;
        check("/", &[user, group]).await;
        check("/Users?sortBy=title", &[user]).await;
        check("/Users?filter=userName%20eq%20%22ann%22", &[user]).await;
        check("/Users?filter=externalId%20eq%20%22x1%22", &[user]).await;
        check("/Users?filter=emails%20eq%20%22ann@example.com%22", &[user]).await;
        check("/Users?filter=title%20eq%20%22T%22", &[user]).await;
        check("/Groups?filter=displayName%20eq%20%22staff%22", &[group]).await;
        check("/Groups?filter=externalId%20eq%20%22x1%22", &[group]).await;
        check("/?filter=externalId%20eq%20%22x1%22", &[user, group]).await;
    }
    for domain in [app.shop.as_str(), "other.myshopify.com"] {
        assert_eq!(app.shopify.customers(domain).len(), 1, "{domain}");
    }
}

#[tokio::test]
async fn another_shops_resources_are_not_there() {
    let app = TestApp::start().await;
    let other = app.another_shop("other.myshopify.com").await;
    let (user, group) = furnish(&app.scim).await;
    let (own_user, own_group) = furnish(&other).await;
    let (user_path, group_path) = (format!("/Users/{user}"), format!("/Groups/{group}"));
    let before = (
        app.scim.get(&user_path).await.text,
        app.scim.get(&group_path).await.text,
    );
    let title = json!([{"op": "add", "path": "title", "value": "U"}]);
    for path in [&user_path, &group_path] {
        let body = json!({"userName": "x", "displayName": "x"});
        let answers = [
            other.get(path).await,
            other.put(path, &body).await,
            other.patch(path, &title).await,
            other.delete(path).await,
        ];
        for answer in answers {
            assert_eq!(
                answer.verdict(),
                "404",
                "corner 50: {path}: {}",
                answer.text
            );
        }
    }
    let nothing = async |target: String| {
        let list = other.get(&target).await.json();
        assert_eq!(at(&list, "/totalResults"), 0, "corner 50: {target}");
    };
    nothing(format!("/Users?filter=id%20eq%20%22{user}%22")).await;
    nothing(format!("/Users?filter=groups%20eq%20%22{group}%22")).await;
    nothing(format!("/Groups?filter=id%20eq%20%22{group}%22")).await;
    nothing(format!("/Groups?filter=members%20eq%20%22{user}%22")).await;
    nothing(format!("/?filter=id%20eq%20%22{user}%22")).await;
    // Nor can they be put into a group.
    let members = json!([{"value": user}]);
    let refused = [
        other
            .post("/Groups", &json!({"displayName": "g", "members": members}))
            .await,
        other
            .put(
                &format!("/Groups/{own_group}"),
                &json!({"displayName": "staff", "members": members}),
            )
            .await,
        other
            .patch(
                &format!("/Groups/{own_group}"),
                &json!([{"op": "add", "path": "members", "value": members}]),
            )
            .await,
    ];
    for answer in refused {
        assert_eq!(answer.verdict(), "400 invalidValue", "{}", answer.text);
    }
    let operations = json!([
        {"method": "DELETE", "path": user_path},
        {"method": "PATCH", "path": format!("/Groups/{own_group}"), "data": {"Operations": [{"op": "add", "path": "members", "value": members}]}},
        {"method": "PATCH", "path": group_path, "data": {"Operations": [{"op": "remove", "path": "members"}]}},
    ]);
    let bulk = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations});
    let bulk = other.post("/Bulk", &bulk).await.json();
    for (index, want) in ["404", "400", "404"].into_iter().enumerate() {
        assert_eq!(bulk["Operations"][index]["status"], want);
    }
    let after = (
        app.scim.get(&user_path).await.text,
        app.scim.get(&group_path).await.text,
    );
    assert_eq!(before, after);
    let own = other.get(&format!("/Groups/{own_group}")).await.json();
    assert_eq!(at(&own, "/members/0/value"), &Value::from(own_user));
}

#[tokio::test]
async fn another_shops_cursor_token_and_path_are_refused() {
    let app = TestApp::start().await;
    let other = app.another_shop("other.myshopify.com").await;
    for scim in [&app.scim, &other] {
        furnish(scim).await;
        scim.post("/Users", &json!({"userName": "bob"})).await;
    }
    for query in ["/Users?", "/?", "/Users?sortBy=userName&"] {
        let first = app.scim.get(&format!("{query}cursor&count=1")).await.json();
        let next = at(&first, "/nextCursor").as_str().unwrap().to_owned();
        let follow = format!("{query}cursor={next}&count=1");
        assert_eq!(app.scim.get(&follow).await.status, 200, "{query}");
        let foreign = other.get(&follow).await;
        assert_eq!(foreign.verdict(), "400 invalidCursor", "corner 50: {query}");
    }
    for (scim, own, foreign) in [
        (&app.scim, "test.myshopify.com", "other.myshopify.com"),
        (&other, "other.myshopify.com", "test.myshopify.com"),
    ] {
        assert_eq!(scim.get(&format!("/{own}/Users")).await.verdict(), "200");
        for target in ["Users", "Groups", "Bulk", "ServiceProviderConfig"] {
            let method = if target == "Bulk" { "POST" } else { "GET" };
            let path = format!("/{foreign}/{target}");
            let body = Some(b"{}".to_vec());
            let answer = scim.send(method, &path, &[], body).await;
            // As for a shop that does not exist.
            let unknown = format!("/nobody.myshopify.com/{target}");
            let unknown = scim.send(method, &unknown, &[], Some(b"{}".to_vec())).await;
            assert_eq!(answer.verdict(), "404", "corner 50: {path}");
            assert_eq!(answer.text, unknown.text, "{path}");
        }
    }
}
