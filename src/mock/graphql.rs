//! GraphQL as Shopify speaks it: documents, variables, refusals, execution and prices. Knows the schema, not the shop's rules.

pub(super) mod coded;
pub(super) mod collect;
pub(super) mod cost;
pub(super) mod default;
pub(super) mod document;
pub(super) mod execute;
pub(super) mod literal;
pub(super) mod refusal;
pub(super) mod resolved;
pub(super) mod schema;
pub(super) mod site;
pub(super) mod variables;
