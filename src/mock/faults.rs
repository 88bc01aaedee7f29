//! Faults by script: which requests go wrong, how often, and how.

use serde::{Deserialize, Serialize};

/// One rule of the script.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// Which requests it is about; all when empty.
    #[serde(default, rename = "match")]
    pub applies_to: Match,
    /// How many requests it spoils; None is all of them.
    #[serde(default)]
    pub times: Option<u32>,
    /// The share of matching requests it spoils, 0.0 to 1.0; None is each of them.
    #[serde(default)]
    pub probability: Option<f64>,
    /// What goes wrong.
    #[serde(flatten)]
    pub kind: FaultKind,
}

/// The requests a fault is about: those that have everything named here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Match {
    /// The operation's name in the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// A root field, as `customerCreate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_field: Option<String>,
    /// A shop's domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop: Option<String>,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
pub enum FaultKind {
    /// An HTTP error instead of the operation.
    Status {
        /// The status.
        code: u16,
        /// The body; Shopify's own where it is known.
        #[serde(default)]
        body: Option<String>,
        /// Seconds in `Retry-After`.
        #[serde(default)]
        retry_after: Option<f64>,
    },
    /// THROTTLED, whatever the points.
    Throttled,
    /// The connection is dropped before the operation runs.
    Reset,
    /// The operation runs, and the connection is dropped: the outcome is unknown to the client.
    ResetAfterCommit,
    /// The operation runs, and an HTTP error is sent.
    StatusAfterCommit {
        /// The status.
        code: u16,
    },
    /// The operation runs, and the answer comes late.
    Slow {
        /// How late, in ms.
        ms: u64,
    },
    /// The operation runs, and the body is not JSON.
    MalformedJson,
    /// The operation runs, and half of the body is sent.
    TruncatedJson,
    /// `INTERNAL_SERVER_ERROR` with HTTP 200.
    InternalError {
        /// Whether the operation runs all the same.
        #[serde(default)]
        after_commit: bool,
    },
    /// `extensions.cost` comes without `throttleStatus`.
    MissingThrottleStatus,
    /// All numbers of `extensions.cost` are integers.
    IntegerCosts,
    /// All numbers of `extensions.cost` are floats.
    FloatCosts,
    /// Names, e-mails, phones and addresses read as null.
    NullProtectedFields,
}

/// A request, as far as faults tell requests apart.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'r> {
    /// The operation's name.
    pub operation: Option<&'r str>,
    /// Its root fields.
    pub root_fields: &'r [String],
    /// The shop's domain.
    pub shop: &'r str,
}

impl Match {
    fn holds(&self, subject: Subject<'_>) -> bool {
        let is = |wanted: &Option<String>, have: Option<&str>| {
            wanted.is_none() || wanted.as_deref() == have
        };
        is(&self.operation, subject.operation)
            && is(&self.shop, Some(subject.shop))
            && self
                .root_field
                .as_ref()
                .is_none_or(|wanted| subject.root_fields.contains(wanted))
    }
}

/// The script, and the dice for probable faults.
#[derive(Debug, Clone)]
pub struct Faults {
    script: Vec<Fault>,
    dice: u64,
}

impl Faults {
    /// No faults. The same seed throws the same dice.
    pub fn new(seed: u64) -> Self {
        Self {
            script: Vec::new(),
            dice: seed,
        }
    }

    /// Adds a rule after the others.
    pub fn add(&mut self, fault: Fault) {
        self.script.push(fault);
    }

    /// Forgets all rules.
    pub fn clear(&mut self) {
        self.script.clear();
    }

    /// The rules, with what is left of their `times`.
    pub fn script(&self) -> &[Fault] {
        &self.script
    }

    /// The first rule that spoils this request; it is used up by one.
    pub fn strike(&mut self, subject: Subject<'_>) -> Option<FaultKind> {
        let mut dice = self.dice;
        let position = self.script.iter().position(|fault| {
            fault.applies_to.holds(subject)
                && fault
                    .probability
                    .is_none_or(|share| throw(&mut dice) < share)
        });
        self.dice = dice;
        let position = position?;
        let fault = self.script.get_mut(position)?;
        let kind = fault.kind.clone();
        if let Some(times) = &mut fault.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                self.script.remove(position);
            }
        }
        Some(kind)
    }
}

/// A number in 0.0..1.0 (splitmix64).
fn throw(dice: &mut u64) -> f64 {
    *dice = dice.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *dice;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^= mixed >> 31;
    #[expect(
        clippy::cast_precision_loss,
        reason = "53 bits fit a float's mantissa exactly"
    )]
    let share = (mixed >> 11) as f64 / (1_u64 << 53) as f64;
    share
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(root_fields: &[String]) -> Subject<'_> {
        Subject {
            operation: Some("CreateCustomer"),
            root_fields,
            shop: "demo.myshopify.com",
        }
    }

    #[test]
    fn a_rule_strikes_as_often_as_it_says() {
        let roots = ["customerCreate".to_owned()];
        let mut faults = Faults::new(1);
        faults.add(
            serde_json::from_str(
                r#"{"match":{"rootField":"customerCreate"},"times":2,"kind":"status","code":503,"retryAfter":1.5}"#,
            )
            .unwrap(),
        );
        assert_eq!(faults.strike(subject(&[])), None);
        assert!(faults.strike(subject(&roots)).is_some());
        assert!(faults.strike(subject(&roots)).is_some());
        assert_eq!(faults.strike(subject(&roots)), None);
        assert!(faults.script().is_empty());
    }

    #[test]
    fn a_probable_rule_strikes_about_its_share() {
        let mut faults = Faults::new(1);
        faults.add(serde_json::from_str(r#"{"probability":0.25,"kind":"reset"}"#).unwrap());
        let strikes = (0..1_000)
            .filter(|_| faults.strike(subject(&[])).is_some())
            .count();
        assert!((200..300).contains(&strikes), "{strikes}");
    }
}
