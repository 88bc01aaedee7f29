//! Metafield definitions.

use serde::Serialize;
use serde_json::{Map, Value};

use super::call::Call;
use super::graphql::coded::CodedError;
use super::graphql::resolved::Resolved;
use super::input;
use super::messages;
use super::metafields::name::{key_rule, namespace_rule, resolve_namespace};
use super::metafields::value::is_type;
use super::shop::Shop;
use super::user_error::{UserError, payload, payload_of};

/// What the metafields of a namespace and key are.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    /// The definition's number.
    pub number: u64,
    /// `MetafieldOwnerType`.
    pub owner_type: String,
    /// Resolved.
    pub namespace: String,
    /// The key.
    pub key: String,
    /// The name a merchant reads.
    pub name: String,
    /// The description.
    pub description: Option<String>,
    /// The type's name.
    #[serde(rename = "type")]
    pub value_type: String,
    /// Whether a value belongs to one owner only.
    pub has_unique_values: bool,
    /// Whether owners can be searched by it.
    pub is_admin_filterable: bool,
    /// The `validations` of the input.
    pub validations: Vec<Value>,
}

impl Definition {
    /// The global id.
    pub fn gid(&self) -> String {
        format!("gid://shopify/MetafieldDefinition/{}", self.number)
    }

    /// The definition as GraphQL shows it.
    pub fn resolved(&self) -> Resolved {
        Resolved::record(vec![
            ("id", Resolved::leaf(self.gid())),
            ("namespace", Resolved::leaf(self.namespace.clone())),
            ("key", Resolved::leaf(self.key.clone())),
            ("name", Resolved::leaf(self.name.clone())),
            ("description", Resolved::leaf(self.description.clone())),
            ("ownerType", Resolved::leaf(self.owner_type.clone())),
            ("type", self.resolved_type()),
            ("capabilities", self.resolved_capabilities()),
            ("validations", self.resolved_validations()),
            ("validationStatus", Resolved::leaf("ALL_VALID")),
        ])
    }

    fn resolved_type(&self) -> Resolved {
        Resolved::record(vec![
            ("name", Resolved::leaf(self.value_type.clone())),
            ("category", Resolved::leaf(self.value_type.to_uppercase())),
        ])
    }

    fn resolved_capabilities(&self) -> Resolved {
        let status = if self.is_admin_filterable {
            "FILTERABLE"
        } else {
            "NOT_FILTERABLE"
        };
        Resolved::record(vec![
            (
                "adminFilterable",
                Resolved::record(vec![
                    ("eligible", Resolved::leaf(true)),
                    ("enabled", Resolved::leaf(self.is_admin_filterable)),
                    ("status", Resolved::leaf(status)),
                ]),
            ),
            (
                "uniqueValues",
                Resolved::record(vec![
                    ("eligible", Resolved::leaf(true)),
                    ("enabled", Resolved::leaf(self.has_unique_values)),
                ]),
            ),
        ])
    }

    fn resolved_validations(&self) -> Resolved {
        let validation = |it: &Value| {
            let member = |name: &str| it.get(name).cloned().unwrap_or(Value::Null);
            Resolved::record(vec![
                ("name", Resolved::Leaf(member("name"))),
                ("type", Resolved::leaf(self.value_type.clone())),
                ("value", Resolved::Leaf(member("value"))),
            ])
        };
        Resolved::List(self.validations.iter().map(validation).collect())
    }
}

/// The most definitions of one owner type.
const MAX_DEFINITIONS: usize = 256;

/// `metafieldDefinitionCreate`.
pub fn create(call: &mut Call<'_>, arguments: &Map<String, Value>) -> Result<Resolved, CodedError> {
    let empty = Map::new();
    let given = input::object(arguments, "definition").unwrap_or(&empty);
    let definition = read(given, call);
    let errors = check(call.shop, &definition, given);
    if !errors.is_empty() {
        return Ok(payload("createdDefinition", Err(errors)));
    }
    let definition = Definition {
        number: call.shop.ids.definition(),
        ..definition
    };
    call.shop.definitions.push(definition.clone());
    call.shop.reindex();
    let resolved = definition.resolved();
    Ok(payload("createdDefinition", Ok(resolved)))
}

fn read(given: &Map<String, Value>, call: &Call<'_>) -> Definition {
    let value_type = input::text(given, "type").unwrap_or_default();
    let capability = |name: &str| {
        let capabilities = input::object(given, "capabilities")?;
        input::object(capabilities, name)?.get("enabled")?.as_bool()
    };
    Definition {
        number: 0,
        owner_type: input::text(given, "ownerType")
            .unwrap_or_default()
            .to_owned(),
        namespace: resolve_namespace(input::text(given, "namespace"), call.api_client_id),
        key: input::text(given, "key").unwrap_or_default().to_owned(),
        name: input::text(given, "name").unwrap_or_default().to_owned(),
        description: input::text(given, "description").map(str::to_owned),
        value_type: value_type.to_owned(),
        has_unique_values: capability("uniqueValues").unwrap_or(value_type == "id"),
        is_admin_filterable: capability("adminFilterable").unwrap_or(false),
        validations: input::objects(given, "validations")
            .into_iter()
            .cloned()
            .map(Value::Object)
            .collect(),
    }
}

