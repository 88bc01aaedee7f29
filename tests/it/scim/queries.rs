//! Queries over HTTP: filters, sorts and pages of one resource type and of all at the root.

use serde_json::{Value, json};

use crate::harness::{TestApp, at};

/// Users `u1` to `u5`, groups `g1` to `g3`; `g2` has `u2` and `u3`.
async fn furnished() -> TestApp {
    let app = TestApp::start().await;
    let mut ids = Vec::new();
    for n in 1..=5 {
        let user = json!({"userName": format!("u{n}"), "title": format!("T{}", 9 - n), "externalId": format!("x{n}"),
            "emails": [{"value": format!("u{n}@example.com"), "type": "work"}]});
        ids.push(app.scim.post("/Users", &user).await.id());
    }
    for n in 1..=3 {
        let members = match n {
            2 => json!([{"value": ids[1]}, {"value": ids[2]}]),
            _ => json!([]),
        };
        let group = json!({"displayName": format!("g{n}"), "externalId": format!("x{n}"), "members": members});
        assert_eq!(app.scim.post("/Groups", &group).await.status, 201);
    }
    app
}

/// The names of a list's resources, in order.
fn names(list: &Value) -> String {
    let resources = list["Resources"].as_array().unwrap().iter();
    let name = |resource: &Value| {
        let name = resource["userName"].as_str();
        name.or(resource["displayName"].as_str())
            .unwrap()
            .to_owned()
    };
    resources.map(name).collect::<Vec<_>>().join(" ")
}

fn escaped(text: &str) -> String {
    text.replace('%', "%25")
        .replace(' ', "%20")
        .replace('"', "%22")
        .replace('+', "%2B")
}

#[tokio::test]
async fn a_filter_finds_the_same_with_and_without_an_index() {
    let app = furnished().await;
    let group = app
        .scim
        .get("/Groups?filter=displayName%20eq%20%22g2%22")
        .await
        .json();
    let group = at(&group, "/Resources/0/id").as_str().unwrap().to_owned();
    let user = app
        .scim
        .get("/Users?filter=userName%20eq%20%22u2%22")
        .await
        .json();
    let user = at(&user, "/Resources/0/id").as_str().unwrap().to_owned();
    let check = async |endpoint: &str, filter: &str, want: &str| {
        // `not (not …)` means the same, and no index serves it.
        for filter in [filter.to_owned(), format!("not (not ({filter}))")] {
            let target = format!("/{endpoint}?filter={}", escaped(&filter));
            let list = app.scim.get(&target).await.json();
            assert_eq!(names(&list), want, "{endpoint}: {filter}");
            let count = want.split_whitespace().count();
            assert_eq!(at(&list, "/totalResults"), count, "{endpoint}: {filter}");
        }
    };
    check("Users", &format!("id eq \"{user}\""), "u2").await;
    check("Users", "userName eq \"U2\"", "u2").await;
    check("Users", "externalId eq \"x3\"", "u3").await;
    check("Users", "externalId eq \"X3\"", "").await;
    check("Users", "emails.value eq \"U4@example.com\"", "u4").await;
    check("Users", &format!("groups.value eq \"{group}\""), "u2 u3").await;
    check(
        "Users",
        &format!("groups eq \"{group}\" and userName ew \"3\""),
        "u3",
    )
    .await;
    check("Users", "id eq \"nobody\"", "").await;
    check("Users", "meta.resourceType eq \"Group\"", "").await;
    check("Users", "groups pr", "u2 u3").await;
    check("Users", "urn:ietf:params:scim:schemas:extension:syncup:shopify:2.0:User:syncState eq \"synced\" and title lt \"T6\"", "u4 u5").await;
    check("Groups", &format!("id eq \"{group}\""), "g2").await;
    check("Groups", "displayName eq \"G2\"", "g2").await;
    check("Groups", "externalId eq \"x3\"", "g3").await;
    check("Groups", &format!("members eq \"{user}\""), "g2").await;
    check("Groups", "members pr", "g2").await;
    check("", "externalId eq \"x3\"", "u3 g3").await;
    check("", "meta.resourceType eq \"Group\"", "g1 g2 g3").await;
    check(
        "",
        "userName pr and meta.resourceType eq \"User\"",
        "u1 u2 u3 u4 u5",
    )
    .await;
    check("", "members pr or groups pr", "u2 u3 g2").await;
}

