//! What a client asks for: the parameters of a query (RFC 7644 §3.4.2, RFC 9865 §2), from a URL or from a `.search` body.

mod decode;

#[cfg(test)]
mod tests;

use serde_json::Value;

pub use decode::parse_query_string;

use super::error::ScimError;
use super::sort::SortOrder;

/// The page size when the client names none. Clients that page by 100 without asking rely on it.
pub const DEFAULT_PAGE_SIZE: usize = 100;
/// No page has more.
pub const MAX_PAGE_SIZE: usize = 200;
/// The schema of a `.search` body.
pub const SEARCH_REQUEST_URN: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// Which attributes the client wants (RFC 7644 §3.9). At most one of the two is non-empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestedAttributes {
    /// Only these.
    pub attributes: Vec<String>,
    /// All but these.
    pub excluded_attributes: Vec<String>,
}

/// How the client pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paging {
    /// By number.
    Index {
        /// The first wanted result, counted from 1.
        start_index: usize,
    },
    /// By cursor: `None` opens, `Some` goes on.
    Cursor(Option<String>),
}

/// A query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// The filter, unread.
    pub filter: Option<String>,
    /// The attribute to sort by, unread.
    pub sort_by: Option<String>,
    /// The sort's direction.
    pub sort_order: SortOrder,
    /// How the client pages.
    pub paging: Paging,
    /// How many results the client wants at most; negative numbers are 0 already.
    pub count: Option<usize>,
    /// Which attributes the client wants.
    pub requested: RequestedAttributes,
}

impl RequestedAttributes {
    /// Reads `attributes` and `excludedAttributes`; other parameters are not looked at.
    pub fn from_pairs(pairs: &[(String, String)]) -> Result<Self, ScimError> {
        let requested = Self {
            attributes: names(pairs, "attributes"),
            excluded_attributes: names(pairs, "excludedAttributes"),
        };
        // RFC 7644 §3.9: the two are mutually exclusive.
        if !requested.attributes.is_empty() && !requested.excluded_attributes.is_empty() {
            return Err(ScimError::invalid_value(
                "attributes and excludedAttributes exclude each other",
            ));
        }
        Ok(requested)
    }
}

impl ListQuery {
    /// Reads the parameters of a URL. Names are taken in any case; unknown ones mean nothing (RFC 7644 §3.4.2).
    pub fn from_pairs(pairs: &[(String, String)]) -> Result<Self, ScimError> {
        let paging = paging(pairs)?;
        Ok(Self {
            filter: parameter(pairs, "filter").map(str::to_owned),
            sort_by: parameter(pairs, "sortBy")
                .filter(|name| !name.is_empty())
                .map(str::to_owned),
            sort_order: sort_order(pairs)?,
            count: count(pairs, &paging)?,
            paging,
            requested: RequestedAttributes::from_pairs(pairs)?,
        })
    }

    /// Reads a `SearchRequest` (RFC 7644 §3.4.3).
    pub fn from_search_request(body: &Value) -> Result<Self, ScimError> {
        let members = body
            .as_object()
            .ok_or_else(|| ScimError::invalid_syntax("the search request is not a JSON object"))?;
        let mut pairs = Vec::with_capacity(members.len());
        for (name, value) in members {
            if name.eq_ignore_ascii_case("schemas") {
                check_schemas(value)?;
            } else {
                push_pairs(&mut pairs, name, value)?;
            }
        }
        Self::from_pairs(&pairs)
    }

    /// How many results the page has at most.
    pub fn page_size(&self, default: usize, max: usize) -> usize {
        self.count.unwrap_or(default).min(max)
    }

    /// What makes this query another one than another: a cursor is good for one signature only.
    ///
    /// The page size and the wanted attributes may change from page to page.
    pub fn signature(&self) -> String {
        let order = match self.sort_order {
            SortOrder::Ascending => "ascending",
            SortOrder::Descending => "descending",
        };
        // As JSON, no part can be mistaken for another.
        serde_json::json!([self.filter, self.sort_by, order]).to_string()
    }
}

fn parameter<'a>(pairs: &'a [(String, String)], wanted: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
        .map(|(_, value)| value.trim())
}

