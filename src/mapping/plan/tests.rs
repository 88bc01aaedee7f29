//! Plans, by example and by property.

use proptest::collection::{btree_map, btree_set};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::super::metafield::METAFIELD_TYPES;
use super::*;

fn customer() -> Customer {
    Customer {
        first_name: Some("Ada".to_owned()),
        email: Some("ada@shop.example".to_owned()),
        metafields: [("scim_id", "1"), ("scim_title", "Countess")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        tags: texts(&["group:Staff"]),
        ..Customer::default()
    }
}

fn texts(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn changed(change: impl FnOnce(&mut Customer)) -> Customer {
    let mut desired = customer();
    change(&mut desired);
    desired
}

fn changes(desired: &Customer, observed: &Customer) -> Changes {
    match plan(desired, Some(observed)) {
        Plan::Update(changes) => changes,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_change_costs_ten_points_for_each_mutation() {
    let check = |change: fn(&mut Customer), names: &[&str], update: bool, points: u32| {
        let changes = changes(&changed(change), &customer());
        assert_eq!(changes.changed_names(), names);
        assert_eq!(changes.updates_customer(), update, "{names:?}");
        assert_eq!(changes.points(), points, "{names:?}");
    };
    check(|c| c.first_name = None, &["firstName"], true, 10);
    check(
        |c| {
            c.locale = Some("de".to_owned());
            c.address = Some(Address::default());
            c.metafields
                .insert("scim_title".to_owned(), "Dr".to_owned());
        },
        &["locale", "address", "scim_title"],
        true,
        10,
    );
    check(
        |c| {
            c.metafields.remove("scim_title");
        },
        &["scim_title"],
        false,
        10,
    );
    check(|c| c.tags.clear(), &["tags"], false, 10);
    check(|c| c.tags = texts(&["group:VIP"]), &["tags"], false, 20);
    check(
        |c| *c = Customer::default(),
        &["firstName", "email", "scim_id", "scim_title", "tags"],
        true,
        30,
    );
}

#[test]
fn without_a_customer_one_is_created() {
    let plan = plan(&customer(), None);
    assert_eq!(plan.points(), 10);
    assert!(plan == Plan::Create(customer()));
}

#[test]
fn a_field_that_goes_is_cleared() {
    let changes = changes(&changed(|c| c.first_name = None), &customer());
    assert!(changes.first_name == Field::Clear && changes.email.is_leave());
}

#[test]
fn tags_are_compared_without_regard_to_case() {
    let desired = changed(|c| c.tags = texts(&["group:STAFF", "group:ÄRZTE"]));
    let observed = changed(|c| c.tags = texts(&["Group:Staff", "group:ärzte"]));
    assert!(plan(&desired, Some(&observed)) == Plan::Nothing);
    let changes = changes(&changed(|c| c.tags.clear()), &observed);
    assert_eq!(changes.remove_tags, observed.tags);
}

#[test]
fn tags_and_metafields_of_others_are_left_alone() {
    let observed = changed(|c| {
        c.tags.extend(texts(&["vip", "scim:disabled"]));
        c.metafields.insert("loyalty".to_owned(), "gold".to_owned());
    });
    let changes = changes(&customer(), &observed);
    assert_eq!(changes.remove_tags, texts(&["scim:disabled"]));
    assert!(changes.delete_metafields.is_empty());
}

#[test]
fn debug_shows_no_values() {
    let text = format!("{:?}", plan(&customer(), Some(&Customer::default())));
    assert!(text.contains("email") && !text.contains("ada"), "{text}");
    assert!(
        !text.contains("Countess") && !text.contains("Staff"),
        "{text}"
    );
}

fn any_text() -> impl Strategy<Value = Option<String>> {
    option::of(select(vec!["a", "b", "A"]).prop_map(str::to_owned))
}

fn any_address() -> impl Strategy<Value = Address> {
    (any_text(), any_text()).prop_map(|(city, zip)| Address {
        city,
        zip,
        ..Address::default()
    })
}

prop_compose! {
    fn any_tags()(tags in btree_set("(group:[abAB]{1,2}|scim:disabled)", 0..5)) -> BTreeSet<String> {
        // As Shopify keeps them: one spelling of each.
        let by_fold: BTreeMap<_, _> = tags.into_iter().map(|tag| (tag.to_lowercase(), tag)).collect();
        by_fold.into_values().collect()
    }
}

prop_compose! {
    fn any_customer()(
        texts in [any_text(), any_text(), any_text(), any_text(), any_text()],
        address in option::of(any_address()),
        metafields in btree_map(
            select(METAFIELD_TYPES).prop_map(|(key, _)| key.to_owned()),
            select(vec!["1", "2"]).prop_map(str::to_owned),
            0..6,
        ),
        tags in any_tags(),
    ) -> Customer {
        let [first_name, last_name, email, phone, locale] = texts;
        Customer { first_name, last_name, email, phone, locale, address, metafields, tags }
    }
}

/// The customer as Shopify compares it.
fn compared(customer: Customer) -> Customer {
    Customer {
        tags: folded(&customer.tags),
        ..customer
    }
}

proptest! {
    #[test]
    fn a_customer_that_is_as_desired_needs_nothing(desired in any_customer()) {
        prop_assert!(plan(&desired, Some(&desired)) == Plan::Nothing);
    }

    #[test]
    fn a_created_customer_needs_nothing(desired in any_customer()) {
        let Plan::Create(created) = plan(&desired, None) else {
            return Err(TestCaseError::fail("no customer is created"));
        };
        prop_assert!(plan(&desired, Some(&created)) == Plan::Nothing);
    }

    #[test]
    fn a_carried_out_plan_gives_the_desired_customer(desired in any_customer(), observed in any_customer()) {
        let mut customer = observed.clone();
        match plan(&desired, Some(&observed)) {
            Plan::Update(changes) => {
                prop_assert!(changes.points() > 0 && !changes.changed_names().is_empty());
                changes.apply_to(&mut customer);
            }
            other => prop_assert!(other == Plan::Nothing),
        }
        prop_assert!(plan(&desired, Some(&customer)) == Plan::Nothing);
        prop_assert!(compared(customer) == compared(desired));
    }

    #[test]
    fn only_our_tags_are_added_and_removed(
        mut desired in any_customer(),
        mut observed in any_customer(),
        others in [btree_set("[a-z:]{1,8}", 0..3), btree_set("[a-z:]{1,8}", 0..3)],
    ) {
        let [more, fewer] = others;
        desired.tags.extend(more);
        observed.tags.extend(fewer);
        if let Plan::Update(changes) = plan(&desired, Some(&observed)) {
            prop_assert!(changes.add_tags.iter().all(|tag| Customer::is_ours(tag)));
            prop_assert!(changes.remove_tags.iter().all(|tag| Customer::is_ours(tag)));
        }
    }
}

#[test]
fn what_a_buyer_filled_in_is_not_cleared() {
    let observed = changed(|c| {
        c.locale = Some("en".to_owned());
        c.address = Some(Address::default());
    });
    let written = customer();
    assert!(plan(&written, Some(&observed.clone().owned(&written))) == Plan::Nothing);
    // What was written and is gone from the user is cleared.
    let changes = changes(&customer(), &observed.clone().owned(&observed));
    assert_eq!(changes.changed_names(), ["locale", "address"]);
}
