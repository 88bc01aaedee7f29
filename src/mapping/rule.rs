//! The default rules: which attributes of a user become which part of a customer.
//!
//! A rule's sources are tried in order; the first text that Shopify accepts wins. Addresses ([`ADDRESSES`]) and tags (module
//! `tags`) are made of several texts and have no row here.

use super::metafield;
use super::text::TEXT_LIMIT_CHARS;

/// Where a rule finds its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A member by its path from the document.
    Member(&'static [&'static str]),
    /// As `Member`, but an unusable text is no mistake and goes unmentioned.
    MemberIfUsable(&'static [&'static str]),
    /// The values of a multi-valued attribute, the preferred one first.
    Elements(Elements),
    /// All but the last word of the full name, for users with neither a given nor a family name.
    FirstOfFullName,
    /// The last word of the full name, for users with neither a given nor a family name.
    LastOfFullName,
    /// The SCIM id.
    ScimId,
    /// `active` or `disabled`.
    Status,
}

/// Values of a multi-valued attribute in the order of preference: the primary one, then by type, then as they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elements {
    /// The attribute.
    pub attribute: &'static str,
    /// The preferred types.
    pub types: &'static [&'static str],
    /// Types that are never taken.
    pub never: &'static [&'static str],
}

/// What a text has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One line, cut at 255 characters.
    Line,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// A language, or a language and a region.
    Locale,
}

/// Where a text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// `firstName`.
    FirstName,
    /// `lastName`.
    LastName,
    /// `email`.
    Email,
    /// `phone`.
    Phone,
    /// `locale`.
    Locale,
    /// The metafield with this key.
    Metafield(&'static str),
}

/// One row: a part of the customer, and what it is made from.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The part of the customer.
    pub target: Target,
    /// The attribute named in warnings.
    pub attribute: &'static str,
    /// Where the text is, by preference.
    pub sources: &'static [Source],
    /// What the text has to be.
    pub form: Form,
}

/// The enterprise user extension, RFC 7643 §4.3.
pub const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// The address: the primary one, else the one at work, else the first.
pub const ADDRESSES: Elements = Elements {
    attribute: "addresses",
    types: &["work"],
    never: &[],
};

const EMAILS: Elements = Elements {
    attribute: "emails",
    types: &["work"],
    never: &[],
};

const PHONES: Elements = Elements {
    attribute: "phoneNumbers",
    types: &["work", "mobile"],
    // Nobody reads text messages there.
    never: &["fax", "pager"],
};

/// Every rule for a part that is one text.
pub const RULES: &[Rule] = &[
    Rule {
        target: Target::Email,
        attribute: "emails",
        // A userName need not be an e-mail address, but with some providers it is the only one.
        sources: &[
            Source::Elements(EMAILS),
            Source::MemberIfUsable(&["userName"]),
        ],
        form: Form::Email,
    },
    Rule {
        target: Target::FirstName,
        attribute: "name.givenName",
        sources: &[
            Source::Member(&["name", "givenName"]),
            Source::FirstOfFullName,
        ],
        form: Form::Line,
    },
    Rule {
        target: Target::LastName,
        attribute: "name.familyName",
        sources: &[
            Source::Member(&["name", "familyName"]),
            Source::LastOfFullName,
        ],
        form: Form::Line,
    },
    Rule {
        target: Target::Phone,
        attribute: "phoneNumbers",
        sources: &[Source::Elements(PHONES)],
        form: Form::Phone,
    },
    Rule {
        target: Target::Locale,
        attribute: "locale",
        // To Shopify the locale is the language it writes to the customer in. RFC 7643 §4.1.1 calls that preferredLanguage.
        sources: &[
            Source::Member(&["preferredLanguage"]),
            Source::Member(&["locale"]),
        ],
        form: Form::Locale,
    },
    metafield(metafield::SCIM_ID, "id", &[Source::ScimId]),
    metafield(
        "scim_user_name",
        "userName",
        &[Source::Member(&["userName"])],
    ),
    metafield("scim_title", "title", &[Source::Member(&["title"])]),
    metafield(
        "scim_user_type",
        "userType",
        &[Source::Member(&["userType"])],
    ),
    metafield(
        "scim_department",
        "department",
        &[Source::Member(&[ENTERPRISE, "department"])],
    ),
    metafield(
        "scim_division",
        "division",
        &[Source::Member(&[ENTERPRISE, "division"])],
    ),
    metafield(
        "scim_organization",
        "organization",
        &[Source::Member(&[ENTERPRISE, "organization"])],
    ),
    metafield(
        "scim_cost_center",
        "costCenter",
        &[Source::Member(&[ENTERPRISE, "costCenter"])],
    ),
    metafield(
        "scim_employee_number",
        "employeeNumber",
        &[Source::Member(&[ENTERPRISE, "employeeNumber"])],
    ),
    metafield(
        "scim_manager",
        "manager",
        &[
            Source::Member(&[ENTERPRISE, "manager", "displayName"]),
            Source::Member(&[ENTERPRISE, "manager", "value"]),
        ],
    ),
    metafield(metafield::STATUS, "active", &[Source::Status]),
];

const fn metafield(key: &'static str, attribute: &'static str, sources: &'static [Source]) -> Rule {
    Rule {
        target: Target::Metafield(key),
        attribute,
        sources,
        form: Form::Line,
    }
}

/// The longest text in a metafield, in characters: Shopify's filters take no longer one.
pub const METAFIELD_LIMIT_CHARS: usize = TEXT_LIMIT_CHARS;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metafield_has_one_rule() {
        let mut ruled: Vec<&str> = RULES
            .iter()
            .filter_map(|rule| match rule.target {
                Target::Metafield(key) => Some(key),
                _ => None,
            })
            .collect();
        let mut ours = metafield::METAFIELD_KEYS.to_vec();
        ruled.sort_unstable();
        ours.sort_unstable();
        assert_eq!(ruled, ours);
    }
}
