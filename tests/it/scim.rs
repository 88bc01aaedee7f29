//! What SCIM clients see.

mod bulk;
mod dry_run;
mod http;
mod queries;
mod shops;
mod strict;
mod transcripts;
mod writes;
