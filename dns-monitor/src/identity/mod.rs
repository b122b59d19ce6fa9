//! Who had an address, and when: host names and MAC addresses of clients.
//!
//! 1. [`assignment`]: what any source says of an address;
//! 2. [`lease`]: what stands in lease files, tables and hosts files;
//! 3. [`history`]: all that was said, asked by address and time;
//! 4. [`feed`]: how the sources that listen hand over what they learn;
//! 5. [`neighbours`]: the kernel's neighbour table;
//! 6. [`dhcp`]: DHCP, read off the wire;
//! 7. [`ptr`]: PTR records of private addresses;
//! 8. [`routes`]: which networks are on our links;
//! 9. [`link`]: whose MAC a packet has: its sender's, or that of a router between;
//! 10. [`true_client`]: for whom a forwarder asks.

pub mod assignment;
pub mod dhcp;
pub mod feed;
pub mod history;
pub mod lease;
pub mod link;
pub mod neighbours;
mod netlink;
pub mod ptr;
pub mod routes;
pub mod true_client;