fn names(pairs: &[(String, String)], wanted: &str) -> Vec<String> {
    pairs
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case(wanted))
        .flat_map(|(_, value)| value.split(','))
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

fn paging(pairs: &[(String, String)]) -> Result<Paging, ScimError> {
    if let Some(cursor) = parameter(pairs, "cursor") {
        // RFC 9865 §2: an empty cursor asks for the first page.
        return Ok(Paging::Cursor(
            (!cursor.is_empty()).then(|| cursor.to_owned()),
        ));
    }
    // RFC 7644 §3.4.2.4: a value less than 1 is interpreted as 1.
    let start_index = integer(pairs, "startIndex")
        .map_err(|NotAnInteger| ScimError::invalid_value("startIndex is not an integer"))?;
    Ok(Paging::Index {
        start_index: start_index.unwrap_or(1).max(1),
    })
}

fn count(pairs: &[(String, String)], paging: &Paging) -> Result<Option<usize>, ScimError> {
    let count = integer(pairs, "count");
    match (paging, count) {
        // RFC 9865 §2.1: with a cursor, a count that cannot page is an error of its own.
        (Paging::Cursor(_), Err(NotAnInteger) | Ok(Some(0))) => {
            Err(ScimError::invalid_count("count is not a positive integer"))
        }
        (Paging::Index { .. }, Err(NotAnInteger)) => {
            Err(ScimError::invalid_value("count is not an integer"))
        }
        (_, Ok(count)) => Ok(count),
    }
}

struct NotAnInteger;

/// A whole number; a negative one is 0 (RFC 7644 §3.4.2.4), one too large is the largest.
fn integer(pairs: &[(String, String)], wanted: &str) -> Result<Option<usize>, NotAnInteger> {
    let Some(text) = parameter(pairs, wanted).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotAnInteger);
    }
    Ok(Some(if is_negative {
        0
    } else {
        digits.parse().unwrap_or(usize::MAX)
    }))
}

fn sort_order(pairs: &[(String, String)]) -> Result<SortOrder, ScimError> {
    match parameter(pairs, "sortOrder") {
        None | Some("") => Ok(SortOrder::Ascending),
        Some(word) if word.eq_ignore_ascii_case("ascending") => Ok(SortOrder::Ascending),
        Some(word) if word.eq_ignore_ascii_case("descending") => Ok(SortOrder::Descending),
        Some(_) => Err(ScimError::invalid_value(
            "sortOrder is neither ascending nor descending",
        )),
    }
}

fn check_schemas(schemas: &Value) -> Result<(), ScimError> {
    let is_search_request = |urn: &Value| {
        urn.as_str()
            .is_some_and(|urn| urn.eq_ignore_ascii_case(SEARCH_REQUEST_URN))
    };
    match schemas {
        Value::Null => Ok(()),
        Value::Array(urns) if urns.iter().any(is_search_request) => Ok(()),
        _ => Err(ScimError::invalid_syntax(
            "schemas does not name the search request",
        )),
    }
}

/// A member of a search request, as the parameters it would be in a URL.
fn push_pairs(
    pairs: &mut Vec<(String, String)>,
    name: &str,
    value: &Value,
) -> Result<(), ScimError> {
    match value {
        Value::Null => {}
        Value::String(text) => pairs.push((name.to_owned(), text.clone())),
        Value::Number(number) => pairs.push((name.to_owned(), number.to_string())),
        Value::Array(values) => {
            for value in values.iter().filter_map(Value::as_str) {
                pairs.push((name.to_owned(), value.to_owned()));
            }
        }
        Value::Bool(_) | Value::Object(_) if is_known(name) => {
            return Err(ScimError::invalid_value(format!(
                "{name} has the wrong type"
            )));
        }
        Value::Bool(_) | Value::Object(_) => {}
    }
    Ok(())
}

fn is_known(wanted: &str) -> bool {
    [
        "filter",
        "sortBy",
        "sortOrder",
        "startIndex",
        "count",
        "cursor",
        "attributes",
        "excludedAttributes",
    ]
    .iter()
    .any(|name| name.eq_ignore_ascii_case(wanted))
}
