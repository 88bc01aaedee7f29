//! Why a call failed, and what to do about it.

use super::receipt::Receipt;
use super::user_error::{UserError, UserErrorKind};

/// A failed call. Prints without personal data.
#[derive(Debug, thiserror::Error)]
#[error("{operation} failed")]
pub struct CallError {
    /// The name of the operation.
    pub operation: &'static str,
    /// Whether the call was to change anything.
    pub writes: bool,
    /// The receipt, when there was an answer.
    pub receipt: Option<Box<Receipt>>,
    /// What went wrong.
    #[source]
    pub cause: Cause,
}

/// What went wrong with a call.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// No connection: the request was not sent.
    #[error("could not connect")]
    Connect(#[source] reqwest::Error),
    /// The connection broke, or the time was up, before the whole answer was there.
    #[error("the connection ended before the answer")]
    Interrupt(#[source] reqwest::Error),
    /// Not a success by HTTP's status.
    #[error("HTTP status {status}")]
    Status {
        /// The status.
        status: u16,
        /// `Retry-After` in milliseconds.
        retry_after_ms: Option<i64>,
    },
    /// An answer that is not JSON, is too long, or lacks what was asked for.
    #[error("unreadable answer: {what}")]
    Unreadable {
        /// What is wrong with it.
        what: &'static str,
    },
    /// The bucket is empty; the request was not run.
    #[error("throttled for {wait_ms} ms")]
    Throttle {
        /// How long until the points suffice.
        wait_ms: i64,
    },
    /// A top-level GraphQL error.
    #[error("refused with code {code}")]
    Refuse {
        /// `extensions.code`, or `NONE`.
        code: String,
    },
    /// Shopify searched for something else than was asked.
    #[error("the search was not understood")]
    Search,
    /// Shopify refused values.
    #[error("{0:?}")]
    UserErrors(Vec<UserError>),
}

/// What to do after a failed call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovery {
    /// Nothing was changed: try again.
    Retry {
        /// How long Shopify asks to wait, if it does.
        after_ms: Option<i64>,
    },
    /// Nothing was changed: try again when the points suffice.
    Throttled {
        /// How long that takes.
        wait_ms: i64,
    },
    /// The change may have happened: look the customer up before writing again.
    UnknownOutcome,
    /// The access token is not accepted: get another one.
    Reauthorize,
    /// The whole shop does not take requests: stop asking and tell the merchant.
    ShopUnavailable(Unavailable),
    /// These values are refused: change them, or park the user with the reasons.
    Reject(Vec<UserError>),
}

impl Recovery {
    /// Its name, for counting.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Retry { .. } => "retry",
            Self::Throttled { .. } => "throttled",
            Self::UnknownOutcome => "unknown",
            Self::Reauthorize => "unauthorized",
            Self::ShopUnavailable(_) => "unavailable",
            Self::Reject(_) => "refused",
        }
    }
}

/// Why a shop does not take requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unavailable {
    /// 402: the shop owes Shopify money.
    PaymentRequired,
    /// 403: the app may not call this API.
    Forbidden,
    /// 404, or a redirect: there is no such shop, or no such API version.
    NotFound,
    /// 423: Shopify locked the shop.
    Locked,
    /// The app lacks a scope, or access to protected customer data.
    AccessDenied,
    /// The shop is closed.
    Inactive,
}

impl Unavailable {
    /// What is wrong, and who can mend it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::PaymentRequired => {
                "Shopify has frozen the shop for an unpaid bill: the merchant has to settle it"
            }
            Self::Forbidden => {
                "Shopify forbids the app to use the Admin API: check that the app is installed and its token is the shop's"
            }
            Self::NotFound => {
                "Shopify knows no such shop, or no such API version: check the shop's domain and SYNCUP_SHOPIFY_API_VERSION"
            }
            Self::Locked => "Shopify has locked the shop: its support can tell why",
            Self::AccessDenied => {
                "the app lacks a scope (read_customers, write_customers) or access to protected customer data: grant it in Shopify"
            }
            Self::Inactive => "the shop is closed",
        }
    }
}

/// How long to leave Shopify alone after it suspected an attack (430), in milliseconds.
const SECURITY_PAUSE_MS: i64 = 60_000;

impl CallError {
    /// What to do now.
    pub fn recovery(&self) -> Recovery {
        match &self.cause {
            Cause::Connect(_) => Recovery::Retry { after_ms: None },
            Cause::Interrupt(_) | Cause::Unreadable { .. } => self.unknown(None),
            Cause::Status {
                status,
                retry_after_ms,
            } => self.by_status(*status, *retry_after_ms),
            Cause::Throttle { wait_ms } => Recovery::Throttled { wait_ms: *wait_ms },
            Cause::Refuse { code } => self.by_code(code),
            Cause::Search => self.reject("the search was not understood".to_owned()),
            Cause::UserErrors(errors) => Recovery::Reject(errors.clone()),
        }
    }

