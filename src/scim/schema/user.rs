//! The core `User` (RFC 7643 §4.1, §8.7.1) and the common attributes (RFC 7643 §3.1).

use std::sync::Arc;

use super::attribute::{
    AttributeDef, Mutability, Returned, binary, boolean, complex, date_time, reference, string,
};
use super::{ResourceType, Schema, USER_URN};

/// The attributes of every resource.
pub(super) fn common() -> Vec<Arc<AttributeDef>> {
    [
        reference("schemas", &["uri"], "The URNs of the schemas in use.")
            .list()
            .required()
            .returned(Returned::Always),
        string("id", "The service's identifier of the resource.")
            .case_exact()
            .read_only()
            .unique()
            .returned(Returned::Always),
        string("externalId", "The client's identifier of the resource.").case_exact(),
        complex(
            "meta",
            "Facts about the resource itself.",
            [
                string("resourceType", "The name of the resource type.").case_exact(),
                date_time("created", "When the resource was made."),
                date_time("lastModified", "When the resource last changed."),
                reference("location", &["uri"], "The resource's URL."),
                string("version", "The resource's entity tag.").case_exact(),
            ],
        )
        .read_only(),
    ]
    .map(Arc::new)
    .into()
}

/// The core schema of users.
pub(super) fn schema() -> Schema {
    let mut attributes = identity();
    attributes.extend(contact());
    attributes.extend(standing());
    Schema {
        id: USER_URN.to_owned(),
        name: "User".to_owned(),
        description: "User account".to_owned(),
        resource_type: ResourceType::User,
        is_core: true,
        attributes: attributes.into_iter().map(Arc::new).collect(),
    }
}

/// RFC 7643 §4.1.1: the singular attributes.
fn identity() -> Vec<AttributeDef> {
    vec![
        string(
            "userName",
            "The name the user signs in with, unique within the shop in any case.",
        )
        .required()
        .unique(),
        complex(
            "name",
            "The parts of the user's name.",
            [
                string("formatted", "The whole name, ready for display."),
                string("familyName", "The last name."),
                string("givenName", "The first name."),
                string("middleName", "The middle name or names."),
                string("honorificPrefix", "The title, as \"Ms.\""),
                string("honorificSuffix", "The suffix, as \"III\""),
            ],
        ),
        string("displayName", "The name shown to others."),
        string("nickName", "The casual name."),
        reference(
            "profileUrl",
            &["external"],
            "The URL of the user's online profile.",
        ),
        string("title", "The job title, as \"Vice President\"."),
        string(
            "userType",
            "The relation to the organization, as \"Contractor\".",
        ),
        string(
            "preferredLanguage",
            "The preferred languages, as in an Accept-Language header.",
        ),
        string(
            "locale",
            "The locale for dates, numbers and currency, as \"en-US\".",
        ),
        string("timezone", "The time zone, as \"America/Los_Angeles\"."),
        boolean("active", "False disables the user."),
        string(
            "password",
            "Accepted and dropped: this service keeps no passwords.",
        )
        .case_exact()
        .mutable(Mutability::WriteOnly)
        .returned(Returned::Never),
    ]
}

/// RFC 7643 §4.1.2: the multi-valued attributes that say how to reach the user.
fn contact() -> Vec<AttributeDef> {
    vec![
        plural(
            "emails",
            "E-mail addresses.",
            string("value", "The e-mail address."),
            &["work", "home", "other"],
        ),
        plural(
            "phoneNumbers",
            "Phone numbers.",
            string("value", "The phone number."),
            &["work", "home", "mobile", "fax", "pager", "other"],
        ),
        plural(
            "ims",
            "Instant messaging addresses.",
            string("value", "The address."),
            &["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"],
        ),
        plural(
            "photos",
            "Pictures of the user.",
            reference("value", &["external"], "The URL of the picture."),
            &["photo", "thumbnail"],
        ),
        complex(
            "addresses",
            "Postal addresses.",
            [
                string("formatted", "The whole address, ready for display."),
                string("streetAddress", "Street, house number, box."),
                string("locality", "The city."),
                string("region", "The state or region."),
                string("postalCode", "The postal code."),
                string("country", "The country."),
                string("type", "What the address is for.").one_of(&["work", "home", "other"]),
                boolean("primary", "True for the preferred one, at most once."),
            ],
        )
        .list(),
    ]
}

/// RFC 7643 §4.1.2: the multi-valued attributes that say what the user may do.
fn standing() -> Vec<AttributeDef> {
    vec![
        complex(
            "groups",
            "The groups the user belongs to; changed at the group.",
            [
                string("value", "The id of the group.").case_exact(),
                reference("$ref", &["Group"], "The URL of the group."),
                string("display", "The group's displayName."),
                string("type", "Always \"direct\".").one_of(&["direct", "indirect"]),
            ],
        )
        .list()
        .read_only(),
        plural(
            "entitlements",
            "Things the user may have.",
            string("value", "The entitlement."),
            &[],
        ),
        plural(
            "roles",
            "Who the user is to the organization.",
            string("value", "The role."),
            &[],
        ),
        plural(
            "x509Certificates",
            "Certificates, each base64 DER.",
            binary("value", "The certificate."),
            &[],
        ),
    ]
}

/// A multi-valued attribute with RFC 7643 §2.4's sub-attributes.
fn plural(name: &str, description: &str, value: AttributeDef, types: &[&str]) -> AttributeDef {
    complex(
        name,
        description,
        [
            value,
            string("display", "A name for display."),
            string("type", "What the value is for.").one_of(types),
            boolean("primary", "True for the preferred one, at most once."),
        ],
    )
    .list()
}
