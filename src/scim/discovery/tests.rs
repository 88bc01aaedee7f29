use super::*;
use crate::scim::bulk::BulkLimits;
use crate::scim::schema::{ENTERPRISE_URN, GROUP_URN, SHOPIFY_URN, USER_URN};

const BASE_URL: &str = "https://syncup.example/scim/v2";
const LIMITS: ServiceLimits = ServiceLimits {
    max_page_size: 200,
    default_page_size: 100,
    cursor_timeout_secs: 3_600,
    bulk: Some(BulkLimits {
        max_operations: 1_000,
        max_payload_bytes: 1_048_576,
    }),
};
const SHOP_URN: &str = "urn:x:shop:1.0";

fn definition() -> Value {
    json!({"id": SHOP_URN, "name": "Shop", "attributes": [
        {"name": "tier", "canonicalValues": ["gold"], "caseExact": true, "mutability": "immutable", "uniqueness": "server"},
        {"name": "visits", "type": "complex", "multiValued": true, "subAttributes": [
            {"name": "at", "type": "dateTime", "required": true},
            {"name": "page", "type": "reference", "referenceTypes": ["external"], "returned": "request"}]}]})
}

fn shop() -> Schemas {
    Schemas::standard()
        .with_extension(ResourceType::User, &definition())
        .unwrap()
}

/// Every object in a value.
fn visit(value: &Value, check: &mut dyn FnMut(&Value)) {
    check(value);
    match value {
        Value::Array(values) => values.iter().for_each(|value| visit(value, check)),
        Value::Object(members) => members.values().for_each(|value| visit(value, check)),
        _ => {}
    }
}

#[test]
fn the_configuration_has_every_member() {
    let config = service_provider_config(&LIMITS, BASE_URL);
    let check = |pointer: &str, want: Value| {
        assert_eq!(config.pointer(pointer), Some(&want), "H1, R6: {pointer}");
    };
    check("/schemas/0", json!(SERVICE_PROVIDER_CONFIG_URN));
    check("/patch", json!({"supported": true}));
    check(
        "/bulk",
        json!({"supported": true, "maxOperations": 1_000, "maxPayloadSize": 1_048_576}),
    );
    check("/filter", json!({"supported": true, "maxResults": 200}));
    check("/changePassword", json!({"supported": false}));
    check("/sort", json!({"supported": true}));
    check("/etag", json!({"supported": true}));
    check("/authenticationSchemes/0/type", json!("oauthbearertoken"));
    for member in ["name", "description", "specUri"] {
        assert!(
            config["authenticationSchemes"][0][member].is_string(),
            "R6: {member}"
        );
    }
    check(
        "/pagination",
        json!({"cursor": true, "index": true, "defaultPaginationMethod": "index", "defaultPageSize": 100, "maxPageSize": 200, "cursorTimeout": 3_600}),
    );
    check(
        "/meta/location",
        json!("https://syncup.example/scim/v2/ServiceProviderConfig"),
    );
}

