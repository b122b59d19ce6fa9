//! What the agent tells of its rules.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::rr_type;

/// What is in force, and what it did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stats {
    /// How often rules were put in force since the agent started.
    pub generation: u64,
    /// The agent's mode, as the configuration says it.
    pub mode: String,
    /// What happens to the kernel programs when the agent ends, as the configuration says it.
    pub on_exit: String,
    /// How long the agent may be silent before nothing is blocked any more, s; `None`: for ever.
    pub watchdog_seconds: Option<u64>,
    /// Whether the kernel blocks now.
    pub enforcing: bool,
    /// Names in the kernel's table.
    pub names: u64,
    /// Memory of the kernel's tables, bytes.
    pub kernel_bytes: u64,
    /// Memory that the agent keeps for its rules, bytes.
    pub agent_bytes: u64,
    /// When these rules came into force; `None`: there are none.
    pub loaded_at: Option<Timestamp>,
    /// How long it took, s.
    pub load_seconds: f64,
    /// Lists and rules, in the order of the configuration.
    pub origins: Vec<OriginStats>,
    /// Names that the agent found to be blocked and told the kernel.
    pub learned: Learned,
    /// Manual rules in force.
    pub manual: u64,
}

/// One list or rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OriginStats {
    /// As the configuration names it.
    pub name: String,
    /// `list`, `rule` or `manual`.
    pub kind: String,
    /// As the configuration says it.
    pub action: String,
    /// Entries in force.
    pub entries: u64,
    /// Lines that could not be read.
    pub unreadable: u64,
    /// Lines that were understood and have no meaning here.
    pub ignored: u64,
    /// Lookups that it decided, as the kernel and the agent counted them.
    pub hits: u64,
    /// When its text last changed.
    pub changed_at: Option<Timestamp>,
    /// Why the newest text is not in force.
    pub error: Option<String>,
    /// Where the text in force is from.
    pub from: Provenance,
}

/// Where the text of a list is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provenance {
    /// A file, the configuration included.
    File,
    /// A download.
    Url,
    /// The copy of the last good text, because the newest is refused.
    LastGood,
}

/// Names that the agent found to be blocked and told the kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Learned {
    /// Known now.
    pub now: u64,
    /// Room for.
    pub max: u64,
    /// Dropped for a newer one before their time.
    pub evicted: u64,
    /// Not taken, because there was no room.
    pub refused: u64,
}

/// A rule that was given by a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManualRule {
    /// For this name and everything below it.
    pub name: String,
    /// `allow`, or how it is blocked.
    pub action: String,
    /// Since when.
    pub since: Timestamp,
    /// When it ends; `None`: when it is forgotten.
    pub until: Option<Timestamp>,
    /// User id of who gave it.
    pub uid: u32,
    /// The user's name, if it was known then.
    pub user: Option<String>,
}

/// Which rules match a lookup, which wins, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The name asked about, lower case, without the trailing dot.
    pub name: String,
    /// Query type; in JSON by name.
    #[serde(rename = "type", with = "rr_type")]
    pub qtype: u16,
    /// Who would look it up; `None`: a client that no rule names.
    pub client: Option<IpAddr>,
    /// Every rule that matches, the strongest first.
    pub matches: Vec<Match>,
    /// What is done with the lookup, as events say it.
    pub verdict: String,
    /// Why.
    pub reason: String,
}

/// A rule that matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Match {
    /// The list or rule.
    pub origin: String,
    /// Where it stands: `file:line`.
    pub id: String,
    /// The names it means, as it is written.
    pub what: String,
    /// What it does.
    pub action: String,
    /// Whether it beats what is not important.
    pub important: bool,
    /// Its place in the order of precedence: less wins.
    pub rank: u64,
    /// Why it wins, or what beats it.
    pub why: String,
    /// Who carries it out.
    pub enforced_by: Enforcer,
    /// Whether this is the one that decides.
    pub wins: bool,
}

/// Who carries a rule out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Enforcer {
    /// The kernel programs, on the first lookup.
    Kernel,
    /// The agent, from the second lookup on.
    Agent,
}
