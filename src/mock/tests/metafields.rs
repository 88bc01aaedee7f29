//! Metafields, their definitions, and tags.

use serde_json::{Value, json};

use super::identify::define_custom_id;
use super::{Bench, CREATE};

const SET: &str = "mutation Set($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) { metafields { namespace key value type compareDigest } userErrors { field message code } }
}";

fn set(bench: &Bench, metafields: Value) -> Value {
    bench.data(SET, json!({"metafields": metafields}))["metafieldsSet"].clone()
}

#[test]
fn namespaces_resolve_to_the_apps_own() {
    let bench = Bench::new();
    let id = bench.create(json!({"firstName": "Ada"}));
    let check = |namespace: Value, want: &str| {
        let mut input =
            json!({"ownerId": id, "key": "status", "type": "single_line_text_field", "value": "x"});
        if !namespace.is_null() {
            input["namespace"] = namespace;
        }
        assert_eq!(
            set(&bench, json!([input]))["metafields"][0]["namespace"],
            want
        );
    };
    check(Value::Null, "app--347082227713");
    check(json!("$app"), "app--347082227713");
    check(json!("$app:scim"), "app--347082227713--scim");
    check(json!("custom"), "custom");
    let read = bench.read(
        &id,
        "a: metafield(key: \"status\") { namespace } b: metafield(namespace: \"custom\", key: \"status\") { value jsonValue ownerType owner { ... on Customer { firstName } } }
         metafields(first: 10, namespace: \"$app:scim\") { nodes { namespace key } } keyed: metafields(first: 10, keys: [\"custom.status\"]) { edges { node { namespace } } }",
    );
    let want = json!({
        "a": {"namespace": "app--347082227713"},
        "b": {"value": "x", "jsonValue": "x", "ownerType": "CUSTOMER", "owner": {"firstName": "Ada"}},
        "metafields": {"nodes": [{"namespace": "app--347082227713--scim", "key": "status"}]},
        "keyed": {"edges": [{"node": {"namespace": "custom"}}]},
    });
    assert_eq!(read, want);
}

#[test]
fn metafields_set_refuses_with_shopifys_words_and_writes_nothing() {
    let bench = Bench::new();
    let id = bench.create(json!({"firstName": "Ada"}));
    let check = |changes: Value, field: Value, message: &str, code: &str| {
        let mut bad = json!({"ownerId": id, "namespace": "custom", "key": "status", "type": "single_line_text_field", "value": "x"});
        for (name, value) in changes.as_object().unwrap() {
            bad[name] = value.clone();
        }
        bad.as_object_mut()
            .unwrap()
            .retain(|_, value| *value != "ABSENT");
        let good = json!({"ownerId": id, "namespace": "custom", "key": "good", "type": "boolean", "value": "true"});
        let want = json!({"metafields": null, "userErrors": [{"field": field, "message": message, "code": code}]});
        assert_eq!(set(&bench, json!([good, bad])), want, "{changes}");
        assert_eq!(
            bench.read(&id, "metafields(first: 5) { nodes { key } }"),
            json!({"metafields": {"nodes": []}})
        );
    };
    let at = |name: &str| json!(["metafields", "1", name]);
    check(
        json!({"ownerId": "gid://shopify/Customer/9"}),
        at("ownerId"),
        "Owner does not exist.",
        "INVALID_VALUE",
    );
    check(
        json!({"type": "ABSENT"}),
        at("type"),
        "Type can't be blank",
        "BLANK",
    );
    check(
        json!({"namespace": "ab"}),
        at("namespace"),
        "Namespace is too short (minimum is 3 characters)",
        "TOO_SHORT",
    );
    check(
        json!({"key": "a"}),
        at("key"),
        "Key is too short (minimum is 2 characters)",
        "TOO_SHORT",
    );
    check(
        json!({"key": "k".repeat(65)}),
        at("key"),
        "Key is too long (maximum is 64 characters)",
        "TOO_LONG",
    );
    check(
        json!({"value": ""}),
        at("value"),
        "Value can't be blank.",
        "INVALID_VALUE",
    );
    check(
        json!({"value": "a\nb"}),
        at("value"),
        "Value must be a single line text string.",
        "INVALID_VALUE",
    );
    check(
        json!({"type": "number_integer"}),
        at("value"),
        "Value must be an integer.",
        "INVALID_VALUE",
    );
    check(
        json!({"type": "boolean"}),
        at("value"),
        "Value must be true or false.",
        "INVALID_VALUE",
    );
    check(
        json!({"type": "date"}),
        at("value"),
        "Value must be in YYYY-MM-DD format.",
        "INVALID_VALUE",
    );
    check(
        json!({"namespace": "app--1"}),
        json!(["metafields", "1"]),
        "Access to this namespace and key on Metafields for this resource type is not allowed.",
        "APP_NOT_AUTHORIZED",
    );
    check(
        json!({"compareDigest": "nonsense"}),
        json!(["metafields", "1"]),
        "Invalid `compareDigest` value.",
        "INVALID_COMPARE_DIGEST",
    );
    check(
        json!({"compareDigest": "0".repeat(64)}),
        json!(["metafields", "1"]),
        "The resource has been updated since it was loaded. Try again with an updated `compareDigest` value.",
        "STALE_OBJECT",
    );
    let many = vec![json!({"ownerId": id, "key": "status", "value": "x"}); 26];
    let want = json!([{"field": ["metafields"], "message": "Exceeded the maximum metafields input limit of 25.", "code": "LESS_THAN_OR_EQUAL_TO"}]);
    assert_eq!(set(&bench, json!(many))["userErrors"], want);
}

#[test]
fn a_compare_digest_lets_the_right_writer_win() {
    let bench = Bench::new();
    let id = bench.create(json!({"firstName": "Ada"}));
    let write = |value: &str, digest: Value| {
        let input = json!({"ownerId": id, "key": "status", "type": "single_line_text_field", "value": value, "compareDigest": digest});
        set(&bench, json!([input]))
    };
    let first = write("a", Value::Null);
    assert_eq!(first["userErrors"], json!([]));
    assert_eq!(
        write("b", Value::Null)["userErrors"][0]["code"],
        "STALE_OBJECT"
    );
    let digest = first["metafields"][0]["compareDigest"].clone();
    assert_eq!(write("b", digest.clone())["userErrors"], json!([]));
    assert_eq!(write("c", digest)["userErrors"][0]["code"], "STALE_OBJECT");
}

#[test]
fn an_id_metafield_is_unique_in_the_shop() {
    let bench = Bench::new();
    assert_eq!(define_custom_id(&bench)["userErrors"], json!([]));
    let taken = define_custom_id(&bench);
    let message = "Key is in use for Customer metafields on the 'app--347082227713' namespace.";
    assert_eq!(
        taken["userErrors"],
        json!([{"field": ["definition", "key"], "message": message, "code": "TAKEN"}])
    );
    let input = |email: &str| json!({"input": {"email": email, "metafields": [{"key": "scim_id", "value": "u-1"}]}});
    bench.data(CREATE, input("ada@example.com"));
    let refused = bench.data(CREATE, input("grace@example.com"));
    // The message was found in no recording.
    let want = json!({"customer": null, "userErrors": [{"field": ["metafields", "0", "value"], "message": "Value must be unique."}]});
    assert_eq!(refused["customerCreate"], want);
    let other = bench.create(json!({"email": "grace@example.com"}));
    let set = set(
        &bench,
        json!([{"ownerId": other, "key": "scim_id", "value": "u-1"}]),
    );
    assert_eq!(set["userErrors"][0]["code"], "TAKEN");
}

#[test]
fn an_id_definition_needs_unique_values_and_its_metafields_gone() {
    let bench = Bench::new();
    let create = "mutation($definition: MetafieldDefinitionInput!) { metafieldDefinitionCreate(definition: $definition) { userErrors { field message code } } }";
    let definition = json!({"name": "x", "key": "scim_id", "type": "id", "ownerType": "CUSTOMER", "capabilities": {"uniqueValues": {"enabled": false}}});
    let refused = bench.data(create, json!({"definition": definition}));
    assert_eq!(
        refused["metafieldDefinitionCreate"]["userErrors"],
        json!([{"field": ["definition"], "message": "Capability unique_values is required for type id but is disabled", "code": "CAPABILITY_REQUIRED_BUT_DISABLED"}])
    );
    define_custom_id(&bench);
    let delete = |all: bool| {
        let query = "mutation($all: Boolean!) { metafieldDefinitionDelete(identifier: {ownerType: CUSTOMER, key: \"scim_id\"}, deleteAllAssociatedMetafields: $all) { userErrors { code } } }";
        bench.data(query, json!({"all": all}))["metafieldDefinitionDelete"]["userErrors"].clone()
    };
    let id = bench
        .create(json!({"firstName": "Ada", "metafields": [{"key": "scim_id", "value": "u-1"}]}));
    assert_eq!(delete(false), json!([{"code": "ID_TYPE_DELETION_ERROR"}]));
    let listed = "{ metafieldDefinitions(first: 5, ownerType: CUSTOMER, namespace: \"$app\") { nodes { key type { name } capabilities { uniqueValues { enabled } } } } }";
    assert_eq!(
        bench.data(listed, json!({}))["metafieldDefinitions"]["nodes"],
        json!([{"key": "scim_id", "type": {"name": "id"}, "capabilities": {"uniqueValues": {"enabled": true}}}])
    );
    assert_eq!(delete(true), json!([]));
    assert_eq!(
        bench.read(&id, "metafield(key: \"scim_id\") { value }"),
        json!({"metafield": null})
    );
    assert_eq!(
        bench.data(listed, json!({}))["metafieldDefinitions"]["nodes"],
        json!([])
    );
}

#[test]
fn metafields_delete_answers_null_for_what_is_not_there() {
    let bench = Bench::new();
    let id = bench.create(json!({"firstName": "Ada", "metafields": [{"key": "status", "type": "single_line_text_field", "value": "x"}]}));
    let query = "mutation($metafields: [MetafieldIdentifierInput!]!) { metafieldsDelete(metafields: $metafields) { deletedMetafields { key namespace ownerId } userErrors { message } } }";
    let one = json!({"ownerId": id, "namespace": "$app", "key": "status"});
    let deleted = bench.data(query, json!({"metafields": [one, one]}));
    let want = json!({"deletedMetafields": [{"key": "status", "namespace": "app--347082227713", "ownerId": id}, null], "userErrors": []});
    assert_eq!(deleted["metafieldsDelete"], want);
    assert_eq!(
        bench.read(&id, "metafield(key: \"status\") { value }"),
        json!({"metafield": null})
    );
}

#[test]
fn tags_are_added_and_removed_without_touching_others() {
    let bench = Bench::new();
    let id = bench.create(json!({"firstName": "Ada", "tags": ["VIP"]}));
    let change = |field: &str, id: &str, tags: Value| {
        let query = format!(
            "mutation($id: ID!, $tags: [String!]!) {{ {field}(id: $id, tags: $tags) {{ node {{ __typename ... on Customer {{ tags }} }} userErrors {{ field message }} }} }}"
        );
        bench.data(&query, json!({"id": id, "tags": tags}))[field].clone()
    };
    let tagged =
        |tags: Value| json!({"node": {"__typename": "Customer", "tags": tags}, "userErrors": []});
    assert_eq!(
        change("tagsAdd", &id, json!(["group:Sales, vip", "beta"])),
        tagged(json!(["beta", "group:Sales", "VIP"]))
    );
    assert_eq!(
        change("tagsRemove", &id, json!(["vip", "none"])),
        tagged(json!(["beta", "group:Sales"]))
    );
    let many: Vec<String> = (0..250).map(|index| format!("t{index}")).collect();
    assert_eq!(
        change("tagsAdd", &id, json!(many))["userErrors"],
        json!([{"field": ["tags"], "message": "Tags cannot be more than 250"}])
    );
    let missing = |kind: &str| json!({"node": null, "userErrors": [{"field": ["id"], "message": format!("{kind} does not exist")}]});
    assert_eq!(
        change("tagsAdd", "gid://shopify/Customer/9", json!(["x"])),
        missing("Customer")
    );
    assert_eq!(
        change("tagsRemove", "gid://shopify/Product/9", json!(["x"])),
        missing("Product")
    );
}
