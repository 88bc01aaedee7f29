//! What SCIM clients see.

mod bulk;
mod filters;
mod http;
mod queries;
mod rows_groups;
mod rows_lists;
mod rows_protocol;
mod rows_resources;
mod rows_shopify;
mod transcripts;
mod writes;
