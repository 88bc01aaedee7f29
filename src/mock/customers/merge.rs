//! `customerMerge`: done at once, where Shopify takes a while; its job is finished when it is first asked for.

use serde_json::{Map, Value};

use super::{Customer, CustomerId, attributes, normalise};
use crate::mock::call::Call;
use crate::mock::graphql::coded::CodedError;
use crate::mock::graphql::resolved::Resolved;
use crate::mock::input;
use crate::mock::messages;
use crate::mock::shop::Shop;
use crate::mock::user_error::{UserError, payload_of};

/// `customerMerge`.
pub fn merge(call: &mut Call<'_>, arguments: &Map<String, Value>) -> Result<Resolved, CodedError> {
    let empty = Map::new();
    let overrides = input::object(arguments, "overrideFields").unwrap_or(&empty);
    let pair = match pair(call.shop, arguments) {
        Ok(pair) => pair,
        Err(errors) => return Ok(refused(&errors)),
    };
    match combine(call.shop, pair, overrides, call.now_ms) {
        Err(errors) => Ok(refused(&errors)),
        Ok((kept, job)) => {
            call.shop.merge_jobs.insert(job.clone(), kept);
            let job = Resolved::record(vec![
                ("id", Resolved::leaf(job)),
                ("done", Resolved::leaf(false)),
            ]);
            let result = Resolved::leaf(kept.to_string());
            Ok(payload_of(
                vec![("job", job), ("resultingCustomerId", result)],
                &[],
            ))
        }
    }
}

fn refused(errors: &[UserError]) -> Resolved {
    payload_of(
        vec![
            ("job", Resolved::NULL),
            ("resultingCustomerId", Resolved::NULL),
        ],
        errors,
    )
}

fn pair(
    shop: &Shop,
    arguments: &Map<String, Value>,
) -> Result<(CustomerId, CustomerId), Vec<UserError>> {
    let mut errors = Vec::new();
    let mut customer = |name: &str| {
        let gid = input::text(arguments, name).unwrap_or_default();
        let id = CustomerId::parse(gid).filter(|id| shop.customer(*id).is_some());
        if id.is_none() {
            let number = gid.rsplit('/').next().unwrap_or_default();
            let message = format!("Customer does not exist with ID {number}");
            errors.push(UserError::text(
                &[name],
                message,
                Some("INVALID_CUSTOMER_ID"),
            ));
        }
        id
    };
    let one = customer("customerOneId");
    let two = customer("customerTwoId");
    match (one, two) {
        (Some(one), Some(two)) if one == two => {
            Err(vec![UserError::new(&[], messages::MERGE_SAME)])
        }
        (Some(one), Some(two)) => Ok((one, two)),
        _ => Err(errors),
    }
}

/// Merges two customers; the one with the only e-mail is kept, else the second. Returns the one that is kept, and the job's global id.
pub fn combine(
    shop: &mut Shop,
    (one, two): (CustomerId, CustomerId),
    overrides: &Map<String, Value>,
    now_ms: i64,
) -> Result<(CustomerId, String), Vec<UserError>> {
    let has_email = |id| {
        shop.customer(id)
            .is_some_and(|customer| customer.email.is_some())
    };
    let wanted = input::text(overrides, "customerIdOfEmailToKeep").and_then(CustomerId::parse);
    let keeps_one = match wanted {
        Some(wanted) => wanted == one,
        None => has_email(one) && !has_email(two),
    };
    let (kept, lost) = if keeps_one { (one, two) } else { (two, one) };
    let missing = || vec![UserError::new(&[], messages::CUSTOMER_MISSING)];
    let mut customer = shop.customer(kept).cloned().ok_or_else(missing)?;
    let other = shop.customer(lost).cloned().ok_or_else(missing)?;
    absorb(&mut customer, other, overrides);
    if customer.tags.len() > attributes::MAX_TAGS {
        let error = |name: &str| UserError::new(&[name], messages::MERGE_TAGS);
        return Err(vec![error("customerOneId"), error("customerTwoId")]);
    }
    shop.take_out(lost, now_ms);
    shop.merged.insert(lost, kept);
    let job = shop.ids.job_gid();
    shop.tell_of_merge(kept, lost, &job, now_ms);
    shop.store(customer, now_ms);
    Ok((kept, job))
}

fn absorb(customer: &mut Customer, other: Customer, overrides: &Map<String, Value>) {
    let lost = other.id.to_string();
    let takes = |name: &str| input::text(overrides, name) == Some(lost.as_str());
    let choose = |mine: &mut Option<String>, theirs: Option<String>, name: &str| {
        if mine.is_none() || (theirs.is_some() && takes(name)) {
            *mine = theirs;
        }
    };
    choose(&mut customer.email, other.email, "customerIdOfEmailToKeep");
    choose(
        &mut customer.phone,
        other.phone,
        "customerIdOfPhoneNumberToKeep",
    );
    choose(
        &mut customer.first_name,
        other.first_name,
        "customerIdOfFirstNameToKeep",
    );
    choose(
        &mut customer.last_name,
        other.last_name,
        "customerIdOfLastNameToKeep",
    );
    customer.note = match (input::text(overrides, "note"), &customer.note, other.note) {
        (Some(note), _, _) => Some(note.to_owned()),
        (None, Some(mine), Some(theirs)) => Some(format!("{mine} {theirs}")),
        (None, mine, theirs) => mine.clone().or(theirs),
    };
    let tags = customer.tags.iter().chain(&other.tags);
    customer.tags = match input::texts(overrides, "tags") {
        Some(tags) => normalise::tags(tags),
        None => normalise::tags(tags.map(String::as_str)),
    };
    for address in other.addresses {
        customer.addresses.push(address);
    }
    for metafield in other.metafields {
        if customer
            .metafield(&metafield.namespace, &metafield.key)
            .is_none()
        {
            customer.metafields.push(metafield);
        }
    }
    customer.number_of_orders += other.number_of_orders;
}

/// `customerMergeJobStatus`.
pub fn job_status(call: &Call<'_>, arguments: &Map<String, Value>) -> Resolved {
    let job = input::text(arguments, "jobId").unwrap_or_default();
    call.shop
        .merge_jobs
        .get(job)
        .map_or(Resolved::NULL, |kept| {
            Resolved::record(vec![
                ("jobId", Resolved::leaf(job)),
                ("resultingCustomerId", Resolved::leaf(kept.to_string())),
                ("status", Resolved::leaf("COMPLETED")),
            ])
        })
}

/// `job`: every job is done.
pub fn job(arguments: &Map<String, Value>) -> Resolved {
    Resolved::record(vec![
        ("id", Resolved::leaf(input::text(arguments, "id"))),
        ("done", Resolved::leaf(true)),
    ])
}
