//! `type = "stdout"`.

use serde::Serialize;

use crate::config::{raw::Table, resolved::Color, value::choice};

/// Standard output.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stdout {
    /// Whether text has colour.
    pub color: Color,
}

impl Stdout {
    pub(super) fn read(table: &mut Table<'_, '_>) -> Option<Self> {
        Some(Self { color: table.value("color", choice).unwrap_or_default() })
    }
}
