//! What SCIM clients see.

mod http;
mod transcripts;
