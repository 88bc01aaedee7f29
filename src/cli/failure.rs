//! How a failed command ends: what it says and its exit code.

use std::error::Error;

use crate::app::AppError;
use crate::http::ServeError;
use crate::settings::SettingsError;
use crate::store::{StoreError, TransferError};
use crate::telemetry::TelemetryError;

/// What a command fails with: any error, printed with its causes.
pub(super) type Failure = Box<dyn Error>;

/// The exit codes, for `--help`.
pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  it failed; for healthcheck: not ready
  2  the arguments are wrong
  3  a setting is wrong
  4  the data directory, or the database, cannot be used
  5  an address cannot be listened on
  6  there is no such shop or token";

const FAILED: u8 = 1;
const SETTING: u8 = 3;
const DATA_DIRECTORY: u8 = 4;
const ADDRESS: u8 = 5;
const MISSING: u8 = 6;

/// What was named is not there.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Missing(pub(super) String);

/// The exit code of a failure: that of the first of its causes that has one.
pub(super) fn exit_code(failure: &(dyn Error + 'static)) -> u8 {
    let mut cause = Some(failure);
    while let Some(error) = cause {
        if let Some(code) = own_code(error) {
            return code;
        }
        cause = error.source();
    }
    FAILED
}

fn own_code(error: &(dyn Error + 'static)) -> Option<u8> {
    if error.is::<SettingsError>() || error.is::<TelemetryError>() {
        return Some(SETTING);
    }
    if error.is::<StoreError>() {
        return Some(DATA_DIRECTORY);
    }
    if error.is::<ServeError>() {
        return Some(ADDRESS);
    }
    if error.is::<Missing>() {
        return Some(MISSING);
    }
    if let Some(
        TransferError::InUse
        | TransferError::HasShops
        | TransferError::Remains { .. }
        | TransferError::OtherMasterKey { .. },
    ) = error.downcast_ref()
    {
        return Some(DATA_DIRECTORY);
    }
    match error.downcast_ref()? {
        AppError::ShopifyOrigin(_) => Some(SETTING),
        AppError::InUse { .. } | AppError::Lock { .. } => Some(DATA_DIRECTORY),
        AppError::Serve(_) => Some(ADDRESS),
        _ => None,
    }
}

/// An error and its causes on one line. Some libraries' errors repeat their causes themselves.
pub(super) fn with_causes(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        let text = source.to_string();
        if !line.ends_with(&text) {
            line.push_str(": ");
            line.push_str(&text);
        }
        cause = source.source();
    }
    line
}
