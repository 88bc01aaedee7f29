//! The root fields, by name.

use serde_json::{Map, Value};

use super::call::Call;
use super::customers::{addresses, consents, find, listing, merge, set, tags, write};
use super::graphql::coded::CodedError;
use super::graphql::resolved::Resolved;
use super::graphql::schema::is_mutation;
use super::webhooks::subscribe;
use super::{bulk, definitions, input, metafields, node, staged, storefront};

/// Answers a root field. A query that is not modelled gets neutral values; a mutation that is not modelled is an error.
pub fn resolve(
    call: &mut Call<'_>,
    field: &str,
    arguments: &Map<String, Value>,
) -> Result<Resolved, CodedError> {
    match field {
        "customerCreate" => write::create(call, arguments),
        "customerUpdate" => write::update(call, arguments),
        "customerDelete" => write::delete(call, arguments),
        "customerSet" => set::set(call, arguments),
        "customerByIdentifier" => find::by_identifier(call, arguments),
        "customer" => Ok(find::by_id(call, arguments)),
        "customers" => listing::customers(call, arguments),
        "customersCount" => Ok(listing::count(call, arguments)),
        "tagsAdd" => tags::change(call, arguments, tags::Change::Add),
        "tagsRemove" => tags::change(call, arguments, tags::Change::Remove),
        "metafieldsSet" => metafields::write::set(call, arguments),
        "metafieldsDelete" => metafields::write::delete(call, arguments),
        "metafieldDefinitionCreate" => definitions::create(call, arguments),
        "metafieldDefinitionDelete" => definitions::delete(call, arguments),
        "metafieldDefinition" => Ok(definitions::one(call, arguments)),
        "metafieldDefinitions" => Ok(definitions::list(call, arguments)),
        "customerAddressCreate" => addresses::create(call, arguments),
        "customerAddressUpdate" => addresses::update(call, arguments),
        "customerAddressDelete" => addresses::delete(call, arguments),
        "customerUpdateDefaultAddress" => addresses::set_default(call, arguments),
        "customerEmailMarketingConsentUpdate" => consents::update_email(call, arguments),
        "customerSmsMarketingConsentUpdate" => consents::update_sms(call, arguments),
        "customerAddTaxExemptions" => write::tax_exemptions(call, arguments, write::Exempt::Add),
        "customerRemoveTaxExemptions" => {
            write::tax_exemptions(call, arguments, write::Exempt::Remove)
        }
        "customerReplaceTaxExemptions" => {
            write::tax_exemptions(call, arguments, write::Exempt::Replace)
        }
        "customerRequestDataErasure" => write::request_erasure(call, arguments),
        "customerCancelDataErasure" => write::cancel_erasure(call, arguments),
        "customerMerge" => merge::merge(call, arguments),
        "customerMergeJobStatus" => Ok(merge::job_status(call, arguments)),
        "stagedUploadsCreate" => staged::create(call, arguments),
        "bulkOperationRunMutation" => bulk::start::mutation(call, arguments),
        "bulkOperationRunQuery" => bulk::start::query(call, arguments),
        "bulkOperationCancel" => bulk::start::cancel(call, arguments),
        "bulkOperation" => {
            let id = input::text(arguments, "id").unwrap_or_default();
            Ok(bulk::view::one(call, id))
        }
        "bulkOperations" => Ok(bulk::view::list(call, arguments)),
        "currentBulkOperation" => Ok(bulk::view::current(call, arguments)),
        "webhookSubscriptionCreate" => subscribe::create(call, arguments),
        "webhookSubscriptionUpdate" => subscribe::update(call, arguments),
        "webhookSubscriptionDelete" => subscribe::delete(call, arguments),
        "webhookSubscription" => Ok(subscribe::one(call, arguments)),
        "webhookSubscriptions" => Ok(subscribe::list(call, arguments)),
        "webhookSubscriptionsCount" => Ok(subscribe::count(call)),
        "job" => Ok(merge::job(arguments)),
        "shop" => Ok(storefront::shop(call.shop)),
        "appInstallation" => Ok(storefront::installation(call)),
        "publicApiVersions" => Ok(storefront::versions(call.versions)),
        "node" => Ok(node::one(call, arguments)),
        "nodes" => Ok(node::several(call, arguments)),
        other if is_mutation(other) => Err(CodedError::new(
            "NOT_MODELLED",
            format!("The mock does not model {other}"),
        )),
        _ => Ok(Resolved::Unmodelled),
    }
}
