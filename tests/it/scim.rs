//! What SCIM clients see.

mod bulk;
mod dry_run;
mod filters;
mod http;
mod queries;
mod rows_groups;
mod rows_lists;
mod rows_protocol;
mod rows_resources;
mod rows_shopify;
mod shops;
mod strict;
mod transcripts;
mod writes;
