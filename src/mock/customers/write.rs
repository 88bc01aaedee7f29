//! `customerCreate`, `customerUpdate`, `customerDelete`, tax exemptions and erasure.

use serde_json::{Map, Value};

use super::{Customer, CustomerId, attributes};
use crate::mock::call::Call;
use crate::mock::graphql::coded::CodedError;
use crate::mock::graphql::resolved::Resolved;
use crate::mock::input;
use crate::mock::messages::{self, Rule};
use crate::mock::storefront;
use crate::mock::user_error::{UserError, payload, payload_of};

type Answer = Result<Resolved, CodedError>;

/// `customerCreate`.
pub fn create(call: &mut Call<'_>, arguments: &Map<String, Value>) -> Answer {
    let empty = Map::new();
    let input = input::object(arguments, "input").unwrap_or(&empty);
    let misplaced = ids_on_create(input);
    let result = if misplaced.is_empty() {
        insert(call, input)
    } else {
        Err(misplaced)
    };
    Ok(payload("customer", result.map(Resolved::customer)))
}

/// Creates a customer from an input, unless something is wrong with it.
pub fn insert(
    call: &mut Call<'_>,
    input: &Map<String, Value>,
) -> Result<CustomerId, Vec<UserError>> {
    let id = CustomerId(call.shop.ids.customer());
    let mut customer = Customer::new(id, &call.shop.locale, call.now_ms);
    let mut errors = attributes::apply(call.shop, call.writer(), &mut customer, input);
    errors.extend(attributes::initial_consents(&mut customer, input));
    if !errors.is_empty() {
        return Err(errors);
    }
    call.shop.store(customer, call.now_ms);
    Ok(id)
}

fn ids_on_create(input: &Map<String, Value>) -> Vec<UserError> {
    let is_given = |entry: &Map<String, Value>| input::text(entry, "id").is_some();
    let mut errors = Vec::new();
    if is_given(input) {
        errors.push(UserError::new(&["id"], messages::ID_ON_CREATE));
    }
    let lists: [(&str, Rule); 2] = [
        ("addresses", messages::ADDRESS_ID_ON_CREATE),
        ("metafields", messages::METAFIELD_ID_ON_CREATE),
    ];
    for (name, rule) in lists {
        for (index, entry) in input::objects(input, name).into_iter().enumerate() {
            if is_given(entry) {
                errors.push(UserError::new(&[name, &index.to_string(), "id"], rule));
            }
        }
    }
    errors
}

/// `customerUpdate`.
pub fn update(call: &mut Call<'_>, arguments: &Map<String, Value>) -> Answer {
    let empty = Map::new();
    let input = input::object(arguments, "input").unwrap_or(&empty);
    let consents = consents_on_update(input);
    let id = input::text(input, "id").and_then(CustomerId::parse);
    let known = id.filter(|id| call.shop.customer(*id).is_some());
    let result = match known {
        None => Err(vec![UserError::new(&["id"], messages::CUSTOMER_MISSING)]),
        Some(_) if !consents.is_empty() => Err(consents),
        Some(id) => change(call, id, input).map(|()| Resolved::customer(id)),
    };
    Ok(payload("customer", result))
}

/// Changes a known customer by an input, unless something is wrong with it.
pub fn change(
    call: &mut Call<'_>,
    id: CustomerId,
    input: &Map<String, Value>,
) -> Result<(), Vec<UserError>> {
    let missing = || vec![UserError::new(&["id"], messages::CUSTOMER_MISSING)];
    let mut customer = call.shop.customer(id).cloned().ok_or_else(missing)?;
    let errors = attributes::apply(call.shop, call.writer(), &mut customer, input);
    if !errors.is_empty() {
        return Err(errors);
    }
    call.shop.store(customer, call.now_ms);
    Ok(())
}

fn consents_on_update(input: &Map<String, Value>) -> Vec<UserError> {
    let rules: [(&str, Rule); 3] = [
        ("emailMarketingConsent", messages::EMAIL_CONSENT_ON_UPDATE),
        ("smsMarketingConsent", messages::SMS_CONSENT_ON_UPDATE),
        (
            "whatsAppMarketingConsent",
            messages::WHATS_APP_CONSENT_ON_UPDATE,
        ),
    ];
    rules
        .into_iter()
        .filter(|(name, _)| input::object(input, name).is_some())
        .map(|(name, rule)| UserError::new(&[name], rule))
        .collect()
}

