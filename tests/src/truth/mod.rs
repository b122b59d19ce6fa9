//! The laboratory of causes: is it true what `dns_monitor.cause` and `dns_monitor.cache` say?
//!
//! ```text
//!  200 clients ─┐            ┌─ resolver: named under test, the probe in it, the agent on eth0
//!               │   switch   ├─ internet: root, TLDs, 5 providers of 1,000 zones ── 5 ms away
//!               └─ (bridge) ─┼─ slow: the servers of some zones ── 300 ms away
//!                            └─ upstream: a resolver to forward to
//! ```
//!
//! [`scenario`] says what is tried, [`site`] builds it, [`crowd`] asks, [`oracle`] knows from the [`probe`] in `named`
//! who truly made it ask, and [`judge`] compares. Where the oracle cannot decide, that is counted as undecided.

pub mod ask;
pub mod backports;
pub mod crowd;
pub mod graph;
pub mod internet;
pub mod judge;
pub mod kept;
pub mod oracle;
pub mod plan;
pub mod probe;
pub mod resolver;
pub mod scenario;
pub mod sign;
pub mod site;
pub mod stamp;
pub mod stream;
pub mod table;
pub mod told;
pub mod verdict;
pub mod watch;
pub mod wire;
pub mod world;
