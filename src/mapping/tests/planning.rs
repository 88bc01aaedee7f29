//! What a plan does to a shop, for single cases and for any history of a user.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::shop::Shop;
use super::{countess, mapped, object};
use crate::base::id::CustomerGid;
use crate::mapping::{Applied, Desired, Plan};
use crate::shopify::model::Address;
use crate::shopify::{UserError, UserErrorKind};

const MERCHANTS_TAGS: [&str; 2] = ["VIP", "wholesale"];

fn merchants_address() -> Address {
    Address {
        city: Some("Merchantville".into()),
        ..Address::default()
    }
}

fn merchants_customer() -> Shop {
    Shop::with_customer(&MERCHANTS_TAGS, "Gussie", merchants_address())
}

fn id() -> CustomerGid {
    "gid://shopify/Customer/1".parse().unwrap()
}

fn plan(desired: &Desired, applied: Option<&Applied>) -> Plan {
    let id = id();
    crate::mapping::plan(desired, applied.map(|applied| (&id, applied)))
}

/// Plans, carries out, and returns the new state.
fn converge(shop: &mut Shop, desired: &Desired, applied: Option<Applied>) -> Option<Applied> {
    match shop.run(&plan(desired, applied.as_ref())) {
        Some(written) => Some(Applied::of(desired, &written, applied.as_ref())),
        None => applied,
    }
}

fn points(plan: &Plan) -> f64 {
    plan.request().map_or(0.0, |request| request.points)
}

fn created(desired: &Desired) -> (Shop, Applied) {
    let mut shop = Shop::default();
    let applied = converge(&mut shop, desired, None).unwrap();
    (shop, applied)
}

fn refusal(field: &str, message: &str) -> UserError {
    UserError::new(Some(vec![field.to_owned()]), message.to_owned(), None)
}

#[test]
fn a_plan_costs_ten_points_for_each_mutation() {
    let desired = mapped(&countess(), &["Sales"], false);
    let (_, applied) = created(&desired);
    let other = mapped(
        &object(json!({"userName": "ada@example.org"})),
        &["HR"],
        false,
    );
    assert_eq!(points(&plan(&desired, None)), 10.0);
    assert_eq!(points(&plan(&desired, Some(&applied))), 0.0);
    // Names and phone, the address, gone metafields, a new tag, a gone tag.
    assert_eq!(points(&plan(&other, Some(&applied))), 50.0);
}

#[test]
fn the_request_of_a_plan_is_what_the_client_would_send() {
    let desired = mapped(&countess(), &["Sales"], false);
    let request = plan(&desired, None).request().unwrap();
    assert_eq!(request.operation, "CustomerCreate");
    assert_eq!(request.variables["input"]["email"], "ada@example.org");
    assert!(Plan::Nothing.request().is_none());
}

#[test]
fn adoption_takes_nothing_from_the_merchant() {
    let mut shop = merchants_customer();
    let user = object(json!({"userName": "ada@example.org", "name": {"familyName": "Lovelace"}}));
    let desired = mapped(&user, &["Sales"], false);
    let seen = Applied::from_observed(shop.customer.as_ref().unwrap(), None, &desired);
    converge(&mut shop, &desired, Some(seen));
    let customer = shop.customer.unwrap();
    assert_eq!(customer.first_name.as_deref(), Some("Gussie"));
    assert_eq!(customer.last_name.as_deref(), Some("Lovelace"));
    assert_eq!(customer.email.as_deref(), Some("ada@example.org"));
    assert!(
        MERCHANTS_TAGS
            .iter()
            .all(|tag| customer.tags.contains(*tag))
    );
    assert!(
        shop.addresses
            .iter()
            .any(|it| it.address == merchants_address())
    );
}

#[test]
fn a_user_that_lost_its_email_keeps_the_customers() {
    let (mut shop, applied) = created(&mapped(&countess(), &[], false));
    let desired = mapped(&object(json!({"userName": "ada"})), &[], false);
    converge(&mut shop, &desired, Some(applied));
    assert_eq!(
        shop.customer.unwrap().email.as_deref(),
        Some("ada@example.org")
    );
}

#[test]
fn a_renamed_group_that_differs_in_case_only_changes_nothing() {
    let (_, applied) = created(&mapped(&countess(), &["sales"], false));
    let desired = mapped(&countess(), &["Sales"], false);
    assert!(plan(&desired, Some(&applied)) == Plan::Nothing);
}

