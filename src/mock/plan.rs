//! A shop's plan: how many points an app has and how fast they come back.

use serde::{Deserialize, Serialize};

/// Shopify's plans, as far as rate limits tell them apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Plan {
    /// Basic and Grow: 100 points a second.
    #[default]
    Standard,
    /// 200 points a second.
    Advanced,
    /// 1,000 points a second.
    Plus,
    /// 2,000 points a second.
    Enterprise,
}

impl Plan {
    /// Points that come back each second.
    pub fn restore_points_per_second(self) -> f64 {
        match self {
            Self::Standard => 100.0,
            Self::Advanced => 200.0,
            Self::Plus => 1_000.0,
            Self::Enterprise => 2_000.0,
        }
    }

    /// The size of the bucket, in points: 20 seconds of restoring.
    pub fn maximum_points(self) -> f64 {
        20.0 * self.restore_points_per_second()
    }

    /// The name a merchant reads.
    pub fn display_name(self) -> &'static str {
        match self {
            Self::Standard => "Basic",
            Self::Advanced => "Advanced",
            Self::Plus => "Shopify Plus",
            Self::Enterprise => "Commerce Components",
        }
    }

    /// Whether the shop is on Plus or above.
    pub fn is_plus(self) -> bool {
        matches!(self, Self::Plus | Self::Enterprise)
    }
}
