//! Opcodes (RFC 1035 §4.1.1), as far as they mean something to us.

/// An ordinary query.
pub const QUERY: u8 = 0;
/// A zone has changed (RFC 1996).
pub const NOTIFY: u8 = 4;
