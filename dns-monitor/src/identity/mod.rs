//! Who had an address, and when: host names and MAC addresses of clients.
//!
//! 1. [`assignment`]: what any source says of an address;
//! 2. [`lease`]: what stands in lease files, tables and hosts files;
//! 3. [`follow`]: those files as they change;
//! 4. [`history`]: all that was said, asked by address and time;
//! 5. [`explain`]: the same for people, with the lines that say it;
//! 6. [`feed`]: how the sources that listen hand over what they learn;
//! 7. [`neighbours`]: the kernel's neighbour table;
//! 8. [`dhcp`]: DHCP, read off the wire;
//! 9. [`ptr`]: PTR records of private addresses;
//! 10. [`routes`]: which networks are on our links;
//! 11. [`link`]: whose MAC a packet has: its sender's, or that of a router between;
//! 12. [`true_client`]: for whom a forwarder asks;
//! 13. [`directory`]: all of it, as the pipeline asks;
//! 14. [`books`]: what became of what the sources said.

pub mod assignment;
pub mod books;
pub mod dhcp;
pub mod directory;
pub mod explain;
pub mod feed;
pub mod follow;
pub mod history;
pub mod lease;
pub mod link;
pub mod neighbours;
mod netlink;
pub mod ptr;
pub mod routes;
#[cfg(test)]
mod tests;
pub mod true_client;
