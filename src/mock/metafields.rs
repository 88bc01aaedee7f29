//! Metafields: namespaces, values, `metafieldsSet` and `metafieldsDelete`.

use ring::digest;
use serde::Serialize;
use serde_json::{Map, Value};

use super::call::Call;
use super::customers::{Customer, CustomerId};
use super::definitions::Definition;
use super::graphql::coded::CodedError;
use super::graphql::resolved::Resolved;
use super::input;
use super::messages::{self, Rule};
use super::moment::datetime;
use super::shop::Shop;
use super::user_error::{UserError, payload};

/// A metafield of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Metafield {
    /// The metafield's number.
    pub number: u64,
    /// Resolved: `app--123` rather than `$app`.
    pub namespace: String,
    /// The key.
    pub key: String,
    /// The type's name.
    #[serde(rename = "type")]
    pub value_type: String,
    /// The value as text.
    pub value: String,
    /// When it was first set, in ms since the epoch.
    pub created_at: i64,
    /// When it was last changed, in ms since the epoch.
    pub updated_at: i64,
}

impl Metafield {
    /// The global id.
    pub fn gid(&self) -> String {
        format!("gid://shopify/Metafield/{}", self.number)
    }

    /// A digest of the value, for compare-and-set.
    pub fn compare_digest(&self) -> String {
        let text = format!("{}\0{}", self.value_type, self.value);
        let hash = digest::digest(&digest::SHA256, text.as_bytes());
        hash.as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// The types the mock accepts; each also as `list.TYPE`.
const TYPES: [&str; 16] = [
    "boolean",
    "color",
    "date",
    "date_time",
    "dimension",
    "id",
    "json",
    "language",
    "money",
    "multi_line_text_field",
    "number_decimal",
    "number_integer",
    "rating",
    "single_line_text_field",
    "url",
    "weight",
];

/// Whether there is such a type.
pub fn is_type(name: &str) -> bool {
    TYPES.contains(&name.strip_prefix("list.").unwrap_or(name))
}

/// The namespace as stored: omitted or `$app` is the app's own, `$app:x` a part of it.
pub fn resolve_namespace(namespace: Option<&str>, api_client_id: u64) -> String {
    match namespace {
        None | Some("$app") => format!("app--{api_client_id}"),
        Some(text) => match text.strip_prefix("$app:") {
            Some(part) => format!("app--{api_client_id}--{part}"),
            None => text.to_owned(),
        },
    }
}

/// Whether the namespace is reserved for another app.
pub fn is_foreign(namespace: &str, api_client_id: u64) -> bool {
    let own = format!("app--{api_client_id}");
    namespace.starts_with("app--")
        && namespace != own
        && !namespace.starts_with(&format!("{own}--"))
}

/// What is wrong with a namespace.
pub fn namespace_rule(namespace: &str) -> Option<Rule> {
    let length = namespace.chars().count();
    match length {
        0..3 => Some(messages::NAMESPACE_TOO_SHORT),
        256.. => Some(messages::NAMESPACE_TOO_LONG),
        _ if !is_word(namespace) => Some(messages::NAMESPACE_CHARACTERS),
        _ => None,
    }
}

/// What is wrong with a key.
pub fn key_rule(key: &str) -> Option<Rule> {
    let length = key.chars().count();
    match length {
        0..2 => Some(messages::KEY_TOO_SHORT),
        65.. => Some(messages::KEY_TOO_LONG),
        _ if !is_word(key) => Some(messages::KEY_CHARACTERS),
        _ => None,
    }
}

fn is_word(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// What is wrong with a value of a type.
fn value_rule(value_type: &str, value: &str) -> Option<Rule> {
    let is_line = |text: &str| !text.contains(['\n', '\r']);
    if value.trim().is_empty() {
        return Some(messages::VALUE_BLANK);
    }
    let (fits, rule) = match value_type {
        "id" if value.len() > 2_048 => (false, messages::VALUE_TOO_LONG),
        "id" | "single_line_text_field" => (is_line(value), messages::VALUE_SINGLE_LINE),
        "number_integer" => (value.parse::<i64>().is_ok(), messages::VALUE_NOT_INTEGER),
        "boolean" => (
            matches!(value, "true" | "false"),
            messages::VALUE_NOT_BOOLEAN,
        ),
        "date" => (
            super::moment::parse(&format!("{value}T00:00:00Z")).is_some(),
            messages::VALUE_NOT_DATE,
        ),
        "date_time" => (is_date_time(value), messages::VALUE_NOT_DATE_TIME),
        list if list == "json" || list.starts_with("list.") => (
            serde_json::from_str::<Value>(value).is_ok(),
            messages::VALUE_NOT_JSON,
        ),
        _ => (true, messages::VALUE_BLANK),
    };
    (!fits).then_some(rule)
}

fn is_date_time(value: &str) -> bool {
    super::moment::parse(value).is_some() || super::moment::parse(&format!("{value}Z")).is_some()
}

/// Who writes, and when.
#[derive(Debug, Clone, Copy)]
pub struct Writer {
    /// The app that writes.
    pub api_client_id: u64,
    /// The time.
    pub now_ms: i64,
}

/// Puts one metafield input onto a customer that is not stored yet. The path of an error is relative to the input.
pub fn put(
    shop: &Shop,
    writer: Writer,
    customer: &mut Customer,
    entry: &Map<String, Value>,
) -> Result<(), UserError> {
    let by_id = input::text(entry, "id")
        .and_then(|gid| customer.metafields.iter().find(|it| it.gid() == gid))
        .map(|known| (known.namespace.clone(), known.key.clone()));
    let (namespace, key) = by_id.unwrap_or_else(|| {
        let namespace = resolve_namespace(input::text(entry, "namespace"), writer.api_client_id);
        (
            namespace,
            input::text(entry, "key").unwrap_or_default().to_owned(),
        )
    });
    check_name(&namespace, &key, writer)?;
    let definition = shop.definition("CUSTOMER", &namespace, &key);
    let known = customer.metafield(&namespace, &key).cloned();
    let value_type = input::text(entry, "type")
        .or(definition.map(|it| it.value_type.as_str()))
        .or(known.as_ref().map(|it| it.value_type.as_str()))
        .filter(|name| !name.is_empty())
        .ok_or_else(|| UserError::new(&["type"], messages::TYPE_BLANK))?
        .to_owned();
    if !is_type(&value_type) {
        return Err(UserError::new(&["type"], messages::TYPE_UNKNOWN));
    }
    if definition.is_some_and(|it| it.value_type != value_type) {
        return Err(UserError::new(&["type"], messages::TYPE_MISMATCH));
    }
    let value = input::text(entry, "value").unwrap_or_default().to_owned();
    if let Some(rule) = value_rule(&value_type, &value) {
        return Err(UserError::new(&["value"], rule));
    }
    let is_unique = definition.is_some_and(|it| it.has_unique_values);
    let owner = shop.owner_of_value(&namespace, &key, &value);
    if is_unique && owner.is_some_and(|owner| owner != customer.id) {
        return Err(UserError::new(&["value"], messages::UNIQUE_VALUE_TAKEN));
    }
    insert(customer, namespace, key, value_type, value, writer.now_ms);
    Ok(())
}

fn check_name(namespace: &str, key: &str, writer: Writer) -> Result<(), UserError> {
    if is_foreign(namespace, writer.api_client_id) {
        return Err(UserError::new(&[], messages::NAMESPACE_FORBIDDEN));
    }
    if let Some(rule) = namespace_rule(namespace) {
        return Err(UserError::new(&["namespace"], rule));
    }
    match key_rule(key) {
        Some(rule) => Err(UserError::new(&["key"], rule)),
        None => Ok(()),
    }
}

fn insert(
    customer: &mut Customer,
    namespace: String,
    key: String,
    value_type: String,
    value: String,
    now_ms: i64,
) {
    let known = customer
        .metafields
        .iter_mut()
        .find(|it| it.namespace == namespace && it.key == key);
    match known {
        Some(known) if known.value == value && known.value_type == value_type => {}
        Some(known) => {
            known.value = value;
            known.value_type = value_type;
            known.updated_at = now_ms;
        }
        None => customer.metafields.push(Metafield {
            number: 0,
            namespace,
            key,
            value_type,
            value,
            created_at: now_ms,
            updated_at: now_ms,
        }),
    }
}

/// The most inputs of one `metafieldsSet`.
const MAX_INPUTS: usize = 25;

/// `metafieldsSet`: all or none.
pub fn set(call: &mut Call<'_>, arguments: &Map<String, Value>) -> Result<Resolved, CodedError> {
    let entries = input::objects(arguments, "metafields");
    if entries.len() > MAX_INPUTS {
        let error = UserError::new(&["metafields"], messages::TOO_MANY_METAFIELDS);
        return Ok(payload("metafields", Err(vec![error])));
    }
    let mut changed: Vec<Customer> = Vec::new();
    let mut written = Vec::new();
    let mut errors = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        match set_one(call, entry, &mut changed) {
            Ok(name) => written.push(name),
            Err(error) => errors.push(error.under(&["metafields", &index.to_string()])),
        }
    }
    if !errors.is_empty() {
        return Ok(payload("metafields", Err(errors)));
    }
    for customer in changed {
        call.shop.store(customer, call.now_ms);
    }
    let metafields = written
        .into_iter()
        .filter_map(|(owner, namespace, key)| {
            let metafield = call.shop.customer(owner)?.metafield(&namespace, &key)?;
            Some(resolved(call.shop, owner, metafield))
        })
        .collect();
    Ok(payload("metafields", Ok(Resolved::List(metafields))))
}

type Name = (CustomerId, String, String);

fn set_one(
    call: &Call<'_>,
    entry: &Map<String, Value>,
    changed: &mut Vec<Customer>,
) -> Result<Name, UserError> {
    let owner = input::text(entry, "ownerId")
        .and_then(CustomerId::parse)
        .and_then(|id| call.shop.customer(id))
        .ok_or_else(|| UserError::new(&["ownerId"], messages::OWNER_MISSING))?;
    let id = owner.id;
    if !changed.iter().any(|customer| customer.id == id) {
        changed.push(owner.clone());
    }
    let Some(customer) = changed.iter_mut().find(|customer| customer.id == id) else {
        return Err(UserError::new(&["ownerId"], messages::OWNER_MISSING));
    };
    let writer = call.writer();
    let namespace = resolve_namespace(input::text(entry, "namespace"), writer.api_client_id);
    let key = input::text(entry, "key").unwrap_or_default().to_owned();
    check_digest(customer.metafield(&namespace, &key), entry)?;
    put(call.shop, writer, customer, entry)?;
    Ok((id, namespace, key))
}

/// An absent `compareDigest` compares nothing; null means that the metafield must not exist.
fn check_digest(known: Option<&Metafield>, entry: &Map<String, Value>) -> Result<(), UserError> {
    let matches = match entry.get("compareDigest") {
        None => true,
        Some(Value::String(given)) => {
            if given.len() != 64 || !given.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Err(UserError::new(&[], messages::DIGEST_INVALID));
            }
            known.is_some_and(|it| it.compare_digest() == *given)
        }
        Some(_) => known.is_none(),
    };
    if matches {
        Ok(())
    } else {
        Err(UserError::new(&[], messages::STALE))
    }
}

/// `metafieldsDelete`: a metafield that is not there is null in the answer.
pub fn delete(call: &mut Call<'_>, arguments: &Map<String, Value>) -> Result<Resolved, CodedError> {
    let api_client_id = call.api_client_id;
    let mut deleted = Vec::new();
    for entry in input::objects(arguments, "metafields") {
        let owner = input::text(entry, "ownerId").unwrap_or_default();
        let key = input::text(entry, "key").unwrap_or_default();
        let namespace = resolve_namespace(input::text(entry, "namespace"), api_client_id);
        if is_foreign(&namespace, api_client_id) {
            let error = UserError::new(&["metafields"], messages::NAMESPACE_FORBIDDEN);
            return Ok(payload("deletedMetafields", Err(vec![error])));
        }
        let customer = CustomerId::parse(owner).and_then(|id| call.shop.customer(id));
        let Some(customer) = customer.filter(|it| it.metafield(&namespace, key).is_some()) else {
            deleted.push(Resolved::NULL);
            continue;
        };
        let mut customer = customer.clone();
        customer
            .metafields
            .retain(|it| it.namespace != namespace || it.key != key);
        call.shop.store(customer, call.now_ms);
        deleted.push(Resolved::record(vec![
            ("key", Resolved::leaf(key)),
            ("namespace", Resolved::leaf(namespace)),
            ("ownerId", Resolved::leaf(owner)),
        ]));
    }
    Ok(payload("deletedMetafields", Ok(Resolved::List(deleted))))
}

/// A metafield as GraphQL shows it.
pub fn resolved(shop: &Shop, owner: CustomerId, metafield: &Metafield) -> Resolved {
    let definition = shop.definition("CUSTOMER", &metafield.namespace, &metafield.key);
    let fields = vec![
        ("id", Resolved::leaf(metafield.gid())),
        (
            "legacyResourceId",
            Resolved::leaf(metafield.number.to_string()),
        ),
        ("namespace", Resolved::leaf(metafield.namespace.clone())),
        ("key", Resolved::leaf(metafield.key.clone())),
        ("type", Resolved::leaf(metafield.value_type.clone())),
        ("value", Resolved::leaf(metafield.value.clone())),
        ("jsonValue", Resolved::Leaf(json_value(metafield))),
        ("compareDigest", Resolved::leaf(metafield.compare_digest())),
        ("sizeInBytes", Resolved::leaf(metafield.value.len())),
        ("ownerType", Resolved::leaf("CUSTOMER")),
        ("owner", Resolved::customer(owner)),
        (
            "definition",
            definition.map_or(Resolved::NULL, Definition::resolved),
        ),
        ("createdAt", Resolved::leaf(datetime(metafield.created_at))),
        ("updatedAt", Resolved::leaf(datetime(metafield.updated_at))),
    ];
    Resolved::typed("Metafield", fields)
}

fn json_value(metafield: &Metafield) -> Value {
    let is_text = matches!(
        metafield.value_type.as_str(),
        "id" | "single_line_text_field" | "multi_line_text_field" | "date" | "date_time" | "url"
    );
    if is_text {
        return metafield.value.clone().into();
    }
    serde_json::from_str(&metafield.value).unwrap_or_else(|_| metafield.value.clone().into())
}