fn check(shop: &Shop, definition: &Definition, given: &Map<String, Value>) -> Vec<UserError> {
    let mut errors = Vec::new();
    let mut at = |field: &str, rule| errors.push(UserError::new(&["definition", field], rule));
    if let Some(rule) = namespace_rule(&definition.namespace) {
        at("namespace", rule);
    }
    if let Some(rule) = key_rule(&definition.key) {
        at("key", rule);
    }
    if definition.name.chars().count() > 255 {
        at("name", messages::DEFINITION_NAME_TOO_LONG);
    }
    let value_type = &definition.value_type;
    if !is_type(value_type) {
        let message = format!("Type name {value_type} is not a valid type. Valid types are: …");
        errors.push(UserError::text(
            &["definition", "type"],
            message,
            Some("INCLUSION"),
        ));
    }
    if value_type == "id" && given.contains_key("capabilities") && !definition.has_unique_values {
        errors.push(UserError::new(&["definition"], messages::UNIQUE_DISABLED));
    }
    let Definition {
        owner_type,
        namespace,
        key,
        ..
    } = definition;
    if shop.definition(owner_type, namespace, key).is_some() {
        let owner = capitalised(owner_type);
        let message =
            format!("Key is in use for {owner} metafields on the '{namespace}' namespace.");
        errors.push(UserError::text(
            &["definition", "key"],
            message,
            Some("TAKEN"),
        ));
    }
    let same_owner = shop
        .definitions
        .iter()
        .filter(|it| it.owner_type == *owner_type);
    if same_owner.count() >= MAX_DEFINITIONS {
        errors.push(UserError::new(
            &["definition"],
            messages::TOO_MANY_DEFINITIONS,
        ));
    }
    errors
}

fn capitalised(owner_type: &str) -> String {
    let mut characters = owner_type.chars();
    match characters.next() {
        Some(first) => format!("{first}{}", characters.as_str().to_lowercase()),
        None => String::new(),
    }
}

/// `metafieldDefinitionDelete`.
pub fn delete(call: &mut Call<'_>, arguments: &Map<String, Value>) -> Result<Resolved, CodedError> {
    let Some(position) = position(call, arguments) else {
        let error = UserError::new(&[], messages::DEFINITION_MISSING);
        return Ok(payload("deletedDefinitionId", Err(vec![error])));
    };
    let deletes_metafields = arguments
        .get("deleteAllAssociatedMetafields")
        .and_then(Value::as_bool)
        .unwrap_or(false);
    let is_id = call
        .shop
        .definitions
        .get(position)
        .is_some_and(|it| it.value_type == "id");
    if is_id && !deletes_metafields {
        let error = UserError::new(&[], messages::ID_DEFINITION_IN_USE);
        return Ok(payload("deletedDefinitionId", Err(vec![error])));
    }
    let definition = call.shop.definitions.remove(position);
    if deletes_metafields {
        delete_metafields(call, &definition);
    }
    call.shop.reindex();
    let id = Resolved::leaf(definition.gid());
    Ok(payload_of(vec![("deletedDefinitionId", id)], &[]))
}

fn delete_metafields(call: &mut Call<'_>, definition: &Definition) {
    let owners: Vec<_> = call
        .shop
        .customers()
        .filter(|it| {
            it.metafield(&definition.namespace, &definition.key)
                .is_some()
        })
        .cloned()
        .collect();
    for mut owner in owners {
        owner
            .metafields
            .retain(|it| it.namespace != definition.namespace || it.key != definition.key);
        call.shop.store(owner, call.now_ms);
    }
}

fn position(call: &Call<'_>, arguments: &Map<String, Value>) -> Option<usize> {
    let id = input::text(arguments, "id");
    let identifier = input::object(arguments, "identifier");
    let named = identifier.map(|it| {
        let namespace = resolve_namespace(input::text(it, "namespace"), call.api_client_id);
        (
            input::text(it, "ownerType").unwrap_or_default(),
            namespace,
            input::text(it, "key").unwrap_or_default(),
        )
    });
    call.shop.definitions.iter().position(|it| match &named {
        Some((owner_type, namespace, key)) => {
            it.owner_type == *owner_type && it.namespace == *namespace && it.key == *key
        }
        None => id.is_some_and(|id| it.gid() == id),
    })
}

/// `metafieldDefinition`.
pub fn one(call: &Call<'_>, arguments: &Map<String, Value>) -> Resolved {
    position(call, arguments)
        .and_then(|position| call.shop.definitions.get(position))
        .map_or(Resolved::NULL, Definition::resolved)
}

/// `metafieldDefinitions`.
pub fn list(call: &Call<'_>, arguments: &Map<String, Value>) -> Resolved {
    let owner_type = input::text(arguments, "ownerType").unwrap_or_default();
    let key = input::text(arguments, "key");
    let namespace = input::text(arguments, "namespace")
        .map(|text| resolve_namespace(Some(text), call.api_client_id));
    let first = arguments.get("first").and_then(Value::as_u64);
    let limit = first.and_then(|it| usize::try_from(it).ok()).unwrap_or(250);
    let matching = call
        .shop
        .definitions
        .iter()
        .filter(|it| it.owner_type == owner_type)
        .filter(|it| key.is_none_or(|key| it.key == key))
        .filter(|it| namespace.as_ref().is_none_or(|ns| it.namespace == *ns))
        .take(limit)
        .map(Definition::resolved);
    Resolved::whole_connection(matching)
}
