//! Who had an address, and when: host names and MAC addresses of clients.
//!
//! 1. [`assignment`]: what any source says of an address;
//! 2. [`lease`]: what stands in lease files, tables and hosts files;
//! 3. [`link`]: whose MAC a packet has: its sender's, or that of a router between;
//! 4. [`true_client`]: for whom a forwarder asks.

pub mod assignment;
pub mod lease;
pub mod link;
pub mod true_client;
