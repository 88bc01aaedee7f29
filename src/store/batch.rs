//! A write as data: statements, each with what must be true for the batch to apply.

use super::pages::Forget;
use super::value::Value;
use crate::base::id::ShopId;

/// Which guard said no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GuardFailure {
    /// The resource has another version than the one that was read, or is gone.
    VersionMismatch,
    /// Another live user of the shop has this userName.
    UserNameTaken,
    /// Another group of the shop has this displayName.
    DisplayNameTaken,
    /// The domain or token prefix is taken.
    Exists,
    /// A member is not a user of the shop.
    UnknownMember(crate::base::id::ResourceId),
    /// The row is not there.
    NotFound,
    /// Another process works for the shop now.
    LeaseLost,
}

/// One statement.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    pub(super) sql: &'static str,
    pub(super) parameters: Vec<Value>,
    /// What it means when it changes no row, or, as a question, finds none; `None`: it may.
    pub(super) none_affected: Option<GuardFailure>,
    /// What it means when a unique index refuses.
    pub(super) not_unique: Option<GuardFailure>,
}

/// What is told of each batch that was written, after the commit and before the answer: also when nobody waits for the answer any more.
pub(super) type OnWritten = Box<dyn Fn(&Batch) + Send + Sync>;

/// Statements that apply together or not at all.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    shop: Option<ShopId>,
    pub(super) statements: Vec<Statement>,
    forgets: Vec<Forget>,
    leaves_no_trace: bool,
    is_found_out_again: bool,
    is_rehearsal: bool,
}

impl Batch {
    /// An empty batch for rows of one shop.
    pub fn of(shop: ShopId) -> Self {
        Self {
            shop: Some(shop),
            ..Self::default()
        }
    }

    /// An empty batch for a row that nothing else of a shop hangs on.
    pub(super) fn of_no_shop() -> Self {
        Self::default()
    }

    /// Whose rows it writes.
    pub(super) fn shop(&self) -> Option<ShopId> {
        self.shop
    }

    /// True when it does nothing.
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// A statement without a guard.
    pub(super) fn push(&mut self, sql: &'static str, parameters: Vec<Value>) -> &mut Statement {
        self.statements.push(Statement {
            sql,
            parameters,
            none_affected: None,
            not_unique: None,
        });
        let last = self.statements.len() - 1;
        &mut self.statements[last]
    }

    /// Paging anchors that are wrong once the batch is written.
    pub(super) fn forget(&mut self, pages: Forget) {
        self.forgets.push(pages);
    }

    /// Nothing of what it deletes may be left where the engine keeps its history.
    pub(super) fn leave_no_trace(&mut self) {
        self.leaves_no_trace = true;
    }

    pub(super) fn leaves_no_trace(&self) -> bool {
        self.leaves_no_trace
    }

    /// The same batch, whose commit does not wait for the disk: what it records would be found out again if the machine, not only the process, stopped before
    /// it got there.
    #[must_use]
    pub fn found_out_again(mut self) -> Self {
        self.is_found_out_again = true;
        self
    }

    pub(super) fn is_found_out_again(&self) -> bool {
        self.is_found_out_again
    }

    /// The same batch, to be tried and undone: its guards speak, and nothing is written.
    #[must_use]
    pub fn rehearsed(mut self) -> Self {
        self.is_rehearsal = true;
        self
    }

    pub(super) fn is_rehearsal(&self) -> bool {
        self.is_rehearsal
    }

    pub(super) fn forgets_anchors(&self) -> &[Forget] {
        &self.forgets
    }
}

impl Statement {
    pub(super) fn must_affect(&mut self, otherwise: GuardFailure) -> &mut Self {
        self.none_affected = Some(otherwise);
        self
    }

    pub(super) fn must_be_unique(&mut self, otherwise: GuardFailure) -> &mut Self {
        self.not_unique = Some(otherwise);
        self
    }
}
