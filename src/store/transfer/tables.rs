//! What is moved: every table with all of its columns, but for who works on the database now. A test compares them with the engine's own.

use crate::store::StoreError;
use crate::store::row::Row;
use crate::store::value::{
    Value, blob, int as int_value, maybe_blob, maybe_int, maybe_text, real as real_value,
};

/// The version of what follows: another one for each change of it.
pub(super) const SCHEMA: i64 = 1;

/// The table of shops, which all other rows belong to.
pub(super) const SHOPS: &str = "shops";

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    /// How many of the columns, from the first on, tell its rows apart and are their order. None of them is a text: each engine has its own order of texts.
    pub(super) key: usize,
    pub(super) columns: &'static [Column],
}

#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

/// What a column has, when it is not null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Int,
    Real,
    Text,
    Blob,
}

const fn int(name: &'static str) -> Column {
    let kind = Kind::Int;
    Column { name, kind }
}

const fn real(name: &'static str) -> Column {
    let kind = Kind::Real;
    Column { name, kind }
}

const fn text(name: &'static str) -> Column {
    let kind = Kind::Text;
    Column { name, kind }
}

const fn bytes(name: &'static str) -> Column {
    let kind = Kind::Blob;
    Column { name, kind }
}

/// All of them, the shops first.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: SHOPS,
        key: 1,
        columns: &[
            int("shop_id"),
            text("domain"),
            bytes("key_wrapped"),
            text("settings"),
            bytes("credentials"),
            int("revision"),
            int("created_ms"),
            int("next_seq"),
            int("user_count"),
            int("group_count"),
            int("removals"),
        ],
    },
    Table {
        name: "deleted_shops",
        key: 1,
        columns: &[int("shop_id")],
    },
    Table {
        name: "tokens",
        // Of as many random bytes as the token itself.
        key: 1,
        columns: &[
            bytes("hash"),
            text("prefix"),
            int("shop_id"),
            text("name"),
            int("created_ms"),
            int("expires_ms"),
            int("revoked_ms"),
            int("last_used_ms"),
        ],
    },
    Table {
        name: "users",
        key: 2,
        columns: &[
            int("shop_id"),
            bytes("id"),
            int("seq"),
            int("version"),
            int("created_ms"),
            int("modified_ms"),
            int("deleted_ms"),
            int("group_count"),
            bytes("user_name"),
            int("user_name_is_email"),
            bytes("external_id"),
            bytes("document"),
            text("customer"),
            int("desired_gen"),
            int("applied_gen"),
            text("state"),
            text("last_error"),
            int("last_synced_ms"),
            int("due_ms"),
            int("attempts"),
            bytes("applied"),
            int("departed_minute"),
            int("guarded"),
        ],
    },
    Table {
        name: "departures",
        key: 2,
        columns: &[
            int("shop_id"),
            int("minute"),
            int("departed"),
            int("deleted"),
        ],
    },
    Table {
        name: "user_emails",
        key: 3,
        columns: &[int("shop_id"), bytes("email"), bytes("id")],
    },
    Table {
        name: "groups",
        key: 2,
        columns: &[
            int("shop_id"),
            bytes("id"),
            int("seq"),
            int("version"),
            int("created_ms"),
            int("modified_ms"),
            bytes("display_name"),
            bytes("external_id"),
            bytes("document"),
        ],
    },
    Table {
        name: "members",
        key: 3,
        columns: &[int("shop_id"), bytes("group_id"), bytes("user_id")],
    },
    Table {
        name: "activity",
        key: 1,
        columns: &[
            int("entry"),
            int("shop_id"),
            int("at_ms"),
            text("request_id"),
            text("actor"),
            text("action"),
            text("resource_type"),
            bytes("resource"),
            text("attributes"),
            text("outcome"),
            text("reason"),
            real("cost_points"),
            text("customer"),
        ],
    },
];

/// What the engine numbers: the table, the column, and the highest number that must not be given again. A removed shop's is used until it is swept.
pub(super) const NUMBERED: &[(&str, &str, &str)] = &[
    (
        SHOPS,
        "shop_id",
        "SELECT MAX(shop_id) FROM (SELECT shop_id FROM shops UNION ALL SELECT shop_id FROM deleted_shops) AS known",
    ),
    ("activity", "entry", "SELECT MAX(entry) FROM activity"),
];

impl Table {
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        TABLES.iter().find(|table| table.name == name)
    }

    fn key_columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().take(self.key)
    }

    /// The rows after a key, in order, at most so many: a parameter for each column of the key, and one for the number.
    pub(super) fn page(&self) -> String {
        let key = list(self.key_columns());
        format!(
            "SELECT {} FROM {} WHERE ({key}) > ({}) ORDER BY {key} LIMIT ?{}",
            list(self.columns),
            self.name,
            placeholders(self.key),
            self.key + 1,
        )
    }

    /// A row, if there is one.
    pub(super) fn any(&self) -> String {
        format!("SELECT 1 FROM {} LIMIT 1", self.name)
    }

    pub(super) fn insert(&self) -> String {
        format!(
            "INSERT INTO {} ({}) VALUES ({})",
            self.name,
            list(self.columns),
            placeholders(self.columns.len()),
        )
    }

    /// A key before all that a row can have.
    pub(super) fn before_all(&self) -> Vec<Value> {
        self.key_columns()
            .map(|column| match column.kind {
                Kind::Blob => blob([]),
                _ => int_value(i64::MIN),
            })
            .collect()
    }

    pub(super) fn key_of(&self, row: &[Value]) -> Vec<Value> {
        row.iter().take(self.key).cloned().collect()
    }

    /// A row of [`Table::page`].
    pub(super) fn values(&self, row: &Row<'_>) -> Result<Vec<Value>, StoreError> {
        (0..)
            .zip(self.columns)
            .map(|(place, column)| {
                Ok(match column.kind {
                    Kind::Int => maybe_int(row.maybe_int(place)?),
                    Kind::Real => real_value(row.real(place)?),
                    // The one character that not every engine's texts can have.
                    Kind::Text => maybe_text(
                        row.maybe_text(place)?
                            .map(|text| text.replace('\0', "\u{fffd}")),
                    ),
                    Kind::Blob => maybe_blob(row.maybe_blob(place)?.map(<[u8]>::to_vec)),
                })
            })
            .collect()
    }
}

fn list<'c>(columns: impl IntoIterator<Item = &'c Column>) -> String {
    let names: Vec<&str> = columns.into_iter().map(|column| column.name).collect();
    names.join(", ")
}

fn placeholders(count: usize) -> String {
    let places: Vec<String> = (1..=count).map(|place| format!("?{place}")).collect();
    places.join(", ")
}
