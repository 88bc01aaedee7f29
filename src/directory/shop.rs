//! A shop and its policies.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::id::{ShopDomain, ShopId};

/// Which deviations from the RFC are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DialectName {
    /// All that real identity providers send.
    #[default]
    Tolerant,
    /// The RFC's letter.
    Strict,
}

/// What becomes of the customer of a deleted user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeletePolicy {
    /// It is marked as disabled.
    #[default]
    Disable,
    /// It is deleted, or marked when it has orders.
    DeleteIfPossible,
    /// It is marked, and Shopify is asked to erase its personal data.
    Erase,
}

/// How the customer of a disabled user is told from others in Shopify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DisabledMarks {
    /// By a tag and by a metafield: two mutations each time.
    #[default]
    Both,
    /// By the tag `scim:disabled` alone.
    Tag,
    /// By the metafield `scim_status` alone.
    Metafield,
}

/// Whether an existing customer with the user's e-mail becomes the user's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Adoption {
    /// Yes; only of the listed e-mail domains, when any are listed.
    #[default]
    ByEmail,
    /// No: such a user is in conflict.
    Never,
}

/// A shop's policies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShopSettings {
    /// Which deviations are accepted.
    pub dialect: DialectName,
    /// *SCIM Provisioning*: off, SCIM writes are refused.
    pub scim_provisioning: bool,
    /// *New Customer Creation*: off, users without a customer are held.
    pub new_customer_creation: bool,
    /// What becomes of the customer of a deleted user.
    pub delete_policy: DeletePolicy,
    /// How customers of disabled users are marked.
    pub disabled_marks: DisabledMarks,
    /// Whether existing customers are adopted.
    pub adoption: Adoption,
    /// E-mail domains whose customers may be adopted; empty: all.
    pub adoption_domains: Vec<String>,
    /// The region that national phone numbers are of, as ISO 3166-1 alpha-2.
    pub phone_region: Option<String>,
    /// When more users than this are disabled or deleted within an hour, and …
    pub guard_users: u32,
    /// … more than this share of the shop's users, in percent, the further ones are held until they are released. 100: never.
    pub guard_percent: u32,
    /// SCIM schemas of the shop's own, as RFC 7643 §7 writes them.
    pub extensions: Vec<Value>,
}

impl Default for ShopSettings {
    fn default() -> Self {
        Self {
            dialect: DialectName::default(),
            scim_provisioning: true,
            new_customer_creation: true,
            delete_policy: DeletePolicy::default(),
            disabled_marks: DisabledMarks::default(),
            adoption: Adoption::default(),
            adoption_domains: Vec::new(),
            phone_region: None,
            guard_users: 25,
            guard_percent: 20,
            extensions: Vec::new(),
        }
    }
}

/// A shop as the store has it, without its secrets.
#[derive(Debug, Clone, PartialEq)]
pub struct ShopRecord {
    /// The store's number.
    pub id: ShopId,
    /// The domain.
    pub domain: ShopDomain,
    /// The policies.
    pub settings: ShopSettings,
    /// Counts the changes of settings and credentials: a cached shop is stale when it differs.
    pub revision: i64,
    /// How many users there are.
    pub user_count: i64,
    /// How many groups there are.
    pub group_count: i64,
}
