//! Who had an address, and when: host names and MAC addresses of clients.
//!
//! 1. [`assignment`]: what any source says of an address;
//! 2. [`lease`]: what stands in lease files, tables and hosts files.

pub mod assignment;
pub mod lease;
