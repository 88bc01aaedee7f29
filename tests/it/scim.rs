//! What SCIM clients see.

mod bulk;
mod http;
mod transcripts;
mod writes;
