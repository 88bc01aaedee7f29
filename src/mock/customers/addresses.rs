//! Mailing addresses: their rules and their four mutations.

use serde_json::{Map, Value};

use super::normalise::MAX_TEXT;
use super::{Address, Customer, places, write};
use crate::base::field::Field;
use crate::mock::call::Call;
use crate::mock::graphql::coded::CodedError;
use crate::mock::graphql::resolved::Resolved;
use crate::mock::input;
use crate::mock::messages;
use crate::mock::user_error::{UserError, payload};

type Answer = Result<Resolved, CodedError>;

/// An address inside a customer input: new, or one of the `known` by its id.
pub fn inline(given: &Map<String, Value>, known: &[Address]) -> Result<Address, Vec<UserError>> {
    let mut address = Address::default();
    if let Some(gid) = input::text(given, "id") {
        let number = Address::parse_gid(gid);
        address = known
            .iter()
            .find(|address| Some(address.number) == number)
            .cloned()
            .ok_or_else(|| vec![UserError::new(&["id"], messages::ADDRESS_UNKNOWN)])?;
    }
    fill(&mut address, given)?;
    if address.is_blank() {
        return Err(vec![UserError::new(&[], messages::ADDRESS_BLANK)]);
    }
    Ok(address)
}

/// Puts an input onto an address.
fn fill(address: &mut Address, given: &Map<String, Value>) -> Result<(), Vec<UserError>> {
    let mut errors = Vec::new();
    let lines: [(&str, &str, &mut Option<String>); 8] = [
        ("address1", "Address1", &mut address.address1),
        ("address2", "Address2", &mut address.address2),
        ("city", "City", &mut address.city),
        ("company", "Company", &mut address.company),
        ("firstName", "First name", &mut address.first_name),
        ("lastName", "Last name", &mut address.last_name),
        ("phone", "Phone", &mut address.phone),
        ("zip", "Zip", &mut address.zip),
    ];
    for (name, title, line) in lines {
        match input::change(given, name) {
            Field::Leave => {}
            Field::Clear => *line = None,
            Field::Set(text) => {
                if let Some(fault) = text_fault(&text) {
                    errors.push(UserError::text(&[name], format!("{title} {fault}"), None));
                }
                *line = Some(text);
            }
        }
    }
    errors.extend(fill_place(address, given));
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors)
    }
}

fn fill_place(address: &mut Address, given: &Map<String, Value>) -> Option<UserError> {
    let country = input::text(given, "countryCode").or_else(|| input::text(given, "country"));
    if let Some(country) = country.filter(|text| !text.is_empty()) {
        match places::country_code(country) {
            Some(code) => address.country_code = Some(code),
            None => return Some(UserError::new(&["country"], messages::COUNTRY_INVALID)),
        }
    }
    let province = input::text(given, "provinceCode").or_else(|| input::text(given, "province"));
    let province = province.filter(|text| !text.is_empty())?;
    let country = address.country_code.as_deref().unwrap_or_default();
    match places::province_code(country, province) {
        Some(code) => address.province_code = Some(code),
        None => return Some(UserError::new(&["province"], messages::PROVINCE_INVALID)),
    }
    None
}

fn text_fault(text: &str) -> Option<&'static str> {
    let is_emoji = |c: char| matches!(c, '\u{2600}'..='\u{27BF}' | '\u{1F300}'..='\u{1FAFF}');
    let lower = text.to_lowercase();
    let is_url = ["http://", "https://", "www."]
        .iter()
        .any(|start| lower.contains(start));
    let is_html = text
        .split_once('<')
        .is_some_and(|(_, rest)| rest.contains('>'));
    if text.chars().count() > MAX_TEXT {
        Some("is too long (maximum is 255 characters)")
    } else if is_html {
        Some("cannot contain HTML tags")
    } else if is_url {
        Some("cannot contain URL")
    } else if text.contains(is_emoji) {
        Some("cannot contain emojis")
    } else {
        None
    }
}

/// `customerAddressCreate`.
pub fn create(call: &mut Call<'_>, arguments: &Map<String, Value>) -> Answer {
    let empty = Map::new();
    let given = input::object(arguments, "address").unwrap_or(&empty);
    let Some(mut customer) = write::owner(call, arguments) else {
        return Ok(payload("address", Err(customer_missing())));
    };
    let mut address = Address::default();
    if let Err(errors) = fill(&mut address, given) {
        return Ok(payload("address", Err(under_address(errors))));
    }
    let is_known = |known: &Address| {
        *known
            == Address {
                number: known.number,
                ..address.clone()
            }
    };
    if customer.addresses.iter().any(is_known) {
        let error = UserError::new(&["address"], messages::ADDRESS_EXISTS);
        return Ok(payload("address", Err(vec![error])));
    }
    address.number = call.shop.ids.address();
    if is_default(arguments) {
        customer.default_address = Some(address.number);
    }
    let resolved = resolved(&address, call.hides_protected_data);
    customer.addresses.push(address);
    call.shop.store(customer, call.now_ms);
    Ok(payload("address", Ok(resolved)))
}

