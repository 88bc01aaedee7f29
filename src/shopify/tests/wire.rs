//! Single exchanges over a real socket.

use std::time::Duration;

use serde_json::{Value, json};
use wiremock::matchers::{body_partial_json, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::fixtures::{self, GID};
use crate::shopify::error::{CallError, Cause, Recovery, Unavailable};
use crate::shopify::model::{CustomerKey, Written};
use crate::shopify::receipt::Reply;
use crate::shopify::tls::http_client;
use crate::shopify::user_error::UserErrorKind;
use crate::shopify::{Client, ClientConfig};

const GRAPHQL: &str = "/admin/api/2026-10/graphql.json";

fn client(origin: String) -> Client {
    let mut config = ClientConfig::new("demo".parse().unwrap(), "token-1".into());
    config.origin = Some(origin);
    config.timeout_ms = 300;
    Client::new(&config, http_client().unwrap()).unwrap()
}

fn cost(actual: f64) -> Value {
    json!({"cost": {"requestedQueryCost": 13, "actualQueryCost": actual,
        "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 1990.0, "restoreRate": 100.0}}})
}

fn created() -> Value {
    let customer = json!({"id": GID, "updatedAt": "2026-11-24T10:00:00Z", "defaultAddress": null});
    json!({"data": {"customerCreate": {"customer": customer, "userErrors": []}}, "extensions": cost(10.0)})
}

fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200)
        .insert_header("X-Request-Id", "req-1")
        .insert_header("X-Shopify-API-Version", "2026-10")
        .set_body_json(body)
}

async fn create_against(template: ResponseTemplate) -> Result<Reply<Written>, CallError> {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(template)
        .mount(&server)
        .await;
    client(server.uri())
        .create_customer(&fixtures::create())
        .await
}

async fn recovery_of(template: ResponseTemplate) -> Recovery {
    create_against(template).await.unwrap_err().recovery()
}

#[tokio::test]
async fn a_create_sends_token_and_operation_and_returns_id_and_receipt() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path(GRAPHQL))
        .and(header("X-Shopify-Access-Token", "token-1"))
        .and(header("Content-Type", "application/json"))
        .and(body_partial_json(json!({
            "operationName": "CustomerCreate",
            "variables": {"input": {"email": "ada@example.org", "lastName": "", "tags": ["group:Engines"],
                "metafields": [{"key": "scim_id", "type": "id", "value": "0192"},
                    {"key": "scim_title", "type": "single_line_text_field", "value": "Countess"}]}}
        })))
        .respond_with(ok(&created()))
        .expect(1)
        .mount(&server)
        .await;
    let reply = client(server.uri())
        .create_customer(&fixtures::create())
        .await
        .unwrap();
    assert_eq!(reply.value.id.as_str(), GID);
    assert_eq!(reply.receipt.operation, "CustomerCreate");
    assert_eq!(
        reply.receipt.sent,
        "email firstName lastName phone locale address tags+1 metafields=2"
    );
    assert_eq!(reply.receipt.cost_points, 10.0);
    assert_eq!(reply.receipt.available_points, Some(1990.0));
    assert_eq!(reply.receipt.request_id.as_deref(), Some("req-1"));
    assert_eq!(reply.receipt.other_version, None);
}

#[tokio::test]
async fn an_update_sends_only_what_changes() {
    let server = MockServer::start().await;
    let data = json!({"tagsAdd": {"userErrors": []}});
    Mock::given(method("POST"))
        .respond_with(ok(&json!({"data": data, "extensions": cost(10.0)})))
        .mount(&server)
        .await;
    let mut update = crate::shopify::model::CustomerUpdate::of(GID.parse().unwrap());
    update.added_tags.insert("group:Engines".into());
    client(server.uri()).update_customer(&update).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    let body: Value = requests.first().unwrap().body_json().unwrap();
    assert_eq!(
        body["variables"],
        json!({"input": {"id": GID}, "address": {}, "id": GID, "addedTags": ["group:Engines"], "addTags": true})
    );
}