/// `customerDelete`.
pub fn delete(call: &mut Call<'_>, arguments: &Map<String, Value>) -> Answer {
    let id = input::object(arguments, "input")
        .and_then(|input| input::text(input, "id"))
        .and_then(CustomerId::parse);
    let customer = id.and_then(|id| call.shop.customer(id));
    let refusal = match customer {
        None => Some(messages::DELETE_UNKNOWN),
        Some(customer) if customer.number_of_orders > 0 => Some(messages::DELETE_WITH_ORDERS),
        Some(_) => None,
    };
    let shop = storefront::shop(call.shop);
    if let Some(rule) = refusal {
        let fields = vec![("deletedCustomerId", Resolved::NULL), ("shop", shop)];
        return Ok(payload_of(fields, &[UserError::new(&["id"], rule)]));
    }
    if let Some(id) = id {
        call.shop.remove(id, call.now_ms);
    }
    let id = Resolved::leaf(id.map(|id| id.to_string()));
    Ok(payload_of(
        vec![("deletedCustomerId", id), ("shop", shop)],
        &[],
    ))
}

/// How a list of tax exemptions changes.
#[derive(Debug, Clone, Copy)]
pub enum Exempt {
    /// The given ones are added.
    Add,
    /// The given ones are removed.
    Remove,
    /// The given ones replace the others.
    Replace,
}

/// `customerAddTaxExemptions`, `customerRemoveTaxExemptions` and `customerReplaceTaxExemptions`.
pub fn tax_exemptions(call: &mut Call<'_>, arguments: &Map<String, Value>, how: Exempt) -> Answer {
    let given = input::texts(arguments, "taxExemptions").unwrap_or_default();
    let Some(mut customer) = owner(call, arguments) else {
        let error = UserError::new(&["customerId"], messages::TAX_CUSTOMER_MISSING);
        return Ok(payload("customer", Err(vec![error])));
    };
    let exemptions = &mut customer.tax_exemptions;
    match how {
        Exempt::Replace => exemptions.clear(),
        Exempt::Add | Exempt::Remove => exemptions.retain(|it| !given.contains(&it.as_str())),
    }
    if !matches!(how, Exempt::Remove) {
        exemptions.extend(given.into_iter().map(str::to_owned));
    }
    let id = customer.id;
    call.shop.store(customer, call.now_ms);
    Ok(payload("customer", Ok(Resolved::customer(id))))
}

/// `customerRequestDataErasure`: noted; reads do not change.
pub fn request_erasure(call: &mut Call<'_>, arguments: &Map<String, Value>) -> Answer {
    let Some(mut customer) = owner(call, arguments) else {
        let error = UserError::new(&["customerId"], messages::ERASE_UNKNOWN);
        return Ok(payload("customerId", Err(vec![error])));
    };
    let id = customer.id;
    customer.erasure_requested_at.get_or_insert(call.now_ms);
    call.shop.store(customer, call.now_ms);
    Ok(payload("customerId", Ok(Resolved::leaf(id.to_string()))))
}

/// `customerCancelDataErasure`.
pub fn cancel_erasure(call: &mut Call<'_>, arguments: &Map<String, Value>) -> Answer {
    let refusal = |rule| {
        let error = UserError::new(&["customerId"], rule);
        Ok(payload("customerId", Err(vec![error])))
    };
    let Some(mut customer) = owner(call, arguments) else {
        return refusal(messages::ERASE_UNKNOWN);
    };
    if customer.erasure_requested_at.take().is_none() {
        return refusal(messages::ERASE_NOT_REQUESTED);
    }
    let id = customer.id;
    call.shop.store(customer, call.now_ms);
    Ok(payload("customerId", Ok(Resolved::leaf(id.to_string()))))
}

/// The customer of the argument `customerId`.
pub fn owner(call: &Call<'_>, arguments: &Map<String, Value>) -> Option<Customer> {
    let id = CustomerId::parse(input::text(arguments, "customerId")?)?;
    call.shop.customer(id).cloned()
}