/// `customerAddressUpdate`.
pub fn update(call: &mut Call<'_>, arguments: &Map<String, Value>) -> Answer {
    let empty = Map::new();
    let given = input::object(arguments, "address").unwrap_or(&empty);
    let (mut customer, position) = match place(call, arguments)? {
        Ok(found) => found,
        Err(errors) => return Ok(payload("address", Err(errors))),
    };
    let inner = input::text(given, "id");
    if inner.is_some() && inner != input::text(arguments, "addressId") {
        let error = UserError::new(&["addressId"], messages::ADDRESS_ID_MISMATCH);
        return Ok(payload("address", Err(vec![error])));
    }
    let Some(address) = customer.addresses.get_mut(position) else {
        return Ok(payload("address", Err(address_missing())));
    };
    if let Err(errors) = fill(address, given) {
        return Ok(payload("address", Err(under_address(errors))));
    }
    let resolved = resolved(address, call.hides_protected_data);
    if is_default(arguments) {
        customer.default_address = Some(address.number);
    }
    call.shop.store(customer, call.now_ms);
    Ok(payload("address", Ok(resolved)))
}

/// `customerAddressDelete`.
pub fn delete(call: &mut Call<'_>, arguments: &Map<String, Value>) -> Answer {
    let (mut customer, position) = match place(call, arguments)? {
        Ok(found) => found,
        Err(errors) => return Ok(payload("deletedAddressId", Err(errors))),
    };
    let address = customer.addresses.remove(position);
    call.shop.store(customer, call.now_ms);
    Ok(payload(
        "deletedAddressId",
        Ok(Resolved::leaf(address.gid())),
    ))
}

/// `customerUpdateDefaultAddress`.
pub fn set_default(call: &mut Call<'_>, arguments: &Map<String, Value>) -> Answer {
    let (mut customer, position) = match place(call, arguments)? {
        Ok(found) => found,
        Err(errors) => return Ok(payload("customer", Err(errors))),
    };
    customer.default_address = customer.addresses.get(position).map(|it| it.number);
    let id = customer.id;
    call.shop.store(customer, call.now_ms);
    Ok(payload("customer", Ok(Resolved::customer(id))))
}

type Place = Result<(Customer, usize), Vec<UserError>>;

/// The customer and the position of its address. Another customer's address is a top-level error.
fn place(call: &Call<'_>, arguments: &Map<String, Value>) -> Result<Place, CodedError> {
    let Some(customer) = write::owner(call, arguments) else {
        return Ok(Err(customer_missing()));
    };
    let number = input::text(arguments, "addressId").and_then(Address::parse_gid);
    let has_it = |it: &Address| Some(it.number) == number;
    if let Some(position) = customer.addresses.iter().position(has_it) {
        return Ok(Ok((customer, position)));
    }
    let is_foreign = call
        .shop
        .customers()
        .any(|other| other.addresses.iter().any(has_it));
    if is_foreign {
        return Err(CodedError::new("RESOURCE_NOT_FOUND", "invalid id"));
    }
    Ok(Err(address_missing()))
}

fn customer_missing() -> Vec<UserError> {
    vec![UserError::new(&["customerId"], messages::CUSTOMER_MISSING)]
}

fn address_missing() -> Vec<UserError> {
    vec![UserError::new(&["addressId"], messages::ADDRESS_MISSING)]
}

fn under_address(errors: Vec<UserError>) -> Vec<UserError> {
    errors
        .into_iter()
        .map(|error| error.under(&["address"]))
        .collect()
}

fn is_default(arguments: &Map<String, Value>) -> bool {
    arguments
        .get("setAsDefault")
        .and_then(Value::as_bool)
        .unwrap_or(false)
}

/// An address as GraphQL shows it.
pub fn resolved(address: &Address, hides_protected_data: bool) -> Resolved {
    let open = |text: &Option<String>| Resolved::leaf(text.clone());
    let protected = |text: &Option<String>| match hides_protected_data {
        true => Resolved::NULL,
        false => open(text),
    };
    let country = address.country_code.as_deref();
    let province = address.province_code.as_deref();
    let name: Vec<&str> = [&address.first_name, &address.last_name]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    let name = (!name.is_empty()).then(|| name.join(" "));
    Resolved::typed(
        "MailingAddress",
        vec![
            ("id", Resolved::leaf(address.gid())),
            ("address1", protected(&address.address1)),
            ("address2", protected(&address.address2)),
            ("city", open(&address.city)),
            ("company", open(&address.company)),
            ("country", Resolved::leaf(country.map(places::country_name))),
            ("countryCode", Resolved::leaf(country)),
            ("countryCodeV2", Resolved::leaf(country)),
            ("firstName", protected(&address.first_name)),
            ("lastName", protected(&address.last_name)),
            ("name", protected(&name)),
            ("phone", protected(&address.phone)),
            (
                "province",
                Resolved::leaf(
                    country
                        .zip(province)
                        .map(|(country, province)| places::province_name(country, province)),
                ),
            ),
            ("provinceCode", Resolved::leaf(province)),
            ("zip", protected(&address.zip)),
        ],
    )
}