    /// Says so, with what Shopify's support asks for. That a value is refused is no failure of anybody's: it is told where the user is.
    pub(super) fn log(&self) {
        let receipt = self.receipt.as_deref();
        let request_id = receipt.and_then(|receipt| receipt.request_id.as_deref());
        let outcome = self.recovery().name();
        match &self.cause {
            // Shopify's words are for the merchant.
            Cause::UserErrors(errors) => tracing::info!(
                operation = self.operation,
                shopify.request_id = request_id,
                outcome,
                kinds = ?errors.iter().map(|error| error.kind).collect::<Vec<_>>(),
                "Shopify refused values"
            ),
            cause => tracing::warn!(
                operation = self.operation,
                shopify.request_id = request_id,
                outcome,
                cause = %cause,
                "a request of Shopify failed"
            ),
        }
    }

    /// `Retry-After` in milliseconds, if Shopify sent one.
    pub fn retry_after_ms(&self) -> Option<i64> {
        match self.cause {
            Cause::Status { retry_after_ms, .. } => retry_after_ms,
            _ => None,
        }
    }

    fn by_status(&self, status: u16, retry_after_ms: Option<i64>) -> Recovery {
        match status {
            300..=399 | 404 => Recovery::ShopUnavailable(Unavailable::NotFound),
            401 => Recovery::Reauthorize,
            402 => Recovery::ShopUnavailable(Unavailable::PaymentRequired),
            403 => Recovery::ShopUnavailable(Unavailable::Forbidden),
            423 => Recovery::ShopUnavailable(Unavailable::Locked),
            429 => Recovery::Retry {
                after_ms: retry_after_ms,
            },
            430 => Recovery::Retry {
                after_ms: retry_after_ms.or(Some(SECURITY_PAUSE_MS)),
            },
            400..=499 => self.reject(format!("Shopify answered with HTTP status {status}")),
            _ => self.unknown(retry_after_ms),
        }
    }

    fn by_code(&self, code: &str) -> Recovery {
        match code {
            "ACCESS_DENIED" => Recovery::ShopUnavailable(Unavailable::AccessDenied),
            "SHOP_INACTIVE" => Recovery::ShopUnavailable(Unavailable::Inactive),
            "INTERNAL_SERVER_ERROR" | "TIMEOUT" => self.unknown(None),
            _ => self.reject(format!("Shopify refused the request ({code})")),
        }
    }

    fn unknown(&self, after_ms: Option<i64>) -> Recovery {
        if self.writes {
            Recovery::UnknownOutcome
        } else {
            Recovery::Retry { after_ms }
        }
    }

    fn reject(&self, message: String) -> Recovery {
        Recovery::Reject(vec![UserError {
            field: Vec::new(),
            message,
            kind: UserErrorKind::Other,
        }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(writes: bool, cause: Cause) -> Recovery {
        let error = CallError {
            operation: "CustomerUpdate",
            writes,
            receipt: None,
            cause,
        };
        error.recovery()
    }

    fn check_status(writes: bool, status: u16, want: &Recovery) {
        let cause = Cause::Status {
            status,
            retry_after_ms: Some(1_500),
        };
        assert_eq!(&failed(writes, cause), want, "{status}");
    }

    #[test]
    fn a_status_decides_what_to_do() {
        let retry = Recovery::Retry {
            after_ms: Some(1_500),
        };
        check_status(true, 401, &Recovery::Reauthorize);
        check_status(
            true,
            402,
            &Recovery::ShopUnavailable(Unavailable::PaymentRequired),
        );
        check_status(
            true,
            403,
            &Recovery::ShopUnavailable(Unavailable::Forbidden),
        );
        check_status(true, 404, &Recovery::ShopUnavailable(Unavailable::NotFound));
        check_status(true, 301, &Recovery::ShopUnavailable(Unavailable::NotFound));
        check_status(true, 423, &Recovery::ShopUnavailable(Unavailable::Locked));
        check_status(true, 429, &retry);
        check_status(true, 430, &retry);
        check_status(false, 503, &retry);
    }

    #[test]
    fn a_write_has_an_unknown_outcome_after_a_server_error() {
        for status in [500, 502, 503, 504, 520, 530] {
            check_status(true, status, &Recovery::UnknownOutcome);
        }
        let cause = Cause::Unreadable { what: "not JSON" };
        assert_eq!(failed(true, cause), Recovery::UnknownOutcome);
        let code = "INTERNAL_SERVER_ERROR".to_owned();
        assert_eq!(
            failed(true, Cause::Refuse { code }),
            Recovery::UnknownOutcome
        );
    }

    #[test]
    fn a_read_is_repeated_after_a_server_error() {
        let cause = Cause::Unreadable { what: "not JSON" };
        assert_eq!(failed(false, cause), Recovery::Retry { after_ms: None });
    }

    #[test]
    fn a_missing_scope_is_the_whole_shops_trouble() {
        let code = "ACCESS_DENIED".to_owned();
        let want = Recovery::ShopUnavailable(Unavailable::AccessDenied);
        assert_eq!(failed(true, Cause::Refuse { code }), want);
    }
}
