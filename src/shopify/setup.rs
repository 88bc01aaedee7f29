//! What a shop needs before its first customer: the definition of the metafield that makes creates safe to repeat.

use super::client::{Client, Receipt, accepted};
use super::error::{Error, UserError};
use super::queries::{MetafieldDefinitionCreate, metafield_definition_create};

/// The key of the `id` metafield that carries a user's SCIM id.
pub const SCIM_ID_KEY: &str = "scim_id";

impl Client {
    /// Makes sure that the shop has the definition. Once is enough; again does no harm.
    ///
    /// # Errors
    /// As [`Error`].
    pub async fn ensure_scim_id_definition(&self) -> Result<Receipt, Error> {
        const OPERATION: &str = "metafieldDefinitionCreate";
        use metafield_definition_create::{
            MetafieldDefinitionInput, MetafieldOwnerType, Variables,
        };
        let variables = Variables {
            definition: MetafieldDefinitionInput {
                access: None,
                capabilities: None,
                constraints: None,
                description: Some("The user's id in the identity provider's directory".to_owned()),
                key: SCIM_ID_KEY.to_owned(),
                name: "SCIM id".to_owned(),
                namespace: None,
                owner_type: MetafieldOwnerType::CUSTOMER,
                pin: None,
                type_: "id".to_owned(),
                use_as_collection_condition: None,
                validations: None,
            },
        };
        let (data, receipt) = self
            .execute::<MetafieldDefinitionCreate>(OPERATION, variables)
            .await?;
        let errors =
            data.metafield_definition_create
                .into_iter()
                .flat_map(|payload| payload.user_errors)
                .filter(|error| {
                    // It is there already.
                    !matches!(
                    error.code,
                    Some(metafield_definition_create::MetafieldDefinitionCreateUserErrorCode::TAKEN)
                )
                })
                .map(|error| UserError {
                    field: error.field.unwrap_or_default().join("."),
                    message: error.message,
                })
                .collect();
        accepted(receipt, OPERATION, errors)
    }
}
