//! The control socket: what the operator asks of a running agent.
//!
//! Read in the order a command travels:
//!
//! 1. [`protocol`]: the requests and responses, one JSON object a line;
//! 2. [`client`]: sends one and prints what comes back, for people by [`show`];
//! 3. [`server`]: listens, and asks [`peer`] who calls;
//! 4. [`manual`]: the commands that are about rules given by hand;
//! 5. [`audit`]: who changed what, and when.

pub mod audit;
pub mod client;
mod line;
pub mod manual;
pub mod peer;
pub mod protocol;
pub mod server;
pub mod show;

/// Where the agent listens unless it is told otherwise.
pub const SOCKET: &str = "/run/dns-monitor/control.sock";
