//! Classes and QCLASSes (RFC 1035 §3.2.4), as far as they mean something to us.

/// The Internet.
pub const IN: u16 = 1;
/// Chaosnet.
pub const CH: u16 = 3;
/// None: an UPDATE deletes by it (RFC 2136 §2.5).
pub const NONE: u16 = 254;
/// Any; an UPDATE deletes by it too.
pub const ANY: u16 = 255;
