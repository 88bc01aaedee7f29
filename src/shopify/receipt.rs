//! What a call cost and how Shopify labelled it.

/// A value with the receipt of the call that fetched it.
#[derive(Debug, Clone)]
pub struct Reply<T> {
    /// The value.
    pub value: T,
    /// The receipt.
    pub receipt: Receipt,
}

/// What a call cost and how Shopify labelled it. Free of personal data.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Receipt {
    /// The name of the operation in `graphql/`.
    pub operation: &'static str,
    /// Which inputs were sent, by name and number, without values: `email firstName metafields=3 tags+2`.
    pub sent: String,
    /// The points that were charged in the end; 0 when Shopify did not run the request.
    pub cost_points: f64,
    /// The points that had to be available.
    pub requested_points: f64,
    /// The points left in the shop's bucket after the call, if Shopify told.
    pub available_points: Option<f64>,
    /// Points that flow back each second, if Shopify told.
    pub restore_points_per_s: Option<f64>,
    /// The size of the bucket, if Shopify told.
    pub maximum_points: Option<f64>,
    /// Shopify's `X-Request-Id`, to quote to its support.
    pub request_id: Option<String>,
    /// The API version that answered, when it is not the one that was asked for.
    pub other_version: Option<String>,
    /// Why Shopify calls the request deprecated, if it does.
    pub deprecated_reason: Option<String>,
}
