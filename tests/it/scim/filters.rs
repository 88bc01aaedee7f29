//! Random filters over random resources: what an index finds is what evaluating every resource finds.

use std::hash::{BuildHasher, Hasher, RandomState};

use serde_json::{Map, Value, json};
use syncup::mock::Plan;
use syncup::scim::filter;
use syncup::scim::schema::{ResourceType, Schemas};

use crate::harness::TestApp;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const USERS: usize = 24;
const GROUPS: usize = 6;
const FILTERS: usize = 150;

/// Words whose cases are odd, and such as are equal in some case only.
const WORDS: [&str; 10] = [
    "ann",
    "ANN",
    "Straße",
    "STRASSE",
    "İpek",
    "ΣΊΣΥΦΟΣ",
    "σίσυφος",
    "\u{212a}im",
    "x and (y)",
    "q\\\"z",
];

/// Dice: the same seed throws the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((bits ^ (bits >> 31)) >> 33).unwrap() % end
    }

    fn one_of<'v, T>(&mut self, values: &'v [T]) -> &'v T {
        &values[self.below(values.len())]
    }

    fn recased(&mut self, text: &str) -> String {
        match self.below(3) {
            0 => text.to_uppercase(),
            1 => text.to_lowercase(),
            _ => text.to_owned(),
        }
    }
}

/// A word as JSON text reads it.
fn word(dice: &mut Dice) -> String {
    dice.one_of(&WORDS).replace("\\\"", "\"")
}

fn user(dice: &mut Dice, number: usize) -> Value {
    let email = |dice: &mut Dice| {
        let kind = *dice.one_of(&["work", "home", "other"]);
        json!({"value": format!("{}@example.com", word(dice)), "type": kind})
    };
    let emails: Vec<Value> = (0..dice.below(3)).map(|_| email(dice)).collect();
    let mut user = json!({"userName": format!("{} {number}", word(dice)), "emails": emails, "active": dice.below(2) == 0});
    for name in ["externalId", "displayName", "title"] {
        if dice.below(2) == 0 {
            user[name] = word(dice).into();
        }
    }
    if dice.below(3) == 0 {
        user[ENTERPRISE] = json!({"department": word(dice)});
    }
    user
}

/// Every text in a resource that a filter could be about.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| texts(value, found)),
        Value::Object(members) => members.values().for_each(|value| texts(value, found)),
        _ => {}
    }
}

/// A comparison of an attribute, an indexed one more often than not, with something that is there or not.
fn comparison(dice: &mut Dice, resource_type: ResourceType, present: &[String]) -> String {
    let attributes: &[&str] = match resource_type {
        ResourceType::User => &[
            "id",
            "userName",
            "externalId",
            "emails",
            "emails.value",
            "groups",
            "groups.value",
            "displayName",
            "title",
            "meta.location",
            "department",
            "urn:ietf:params:scim:schemas:core:2.0:User:userName",
            "emails.type",
        ],
        ResourceType::Group => &[
            "id",
            "displayName",
            "externalId",
            "members",
            "members.value",
            "meta.location",
        ],
    };
    let name = *dice.one_of(attributes);
    let name = dice.recased(name);
    let value = match dice.below(4) {
        0 => word(dice),
        _ => dice.one_of(present).clone(),
    };
    let value = json!(dice.recased(&value));
    let operator = *dice.one_of(&["eq", "eq", "eq", "Eq", "ne", "co", "sw", "ge"]);
    match (resource_type, dice.below(8)) {
        (_, 0) => format!("{name} pr"),
        (ResourceType::User, 1) => format!("emails[type eq \"work\" and value {operator} {value}]"),
        (ResourceType::User, 2) => format!("emails[type ne \"home\"].value {operator} {value}"),
        (ResourceType::Group, 1) => format!("members[value {operator} {value}]"),
        _ => format!("{name} {operator} {value}"),
    }
}

fn random_filter(
    dice: &mut Dice,
    resource_type: ResourceType,
    present: &[String],
    depth: usize,
) -> String {
    if depth == 0 || dice.below(3) == 0 {
        return comparison(dice, resource_type, present);
    }
    let mut inner = || random_filter(dice, resource_type, present, depth - 1);
    let (left, right) = (inner(), inner());
    match dice.below(5) {
        0 => format!("not ({left})"),
        1 => format!("({left}) or ({right})"),
        _ => format!("({left}) and ({right})"),
    }
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn ids<'v>(resources: impl Iterator<Item = &'v Value>) -> Vec<&'v str> {
    resources
        .map(|resource| resource["id"].as_str().unwrap())
        .collect()
}

async fn all(app: &TestApp, endpoint: &str) -> Vec<Value> {
    let list = app.scim.get(&format!("{endpoint}?count=200")).await.json();
    list["Resources"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_index_finds_what_evaluating_every_resource_finds() {
    let seed = std::env::var("SYNCUP_SEED").ok().map_or_else(
        || RandomState::new().build_hasher().finish(),
        |seed| seed.parse().unwrap(),
    );
    let again = format!("again with SYNCUP_SEED={seed}");
    let mut dice = Dice(seed);
    let app = TestApp::with(Plan::Standard, |settings| settings.shopify_push = false).await;
    let mut users = Vec::new();
    for number in 0..USERS {
        let created = app.scim.post("/Users", &user(&mut dice, number)).await;
        assert_eq!(created.status, 201, "{again}: {}", created.text);
        users.push(created.id());
    }
    for number in 0..GROUPS {
        let members: Vec<Value> = (0..dice.below(5))
            .map(|_| json!({"value": dice.one_of(&users)}))
            .collect();
        let group = json!({"displayName": format!("{} {number}", word(&mut dice)), "externalId": word(&mut dice), "members": members});
        assert_eq!(
            app.scim.post("/Groups", &group).await.status,
            201,
            "{again}"
        );
    }
    for resource_type in ResourceType::ALL {
        let endpoint = resource_type.endpoint();
        let resources = all(&app, endpoint).await;
        let mut present = Vec::new();
        resources
            .iter()
            .for_each(|resource| texts(resource, &mut present));
        let mut served = 0;
        for _ in 0..FILTERS {
            let text = random_filter(&mut dice, resource_type, &present, 2);
            let bound = filter::parse(&text)
                .unwrap()
                .bind(&Schemas::standard(), resource_type)
                .unwrap();
            served += usize::from(bound.index_terms().is_some());
            let fits =
                |resource: &&Value| bound.matches(resource.as_object().unwrap_or(&Map::new()));
            let answer = app
                .scim
                .get(&format!("{endpoint}?count=200&filter={}", escaped(&text)))
                .await;
            let list = answer.json();
            let found = ids(list["Resources"].as_array().into_iter().flatten());
            assert_eq!(answer.status, 200, "B21: {text}: {}, {again}", answer.text);
            assert_eq!(
                found,
                ids(resources.iter().filter(fits)),
                "R11: {text}, {again}"
            );
            assert_eq!(list["totalResults"], found.len(), "C5: {text}, {again}");
        }
        assert!(
            served > FILTERS / 10,
            "few of the filters have an index: {again}"
        );
    }
}
