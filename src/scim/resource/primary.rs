//! At most one value is primary (RFC 7643 §2.4).

use serde_json::Value;

use super::{Reader, WarningKind};
use crate::scim::error::ScimError;

/// True for a value with `primary: true`.
pub(in crate::scim) fn is_primary(value: &Value) -> bool {
    value.get("primary") == Some(&Value::Bool(true))
}

/// Takes `primary` from every value that has it and is not chosen.
pub(in crate::scim) fn settle_primaries(values: &mut [Value], is_chosen: impl Fn(usize) -> bool) {
    for (index, value) in values.iter_mut().enumerate() {
        if is_primary(value) && !is_chosen(index) {
            value["primary"] = Value::Bool(false);
        }
    }
}

impl Reader<'_> {
    /// Leaves one primary among the values that a client sent at once: the first.
    pub(in crate::scim) fn one_primary(
        &mut self,
        path: &str,
        values: &mut [Value],
    ) -> Result<(), ScimError> {
        let mut primaries = values
            .iter()
            .enumerate()
            .filter(|(_, value)| is_primary(value));
        let (first, second) = (primaries.next(), primaries.next());
        let (Some((first, _)), Some(_)) = (first, second) else {
            return Ok(());
        };
        // RFC 7643 §2.4: the primary value "true" MUST appear no more than once.
        if !self.dialect.settles_primaries {
            return Err(ScimError::invalid_value(format!(
                "{path} has more than one primary value"
            )));
        }
        self.warn(WarningKind::SeveralPrimary, path);
        settle_primaries(values, |index| index == first);
        Ok(())
    }
}
