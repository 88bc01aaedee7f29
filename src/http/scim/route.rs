//! From a request's path to the endpoint it means. Pure.
//!
//! RFC 7644 §3.2 names the endpoints. The base is `/scim/v2`, with or without the shop behind it; doubled and trailing slashes and a
//! doubled `/v2`, which clients make by joining URLs, mean the same endpoint.

/// The path below which SCIM is served.
pub const BASE_PATH: &str = "/scim/v2";

/// A kind of resource that clients manage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// `/Users`
    Users,
    /// `/Groups`
    Groups,
}

/// What a path means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// `/`: a query over all resources.
    Root,
    /// `/.search`
    RootSearch,
    /// `/Users`, `/Groups`
    Collection(Resource),
    /// `/Users/.search`, `/Groups/.search`
    Search(Resource),
    /// `/Users/ID`, `/Groups/ID`
    One(Resource, String),
    /// `/Bulk`
    Bulk,
    /// `/Me`
    Me,
    /// `/ServiceProviderConfig`
    ServiceProviderConfig,
    /// `/ResourceTypes`
    ResourceTypes,
    /// `/ResourceTypes/NAME`
    ResourceType(String),
    /// `/Schemas`
    Schemas,
    /// `/Schemas/URN`
    Schema(String),
}

/// An endpoint, and the shop when the path names one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The shop's segment, undecided whether such a shop exists.
    pub shop: Option<String>,
    /// The endpoint.
    pub endpoint: Endpoint,
}

impl Endpoint {
    /// The methods that the endpoint serves, as the `Allow` header has them.
    pub fn allow(&self) -> &'static str {
        match self {
            Self::Collection(_) => "GET, POST",
            Self::One(..) => "GET, PUT, PATCH, DELETE",
            Self::Bulk | Self::Search(_) | Self::RootSearch => "POST",
            Self::Me => "GET, POST, PUT, PATCH, DELETE",
            _ => "GET",
        }
    }

    /// The endpoint's path pattern, for log lines and metrics: ids are not repeated.
    pub fn pattern(&self) -> &'static str {
        match self {
            Self::Root => "/",
            Self::RootSearch => "/.search",
            Self::Collection(Resource::Users) => "/Users",
            Self::Collection(Resource::Groups) => "/Groups",
            Self::Search(Resource::Users) => "/Users/.search",
            Self::Search(Resource::Groups) => "/Groups/.search",
            Self::One(Resource::Users, _) => "/Users/{id}",
            Self::One(Resource::Groups, _) => "/Groups/{id}",
            Self::Bulk => "/Bulk",
            Self::Me => "/Me",
            Self::ServiceProviderConfig => "/ServiceProviderConfig",
            Self::ResourceTypes => "/ResourceTypes",
            Self::ResourceType(_) => "/ResourceTypes/{id}",
            Self::Schemas => "/Schemas",
            Self::Schema(_) => "/Schemas/{id}",
        }
    }
}

/// The target of `path` (decoded), or `None` when there is no such endpoint.
pub fn target(path: &str) -> Option<Target> {
    let rest = path.trim_start_matches('/').strip_prefix("scim/")?;
    let mut segments: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
    if segments.first() != Some(&"v2") {
        return None;
    }
    while segments.first() == Some(&"v2") {
        segments.remove(0);
    }
    if let Some(endpoint) = endpoint(&segments) {
        return Some(Target {
            shop: None,
            endpoint,
        });
    }
    let (shop, mut rest) = segments.split_first()?;
    while rest.first() == Some(&"v2") {
        rest = rest.get(1..).unwrap_or_default();
    }
    Some(Target {
        shop: Some((*shop).to_owned()),
        endpoint: endpoint(rest)
            .filter(|endpoint| *endpoint != Endpoint::Root || plausible(shop))?,
    })
}

/// Whether a lone segment can be a shop: otherwise an unknown endpoint would be taken for one.
fn plausible(segment: &str) -> bool {
    segment.ends_with(".myshopify.com")
}

fn endpoint(segments: &[&str]) -> Option<Endpoint> {
    let owned = |text: &&str| (*text).to_owned();
    match segments {
        [] => Some(Endpoint::Root),
        [".search"] => Some(Endpoint::RootSearch),
        ["Bulk"] => Some(Endpoint::Bulk),
        ["Me", ..] => Some(Endpoint::Me),
        ["ServiceProviderConfig" | "ServiceProviderConfigs"] => {
            Some(Endpoint::ServiceProviderConfig)
        }
        ["ResourceTypes"] => Some(Endpoint::ResourceTypes),
        ["ResourceTypes", name] => Some(Endpoint::ResourceType(owned(name))),
        ["Schemas"] => Some(Endpoint::Schemas),
        ["Schemas", urn] => Some(Endpoint::Schema(owned(urn))),
        [kind, rest @ ..] => {
            let resource = match *kind {
                "Users" => Resource::Users,
                "Groups" => Resource::Groups,
                _ => return None,
            };
            match rest {
                [] => Some(Endpoint::Collection(resource)),
                [".search"] => Some(Endpoint::Search(resource)),
                [id] => Some(Endpoint::One(resource, owned(id))),
                _ => None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_means_one_endpoint_however_it_is_joined() {
        let check = |path: &str, shop: Option<&str>, want: Option<Endpoint>| {
            let got = target(path);
            assert_eq!(got.as_ref().map(|t| &t.endpoint), want.as_ref(), "{path}");
            assert_eq!(got.and_then(|t| t.shop).as_deref(), shop, "{path}");
        };
        let users = Endpoint::Collection(Resource::Users);
        check("/scim/v2/Users", None, Some(users.clone()));
        check("/scim/v2//Users", None, Some(users.clone())); // R1
        check("/scim/v2/Users/", None, Some(users.clone())); // corner 41
        check("/scim/v2/v2/Users", None, Some(users.clone())); // corner 41
        check("/scim/v2/demo/Users", Some("demo"), Some(users.clone()));
        check(
            "/scim/v2/demo.myshopify.com/Users",
            Some("demo.myshopify.com"),
            Some(users),
        );
        check("/scim/v2/", None, Some(Endpoint::Root));
        check("/scim/v2/.search", None, Some(Endpoint::RootSearch));
        check(
            "/scim/v2/Groups/7",
            None,
            Some(Endpoint::One(Resource::Groups, "7".to_owned())),
        );
        check(
            "/scim/v2/Users/.search",
            None,
            Some(Endpoint::Search(Resource::Users)),
        );
        check(
            "/scim/v2/Schemas/urn:x:1.0",
            None,
            Some(Endpoint::Schema("urn:x:1.0".to_owned())),
        );
        check("/scim/v2/url", None, None); // R2
        check("/scim/v2/Users/1/2", None, None);
        check("/scim/v3/Users", None, None);
        check("/", None, None);
    }
}
