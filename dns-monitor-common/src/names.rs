//! How the object file calls what the agent looks up in it.

/// Ingress, native or generic XDP; linear packets (the driver's MTU limit applies).
pub const XDP: &str = "dns_xdp";
/// Ingress XDP for multi-buffer packets (kernel 5.18).
pub const XDP_FRAGS: &str = "dns_xdp_frags";
/// Ingress on TC, where XDP cannot be had.
pub const TC_INGRESS: &str = "dns_tc_ingress";
/// Egress on TC.
pub const TC_EGRESS: &str = "dns_tc_egress";

/// Map of one ring buffer a CPU.
pub const RINGS: &str = "RINGS";
/// Per-CPU [`Counter`](crate::counter::Counter) slots.
pub const COUNTERS: &str = "COUNTERS";

/// [`State`](crate::rule::State): one element, mapped by the agent.
pub const STATE: &str = "STATE";
/// Two places for a [`RuleSet`](crate::rule::RuleSet) each.
pub const RULE_SETS: &str = "RULE_SETS";
/// Two places for an array of filter words each.
pub const FILTERS: &str = "FILTERS";
/// Two places for an array of [`Bucket`](crate::rule::Bucket)s each.
pub const TABLES: &str = "TABLES";
/// Two places for an array of [`Candidate`](crate::rule::Candidate)s each.
pub const CANDIDATES: &str = "CANDIDATES";
/// Two places for a trie of client prefixes each: sets of clients, as bits.
pub const CLIENTS: &str = "CLIENTS";
/// Per-CPU counters of hits, by place and [`Candidate::origin`](crate::rule::Candidate::origin).
pub const HITS: &str = "HITS";

/// Read-only setting: the ports that mean DNS.
pub const PORTS: &str = "PORTS";
/// Read-only setting: payload bytes a sample may hold.
pub const CAPTURE: &str = "CAPTURE";

/// How many ports [`PORTS`] holds; unused slots repeat the first.
pub const MAX_PORTS: usize = 4;
/// How many CPUs [`RINGS`] has room for.
pub const MAX_CPUS: usize = 1024;
