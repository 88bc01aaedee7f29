//! The operations in `graphql/`, compiled. What is generated stays in this folder.

use graphql_client::GraphQLQuery;

/// A scalar that is text on the wire.
type DateTime = String;

// Formatting indents the attribute anew each time.
#[rustfmt::skip]
macro_rules! operation {
    ($name:ident, $path:tt) => {
        #[derive(GraphQLQuery)]
        #[graphql(
            schema_path = "graphql/schema.graphql",
            query_path = $path,
            skip_serializing_none,
            response_derives = "Debug",
            variables_derives = "Debug, Clone"
        )]
        pub(super) struct $name;
    };
}

operation!(CustomerCreate, "graphql/customer_create.graphql");
operation!(CustomerUpdate, "graphql/customer_update.graphql");
operation!(CustomerDelete, "graphql/customer_delete.graphql");
operation!(
    CustomerByIdentifier,
    "graphql/customer_by_identifier.graphql"
);
operation!(
    MetafieldDefinitionCreate,
    "graphql/metafield_definition_create.graphql"
);