#[test]
fn a_refused_phone_is_not_sent_again_until_it_changes() {
    let desired = mapped(&countess(), &[], false);
    let errors = [refusal("phone", "Phone has already been taken")];
    let without = desired.without_refused(&errors).unwrap();
    let (_, applied) = created(&without);
    assert!(plan(&desired, Some(&applied)) == Plan::Nothing);
    assert_eq!(desired.heeding(&applied.refused).warnings.len(), 1);

    let mut user = countess();
    user.insert("phoneNumbers".into(), json!([{"value": "613 450 5294"}]));
    let changed = mapped(&user, &[], false);
    assert!(plan(&changed, Some(&applied)) != Plan::Nothing);
}

#[test]
fn a_refusal_is_remembered_when_nothing_else_is_left_to_write() {
    let mut user = countess();
    user.remove("phoneNumbers");
    let (_, mut applied) = created(&mapped(&user, &[], false));
    let desired = mapped(&countess(), &[], false);
    let errors = [refusal("phone", "Phone has already been taken")];
    let without = desired.without_refused(&errors).unwrap();
    assert!(plan(&without, Some(&applied)) == Plan::Nothing);
    applied.note_refused(&without);
    assert!(plan(&desired, Some(&applied)) == Plan::Nothing);
}

#[test]
fn an_address_that_is_gone_is_made_anew() {
    let desired = mapped(&countess(), &[], false);
    let (mut shop, mut applied) = created(&desired);
    shop.addresses.clear();
    applied.forget_address();
    converge(&mut shop, &desired, Some(applied));
    assert_eq!(shop.addresses.len(), 1);
}

#[test]
fn only_what_is_dispensable_is_given_up() {
    let desired = mapped(&countess(), &[], false);
    let check = |field: &str, message: &str, gives_up: bool| {
        let without = desired.without_refused(&[refusal(field, message)]);
        assert_eq!(without.is_some(), gives_up, "{field}");
    };
    check("phone", "Phone is invalid", true);
    check("locale", "Locale is invalid", true);
    check("address", "City cannot contain URL", true);
    check("email", "Email has already been taken", false);
    let gone = refusal("id", "Customer does not exist");
    assert_eq!(gone.kind, UserErrorKind::CustomerGone);
    assert!(desired.without_refused(&[gone]).is_none());
}

#[test]
fn nulls_of_a_customer_that_shopify_hides_change_nothing() {
    let desired = mapped(&countess(), &["Sales"], false);
    let (shop, applied) = created(&desired);
    let mut customer = shop.customer.unwrap();
    customer.email = None;
    customer.phone = None;
    customer.first_name = None;
    customer.last_name = None;
    customer.address = None;
    let seen = Applied::from_observed(&customer, Some(&applied), &desired);
    assert!(plan(&desired, Some(&seen)) == Plan::Nothing);
}

#[test]
fn what_a_merchant_changed_of_ours_is_repaired() {
    let desired = mapped(&countess(), &["Sales"], false);
    let (mut shop, applied) = created(&desired);
    let customer = shop.customer.as_mut().unwrap();
    customer.first_name = Some("Gussie".into());
    customer.tags = ["VIP".to_owned(), "group:Looms".to_owned()].into();
    customer.metafields.remove("scim_title");
    let seen = Applied::from_observed(customer, Some(&applied), &desired);
    converge(&mut shop, &desired, Some(seen));
    let customer = shop.customer.unwrap();
    assert_eq!(customer.first_name.as_deref(), Some("Ada"));
    assert_eq!(
        customer.tags,
        ["VIP".to_owned(), "group:Sales".to_owned()].into()
    );
    assert!(customer.metafields.contains_key("scim_title"));
}

fn pick(choices: &[Value]) -> impl Strategy<Value = Option<Value>> + use<> {
    prop::option::of(prop::sample::select(choices.to_vec()))
}

/// Any version of a user with an e-mail address.
fn any_user() -> impl Strategy<Value = Map<String, Value>> {
    let emails = [
        json!([{"value": "ada@example.org"}]),
        json!([{"value": "ADA@b.example"}]),
    ];
    let names = [
        json!({"givenName": "Ada"}),
        json!({"familyName": "King"}),
        json!({"formatted": "Ada King"}),
    ];
    let phones = [
        json!([{"value": "613 450 5293"}]),
        json!([{"value": "none"}]),
    ];
    let addresses = [
        json!([{"locality": "London", "country": "GB"}]),
        json!([{"locality": "LONDON", "country": "GB"}]),
        json!([{"locality": "Paris", "country": "FR"}]),
        json!([{"locality": "Merchantville"}]),
    ];
    let departments = [
        json!({"department": "Engines"}),
        json!({"department": "Looms"}),
    ];
    let members = (
        prop::sample::select(emails.to_vec()),
        pick(&names),
        pick(&phones),
        pick(&addresses),
        pick(&departments),
        pick(&[json!("en"), json!("fr-FR")]),
        pick(&[json!(true), json!(false)]),
    );
    members.prop_map(
        |(emails, name, phones, addresses, enterprise, language, active)| {
            let mut user = object(json!({"userName": "ada", "emails": emails}));
            let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
            let optional = [
                ("name", name),
                ("phoneNumbers", phones),
                ("addresses", addresses),
                (urn, enterprise),
                ("preferredLanguage", language),
                ("active", active),
            ];
            for (member, value) in optional {
                user.extend(value.map(|value| (member.to_owned(), value)));
            }
            user
        },
    )
}

