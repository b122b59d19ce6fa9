//! What became of a lookup, and which rule is to be named for it.

use super::action::{Action, Block, Severity};

/// What was done with a query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// It went its way.
    #[default]
    Pass,
    /// It was kept from the resolver.
    Blocked(Block),
    /// It would have been, but the rule only tries.
    Would(Block),
}

/// What the kernel programs did with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// Let it pass.
    Passed,
    /// Dropped or answered it.
    Blocked(Block),
    /// Reset the TCP connection it came by.
    Reset,
    /// Let it pass, though a rule that only tries says otherwise.
    Would(Block),
}

/// What the kernel programs say of a query whose name they looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The rules that were asked, modulo 256.
    pub generation: u8,
    /// What was done.
    pub done: Done,
    /// The candidate that decided; 0: none.
    pub candidate: u16,
    /// Line of the list; 0: unknown.
    pub line: u32,
}

/// How a block was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enforced {
    /// In the kernel, on this packet.
    Kernel,
    /// By a reset of the TCP connection, in the kernel.
    Reset,
    /// Not yet: this lookup passed, and the kernel now knows the name.
    Next,
    /// Not at all.
    No,
}

/// The rule that decided, as events name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit<'r> {
    /// Where it stands: `file:line`, or the file where the line is not known.
    pub id: String,
    /// Name of the list or rule, as the configuration gives it.
    pub name: &'r str,
    /// What it belongs to: the list, or `rules` for those of the configuration, `manual` for those of the operator.
    pub ruleset: &'r str,
    /// As the configuration says.
    pub category: Option<&'r str>,
    /// As the configuration says.
    pub severity: Option<Severity>,
    /// What it does.
    pub action: Action,
}

/// What is to be said of a lookup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement<'r> {
    /// What was done.
    pub verdict: Verdict,
    /// How, where a rule wants to block.
    pub enforced: Option<Enforced>,
    /// Which rule decided.
    pub rule: Option<Hit<'r>>,
}

impl Hit<'_> {
    /// Whether the event is an alert: the rule asks for one, or the operator says how bad it is. An allowance never is,
    /// though the list it is an exception of may have a severity.
    #[must_use]
    pub const fn is_alert(&self) -> bool {
        match self.action {
            Action::Allow => false,
            Action::Alert => true,
            Action::Observe | Action::Block(_) => self.severity.is_some(),
        }
    }
}

impl Verdict {
    /// As events say it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Blocked(block) => block.name(),
            Self::Would(Block::Drop) => "would-drop",
            Self::Would(Block::Nxdomain) => "would-nxdomain",
            Self::Would(Block::Nodata) => "would-nodata",
            Self::Would(Block::Refused) => "would-refused",
            Self::Would(Block::Sinkhole) => "would-sinkhole",
            Self::Would(Block::TcpOnly) => "would-tcp-only",
        }
    }
}

impl Enforced {
    /// As events say it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kernel => "kernel",
            Self::Reset => "reset",
            Self::Next => "next",
            Self::No => "no",
        }
    }
}
