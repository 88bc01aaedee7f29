//! What SCIM clients see.

mod bulk;
mod http;
mod queries;
mod transcripts;
mod writes;
