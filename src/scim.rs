//! The SCIM 2.0 engine (RFC 7643, RFC 7644, RFC 9865). Pure: JSON in, JSON out; no I/O, no clock, no randomness.
//!
//! # Table of contents
//!
//! | to do this | go to |
//! |---|---|
//! | know an attribute: its type, case rule, mutability | [`schema`] |
//! | read an attribute name or a PATCH path | [`path`] |
//! | read a request body as JSON | [`json`] |
//! | canonicalise a resource a client sent | [`resource`], with the tolerance of [`dialect`] |
//! | change a resource with PATCH | [`patch`] |
//! | search: read the query, filter, sort, cut into pages, answer | [`query`], [`filter`], [`sort`], [`cursor`], [`list`] |
//! | answer with some attributes only | [`projection`] |
//! | guard a write with a version | [`etag`] |
//! | run many operations of one request | [`bulk`] |
//! | describe the service | [`discovery`] |
//! | refuse | [`error`] |

pub mod bulk;
pub mod cursor;
pub mod dialect;
pub mod discovery;
pub mod error;
pub mod etag;
pub mod filter;
pub mod json;
pub mod list;
pub mod patch;
pub mod path;
pub mod projection;
pub mod query;
pub mod resource;
pub mod schema;
pub mod sort;
