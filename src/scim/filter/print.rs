//! Writes a filter as RFC 7644's figure 1 has it, with no parenthesis too many.

use std::fmt;

use super::Filter;

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(filters) => join(f, filters, " and "),
            Self::Any(filters) => join(f, filters, " or "),
            Self::Not(filter) => write!(f, "not ({filter})"),
            Self::ValuePath { attribute, filter } => write!(f, "{attribute}[{filter}]"),
            Self::Present(attribute) => write!(f, "{attribute} pr"),
            Self::Compare {
                attribute,
                operator,
                literal,
            } => {
                write!(f, "{attribute} {} {literal}", operator.as_str())
            }
        }
    }
}

impl Filter {
    /// How deep parentheses and brackets nest in the print.
    pub(super) fn depth(&self) -> usize {
        match self {
            Self::All(filters) => deepest(filters, |filter| {
                usize::from(matches!(filter, Self::Any(_) | Self::All(_)))
            }),
            Self::Any(filters) => deepest(filters, |_| 0),
            Self::Not(filter) | Self::ValuePath { filter, .. } => 1 + filter.depth(),
            Self::Present(_) | Self::Compare { .. } => 0,
        }
    }
}

fn deepest(filters: &[Filter], parentheses: fn(&Filter) -> usize) -> usize {
    filters
        .iter()
        .map(|filter| parentheses(filter) + filter.depth())
        .max()
        .unwrap_or_default()
}

fn join(f: &mut fmt::Formatter<'_>, filters: &[Filter], keyword: &str) -> fmt::Result {
    for (index, filter) in filters.iter().enumerate() {
        if index > 0 {
            f.write_str(keyword)?;
        }
        // A disjunction inside a conjunction needs parentheses: `and` binds tighter.
        match filter {
            Filter::Any(_) | Filter::All(_) if keyword == " and " => write!(f, "({filter})")?,
            _ => fmt::Display::fmt(filter, f)?,
        }
    }
    Ok(())
}