#[tokio::test]
async fn a_lookup_returns_what_shopify_has() {
    let server = MockServer::start().await;
    let customer = json!({
        "id": GID, "updatedAt": "2026-11-24T10:00:00Z", "firstName": "Ada", "lastName": null, "locale": "en",
        "tags": ["VIP", "group:Engines"], "canDelete": true, "numberOfOrders": "3",
        "defaultEmailAddress": {"emailAddress": "ada@example.org"}, "defaultPhoneNumber": null,
        "defaultAddress": {"id": "gid://shopify/MailingAddress/7", "address1": "12 Analytical Row", "address2": null,
            "city": "London", "zip": "NW1 6XE", "countryCodeV2": "GB", "provinceCode": null, "company": null},
        "metafields": {"nodes": [{"key": "scim_id", "value": "0192"}]}
    });
    let data = json!({ "customerByIdentifier": customer });
    Mock::given(body_partial_json(
        json!({"variables": {"identifier": {"customId": {"key": "scim_id", "value": "0192"}}}}),
    ))
    .respond_with(ok(&json!({"data": data, "extensions": cost(9.0)})))
    .mount(&server)
    .await;
    let key = CustomerKey::ScimId("0192".into());
    let reply = client(server.uri()).find_customer(&key).await.unwrap();
    let found = reply.value.unwrap();
    assert_eq!(found.email.as_deref(), Some("ada@example.org"));
    assert_eq!(found.phone, None);
    assert_eq!(found.orders, 3);
    assert!(found.address.unwrap().address == fixtures::address());
    assert_eq!(
        found.metafields.get("scim_id").map(String::as_str),
        Some("0192")
    );
}

#[tokio::test]
async fn a_lookup_of_nobody_is_none() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(ok(
            &json!({"data": {"customerByIdentifier": null}, "extensions": cost(1.0)}),
        ))
        .mount(&server)
        .await;
    let key = CustomerKey::Email("nobody@example.org".into());
    assert!(
        client(server.uri())
            .find_customer(&key)
            .await
            .unwrap()
            .value
            .is_none()
    );
}

#[tokio::test]
async fn user_errors_reject_with_their_kinds_and_a_receipt() {
    let errors = json!([
        {"field": ["email"], "message": "Email has already been taken"},
        {"field": ["phone"], "message": "Phone is invalid"}
    ]);
    let body = json!({"data": {"customerCreate": {"customer": null, "userErrors": errors}}, "extensions": cost(10.0)});
    let error = create_against(ok(&body)).await.unwrap_err();
    assert_eq!(error.receipt.as_ref().map(|it| it.cost_points), Some(10.0));
    let Recovery::Reject(errors) = error.recovery() else {
        panic!("{error:?}");
    };
    let kinds: Vec<_> = errors.iter().map(|error| error.kind).collect();
    assert_eq!(
        kinds,
        [UserErrorKind::EmailTaken, UserErrorKind::PhoneInvalid]
    );
}

#[tokio::test]
async fn throttled_tells_how_long_to_wait() {
    let body = json!({
        "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
        "extensions": {"cost": {"requestedQueryCost": 13, "actualQueryCost": null,
            "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 3, "restoreRate": 100.0}}}
    });
    assert_eq!(
        recovery_of(ok(&body)).await,
        Recovery::Throttled { wait_ms: 100 }
    );
}

#[tokio::test]
async fn a_missing_definition_of_the_id_metafield_is_told() {
    let message = "Metafield definition of type 'id' is required when using custom ids.";
    let body = json!({"errors": [{"message": message, "extensions": {"code": "NOT_FOUND"}}], "data": {"customerCreate": null}});
    let Recovery::Reject(errors) = recovery_of(ok(&body)).await else {
        panic!("not rejected");
    };
    assert_eq!(
        errors.first().map(|it| it.kind),
        Some(UserErrorKind::DefinitionMissing)
    );
}

#[tokio::test]
async fn an_invalid_token_asks_for_another_one() {
    let body = json!({"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"});
    let template = ResponseTemplate::new(401).set_body_json(body);
    assert_eq!(recovery_of(template).await, Recovery::Reauthorize);
}

#[tokio::test]
async fn a_denied_scope_makes_the_shop_unavailable() {
    let body = json!({"errors": [{"message": "Access denied", "extensions": {"code": "ACCESS_DENIED"}}], "data": {"customerCreate": null}});
    let want = Recovery::ShopUnavailable(Unavailable::AccessDenied);
    assert_eq!(recovery_of(ok(&body)).await, want);
}

#[tokio::test]
async fn too_many_requests_wait_as_long_as_told() {
    let template = ResponseTemplate::new(429).insert_header("Retry-After", "2.0");
    let want = Recovery::Retry {
        after_ms: Some(2_000),
    };
    assert_eq!(recovery_of(template).await, want);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let template = ResponseTemplate::new(302).insert_header("Location", "http://127.0.0.1:9/");
    let want = Recovery::ShopUnavailable(Unavailable::NotFound);
    assert_eq!(recovery_of(template).await, want);
}

#[tokio::test]
async fn a_write_may_have_happened_after_a_server_error_or_an_unreadable_answer() {
    for template in [
        ResponseTemplate::new(502),
        ResponseTemplate::new(200).set_body_string("<html>"),
        ResponseTemplate::new(200).set_body_string(r#"{"data": {"customerCreate"#),
        ResponseTemplate::new(200).set_body_json(json!({"data": null})),
        ResponseTemplate::new(200).set_body_json(
            json!({"data": {"customerCreate": {"customer": {"id": 7}, "userErrors": []}}}),
        ),
    ] {
        assert_eq!(recovery_of(template).await, Recovery::UnknownOutcome);
    }
}

#[tokio::test]
async fn a_write_may_have_happened_when_the_time_is_up() {
    let template = ok(&created()).set_delay(Duration::from_secs(5));
    let error = create_against(template).await.unwrap_err();
    assert!(
        matches!(&error.cause, Cause::Interrupt(source) if source.is_timeout()),
        "{error:?}"
    );
    assert_eq!(error.recovery(), Recovery::UnknownOutcome);
}

#[tokio::test]
async fn a_write_may_have_happened_when_the_connection_is_reset() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        socket.readable().await.unwrap();
        drop(socket);
    });
    let error = client(origin)
        .create_customer(&fixtures::create())
        .await
        .unwrap_err();
    server.await.unwrap();
    assert_eq!(error.recovery(), Recovery::UnknownOutcome);
}

