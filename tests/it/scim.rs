//! What SCIM clients see.

mod bulk;
mod http;
mod queries;
mod shops;
mod strict;
mod transcripts;
mod writes;
