//! `customerSet`: create, update or upsert by an identifier.

use serde_json::{Map, Value, json};

use super::find::CustomId;
use super::{CustomerId, normalise, write};
use crate::mock::call::Call;
use crate::mock::graphql::coded::CodedError;
use crate::mock::graphql::resolved::Resolved;
use crate::mock::input;
use crate::mock::messages::{self, Rule};
use crate::mock::user_error::{UserError, payload};

/// Which customer a `customerSet` is about.
enum Target {
    /// None yet: one is created.
    New,
    /// None yet: one is created with this metafield.
    NewWithCustomId(CustomId),
    /// This one.
    Known(CustomerId),
}

/// `customerSet`.
pub fn set(call: &mut Call<'_>, arguments: &Map<String, Value>) -> Result<Resolved, CodedError> {
    let empty = Map::new();
    let input = input::object(arguments, "input").unwrap_or(&empty);
    let identifier = input::object(arguments, "identifier");
    let result = match target(call, identifier, input)? {
        Err(rule) => Err(vec![UserError::new(&[], rule)]),
        Ok(_) if input.get("taxExempt").is_some_and(Value::is_null) => Err(vec![UserError::new(
            &["taxExempt"],
            messages::SET_TAX_EXEMPT_NULL,
        )]),
        Ok(target) => write(call, target, input),
    };
    let under_input = |errors: Vec<UserError>| {
        errors
            .into_iter()
            .map(|error| error.under(&["input"]))
            .collect()
    };
    Ok(payload(
        "customer",
        result.map(Resolved::customer).map_err(under_input),
    ))
}

fn write(
    call: &mut Call<'_>,
    target: Target,
    input: &Map<String, Value>,
) -> Result<CustomerId, Vec<UserError>> {
    let mut input = input.clone();
    input.remove("id");
    match target {
        Target::Known(id) => write::change(call, id, &input).map(|()| id),
        Target::New => write::insert(call, &input),
        Target::NewWithCustomId(custom_id) => {
            let metafield = json!([{
                "namespace": custom_id.namespace,
                "key": custom_id.key,
                "value": custom_id.value,
            }]);
            input.insert("metafields".to_owned(), metafield);
            write::insert(call, &input)
        }
    }
}

fn target(
    call: &Call<'_>,
    identifier: Option<&Map<String, Value>>,
    input: &Map<String, Value>,
) -> Result<Result<Target, Rule>, CodedError> {
    let input_id = input::text(input, "id");
    let Some(identifier) = identifier else {
        return Ok(match input_id {
            None => Ok(Target::New),
            Some(gid) => known(call, gid),
        });
    };
    if input_id.is_some() {
        return Ok(Err(messages::SET_ID_NOT_ALLOWED));
    }
    if let Some(custom_id) = input::object(identifier, "customId") {
        let custom_id = CustomId::read(call, custom_id)?;
        return Ok(Ok(match custom_id.owner(call) {
            Some(id) => Target::Known(id),
            None => Target::NewWithCustomId(custom_id),
        }));
    }
    if let Some(gid) = input::text(identifier, "id") {
        return Ok(known(call, gid));
    }
    Ok(by_contact(call, identifier, input))
}

fn known(call: &Call<'_>, gid: &str) -> Result<Target, Rule> {
    CustomerId::parse(gid)
        .filter(|id| call.shop.customer(*id).is_some())
        .map(Target::Known)
        .ok_or(messages::SET_NOT_FOUND)
}

/// The identifier's e-mail or phone must be in the input too.
fn by_contact(
    call: &Call<'_>,
    identifier: &Map<String, Value>,
    input: &Map<String, Value>,
) -> Result<Target, Rule> {
    let email = |text: &str| Some(normalise::email(text));
    let phone = |text: &str| normalise::phone(text, &call.shop.country_code);
    let (name, wanted, given) = match input::text(identifier, "email") {
        Some(text) => (
            "email",
            email(text),
            input::text(input, "email").and_then(email),
        ),
        None => (
            "phone",
            input::text(identifier, "phone").and_then(phone),
            input::text(input, "phone").and_then(phone),
        ),
    };
    if input::text(input, name).is_none() {
        return Err(messages::SET_FIELD_REQUIRED);
    }
    if wanted != given {
        return Err(messages::SET_MISMATCH);
    }
    let wanted = wanted.unwrap_or_default();
    let owner = match name {
        "email" => call.shop.owner_of_email(&wanted),
        _ => call.shop.owner_of_phone(&wanted),
    };
    Ok(owner.map_or(Target::New, Target::Known))
}