#[tokio::test]
async fn nothing_happened_when_there_was_no_connection() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let outcome = client(origin).create_customer(&fixtures::create()).await;
    let want = Recovery::Retry { after_ms: None };
    assert_eq!(outcome.unwrap_err().recovery(), want);
}

#[tokio::test]
async fn another_api_version_is_noted_on_the_receipt() {
    let template = ResponseTemplate::new(200)
        .insert_header("X-Shopify-API-Version", "2027-01")
        .set_body_json(created());
    let receipt = create_against(template).await.unwrap().receipt;
    assert_eq!(receipt.other_version.as_deref(), Some("2027-01"));
}

#[tokio::test]
async fn a_definition_that_is_there_already_is_fine() {
    let server = MockServer::start().await;
    let error = json!({"code": "TAKEN", "field": ["definition", "key"], "message": "Key is in use for Customer metafields."});
    let payload = json!({"createdDefinition": null, "userErrors": [error]});
    Mock::given(method("POST"))
        .respond_with(ok(
            &json!({"data": {"metafieldDefinitionCreate": payload}, "extensions": cost(10.0)}),
        ))
        .mount(&server)
        .await;
    client(server.uri()).ensure_id_definition().await.unwrap();
}

#[tokio::test]
async fn the_shop_tells_its_plan_and_our_scopes() {
    let server = MockServer::start().await;
    let shop = json!({
        "name": "Demo", "myshopifyDomain": "demo.myshopify.com",
        "plan": {"publicDisplayName": "Basic"}, "shopAddress": {"countryCodeV2": "DE"}
    });
    let data =
        json!({"shop": shop, "appInstallation": {"accessScopes": [{"handle": "read_customers"}]}});
    Mock::given(method("POST"))
        .respond_with(ok(&json!({"data": data, "extensions": cost(5.0)})))
        .mount(&server)
        .await;
    let info = client(server.uri()).shop_info().await.unwrap().value;
    assert_eq!(info.country_code.as_deref(), Some("DE"));
    assert_eq!(info.plan, "Basic");
    assert_eq!(info.missing_scopes(), ["write_customers"]);
}

#[tokio::test]
async fn a_failure_prints_neither_token_nor_personal_data() {
    let message = "Variable $input was provided invalid value ada@example.org";
    let body =
        json!({"errors": [{"message": message, "extensions": {"code": "INVALID_VARIABLE"}}]});
    let error = create_against(ok(&body)).await.unwrap_err();
    let printed = format!("{error} {error:?} {:?}", error.recovery());
    for secret in ["ada", "Ada", "token-1", "+1613"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
