//! The laboratory: a resolver host, three clients and an internet, in network namespaces.
//!
//! ```text
//!  client 0 ─┐            ┌─ resolver: named (recursive), the agent on eth0
//!  client 1 ─┤   switch   │
//!  client 2 ─┴─ (bridge) ─┴─ internet: named as root, TLD and authority
//! ```
//!
//! All are on one Ethernet, dual-stack, with a VLAN and a QinQ VLAN between clients and
//! resolver beside the untagged network ([`address`]). Read [`lab`] first; what a lab leaves
//! behind if it is killed, the next one removes ([`tag`]).

pub mod address;
pub mod agent;
pub mod books;
pub mod bpf;
pub mod collectors;
pub mod debian;
pub mod dhcp;
pub mod dns;
pub mod event;
pub mod gap;
pub mod lab;
pub mod load;
pub mod named;
pub mod namespace;
pub mod oracle;
pub mod raw;
pub mod router;
pub mod rules;
pub mod suricata;
pub mod tag;
pub mod topology;
pub mod truth;
pub mod vlan;
pub mod wait;
pub mod zones;

pub use agent::Agent;
pub use lab::{Lab, LabOptions};
pub use rules::Rules;
