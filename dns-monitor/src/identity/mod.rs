//! Who had an address, and when: host names and MAC addresses of clients.
//!
//! 1. [`assignment`]: what any source says of an address;
//! 2. [`lease`]: what stands in lease files, tables and hosts files;
//! 3. [`feed`]: how the sources that listen hand over what they learn;
//! 4. [`neighbours`]: the kernel's neighbour table;
//! 5. [`dhcp`]: DHCP, read off the wire;
//! 6. [`routes`]: which networks are on our links;
//! 7. [`link`]: whose MAC a packet has: its sender's, or that of a router between;
//! 8. [`true_client`]: for whom a forwarder asks.

pub mod assignment;
pub mod dhcp;
pub mod feed;
pub mod lease;
pub mod link;
pub mod neighbours;
mod netlink;
pub mod routes;
pub mod true_client;
