//! Finding a rule's texts in a user's document.

use serde_json::{Map, Value};

use super::desired::Context;
use super::rule::{Elements, Source};
use super::text::single_line;

/// A text that a rule may take.
pub struct Candidate {
    /// The text; not blank.
    pub text: String,
    /// True when it is no mistake of the provider's if the text is unusable.
    pub optional: bool,
}

/// The texts of a source, the preferred one first; blank ones are left out.
pub fn candidates(
    source: Source,
    document: &Map<String, Value>,
    context: &Context<'_>,
) -> Vec<Candidate> {
    let texts: Vec<String> = match source {
        Source::Member(path) | Source::MemberIfUsable(path) => member(document, path)
            .map(str::to_owned)
            .into_iter()
            .collect(),
        Source::Elements(wanted) => elements(document, wanted)
            .into_iter()
            .filter_map(|element| element.get("value")?.as_str())
            .map(str::to_owned)
            .collect(),
        Source::FirstOfFullName => split_name(document).0.into_iter().collect(),
        Source::LastOfFullName => split_name(document).1.into_iter().collect(),
        Source::ScimId => vec![context.scim_id.to_owned()],
        Source::Status => context
            .status(document)
            .map(str::to_owned)
            .into_iter()
            .collect(),
    };
    let optional = matches!(source, Source::MemberIfUsable(_));
    texts
        .into_iter()
        .filter(|text| !single_line(text).is_empty())
        .map(|text| Candidate { text, optional })
        .collect()
}

/// The text at a path.
pub fn member<'d>(document: &'d Map<String, Value>, path: &[&str]) -> Option<&'d str> {
    let (last, parents) = path.split_last()?;
    let parent = parents
        .iter()
        .try_fold(document, |at, name| at.get(*name)?.as_object())?;
    parent.get(*last)?.as_str()
}

/// The values of a multi-valued attribute, the preferred one first.
pub fn elements(document: &Map<String, Value>, wanted: Elements) -> Vec<&Map<String, Value>> {
    let values = document.get(wanted.attribute).and_then(Value::as_array);
    let mut found: Vec<_> = values
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .filter(|element| !wanted.never.iter().any(|kind| has_type(element, kind)))
        .collect();
    // The sort is stable: among equals the order of the document holds.
    found.sort_by_key(|element| rank(element, wanted.types));
    found
}

fn rank(element: &Map<String, Value>, types: &[&str]) -> usize {
    if element.get("primary").and_then(Value::as_bool) == Some(true) {
        return 0;
    }
    let by_type = types.iter().position(|kind| has_type(element, kind));
    by_type.unwrap_or(types.len()) + 1
}

fn has_type(element: &Map<String, Value>, kind: &str) -> bool {
    let text = element.get("type").and_then(Value::as_str);
    text.is_some_and(|text| text.trim().eq_ignore_ascii_case(kind))
}

/// First and last name from `name.formatted` or `displayName`, when the name has no parts.
fn split_name(document: &Map<String, Value>) -> (Option<String>, Option<String>) {
    let text_at = |path: &[&str]| {
        let text = single_line(member(document, path)?);
        (!text.is_empty()).then_some(text)
    };
    if text_at(&["name", "givenName"]).is_some() || text_at(&["name", "familyName"]).is_some() {
        return (None, None);
    }
    // An e-mail address is sometimes sent as the display name; it is nobody's first name.
    let full = [text_at(&["name", "formatted"]), text_at(&["displayName"])]
        .into_iter()
        .flatten()
        .find(|name| !name.contains('@'));
    match full {
        Some(full) => split(&full),
        None => (None, None),
    }
}

/// `Ada King Lovelace` and `Lovelace, Ada King`.
fn split(full: &str) -> (Option<String>, Option<String>) {
    let (first, last) = match full.split_once(',') {
        Some((last, first)) => (first, last),
        None => full.rsplit_once(char::is_whitespace).unwrap_or((full, "")),
    };
    let part = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    (part(first), part(last))
}
