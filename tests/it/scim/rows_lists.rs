//! Lists over HTTP, row by row of `docs/scim-behaviour.md`.

use serde_json::{Value, json};

use crate::harness::{TestApp, at};

async fn users(app: &TestApp, count: usize) {
    let operations: Vec<Value> = (0..count)
        .map(|n| json!({"method": "POST", "path": "/Users", "bulkId": n.to_string(), "data": {"userName": format!("u{n:03}")}}))
        .collect();
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations});
    assert_eq!(app.scim.post("/Bulk", &body).await.status, 200);
}

fn names(list: &Value) -> Vec<String> {
    let resources = list["Resources"].as_array().unwrap().iter();
    resources
        .map(|user| user["userName"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_list_has_every_member_as_an_integer_also_when_it_is_empty() {
    let app = TestApp::start().await;
    users(&app, 3).await;
    let check = async |row: &str, query: &str, want: [u64; 4]| {
        let answer = app.scim.get(&format!("/Users?{query}")).await;
        let list = answer.json();
        assert_eq!(answer.status, 200, "{row}: {query}");
        assert_eq!(
            at(&list, "/schemas/0"),
            "urn:ietf:params:scim:api:messages:2.0:ListResponse",
            "{row}: {query}"
        );
        let member = |name: &str| list[name].as_u64();
        let returned = list["Resources"]
            .as_array()
            .map(|resources| resources.len() as u64);
        let got = [
            member("totalResults"),
            member("startIndex"),
            member("itemsPerPage"),
            returned,
        ];
        assert_eq!(got, want.map(Some), "{row}: {query}");
    };
    check(
        "C1, R8",
        "filter=userName%20eq%20%22nobody%22",
        [0, 1, 0, 0],
    )
    .await;
    check("C2", "count=0", [3, 1, 0, 0]).await;
    check("C2", "count=0&filter=userName%20pr", [3, 1, 0, 0]).await;
    check("C3, corner 14", "count=-7", [3, 1, 0, 0]).await;
    check("C4, corner 14", "startIndex=0&count=2", [3, 1, 2, 2]).await;
    check("C4, corner 14", "startIndex=-5", [3, 1, 3, 3]).await;
    check("C5, corner 44, R8", "startIndex=3&count=2", [3, 3, 1, 1]).await;
    check("C6", "startIndex=99", [3, 99, 0, 0]).await;
    check("C6", "startIndex=99&filter=userName%20pr", [3, 99, 0, 0]).await;
    check(
        "corner 12",
        "aadOptscim062020&$top=1&unknown=x",
        [3, 1, 3, 3],
    )
    .await;
}

#[tokio::test]
async fn pages_are_as_long_as_asked_and_their_union_is_all() {
    let app = TestApp::start().await;
    users(&app, 230).await;
    let page = async |query: &str| app.scim.get(&format!("/Users?{query}")).await.json();
    assert_eq!(names(&page("startIndex=1").await).len(), 100, "R10");
    assert_eq!(
        names(&page("startIndex=101&count=100").await).len(),
        100,
        "R9"
    );
    assert_eq!(names(&page("count=9999").await).len(), 200, "R9");
    let config = app.scim.get("/ServiceProviderConfig").await.json();
    assert_eq!(at(&config, "/filter/maxResults"), 200, "R9");
    for size in [100, 60] {
        let mut all = Vec::new();
        for start in (1..=230).step_by(size) {
            all.extend(names(
                &page(&format!("startIndex={start}&count={size}")).await,
            ));
        }
        let want: Vec<String> = (0..230).map(|n| format!("u{n:03}")).collect();
        assert_eq!(all, want, "C7, corner 45, R9: {size}");
    }
    let mut by_cursor = Vec::new();
    let mut query = "cursor&count=90".to_owned();
    loop {
        let list = page(&query).await;
        by_cursor.extend(names(&list));
        match list["nextCursor"].as_str() {
            Some(cursor) => query = format!("cursor={cursor}&count=90"),
            None => break,
        }
    }
    assert_eq!(by_cursor.len(), 230, "C17");
}

#[tokio::test]
async fn a_filter_is_read_as_clients_write_it() {
    let app = TestApp::start().await;
    let ann = json!({"userName": "ann+x@example.com", "externalId": "Ext-1", "displayName": "x and (y) or \"z\"",
        "emails": [{"value": "ann@work.example", "type": "work"}, {"value": "ann@home.example", "type": "home"}]});
    let ann = app.scim.post("/Users", &ann).await.id();
    users(&app, 2).await;
    let check = async |row: &str, filter: &str, want: u64| {
        let answer = app.scim.get(&format!("/Users?filter={filter}")).await;
        assert_eq!(
            answer.json()["totalResults"].as_u64(),
            Some(want),
            "{row}: {filter}: {}",
            answer.text
        );
    };
    check("R5", "userName+eq+%22ann%2Bx@example.com%22&", 1).await;
    check(
        "R5, corner 42",
        "userName%20eq%20%22ann+x@example.com%22",
        1,
    )
    .await;
    check("R11, B2", "USERNAME%20%20Eq%20%22ANN%2Bx@example.com%22", 1).await;
    check("R11, B3", "externalId%20eq%20%22ext-1%22", 0).await;
    check("R11", "userName%20eq%20ann%2Bx@example.com", 1).await;
    check(
        "R11, B20",
        "emails%5Btype%20eq%20%22work%22%5D.value%20eq%20%22ann@work.example%22",
        1,
    )
    .await;
    check(
        "B10",
        "emails%5Btype%20eq%20%22home%22%20and%20value%20eq%20%22ann@work.example%22%5D",
        0,
    )
    .await;
    check(
        "R11",
        &format!("id%20eq%20%22{ann}%22%20and%20manager%20eq%20%22m%22"),
        0,
    )
    .await;
    check(
        "B17",
        "displayName%20eq%20%22x%20and%20(y)%20or%20%5C%22z%5C%22%22",
        1,
    )
    .await;
    check("B8", "userName%20pr%20and%20not(emails%20pr)", 2).await;
    let long: Vec<String> = (0..200)
        .map(|n| format!("userName%20eq%20%22nobody-{n:03}%22"))
        .collect();
    check(
        "corner 42",
        &format!("{}%20or%20emails%20pr", long.join("%20or%20")),
        1,
    )
    .await;
}

#[tokio::test]
async fn a_search_asks_what_a_url_asks() {
    let app = TestApp::start().await;
    users(&app, 3).await;
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": "userName sw \"u00\"",
        "attributes": ["userName"], "sortBy": "userName", "sortOrder": "descending", "startIndex": 1, "count": 2});
    let found = app.scim.post("/Users/.search", &body).await;
    assert_eq!(
        (found.status, names(&found.json())),
        (200, vec!["u002".to_owned(), "u001".to_owned()]),
        "C16, C8"
    );
    assert_eq!(found.json()["totalResults"], 3, "C16");
}