#[test]
fn schemas_are_a_list_of_all_of_them() {
    let list = schemas(&shop(), BASE_URL);
    assert_eq!(list["schemas"], json!([LIST_RESPONSE_URN]), "H2, R7");
    for member in ["totalResults", "itemsPerPage"] {
        assert_eq!(list[member], 5, "H2: {member}");
    }
    assert_eq!(list["startIndex"], 1, "H2");
    let ids: Vec<&Value> = list["Resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|schema| &schema["id"])
        .collect();
    assert_eq!(
        ids,
        [USER_URN, GROUP_URN, ENTERPRISE_URN, SHOPIFY_URN, SHOP_URN],
        "H2"
    );
    visit(&list, &mut |value| {
        assert!(!value.is_null(), "R7: no nulls")
    });
}

#[test]
fn a_schema_is_found_by_its_urn() {
    let user = schema(&shop(), &USER_URN.to_uppercase(), BASE_URL).unwrap();
    assert_eq!(user["id"], USER_URN, "H3");
    assert_eq!(
        user["meta"]["location"],
        format!("{BASE_URL}/Schemas/{USER_URN}"),
        "H3"
    );
    let attribute = |name: &str| {
        let attributes = user["attributes"].as_array().unwrap();
        attributes
            .iter()
            .find(|attribute| attribute["name"] == name)
            .unwrap()
            .clone()
    };
    let user_name = attribute("userName");
    assert_eq!(
        (&user_name["caseExact"], &user_name["uniqueness"]),
        (&json!(false), &json!("server")),
        "H6"
    );
    assert_eq!(user_name["required"], true, "H6");
    assert_eq!(attribute("password")["returned"], "never", "H6");
    assert_eq!(attribute("groups")["mutability"], "readOnly", "A10");
    assert_eq!(attribute("emails")["subAttributes"][0]["name"], "value");
    assert_eq!(
        schema(&shop(), "urn:x:none", BASE_URL).map_err(|error| error.status),
        Err(404),
        "H3"
    );
}

#[test]
fn every_attribute_has_every_characteristic() {
    let mut count = 0;
    visit(&schemas(&shop(), BASE_URL), &mut |value| {
        if value.get("multiValued").is_none() {
            return;
        }
        count += 1;
        for member in [
            "name",
            "type",
            "description",
            "required",
            "caseExact",
            "mutability",
            "returned",
            "uniqueness",
        ] {
            assert!(
                value.get(member).is_some(),
                "H2: {member} of {}",
                value["name"]
            );
        }
        assert_eq!(
            value["type"] == "complex",
            value.get("subAttributes").is_some(),
            "H2: {}",
            value["name"]
        );
        assert_eq!(
            value["type"] == "reference",
            value.get("referenceTypes").is_some(),
            "H2: {}",
            value["name"]
        );
    });
    assert!(count > 60, "{count}");
}

#[test]
fn what_is_published_reads_back_as_the_same_schema() {
    let published = schema(&shop(), SHOP_URN, BASE_URL).unwrap();
    let read = Schemas::standard()
        .with_extension(ResourceType::User, &published)
        .unwrap();
    assert_eq!(
        read.get(SHOP_URN),
        shop().get(SHOP_URN),
        "custom extensions in /Schemas"
    );
}

#[test]
fn resource_types_name_their_schemas() {
    let list = resource_types(&shop(), BASE_URL);
    assert_eq!(list["totalResults"], 2, "H4");
    assert_eq!(list["schemas"], json!([LIST_RESPONSE_URN]), "H4");
    let user = resource_type(&shop(), "User", BASE_URL).unwrap();
    let extensions = [ENTERPRISE_URN, SHOPIFY_URN, SHOP_URN]
        .map(|urn| json!({"schema": urn, "required": false}));
    assert_eq!(list["Resources"][0], user, "H4");
    assert_eq!(
        user,
        json!({"schemas": [RESOURCE_TYPE_URN], "id": "User", "name": "User", "description": "User account: a customer of the shop",
            "endpoint": "/Users", "schema": USER_URN,
            "schemaExtensions": extensions,
            "meta": {"resourceType": "ResourceType", "location": "https://syncup.example/scim/v2/ResourceTypes/User"}}),
        "H4"
    );
    let group = resource_type(&shop(), "group", BASE_URL).unwrap();
    assert_eq!(
        (&group["endpoint"], &group["schemaExtensions"]),
        (&json!("/Groups"), &json!([])),
        "H4"
    );
    assert_eq!(
        resource_type(&shop(), "Device", BASE_URL).map_err(|error| error.status),
        Err(404),
        "H4"
    );
}

#[test]
fn descriptions_cannot_be_filtered() {
    assert_eq!(
        check_filter(Some("id pr")).map_err(|error| error.status),
        Err(403),
        "H5"
    );
    assert_eq!(check_filter(None), Ok(()), "H5");
}
