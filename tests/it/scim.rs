//! What SCIM clients see.

mod transcripts;
