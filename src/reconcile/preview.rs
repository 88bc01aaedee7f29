//! What a step would send, were a change stored now. Pure: Shopify is asked nothing.

use serde_json::{Map, Value};

use super::shop::Shop;
use crate::base::id::{CustomerGid, ResourceId};
use crate::directory::DeletePolicy;
use crate::mapping::{self, Applied, Desired, Warning, plan};
use crate::shopify::Request;
use crate::shopify::customer::{delete_request, erase_request, find_request};
use crate::shopify::model::CustomerKey;

/// A user as it would be.
pub struct Subject<'s> {
    /// The SCIM id.
    pub id: ResourceId,
    /// The document.
    pub document: &'s Map<String, Value>,
    /// The display names of the groups.
    pub groups: &'s [String],
    /// Whether it would be deleted.
    pub deleted: bool,
    /// The customer, if one is known.
    pub customer: Option<&'s CustomerGid>,
    /// What was written to it last, as the store keeps it.
    pub applied: Option<&'s str>,
    /// Whether an earlier attempt may have left a customer.
    pub may_exist: bool,
}

/// What would be sent for one user.
pub struct Preview {
    /// The requests, in order.
    pub requests: Vec<Request>,
    /// What happens else, when that depends on the answer to the last of them.
    pub depends: Option<&'static str>,
    /// Why the user would be held.
    pub held: Option<String>,
    /// What of the user would be left out.
    pub warnings: Vec<String>,
}

impl Shop {
    /// The customer that a user should be, by the shop's rules.
    pub(super) fn desired(
        &self,
        id: ResourceId,
        document: &Map<String, Value>,
        groups: &[String],
        deleted: bool,
    ) -> Desired {
        let settings = &self.record.settings;
        mapping::desired(
            document,
            &mapping::Context {
                scim_id: &id.to_string(),
                groups,
                deleted,
                phone_region: settings.phone_region.as_deref(),
                marks: settings.disabled_marks,
            },
        )
    }

    /// What a step would send for the user.
    pub fn preview(&self, subject: &Subject<'_>) -> Preview {
        let desired = self.desired(
            subject.id,
            subject.document,
            subject.groups,
            subject.deleted,
        );
        let applied = subject.applied.and_then(Applied::read);
        let heeding = match &applied {
            Some(applied) => desired.heeding(applied.refused()),
            None => desired.clone(),
        };
        let mut preview = Preview {
            requests: Vec::new(),
            depends: None,
            held: None,
            warnings: heeding.warnings.iter().map(Warning::to_string).collect(),
        };
        match (subject.customer, applied) {
            (Some(customer), Some(applied)) if !applied.is_doubtful() => {
                preview.change(self, subject, customer, &applied, desired);
            }
            (Some(customer), _) => {
                preview.requests = vec![find_request(&CustomerKey::Id(customer.clone()))];
                preview.depends = Some("what differs from the customer that is found is written");
            }
            (None, _) if subject.deleted => preview.warnings.clear(),
            (None, _) => preview.create(self, subject, &desired),
        }
        preview
    }
}

impl Preview {
    fn change(
        &mut self,
        shop: &Shop,
        subject: &Subject<'_>,
        customer: &CustomerGid,
        applied: &Applied,
        desired: Desired,
    ) {
        self.held = held(&desired).filter(|_| !subject.deleted);
        if !subject.deleted {
            let plan = plan(&desired, Some((customer, applied)));
            self.requests.extend(plan.request());
            return;
        }
        self.warnings.clear();
        let policy = shop.record.settings.delete_policy;
        if policy == DeletePolicy::DeleteIfPossible {
            self.requests.push(delete_request(customer));
            self.depends = Some("a customer that has orders is marked instead");
            return;
        }
        let marked = plan(&desired.leaving(applied), Some((customer, applied)));
        self.requests.extend(marked.request());
        if policy == DeletePolicy::Erase {
            self.requests.push(erase_request(customer));
        }
    }

    fn create(&mut self, shop: &Shop, subject: &Subject<'_>, desired: &Desired) {
        self.held = held(desired);
        let email = desired.customer.email.clone();
        let Some(email) = email.filter(|_| self.held.is_none()) else {
            return;
        };
        if !shop.record.settings.new_customer_creation {
            self.requests = vec![find_request(&CustomerKey::Email(email))];
            self.depends = Some(
                "New Customer Creation is off: a customer that is found is adopted, if the shop's policy allows; without one the user is held",
            );
        } else if subject.may_exist {
            let key = CustomerKey::ScimId(subject.id.to_string());
            self.requests = vec![find_request(&key)];
            self.depends = Some(
                "an earlier request was never answered: a customer that is found is changed, else one is created",
            );
        } else {
            self.requests.extend(plan(desired, None).request());
            self.depends = Some(
                "a customer that has the e-mail already is adopted, if the shop's policy allows; if not, the user is in conflict",
            );
        }
    }
}

fn held(desired: &Desired) -> Option<String> {
    desired.hold.as_ref().map(ToString::to_string)
}
