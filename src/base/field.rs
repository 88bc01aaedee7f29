//! What to do with one field of a remote object.

/// A partial desired state of one field: "not ours" differs from "clear it".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Field<T> {
    /// The field is not ours or has not changed: it is not sent.
    #[default]
    Leave,
    /// The field becomes this value.
    Set(T),
    /// The field becomes empty.
    Clear,
}

impl<T> Field<T> {
    /// True when nothing is to be sent.
    pub fn is_leave(&self) -> bool {
        matches!(self, Self::Leave)
    }
}

impl<T: PartialEq + Clone> Field<T> {
    /// The step from `observed` to `desired`.
    pub fn between(observed: Option<&T>, desired: Option<&T>) -> Self {
        match (observed, desired) {
            (Some(have), Some(want)) if have == want => Self::Leave,
            (None, None) => Self::Leave,
            (_, Some(want)) => Self::Set(want.clone()),
            (Some(_), None) => Self::Clear,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_sends_only_what_differs() {
        let check = |have: Option<&str>, want: Option<&str>, step: Field<String>| {
            let (have, want) = (have.map(str::to_owned), want.map(str::to_owned));
            assert_eq!(Field::between(have.as_ref(), want.as_ref()), step);
        };
        check(None, None, Field::Leave);
        check(Some("a"), Some("a"), Field::Leave);
        check(Some("a"), Some("b"), Field::Set("b".to_owned()));
        check(None, Some("b"), Field::Set("b".to_owned()));
        check(Some("a"), None, Field::Clear);
    }
}
