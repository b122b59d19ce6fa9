//! Who had an address, and when: host names and MAC addresses of clients.
//!
//! 1. [`assignment`]: what any source says of an address.

pub mod assignment;
