//! Rows of a result: nested lists become rows of their own, which name their parent.

use serde_json::{Map, Value};

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// One line of JSON.
    pub text: String,
    /// Whether it is an entry of the outermost list.
    pub is_root: bool,
}

/// A line of JSONL as Shopify writes it: slashes are escaped.
pub fn text(value: &Value) -> String {
    value.to_string().replace('/', "\\/")
}

/// The rows of a query's data. Unless they are grouped, nested rows come after all others.
pub fn flatten(data: Value, are_grouped: bool) -> Vec<Row> {
    let mut roots = Vec::new();
    let mut nested = Vec::new();
    let Value::Object(data) = data else {
        return roots;
    };
    for (_, connection) in data {
        for node in nodes(connection) {
            let (row, children) = split(node, None);
            roots.push(Row {
                text: text(&row),
                is_root: true,
            });
            let target = if are_grouped { &mut roots } else { &mut nested };
            push_nested(target, children, id(&row));
        }
    }
    roots.append(&mut nested);
    roots
}

fn push_nested(rows: &mut Vec<Row>, connections: Vec<Value>, parent: &str) {
    for node in connections.into_iter().flat_map(nodes) {
        let (row, children) = split(node, Some(parent));
        rows.push(Row {
            text: text(&row),
            is_root: false,
        });
        push_nested(rows, children, id(&row));
    }
}

fn id(row: &Value) -> &str {
    row.get("id").and_then(Value::as_str).unwrap_or_default()
}

/// The node without its lists, and its lists.
fn split(node: Value, parent: Option<&str>) -> (Value, Vec<Value>) {
    let mut own = Map::new();
    let mut lists = Vec::new();
    if let Value::Object(members) = node {
        for (name, member) in members {
            if member.get("edges").is_some_and(Value::is_array) {
                lists.push(member);
            } else {
                own.insert(name, member);
            }
        }
    }
    if let Some(parent) = parent {
        own.insert("__parentId".to_owned(), parent.into());
    }
    (Value::Object(own), lists)
}

fn nodes(mut connection: Value) -> Vec<Value> {
    let Some(Value::Array(edges)) = connection.get_mut("edges").map(Value::take) else {
        return Vec::new();
    };
    edges
        .into_iter()
        .filter_map(|mut edge| edge.get_mut("node").map(Value::take))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nested_rows_name_their_parent() {
        let nested = |id: &str| json!({"edges": [{"node": {"id": id, "key": "k"}}]});
        let data = json!({"customers": {"edges": [
            {"node": {"id": "g/1", "metafields": nested("m/1")}},
            {"node": {"id": "g/2", "metafields": nested("m/2")}},
        ]}});
        let check = |are_grouped: bool, want: [&str; 4]| {
            let rows = flatten(data.clone(), are_grouped);
            let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
            assert_eq!(texts, want);
            assert_eq!(rows.iter().filter(|row| row.is_root).count(), 2);
        };
        let one = r#"{"id":"g\/1"}"#;
        let two = r#"{"id":"g\/2"}"#;
        let first = r#"{"id":"m\/1","key":"k","__parentId":"g\/1"}"#;
        let second = r#"{"id":"m\/2","key":"k","__parentId":"g\/2"}"#;
        check(true, [one, first, two, second]);
        check(false, [one, two, first, second]);
    }
}
