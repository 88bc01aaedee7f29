//! What every layer may use: ids, time, retry delays, sealing. Pure.

pub mod backoff;
pub mod clock;
pub mod field;
pub mod id;
pub mod seal;
pub mod token;
