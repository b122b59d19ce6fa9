//! What a rule does with a lookup that it matches.

use std::net::{Ipv4Addr, Ipv6Addr};

use clap::ValueEnum;
use dns_monitor_common::rule::action as code;
use serde::{Deserialize, Serialize};

/// How a lookup is kept from the resolver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Block {
    /// No answer at all.
    Drop,
    /// The name does not exist.
    Nxdomain,
    /// The name exists, this type does not.
    Nodata,
    /// The resolver will not say.
    Refused,
    /// An address of the operator's, or no data for a type that has none.
    Sinkhole,
    /// Truncated: the client asks again over TCP, and that passes.
    TcpOnly,
}

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Nothing, and no weaker rule does anything.
    Allow,
    /// The event names the rule.
    Observe,
    /// The event names the rule and is an alert.
    Alert,
    /// The lookup is kept from the resolver.
    Block(Block),
}

/// How bad it is, as the operator says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// Worth a look.
    Medium,
    /// Worth a look now.
    High,
    /// Worth waking someone.
    Critical,
}

/// Where a sinkhole leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sinkhole {
    /// For type A.
    pub v4: Option<Ipv4Addr>,
    /// For type AAAA.
    pub v6: Option<Ipv6Addr>,
}

/// An action and what belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Effect {
    /// What is done.
    pub action: Action,
    /// The addresses of a sinkhole.
    pub sinkhole: Sinkhole,
    /// Time to live of a sinkhole's answer, s.
    pub ttl: u32,
    /// Extended DNS Error (RFC 8914 §4), where the query has EDNS.
    pub ede: Option<u16>,
    /// Beats what is not important: a block an allowance, an allowance every block.
    pub important: bool,
    /// Judge, report, and touch nothing.
    pub would: bool,
}

impl Effect {
    /// Only the action.
    #[must_use]
    pub const fn of(action: Action) -> Self {
        let sinkhole = Sinkhole { v4: None, v6: None };
        Self { action, sinkhole, ttl: 60, ede: None, important: false, would: false }
    }
}

impl Block {
    /// As events and the configuration say it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Drop => "drop",
            Self::Nxdomain => "nxdomain",
            Self::Nodata => "nodata",
            Self::Refused => "refused",
            Self::Sinkhole => "sinkhole",
            Self::TcpOnly => "tcp-only",
        }
    }

    /// As the kernel programs say it.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Drop => code::DROP,
            Self::Nxdomain => code::NXDOMAIN,
            Self::Nodata => code::NODATA,
            Self::Refused => code::REFUSED,
            Self::Sinkhole => code::SINKHOLE,
            Self::TcpOnly => code::TCP_ONLY,
        }
    }

    /// What a kernel program means.
    #[must_use]
    pub const fn from_code(value: u8) -> Option<Self> {
        match value {
            code::DROP => Some(Self::Drop),
            code::NXDOMAIN => Some(Self::Nxdomain),
            code::NODATA => Some(Self::Nodata),
            code::REFUSED => Some(Self::Refused),
            code::SINKHOLE => Some(Self::Sinkhole),
            code::TCP_ONLY => Some(Self::TcpOnly),
            _ => None,
        }
    }
}

impl Action {
    /// As the configuration says it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Observe => "observe",
            Self::Alert => "alert",
            Self::Block(block) => block.name(),
        }
    }

    /// As the kernel programs say it.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Allow => code::ALLOW,
            Self::Observe => code::OBSERVE,
            Self::Alert => code::ALERT,
            Self::Block(block) => block.code(),
        }
    }

    /// What a [`Candidate`](dns_monitor_common::rule::Candidate) means.
    #[must_use]
    pub const fn from_code(value: u8) -> Option<Self> {
        match value {
            code::ALLOW => Some(Self::Allow),
            code::OBSERVE => Some(Self::Observe),
            code::ALERT => Some(Self::Alert),
            _ => match Block::from_code(value) {
                Some(block) => Some(Self::Block(block)),
                None => None,
            },
        }
    }
}

impl Severity {
    /// As events say it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}