#[tokio::test]
async fn pages_come_one_behind_the_other() {
    let app = furnished().await;
    let queries = [
        ("Users", "", "u1 u2 u3 u4 u5"),
        ("Groups", "", "g1 g2 g3"),
        ("", "", "u1 u2 u3 u4 u5 g1 g2 g3"),
        ("Users", "&sortBy=title", "u5 u4 u3 u2 u1"),
        (
            "Users",
            "&sortBy=title&sortOrder=descending",
            "u1 u2 u3 u4 u5",
        ),
        (
            "",
            "&sortBy=userName&sortOrder=descending",
            "g1 g2 g3 u5 u4 u3 u2 u1",
        ),
        ("", "&sortBy=externalId", "u1 g1 u2 g2 u3 g3 u4 u5"),
        ("Users", "&filter=groups%20pr&sortBy=title", "u3 u2"),
        ("", "&filter=externalId%20le%20%22x2%22", "u1 u2 g1 g2"),
    ];
    for (endpoint, query, want) in queries {
        let say = format!("/{endpoint}?{query}");
        let total = want.split_whitespace().count();
        for size in [1, 2, 3, 5, 7, 8, 200] {
            let mut counted = Vec::new();
            let mut start = 1;
            while start <= total + 1 {
                let target = format!("/{endpoint}?startIndex={start}&count={size}{query}");
                let list = app.scim.get(&target).await.json();
                assert_eq!(at(&list, "/totalResults"), total, "{say}");
                assert_eq!(at(&list, "/startIndex"), start, "{say}");
                counted.push(names(&list));
                start += size;
            }
            assert_eq!(counted.join(" ").trim_end(), want, "{say} by {size}");
            let mut followed = Vec::new();
            let mut cursor = Some(String::new());
            while let Some(at_cursor) = cursor {
                let target = format!("/{endpoint}?cursor={at_cursor}&count={size}{query}");
                let list = app.scim.get(&target).await.json();
                assert_eq!(at(&list, "/totalResults"), total, "{say}");
                followed.push(names(&list));
                cursor = list["nextCursor"].as_str().map(str::to_owned);
            }
            assert_eq!(followed.join(" "), want, "{say} by cursor and {size}");
            assert_eq!(
                followed.len(),
                total.div_ceil(size),
                "{say}: no page is empty"
            );
        }
    }
    let none = app.scim.get("/?count=0").await.json();
    assert_eq!(
        (at(&none, "/totalResults"), names(&none)),
        (&json!(8), String::new())
    );
}

#[tokio::test]
async fn a_search_answers_as_the_query_in_the_url_does() {
    let app = furnished().await;
    let check = async |endpoint: &str, body: Value, query: &str| {
        let mut message =
            json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]});
        message
            .as_object_mut()
            .unwrap()
            .extend(body.as_object().unwrap().clone());
        let searched = app
            .scim
            .post(&format!("{endpoint}/.search"), &message)
            .await;
        let got = app.scim.get(&format!("{endpoint}/?{query}")).await;
        assert_eq!(searched.status, 200, "{query}: {}", searched.text);
        assert_eq!(searched.json(), got.json(), "{query}");
        assert!(
            searched.json()["Resources"]
                .as_array()
                .is_some_and(|it| !it.is_empty()),
            "{query}"
        );
    };
    check(
        "/Users",
        json!({"filter": "userName eq \"u1\""}),
        "filter=userName%20eq%20%22u1%22",
    )
    .await;
    check(
        "/Groups",
        json!({"count": 1, "excludedAttributes": ["members"]}),
        "count=1&excludedAttributes=members",
    )
    .await;
    check(
        "",
        json!({"startIndex": 4, "count": 3}),
        "startIndex=4&count=3",
    )
    .await;
    check(
        "",
        json!({"attributes": ["userName", "displayName", "meta.resourceType"]}),
        "attributes=userName,displayName,meta.resourceType",
    )
    .await;
    check(
        "",
        json!({"sortBy": "userName", "sortOrder": "descending"}),
        "sortBy=userName&sortOrder=descending",
    )
    .await;
}

#[tokio::test]
async fn a_query_at_the_root_says_of_what_type_each_resource_is() {
    let app = furnished().await;
    let list = app
        .scim
        .get("/?attributes=meta.resourceType,userName,members.value")
        .await
        .json();
    for resource in list["Resources"].as_array().unwrap() {
        let (kind, urn) = match resource["userName"].as_str() {
            Some(_) => ("User", "urn:ietf:params:scim:schemas:core:2.0:User"),
            None => ("Group", "urn:ietf:params:scim:schemas:core:2.0:Group"),
        };
        assert_eq!(
            at(resource, "/meta"),
            &json!({"resourceType": kind}),
            "corner 10"
        );
        assert_eq!(at(resource, "/schemas/0"), urn);
    }
    let refused = async |query: &str| app.scim.get(&format!("/?{query}")).await.verdict();
    assert_eq!(refused("filter=colour%20pr").await, "400 invalidFilter");
    assert_eq!(refused("sortBy=colour").await, "400 invalidValue");
}

#[tokio::test]
async fn a_query_that_looks_at_too_much_is_told_to_narrow_its_filter() {
    let app = TestApp::with_settings(|settings| settings.query_budget_ms = 0).await;
    app.scim.post("/Users", &json!({"userName": "ann"})).await;
    let check = async |target: &str, want: &str| {
        let answer = app.scim.get(target).await;
        assert_eq!(
            answer.verdict(),
            want,
            "corner 13: {target}: {}",
            answer.text
        );
        if answer.status == 400 {
            let detail = answer.json()["detail"].as_str().unwrap().to_owned();
            assert!(detail.contains("narrow the filter"), "{detail}");
        }
    };
    check("/Users?filter=title%20pr", "400 tooMany").await;
    check("/Users?sortBy=title", "400 tooMany").await;
    check("/?filter=userName%20eq%20%22ann%22", "400 tooMany").await;
    check(
        "/Users?filter=userName%20eq%20%22ann%22%20and%20title%20pr",
        "200",
    )
    .await;
    check("/Groups?filter=externalId%20eq%20%22x%22", "200").await;
    check("/Users", "200").await;
    check("/", "200").await;
}
