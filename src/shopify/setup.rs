//! What a shop must have before its users can be written, and what we must know about it.

use super::ID_METAFIELD_KEY;
use super::client::Client;
use super::customer::MUTATION_POINTS;
use super::error::{CallError, Cause};
use super::queries::{self, metafield_definition_create, shop_info};
use super::receipt::Reply;
use super::request::Request;
use super::user_error::UserError;

/// Points of the question about the shop.
pub const SHOP_INFO_POINTS: f64 = 5.0;

/// What we need to know about a shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopInfo {
    /// The shop's name.
    pub name: String,
    /// `NAME.myshopify.com`.
    pub myshopify_domain: String,
    /// The plan's public name.
    pub plan: String,
    /// The country that the shop is in, as ISO 3166-1 alpha-2.
    pub country_code: Option<String>,
    /// The scopes that the app was granted.
    pub access_scopes: Vec<String>,
}

impl ShopInfo {
    /// Which of the scopes that we cannot do without are missing.
    pub fn missing_scopes(&self) -> Vec<&'static str> {
        // `write_customers` includes reading.
        let has = |scope: &str| self.access_scopes.iter().any(|granted| granted == scope);
        let writes = has("write_customers");
        let needed = [("read_customers", writes), ("write_customers", writes)];
        needed
            .into_iter()
            .filter(|(scope, implied)| !implied && !has(scope))
            .map(|(scope, _)| scope)
            .collect()
    }
}

impl Client {
    /// Makes sure that the shop has the definition of the `id` metafield.
    pub async fn ensure_id_definition(&self) -> Result<Reply<()>, CallError> {
        self.call::<queries::MetafieldDefinitionCreate, _>(id_definition_request(), defined)
            .await
    }

    /// Asks about the shop and the app's scopes. Needs no scope itself.
    pub async fn shop_info(&self) -> Result<Reply<ShopInfo>, CallError> {
        self.call::<queries::ShopInfo, _>(shop_info_request(), |data| Ok(info(data)))
            .await
    }
}

/// The request that defines the `id` metafield.
pub fn id_definition_request() -> Request {
    use metafield_definition_create::{
        MetafieldAccessInput, MetafieldAdminAccessInput, MetafieldDefinitionInput,
        MetafieldOwnerType, Variables,
    };
    let definition = MetafieldDefinitionInput {
        access: Some(MetafieldAccessInput {
            admin: Some(MetafieldAdminAccessInput::MerchantRead),
            customer_account: None,
            storefront: None,
        }),
        capabilities: None,
        constraints: None,
        description: Some("The user's id in the directory that SyncUP keeps.".to_owned()),
        key: ID_METAFIELD_KEY.to_owned(),
        name: "SCIM id".to_owned(),
        namespace: None,
        owner_type: MetafieldOwnerType::Customer,
        pin: None,
        type_: "id".to_owned(),
        use_as_collection_condition: None,
        validations: None,
    };
    let variables = Variables { definition };
    let sent = "definition".to_owned();
    Request::write::<queries::MetafieldDefinitionCreate>(variables, MUTATION_POINTS, sent)
}

/// The request about the shop.
pub fn shop_info_request() -> Request {
    Request::read::<queries::ShopInfo>(shop_info::Variables, SHOP_INFO_POINTS, String::new())
}

fn defined(data: metafield_definition_create::ResponseData) -> Result<(), Cause> {
    use metafield_definition_create::MetafieldDefinitionCreateUserErrorCode as Code;
    let payload = data.metafield_definition_create.ok_or(Cause::Unreadable {
        what: "neither a definition nor errors",
    })?;
    let errors: Vec<_> = payload
        .user_errors
        .into_iter()
        // The definition is there already.
        .filter(|error| !matches!(error.code, Some(Code::Taken)))
        .map(|error| UserError::new(error.field, error.message, None))
        .collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Cause::UserErrors(errors))
    }
}

fn info(data: shop_info::ResponseData) -> ShopInfo {
    let scopes = data.app_installation.map(|it| it.access_scopes);
    ShopInfo {
        name: data.shop.name,
        myshopify_domain: data.shop.myshopify_domain,
        plan: data.shop.plan.public_display_name,
        country_code: data
            .shop
            .shop_address
            .country_code_v2
            .and_then(|code| serde_json::to_value(code).ok())
            .and_then(|code| code.as_str().map(str::to_owned)),
        access_scopes: scopes
            .unwrap_or_default()
            .into_iter()
            .map(|scope| scope.handle)
            .collect(),
    }
}
