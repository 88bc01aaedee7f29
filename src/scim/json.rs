//! Reads a request body as JSON, and refuses what two readers could read differently.
//!
//! Positions, never contents, are named in an error: a body holds personal data.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::error::ScimError;

/// How deep objects and lists may nest.
pub const MAX_DEPTH: usize = 64;

/// From this many members on, names are looked up in a set.
const FEW_MEMBERS: usize = 16;

/// Reads a body. Not JSON, not UTF-8, nested deeper than `MAX_DEPTH`, or with a member twice: 400 `invalidSyntax`.
pub fn parse(body: &[u8]) -> Result<Value, ScimError> {
    // RFC 8259 §8.1: a reader may ignore a byte order mark, and some clients write one.
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let mut reader = serde_json::Deserializer::from_slice(body);
    Node { depth: 0 }
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|error| ScimError::invalid_syntax(format!("the body is not usable JSON: {error}")))
}

/// Takes the member of this name, in any case, out of an object. The order of the others may change.
pub(super) fn take_member(members: &mut Map<String, Value>, name: &str) -> Option<Value> {
    // RFC 7643 §2.1: names are case insensitive; `parse` has seen to it that only one fits.
    if let Some(value) = members.swap_remove(name) {
        return Some(value);
    }
    let key = members
        .keys()
        .find(|key| key.eq_ignore_ascii_case(name))
        .cloned()?;
    members.swap_remove(&key)
}

/// A value at some depth.
#[derive(Clone, Copy)]
struct Node {
    depth: usize,
}

impl Node {
    fn inner<E: Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom(format_args!(
                "nested deeper than {MAX_DEPTH} levels"
            )));
        }
        Ok(Self {
            depth: self.depth + 1,
        })
    }
}

impl<'de> DeserializeSeed<'de> for Node {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, boolean: bool) -> Result<Value, E> {
        Ok(Value::Bool(boolean))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Number::from_f64(number)
            .map(Value::Number)
            .ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut values = Vec::new();
        while let Some(value) = elements.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut members = Map::new();
        let mut names = Names::default();
        while let Some(name) = entries.next_key::<String>()? {
            // RFC 7643 §2.1: names are case insensitive, so that `active` and `Active` would be two values of one attribute.
            if !names.is_new(&members, &name) {
                return Err(A::Error::custom("a member occurs twice in one object"));
            }
            members.insert(name, entries.next_value_seed(inner)?);
        }
        Ok(Value::Object(members))
    }
}

/// The names of an object's members, in lower case; empty while they are few.
#[derive(Default)]
struct Names(HashSet<String>);

impl Names {
    /// True when no member has this name in any case. From then on, this one has.
    fn is_new(&mut self, members: &Map<String, Value>, name: &str) -> bool {
        if members.len() < FEW_MEMBERS {
            return !members.keys().any(|other| other.eq_ignore_ascii_case(name));
        }
        if self.0.is_empty() {
            self.0 = members
                .keys()
                .map(|name| name.to_ascii_lowercase())
                .collect();
        }
        self.0.insert(name.to_ascii_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scim::error::ScimType;

    fn nested(depth: usize) -> String {
        format!("{}{}", "[".repeat(depth), "]".repeat(depth))
    }

    fn members(names: impl Iterator<Item = String>) -> String {
        let members: Vec<String> = names.map(|name| format!("\"{name}\":1")).collect();
        format!("{{{}}}", members.join(","))
    }

    #[test]
    fn a_body_reads_as_its_value() {
        let check =
            |body: &str, want: Value| assert_eq!(parse(body.as_bytes()), Ok(want), "{body}");
        check(
            r#" {"a": [1, -2, 2.5, true, null, "x\u00e9"], "A b": {}} "#,
            json!({"a": [1, -2, 2.5, true, null, "xé"], "A b": {}}),
        );
        check("18446744073709551615", json!(u64::MAX));
        // Written and read again, as every document is, a number stays what it is.
        check("2.2200000001232914e+29", json!(2.2200000001232914e+29));
        check("\u{feff}{}", json!({}));
        check(r#"[{"a":1},{"a":2}]"#, json!([{"a": 1}, {"a": 2}]));
        assert!(parse(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert!(parse(members((0..1000).map(|n| format!("n{n}"))).as_bytes()).is_ok());
    }

    #[test]
    fn a_body_that_can_be_read_in_two_ways_is_refused_with_its_place() {
        let check = |row: &str, body: &[u8], want: &str| {
            let error = parse(body).unwrap_err();
            assert_eq!(error.status, 400, "{row}");
            assert_eq!(error.scim_type, Some(ScimType::InvalidSyntax), "{row}");
            assert!(error.detail.ends_with(want), "{row}: {}", error.detail);
        };
        check("F2", b"{\"userName\": ", "at line 1 column 13");
        check("F2", b"", "at line 1 column 0");
        check("F2", b"{}\n{}", "trailing characters at line 2 column 1");
        check("F2: not UTF-8", b"\"\xff\xfe\"", "at line 1 column 2");
        check("F2", b"1e999", "at line 1 column 5");
        let twice = "a member occurs twice in one object at line 1";
        let check_twice = |row: &str, body: &str| {
            let error = parse(body.as_bytes()).unwrap_err();
            assert!(error.detail.contains(twice), "{row}: {}", error.detail);
        };
        check_twice("corner 48: twice", r#"{"a":1,"b":2,"a":1}"#);
        check_twice("corner 48: other case", r#"{"active":true,"ACTIVE":false}"#);
        check_twice("corner 48: inside", r#"{"o":[{"value":1,"Value":2}]}"#);
        let many = (0..40).map(|n| format!("n{n}"));
        check_twice(
            "corner 48: many",
            &members(many.clone().chain(["N3".to_owned()])),
        );
        check_twice("corner 48: many", &members(many.chain(["N39".to_owned()])));
        let deep = nested(MAX_DEPTH + 1);
        check(
            "corner 49",
            deep.as_bytes(),
            "nested deeper than 64 levels at line 1 column 66",
        );
        assert!(parse(nested(100_000).as_bytes()).is_err());
    }

    #[test]
    fn an_error_names_no_value() {
        let error = parse(br#"{"userName":"secret@example.com" "x"}"#).unwrap_err();
        assert!(!error.detail.contains("secret"), "{}", error.detail);
    }
}
