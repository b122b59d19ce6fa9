//! Reading a rule.

use super::{
    condition,
    spec::{Origin, RuleSpec},
};
use crate::config::raw::Table;

impl RuleSpec {
    /// Nothing where something is missing or wrong that has no default.
    pub(super) fn read(table: &mut Table<'_, '_>) -> Option<Self> {
        let origin = Origin::read(table, None);
        let condition = condition::required(table);
        Some(Self { origin: origin?, condition: condition? })
    }
}
