//! A shop whose root fields may be struck by faults of the script.

use serde_json::{Map, Value};

use super::access;
use super::call::Call;
use super::customers::CustomerId;
use super::faults::{FaultKind, Faults, Stage, Subject};
use super::graphql::coded::CodedError;
use super::graphql::execute::World;
use super::graphql::resolved::Resolved;
use super::user_error::{UserError, payload_of};

/// A call, and the script that spoils its root fields.
pub struct Struck<'w, 's> {
    /// The call.
    pub call: &'w mut Call<'s>,
    /// The script.
    pub faults: &'w mut Faults,
    /// The operation's name.
    pub operation: Option<&'w str>,
    /// The last fault that struck.
    pub fault: Option<FaultKind>,
}

impl World for Struck<'_, '_> {
    fn root(
        &mut self,
        field: &str,
        response_key: &str,
        arguments: &Map<String, Value>,
    ) -> Result<Resolved, CodedError> {
        let roots = [field.to_owned()];
        let struck = self.faults.strike(Subject {
            stage: Stage::Field,
            operation: self.operation,
            root_fields: &roots,
            shop: &self.call.shop.domain,
            ..Subject::default()
        });
        let Some(fault) = struck else {
            return self.call.root(field, response_key, arguments);
        };
        self.fault = Some(fault.clone());
        match fault {
            FaultKind::AccessDenied => Err(access::denied(field)),
            FaultKind::UserError {
                field: path,
                message,
                code,
            } => {
                let error = UserError::scripted(path, message, code);
                Ok(payload_of(Vec::new(), &[error]))
            }
            _ => self.call.root(field, response_key, arguments),
        }
    }

    fn customer_field(
        &self,
        customer: CustomerId,
        field: &str,
        arguments: &Map<String, Value>,
    ) -> Resolved {
        self.call.customer_field(customer, field, arguments)
    }
}
