//! Response codes (RFC 1035 §4.1.1), as far as they mean something to us. Extended ones have twelve bits (RFC 6891 §6.1.3).

/// No error.
pub const NOERROR: u16 = 0;
/// The server cannot read the query.
pub const FORMERR: u16 = 1;
/// The server cannot find out.
pub const SERVFAIL: u16 = 2;
/// There is no such name.
pub const NXDOMAIN: u16 = 3;
/// The server will not say.
pub const REFUSED: u16 = 5;
