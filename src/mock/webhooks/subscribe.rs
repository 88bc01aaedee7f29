//! `webhookSubscriptionCreate`, `…Update`, `…Delete`, and the queries of subscriptions.

use serde_json::{Map, Value};

use super::Topic;
use super::subscription::{Subscription, check};
use crate::mock::call::Call;
use crate::mock::graphql::coded::CodedError;
use crate::mock::graphql::resolved::Resolved;
use crate::mock::input;
use crate::mock::moment::datetime;
use crate::mock::user_error::{UserError, payload};

type Answer = Result<Resolved, CodedError>;

/// `webhookSubscriptionCreate`.
pub fn create(call: &mut Call<'_>, arguments: &Map<String, Value>) -> Answer {
    let topic = input::text(arguments, "topic").unwrap_or_default();
    let webhooks = &mut call.shop.webhooks;
    let made = Subscription {
        number: webhooks.next_subscription(),
        topic: Topic::of_value(topic),
        uri: String::new(),
        name: None,
        include_fields: Vec::new(),
        is_made_by_api: true,
        created_at_ms: call.now_ms,
        updated_at_ms: call.now_ms,
    };
    let checked = changed(made, arguments).and_then(|it| check(webhooks, &it).map(|()| it));
    let result = checked.map(|subscription| {
        let shown = resolved(&subscription);
        webhooks.subscriptions.push(subscription);
        shown
    });
    Ok(answer(result))
}

/// `webhookSubscriptionUpdate`.
pub fn update(call: &mut Call<'_>, arguments: &Map<String, Value>) -> Answer {
    let Some(known) = find(call, arguments).cloned() else {
        return Ok(answer(Err(missing())));
    };
    let webhooks = &mut call.shop.webhooks;
    let checked = changed(known, arguments).and_then(|it| check(webhooks, &it).map(|()| it));
    let result = checked.map(|mut subscription| {
        subscription.updated_at_ms = call.now_ms;
        let shown = resolved(&subscription);
        let mut all = webhooks.subscriptions.iter_mut();
        if let Some(known) = all.find(|it| it.number == subscription.number) {
            *known = subscription;
        }
        shown
    });
    Ok(answer(result))
}

fn answer(result: Result<Resolved, UserError>) -> Resolved {
    payload("webhookSubscription", result.map_err(|error| vec![error]))
}

fn missing() -> UserError {
    UserError::text(&["id"], "Webhook subscription does not exist", None)
}

/// The subscription with what the input says.
fn changed(
    mut subscription: Subscription,
    arguments: &Map<String, Value>,
) -> Result<Subscription, UserError> {
    let empty = Map::new();
    let input = input::object(arguments, "webhookSubscription").unwrap_or(&empty);
    if input::text(input, "format") == Some("XML") {
        let message = "Format 'xml' is invalid for this webhook topic. Allowed formats: json";
        let field = ["webhookSubscription", "format"];
        return Err(UserError::text(&field, message, None));
    }
    let uri = input::text(input, "uri").or_else(|| input::text(input, "callbackUrl"));
    if let Some(uri) = uri {
        uri.clone_into(&mut subscription.uri);
    }
    if let Some(name) = input::text(input, "name") {
        subscription.name = Some(name.to_owned());
    }
    if let Some(fields) = input::texts(input, "includeFields") {
        subscription.include_fields = fields.into_iter().map(str::to_owned).collect();
    }
    Ok(subscription)
}

/// `webhookSubscriptionDelete`.
pub fn delete(call: &mut Call<'_>, arguments: &Map<String, Value>) -> Answer {
    let found = find(call, arguments).map(|it| (it.number, it.gid()));
    let result = found.ok_or_else(|| vec![missing()]);
    let result = result.map(|(number, gid)| {
        let subscriptions = &mut call.shop.webhooks.subscriptions;
        subscriptions.retain(|it| it.number != number);
        Resolved::leaf(gid)
    });
    Ok(payload("deletedWebhookSubscriptionId", result))
}

/// Those of an app's configuration are not seen through the API.
fn find<'c>(call: &'c Call<'_>, arguments: &Map<String, Value>) -> Option<&'c Subscription> {
    let gid = input::text(arguments, "id")?;
    made_by_api(call).find(|subscription| subscription.gid() == gid)
}

/// `node` of a subscription.
pub fn by_gid(call: &Call<'_>, gid: &str) -> Resolved {
    let found = made_by_api(call).find(|subscription| subscription.gid() == gid);
    found.map_or(Resolved::NULL, resolved)
}

fn made_by_api<'c>(call: &'c Call<'_>) -> impl Iterator<Item = &'c Subscription> {
    let subscriptions = call.shop.webhooks.subscriptions.iter();
    subscriptions.filter(|subscription| subscription.is_made_by_api)
}

/// `webhookSubscription`.
pub fn one(call: &Call<'_>, arguments: &Map<String, Value>) -> Resolved {
    find(call, arguments).map_or(Resolved::NULL, resolved)
}

/// `webhookSubscriptions`, as one page.
pub fn list(call: &Call<'_>, arguments: &Map<String, Value>) -> Resolved {
    let topics = input::texts(arguments, "topics");
    let topics: Option<Vec<Topic>> =
        topics.map(|topics| topics.into_iter().map(Topic::of_value).collect());
    let uri = input::text(arguments, "uri");
    let matching = made_by_api(call)
        .filter(|it| {
            topics
                .as_ref()
                .is_none_or(|topics| topics.contains(&it.topic))
        })
        .filter(|it| uri.is_none_or(|uri| it.uri == uri));
    Resolved::whole_connection(matching.map(resolved))
}

/// `webhookSubscriptionsCount`.
pub fn count(call: &Call<'_>) -> Resolved {
    Resolved::record(vec![
        ("count", Resolved::leaf(made_by_api(call).count())),
        ("precision", Resolved::leaf("EXACT")),
    ])
}

fn resolved(subscription: &Subscription) -> Resolved {
    let text = |text: &str| Resolved::leaf(text);
    Resolved::typed(
        "WebhookSubscription",
        vec![
            ("id", Resolved::leaf(subscription.gid())),
            (
                "legacyResourceId",
                Resolved::leaf(subscription.number.to_string()),
            ),
            ("topic", Resolved::leaf(subscription.topic.value())),
            ("uri", text(&subscription.uri)),
            ("callbackUrl", text(&subscription.uri)),
            ("format", text("JSON")),
            ("name", Resolved::leaf(subscription.name.clone())),
            (
                "includeFields",
                Resolved::leaf(subscription.include_fields.clone()),
            ),
            (
                "createdAt",
                Resolved::leaf(datetime(subscription.created_at_ms)),
            ),
            (
                "updatedAt",
                Resolved::leaf(datetime(subscription.updated_at_ms)),
            ),
        ],
    )
}