fn any_desired() -> impl Strategy<Value = Desired> {
    let groups = prop::sample::subsequence(vec!["Sales", "sales", "HR", "Ops, EU"], 0..=4);
    (any_user(), groups, any::<bool>())
        .prop_map(move |(user, groups, deleted)| mapped(&user, &groups, deleted))
}

/// The customer is what was desired, and the merchant's part is untouched.
fn assert_equal(shop: &Shop, desired: &Desired, is_adopted: bool) {
    let customer = shop.customer.as_ref().unwrap();
    let want = &desired.customer;
    let merchants_name = Some("Gussie".to_owned()).filter(|_| is_adopted);
    assert_eq!(customer.email, want.email);
    assert!(customer.first_name == want.first_name || customer.first_name == merchants_name);
    assert_eq!(customer.last_name, want.last_name);
    assert_eq!(customer.phone, want.phone);
    assert_eq!(customer.metafields, want.metafields);
    let folded = |tags: Vec<String>| {
        let mut tags: Vec<_> = tags.iter().map(|tag| tag.to_lowercase()).collect();
        tags.sort();
        tags
    };
    let mut tags: Vec<_> = want.tags.iter().cloned().collect();
    if is_adopted {
        tags.extend(MERCHANTS_TAGS.map(str::to_owned));
        assert!(
            shop.addresses
                .iter()
                .any(|it| it.address == merchants_address())
        );
    }
    assert_eq!(
        folded(customer.tags.iter().cloned().collect()),
        folded(tags)
    );
    if let Some(address) = &want.address {
        assert!(shop.addresses.iter().any(|it| it.address.is_like(address)));
    }
    let ours = shop.addresses.len() - usize::from(is_adopted);
    assert!(ours <= usize::from(want.address.is_some()));
}

proptest! {
    #[test]
    fn any_history_of_a_user_ends_in_the_desired_customer_and_then_sends_nothing(
        history in prop::collection::vec(any_desired(), 1..6),
        is_adopted in any::<bool>(),
    ) {
        let (mut shop, mut applied) = (Shop::default(), None);
        if is_adopted {
            shop = merchants_customer();
            let seen = shop.customer.as_ref().unwrap();
            applied = history.first().map(|desired| Applied::from_observed(seen, None, desired));
        }
        for desired in &history {
            applied = converge(&mut shop, desired, applied);
            assert_equal(&shop, desired, is_adopted);

            let written = applied.as_ref().unwrap();
            prop_assert!(plan(desired, Some(written)) == Plan::Nothing);
            let stored = written.text().unwrap();
            prop_assert!(Applied::read(&stored).as_ref() == Some(written));
            let seen = Applied::from_observed(shop.customer.as_ref().unwrap(), applied.as_ref(), desired);
            prop_assert!(plan(desired, Some(&seen)) == Plan::Nothing);
        }
    }
}

#[test]
fn a_creation_that_was_never_answered_needs_nothing_more_and_owns_its_address() {
    let desired = mapped(&countess(), &["Sales"], false);
    let (mut shop, _) = created(&desired);
    let seen = Applied::from_observed(shop.customer.as_ref().unwrap(), None, &desired);
    assert!(plan(&desired, Some(&seen)) == Plan::Nothing);

    let mut moved = countess();
    moved.insert(
        "addresses".into(),
        json!([{"locality": "Paris", "country": "FR"}]),
    );
    converge(&mut shop, &mapped(&moved, &["Sales"], false), Some(seen));
    assert_eq!(shop.addresses.len(), 1);
}

#[test]
fn the_customer_of_a_user_who_is_gone_keeps_all_but_the_marks() {
    let (mut shop, applied) = created(&mapped(&countess(), &["Sales"], false));
    let erased = mapped(&Map::new(), &[], true);
    converge(&mut shop, &erased.leaving(&applied), Some(applied));
    let customer = shop.customer.unwrap();
    assert_eq!(customer.tags, ["scim:disabled".to_owned()].into());
    assert_eq!(customer.metafields["scim_status"], "disabled");
    assert_eq!(customer.metafields["scim_title"], "Countess of Lovelace");
    assert_eq!(customer.email.as_deref(), Some("ada@example.org"));
    assert_eq!(shop.addresses.len(), 1);
}
