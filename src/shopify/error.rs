//! What goes wrong with a call, what to do about it, and what Shopify said of whom.

use super::client::Receipt;

/// Why a call failed. Texts name fields, codes and statuses; never a value.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No connection: Shopify has not seen the request.
    #[error("cannot reach Shopify for {operation}")]
    Connect {
        /// The operation.
        operation: &'static str,
        /// Why; without the URL.
        #[source]
        source: reqwest::Error,
    },
    /// The connection broke, or the answer took too long: Shopify may have seen the request.
    #[error("{operation} was sent, and no answer came")]
    NoAnswer {
        /// The operation.
        operation: &'static str,
        /// Why; without the URL.
        #[source]
        source: reqwest::Error,
    },
    /// An HTTP status that is not 200.
    #[error("Shopify answered {operation} with HTTP {status}")]
    Status {
        /// The operation.
        operation: &'static str,
        /// The status.
        status: u16,
        /// `Retry-After`.
        retry_after_ms: Option<u64>,
    },
    /// There are too few points.
    #[error("Shopify throttled {operation}")]
    Throttled {
        /// The operation.
        operation: &'static str,
        /// Until there are enough.
        wait_ms: u64,
        /// What the reply cost.
        receipt: Box<Receipt>,
    },
    /// A top-level GraphQL error.
    #[error("Shopify refused {operation}: {code}")]
    TopLevel {
        /// The operation.
        operation: &'static str,
        /// `extensions.code`, or `unknown`.
        code: String,
        /// What the reply cost.
        receipt: Box<Receipt>,
    },
    /// The mutation was understood and refused.
    #[error("Shopify refused {operation}: {}", summary(.errors))]
    Refused {
        /// The operation.
        operation: &'static str,
        /// All that it said.
        errors: Vec<UserError>,
        /// What the reply cost.
        receipt: Box<Receipt>,
    },
    /// The answer is not what the schema says.
    #[error("Shopify's answer to {operation} cannot be read at {path}")]
    Decode {
        /// The operation.
        operation: &'static str,
        /// Where in the answer.
        path: String,
    },
}

/// One of Shopify's `userErrors`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserError {
    /// The path of the input that is refused, dotted.
    pub field: String,
    /// Shopify's words.
    pub message: String,
}

/// What a user error means to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserErrorKind {
    /// Another customer has the e-mail.
    EmailTaken,
    /// Another customer has the phone number.
    PhoneTaken,
    /// Not a phone number to Shopify.
    PhoneInvalid,
    /// Not a locale to Shopify.
    LocaleInvalid,
    /// Not an address to Shopify.
    AddressInvalid,
    /// The customer is gone.
    CustomerGone,
    /// Another customer has our id.
    IdTaken,
    /// It has orders.
    HasOrders,
    /// Anything else.
    Other,
}

impl UserError {
    /// What it means; Shopify gives no code here, so its words decide.
    pub fn kind(&self) -> UserErrorKind {
        let message = self.message.to_ascii_lowercase();
        let field = self.field.to_ascii_lowercase();
        let says = |part: &str| message.contains(part);
        match () {
            () if says("does not exist") || says("can't be found") => UserErrorKind::CustomerGone,
            () if says("associated orders") => UserErrorKind::HasOrders,
            () if says("email has already been taken") => UserErrorKind::EmailTaken,
            () if says("phone has already been taken") => UserErrorKind::PhoneTaken,
            () if field.starts_with("address") || says("address") => UserErrorKind::AddressInvalid,
            () if says("country is invalid") || says("province is invalid") => {
                UserErrorKind::AddressInvalid
            }
            () if says("phone") && (says("invalid") || says("too long")) => {
                UserErrorKind::PhoneInvalid
            }
            () if says("locale is invalid") => UserErrorKind::LocaleInvalid,
            () if field.contains("metafields") && (says("unique") || says("taken")) => {
                UserErrorKind::IdTaken
            }
            () => UserErrorKind::Other,
        }
    }
}

/// What to do about an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovery {
    /// Nothing happened: try again later, not before the time that Shopify named.
    Retry {
        /// `Retry-After`.
        after_ms: Option<u64>,
    },
    /// Nothing happened for want of points.
    Throttled {
        /// Until there are enough.
        wait_ms: u64,
    },
    /// Whether it happened is unknown: look before writing again.
    UnknownOutcome,
    /// The access token is not accepted.
    Reauthorize,
    /// The shop can't be used: frozen, locked, gone, or the scope is missing.
    ShopUnavailable,
    /// It will be refused again unless the request changes.
    Reject,
}

impl Error {
    /// What to do.
    pub fn recovery(&self) -> Recovery {
        match self {
            Self::Connect { .. } => Recovery::Retry { after_ms: None },
            Self::NoAnswer { .. } | Self::Decode { .. } => Recovery::UnknownOutcome,
            Self::Throttled { wait_ms, .. } => Recovery::Throttled { wait_ms: *wait_ms },
            Self::Refused { .. } => Recovery::Reject,
            Self::Status {
                status,
                retry_after_ms,
                ..
            } => match status {
                401 => Recovery::Reauthorize,
                402 | 403 | 404 | 423 => Recovery::ShopUnavailable,
                // The edge refused before the shop saw it.
                429 | 430 => Recovery::Retry {
                    after_ms: *retry_after_ms,
                },
                500..=599 => Recovery::UnknownOutcome,
                _ => Recovery::Reject,
            },
            Self::TopLevel { code, .. } => match code.as_str() {
                "INTERNAL_SERVER_ERROR" | "unknown" => Recovery::UnknownOutcome,
                "ACCESS_DENIED" | "SHOP_INACTIVE" => Recovery::ShopUnavailable,
                _ => Recovery::Reject,
            },
        }
    }

    /// What the reply cost, when there was one that says so.
    pub fn receipt(&self) -> Option<&Receipt> {
        match self {
            Self::Throttled { receipt, .. }
            | Self::TopLevel { receipt, .. }
            | Self::Refused { receipt, .. } => Some(receipt),
            _ => None,
        }
    }

    /// The user errors of a refused mutation.
    pub fn user_errors(&self) -> &[UserError] {
        match self {
            Self::Refused { errors, .. } => errors,
            _ => &[],
        }
    }
}

/// The errors on one line, as an administrator reads them.
fn summary(errors: &[UserError]) -> String {
    let parts: Vec<String> = errors
        .iter()
        .map(|error| match error.field.as_str() {
            "" => error.message.clone(),
            field => format!("{field}: {}", error.message),
        })
        .collect();
    parts.join("; ")
}
