//! Faults by script: which requests go wrong, how often, and how.

mod kind;

use serde::{Deserialize, Serialize};

use super::dice::Dice;

pub use kind::{Endpoint, FaultKind, Stage};

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
    /// Which door it came through; None is the Admin API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<Endpoint>,
    /// The operation's name in the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// A root field, as `customerCreate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_field: Option<String>,
    /// A shop's domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop: Option<String>,
    /// A webhook's topic, as `customers/update`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
}

/// What may be struck, as far as faults tell one from another.
#[derive(Debug, Clone, Copy, Default)]
pub struct Subject<'r> {
    /// What is about to be done.
    pub stage: Stage,
    /// Through which door.
    pub endpoint: Endpoint,
    /// The operation's name.
    pub operation: Option<&'r str>,
    /// Its root fields.
    pub root_fields: &'r [String],
    /// The shop's domain.
    pub shop: &'r str,
    /// The webhook's topic.
    pub topic: Option<&'r str>,
}

impl Match {
    fn holds(&self, subject: Subject<'_>) -> bool {
        let is = |wanted: &Option<String>, have: Option<&str>| {
            wanted.is_none() || wanted.as_deref() == have
        };
        self.endpoint.unwrap_or_default() == subject.endpoint
            && is(&self.operation, subject.operation)
            && is(&self.shop, Some(subject.shop))
            && is(&self.topic, subject.topic)
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
    dice: Dice,
}

impl Faults {
    /// No faults. The same seed throws the same dice.
    pub fn new(seed: u64) -> Self {
        Self {
            script: Vec::new(),
            dice: Dice::new(seed),
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

    /// The first rule that spoils the subject; it is used up by one.
    pub fn strike(&mut self, subject: Subject<'_>) -> Option<FaultKind> {
        let dice = &mut self.dice;
        let position = self.script.iter().position(|fault| {
            fault.kind.stage() == subject.stage
                && fault.kind.fits(subject)
                && fault.applies_to.holds(subject)
                && fault.probability.is_none_or(|share| dice.share() < share)
        });
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

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(root_fields: &[String]) -> Subject<'_> {
        Subject {
            operation: Some("CreateCustomer"),
            root_fields,
            shop: "demo.myshopify.com",
            ..Subject::default()
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
