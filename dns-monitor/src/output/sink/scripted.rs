//! A collector for tests, which says what it is told.

use super::{Events, Receipt, SinkError};

/// What becomes of a batch.
type Deliver = dyn FnMut(&Events<'_>) -> Result<Receipt, SinkError> + Send;

/// A collector for tests.
pub struct Scripted {
    /// Whether it says what it has taken.
    pub acknowledges: bool,
    /// What it says.
    pub deliver: Box<Deliver>,
}
