//! `?dryRun=true` on a write: everything is checked, nothing is stored, and the answer tells what would change and what Shopify would be sent.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::write::Change;
use super::{Answer, Call, Failure, Provision};
use crate::base::id::ResourceId;
use crate::reconcile::{Preview, Shop, Subject};
use crate::scim::error::ScimError;
use crate::scim::query::parse_query_string;
use crate::scim::schema::ResourceType;
use crate::shopify::Request;
use crate::store::{Batch, PendingUser, StoreError, Tombstone};

/// The schema of the answer.
const URN: &str = "urn:ietf:params:scim:api:messages:syncup:2.0:DryRun";

/// Users of a group whose requests are shown.
const SHOWN_USERS: usize = 25;

/// A group as it would be, for the users whose tags follow it.
pub(super) struct Regrouping<'g> {
    pub(super) group: ResourceId,
    /// Its name; `None`: it would be deleted.
    pub(super) name: Option<&'g str>,
    /// Who would be in it, of those who are concerned.
    pub(super) is_in: &'g dyn Fn(ResourceId) -> bool,
}

impl Call<'_> {
    /// Whether the request only asks what would happen.
    pub(super) fn is_dry_run(&self) -> Result<bool, Failure> {
        let pairs = parse_query_string(self.query)?;
        let asked = pairs
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("dryRun"));
        match asked
            .map(|(_, value)| value.to_ascii_lowercase())
            .as_deref()
        {
            None | Some("false") => Ok(false),
            Some("true" | "") => Ok(true),
            Some(_) => Err(ScimError::invalid_value("dryRun is true or false").into()),
        }
    }
}

impl Provision {
    /// Of a user who would be created, in the place of a deleted one whose customer is kept, if there is one.
    pub(super) fn preview_created(
        shop: &Shop,
        id: ResourceId,
        document: &Map<String, Value>,
        tombstone: Option<&Tombstone>,
    ) -> Preview {
        shop.preview(&Subject {
            id,
            document,
            groups: &[],
            deleted: false,
            customer: tombstone.map(|tombstone| &tombstone.customer),
            applied: None,
            may_exist: false,
        })
    }

    /// Of a user who is there; without a document, it would be deleted.
    pub(super) async fn preview_changed(
        &self,
        shop: &Shop,
        id: ResourceId,
        document: Option<&Map<String, Value>>,
    ) -> Result<Vec<(ResourceId, Preview)>, StoreError> {
        let Some(pending) = self.store.pending_user(shop.id(), &shop.key, id).await? else {
            return Ok(Vec::new());
        };
        let groups = self.group_names(shop, id, None).await?;
        let nothing = Map::new();
        let subject = subject(
            &pending,
            document.unwrap_or(&nothing),
            &groups,
            document.is_none(),
        );
        Ok(vec![(id, shop.preview(&subject))])
    }

    /// The answer to a write of a group that only asks what would happen to these users.
    pub(super) async fn rehearse_group(
        &self,
        shop: &Shop,
        batch: Batch,
        change: &Change<'_>,
        users: &BTreeSet<ResourceId>,
        regrouping: &Regrouping<'_>,
    ) -> Result<Answer, Failure> {
        self.rehearse(batch, ResourceType::Group).await?;
        let previews = self.preview_regrouped(shop, users, regrouping).await?;
        Ok(answer(change, users.len(), &previews))
    }

    /// Of the first of the users.
    async fn preview_regrouped(
        &self,
        shop: &Shop,
        users: &BTreeSet<ResourceId>,
        regrouping: &Regrouping<'_>,
    ) -> Result<Vec<(ResourceId, Preview)>, StoreError> {
        let mut previews = Vec::new();
        for id in users.iter().take(SHOWN_USERS) {
            let Some(pending) = self.store.pending_user(shop.id(), &shop.key, *id).await? else {
                continue;
            };
            let document: Map<String, Value> = serde_json::from_str(&pending.user.document)
                .map_err(|_| StoreError::Corrupt { what: "user" })?;
            let groups = self.group_names(shop, *id, Some(regrouping)).await?;
            let preview = shop.preview(&subject(&pending, &document, &groups, false));
            previews.push((*id, preview));
        }
        Ok(previews)
    }

    async fn group_names(
        &self,
        shop: &Shop,
        user: ResourceId,
        regrouping: Option<&Regrouping<'_>>,
    ) -> Result<Vec<String>, StoreError> {
        let mut names = Vec::new();
        for group in self
            .store
            .groups_of_user(shop.id(), &shop.key, user)
            .await?
        {
            if regrouping.is_some_and(|regrouping| regrouping.group == group.id) {
                continue;
            }
            let document: Value = serde_json::from_str(&group.document)
                .map_err(|_| StoreError::Corrupt { what: "group" })?;
            names.extend(document["displayName"].as_str().map(str::to_owned));
        }
        if let Some(regrouping) = regrouping
            && (regrouping.is_in)(user)
        {
            names.extend(regrouping.name.map(str::to_owned));
        }
        Ok(names)
    }
}

fn subject<'s>(
    pending: &'s PendingUser,
    document: &'s Map<String, Value>,
    groups: &'s [String],
    deleted: bool,
) -> Subject<'s> {
    let sync = &pending.user.sync;
    Subject {
        id: pending.user.id,
        document,
        groups,
        deleted,
        customer: sync.customer.as_ref(),
        applied: pending.applied.as_deref(),
        may_exist: sync.attempts > 0 || (deleted && sync.applied_gen == 0),
    }
}

/// The answer: what would change, and what would be sent for how many users.
pub(super) fn answer(
    change: &Change<'_>,
    users: usize,
    previews: &[(ResourceId, Preview)],
) -> Answer {
    let shopify: Vec<Value> = previews
        .iter()
        .map(|(user, preview)| shown(*user, preview))
        .collect();
    let body = json!({
        "schemas": [URN],
        "status": change.status.to_string(),
        "changed": change.attributes,
        "users": users,
        "shopify": shopify,
    });
    Answer::ok(body.to_string())
}

fn shown(user: ResourceId, preview: &Preview) -> Value {
    let points: f64 = preview.requests.iter().map(|request| request.points).sum();
    let requests: Vec<Value> = preview.requests.iter().map(Request::body).collect();
    let mut shown = json!({"user": user.to_string(), "points": points, "requests": requests});
    if let Some(depends) = preview.depends {
        shown["then"] = json!(depends);
    }
    if let Some(reason) = &preview.held {
        shown["held"] = json!(reason);
    }
    if !preview.warnings.is_empty() {
        shown["warnings"] = json!(preview.warnings);
    }
    shown
}
