//! `customers` and `customersCount`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::search::{COUNT_FIELDS, Query, customer_fields};
use super::{Customer, CustomerId};
use crate::mock::call::Call;
use crate::mock::graphql::coded::CodedError;
use crate::mock::graphql::resolved::{Connection, Object, Resolved};
use crate::mock::input;
use crate::mock::moment::datetime;

/// The largest page.
const MAX_PAGE: u64 = 250;

/// A customer's place in the order asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    value: String,
    id: CustomerId,
}

/// `customers`: with a query the search index answers, without one the truth.
pub fn customers(
    call: &mut Call<'_>,
    arguments: &Map<String, Value>,
) -> Result<Resolved, CodedError> {
    let window = match call.reads_whole_lists {
        true => Window::default(),
        false => Window::read(arguments)?,
    };
    let sort_key = input::text(arguments, "sortKey").unwrap_or("ID");
    let query = input::text(arguments, "query").filter(|text| !text.trim().is_empty());
    let mut places: Vec<Place> = match query {
        None => call
            .shop
            .customers()
            .map(|it| place(it, sort_key))
            .collect(),
        Some(text) => {
            let query = Query::parse(text);
            warn(call, &query, text, customer_fields());
            let now_ms = call.now_ms;
            call.shop
                .index
                .at(now_ms)
                .filter(|it| query.matches(it, customer_fields()))
                .map(|it| place(it, sort_key))
                .collect()
        }
    };
    // A hit that has been deleted since is not shown.
    places.retain(|place| call.shop.customer(place.id).is_some());
    places.sort();
    if arguments.get("reverse").and_then(Value::as_bool) == Some(true) {
        places.reverse();
    }
    Ok(Resolved::Object(Object::Connection(window.page(&places))))
}

fn warn(call: &mut Call<'_>, query: &Query, text: &str, fields: &[&str]) {
    let path = call.response_key.clone();
    call.search.extend(query.warnings(text, &path, fields));
}

fn place(customer: &Customer, sort_key: &str) -> Place {
    let value = match sort_key {
        "CREATED_AT" => datetime(customer.created_at),
        "UPDATED_AT" => datetime(customer.updated_at),
        "NAME" => {
            let last = customer.last_name.as_deref().unwrap_or_default();
            let first = customer.first_name.as_deref().unwrap_or_default();
            format!("{last}, {first}").to_lowercase()
        }
        // Numbers have different lengths; the id below orders them.
        _ => String::new(),
    };
    Place {
        value,
        id: customer.id,
    }
}

impl Place {
    fn cursor(&self) -> String {
        let number = self.id.0;
        let value = match self.value.as_str() {
            "" => number.to_string(),
            value => value.to_owned(),
        };
        STANDARD.encode(json!({"last_id": number, "last_value": value}).to_string())
    }
}

fn id_in(cursor: &str) -> Option<CustomerId> {
    let bytes = STANDARD.decode(cursor).ok()?;
    let decoded: Value = serde_json::from_slice(&bytes).ok()?;
    decoded.get("last_id")?.as_u64().map(CustomerId)
}

/// Which part of a list is asked for.
#[derive(Default)]
struct Window {
    first: Option<usize>,
    last: Option<usize>,
    after: Option<CustomerId>,
    before: Option<CustomerId>,
}

impl Window {
    fn read(arguments: &Map<String, Value>) -> Result<Self, CodedError> {
        let size = |name: &str| match arguments.get(name).and_then(Value::as_i64) {
            None => Ok(None),
            Some(size) => u64::try_from(size)
                .ok()
                .filter(|size| *size <= MAX_PAGE)
                .and_then(|size| usize::try_from(size).ok())
                .map(Some)
                .ok_or_else(|| refused(&format!("{name} must be between 0 and {MAX_PAGE}"))),
        };
        let cursor = |name: &str| match input::text(arguments, name) {
            None => Ok(None),
            Some(text) => id_in(text)
                .map(Some)
                .ok_or_else(|| refused("Invalid cursor for current pagination sort.")),
        };
        let window = Self {
            first: size("first")?,
            last: size("last")?,
            after: cursor("after")?,
            before: cursor("before")?,
        };
        match (window.first, window.last) {
            (None, None) => Err(refused("you must provide one of first or last")),
            (Some(_), Some(_)) => Err(refused("providing both first and last is not supported")),
            _ => Ok(window),
        }
    }

    fn page(&self, places: &[Place]) -> Connection {
        let position = |id: Option<CustomerId>| {
            let id = id?;
            places.iter().position(|place| place.id == id)
        };
        let start = position(self.after).map_or(0, |it| it + 1);
        let end = position(self.before).unwrap_or(places.len()).max(start);
        let size = end - start;
        let (start, end) = match (self.first, self.last) {
            (Some(first), _) => (start, start + first.min(size)),
            (None, last) => (end - last.unwrap_or(size).min(size), end),
        };
        let entries = places.get(start..end).unwrap_or_default();
        Connection {
            entries: entries
                .iter()
                .map(|place| (place.cursor(), Resolved::customer(place.id)))
                .collect(),
            has_next: end < places.len(),
            has_previous: start > 0,
        }
    }
}

fn refused(message: &str) -> CodedError {
    CodedError::new("BAD_REQUEST", message)
}

/// `customersCount`: heeds only a few fields, and counts everybody where it does not understand.
pub fn count(call: &mut Call<'_>, arguments: &Map<String, Value>) -> Resolved {
    let counted = match input::text(arguments, "query") {
        None => call.shop.customer_count(),
        Some(text) => {
            let query = Query::parse(text);
            warn(call, &query, text, &COUNT_FIELDS);
            let matching = call
                .shop
                .customers()
                .filter(|it| query.matches(it, &COUNT_FIELDS));
            matching.count()
        }
    };
    let limit = arguments.get("limit").and_then(Value::as_u64);
    let limit = limit
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(usize::MAX);
    let precision = if counted > limit { "AT_LEAST" } else { "EXACT" };
    Resolved::record(vec![
        ("count", Resolved::leaf(counted.min(limit))),
        ("precision", Resolved::leaf(precision)),
    ])
}
