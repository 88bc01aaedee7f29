//! A GraphQL request as data: built purely, shown by a dry run, sent by the client.

use graphql_client::{GraphQLQuery, QueryBody};
use serde_json::{Value, json};

use super::opaque_debug;

/// One GraphQL request.
#[derive(Clone, PartialEq)]
pub struct Request {
    /// The name of the operation.
    pub operation: &'static str,
    /// The operation's text.
    pub document: &'static str,
    /// The variables.
    pub variables: Value,
    /// An estimate of the points that must be available.
    pub points: f64,
    /// Which inputs are set, without their values.
    pub sent: String,
    /// Whether it changes anything in the shop.
    pub writes: bool,
}

impl Request {
    pub(super) fn read<Q: GraphQLQuery>(
        variables: Q::Variables,
        points: f64,
        sent: String,
    ) -> Self {
        Self::of(Q::build_query(variables), points, sent, false)
    }

    pub(super) fn write<Q: GraphQLQuery>(
        variables: Q::Variables,
        points: f64,
        sent: String,
    ) -> Self {
        Self::of(Q::build_query(variables), points, sent, true)
    }

    fn of<V: serde::Serialize>(
        body: QueryBody<V>,
        points: f64,
        sent: String,
        writes: bool,
    ) -> Self {
        Self {
            operation: body.operation_name,
            document: body.query,
            // Plain structs of texts always serialise.
            variables: serde_json::to_value(body.variables).unwrap_or_default(),
            points,
            sent,
            writes,
        }
    }

    /// The body to post.
    pub fn body(&self) -> Value {
        json!({
            "query": self.document,
            "variables": self.variables,
            "operationName": self.operation,
        })
    }
}

opaque_debug!(Request);
