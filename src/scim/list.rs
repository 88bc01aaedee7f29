//! The answer to a query (RFC 7644 §3.4.2): a `ListResponse` around resources that are JSON text already.

/// The schema of a list response.
pub const LIST_RESPONSE_URN: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// Where in the results the page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page<'a> {
    /// Counted from 1.
    Index {
        /// The place of the first resource among all results.
        start_index: usize,
    },
    /// RFC 9865.
    Cursor {
        /// Where the next page starts; `None` on the last page.
        next: Option<&'a str>,
        /// Where the page before starts; `None` on the first page.
        previous: Option<&'a str>,
    },
}

/// The response text, into which `write` writes each of the resources. `total_results` counts all matches, not only those in `resources`; `bytes` is about how
/// long they will be.
///
/// # Errors
/// Those of `write`.
pub async fn response<T, E>(
    total_results: usize,
    page: Page<'_>,
    resources: &[T],
    bytes: usize,
    write: impl AsyncFn(&T, &mut String) -> Result<(), E>,
) -> Result<String, E> {
    let mut text = String::with_capacity(bytes + 512);
    // Clients index every one of these members, though RFC 7644 lets a server leave some out.
    text.push_str(&format!(
        r#"{{"schemas":["{LIST_RESPONSE_URN}"],"totalResults":{total_results}"#
    ));
    match page {
        Page::Index { start_index } => text.push_str(&format!(r#","startIndex":{start_index}"#)),
        Page::Cursor { next, previous } => {
            // RFC 9865 §2: no nextCursor means no next page.
            push_member(&mut text, "nextCursor", next);
            push_member(&mut text, "previousCursor", previous);
        }
    }
    text.push_str(&format!(
        r#","itemsPerPage":{},"Resources":["#,
        resources.len()
    ));
    for (index, resource) in resources.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        write(resource, &mut text).await?;
    }
    text.push_str("]}");
    Ok(text)
}

fn push_member(text: &mut String, name: &str, cursor: Option<&str>) {
    if let Some(cursor) = cursor {
        text.push_str(&format!(r#","{name}":{}"#, serde_json::Value::from(cursor)));
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use serde_json::{Value, json};

    use super::*;

    fn response(total_results: usize, page: Page<'_>, resources: &[&str]) -> String {
        let write = async |resource: &&str, text: &mut String| {
            text.push_str(resource);
            Ok::<(), ()>(())
        };
        let written = super::response(total_results, page, resources, 0, write);
        written.now_or_never().unwrap().unwrap()
    }

    fn check(row: &str, text: &str, want: Value) {
        let got: Value = serde_json::from_str(text).unwrap();
        assert_eq!(got, want, "{row}");
    }

    #[test]
    fn an_empty_result_has_every_member() {
        check(
            "C1, C6, R8",
            &response(0, Page::Index { start_index: 1 }, &[]),
            json!({"schemas": [LIST_RESPONSE_URN], "totalResults": 0, "startIndex": 1, "itemsPerPage": 0, "Resources": []}),
        );
        check(
            "C2",
            &response(9, Page::Index { start_index: 1 }, &[]),
            json!({"schemas": [LIST_RESPONSE_URN], "totalResults": 9, "startIndex": 1, "itemsPerPage": 0, "Resources": []}),
        );
    }

    #[test]
    fn items_per_page_counts_what_is_there() {
        check(
            "C5, corner 44",
            &response(
                9,
                Page::Index { start_index: 3 },
                &[r#"{"id":"a"}"#, r#"{"id":"b"}"#],
            ),
            json!({"schemas": [LIST_RESPONSE_URN], "totalResults": 9, "startIndex": 3, "itemsPerPage": 2,
                "Resources": [{"id": "a"}, {"id": "b"}]}),
        );
    }

    #[test]
    fn a_cursor_page_has_the_cursors_it_has_pages_for() {
        let page = Page::Cursor {
            next: Some("n"),
            previous: None,
        };
        check(
            "C17",
            &response(9, page, &[r#"{"id":"a"}"#]),
            json!({"schemas": [LIST_RESPONSE_URN], "totalResults": 9, "nextCursor": "n", "itemsPerPage": 1, "Resources": [{"id": "a"}]}),
        );
        let last = Page::Cursor {
            next: None,
            previous: Some("p"),
        };
        check(
            "C17: last",
            &response(9, last, &[]),
            json!({"schemas": [LIST_RESPONSE_URN], "totalResults": 9, "previousCursor": "p", "itemsPerPage": 0, "Resources": []}),
        );
    }
}
