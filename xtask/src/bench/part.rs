//! The parts of the report: what each is called, and what it measures.

use anyhow::Result;
use clap::ValueEnum;

use super::{Options, blocked, cause, idle, resolver, trace};
use crate::process::{cargo, output, say};

/// One part, in the order of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// The kernel programs, ns a packet
    Kernel,
    /// Rules in the kernel, ns a query
    Verdict,
    /// Loading rules: time and memory
    Rules,
    /// The agent's stages, ns a lookup
    Pipeline,
    /// Why the resolver asks and whose machine it was, ns an event
    Attribution,
    /// Events in every schema, and what takes them away
    Output,
    /// A resolver with and without us
    Resolver,
    /// Blocked lookups: the kernel beside `named` with a response policy zone
    Blocked,
    /// An agent beside a resolver that nobody asks: two minutes
    Idle,
    /// Alerts traced through recorded events
    Trace,
    /// Causes held against the truth, into docs/CAUSE-TRUTH.md: twenty minutes
    Cause,
}

impl Part {
    /// Measures it: a section of the report.
    pub fn measure(self, options: &Options) -> Result<String> {
        let (title, about) = (self.title(), self.about());
        say(format!("benchmark: {title}"));
        let text = match self {
            Self::Kernel => of_crate("kernel")?,
            Self::Verdict => of_crate("verdict")?,
            Self::Rules => of_crate("rules")?,
            Self::Pipeline => of_crate("pipeline")?,
            Self::Attribution => of_crates(&["cause", "identity", "link"])?,
            Self::Output => of_crates(&["encode", "output", "outputs"])?,
            Self::Resolver => resolver::measure(options)?,
            Self::Blocked => blocked::measure(options)?,
            Self::Idle => idle::measure()?,
            Self::Trace => trace::measure(options)?,
            Self::Cause => cause::measure()?,
        };
        Ok(format!("\n## {title}\n\n{about}{}\n", text.trim()))
    }

    fn title(self) -> &'static str {
        match self {
            Self::Kernel => "Kernel programs",
            Self::Verdict => "Rules in the kernel",
            Self::Rules => "Loading rules",
            Self::Pipeline => "Agent, one core",
            Self::Attribution => "Why the resolver asks, and whose machine it was",
            Self::Output => "Schemas and outputs",
            Self::Resolver => "A resolver, with and without",
            Self::Blocked => "Blocked lookups, the kernel beside RPZ",
            Self::Idle => "An idle agent",
            Self::Trace => "Alerts through recorded events",
            Self::Cause => "Causes and the truth",
        }
    }

    /// What stands before the table; the last ones say it themselves.
    fn about(self) -> &'static str {
        match self {
            Self::Kernel => {
                "`BPF_PROG_TEST_RUN`, ns a packet, the least of many runs. Beside each its floor with the same frame: a \
                 program that only returns, and one that only reserves and submits as many bytes in a ring buffer.\n\n"
            }
            Self::Verdict => {
                "ns a packet as above, the sample of the query included: without rules, then judged by lists of so many \
                 names. Before each run a program puts the packet together anew and calls the one that is measured; what \
                 that costs, with a program that does nothing, is taken off. So an answer is written over a query each \
                 time, and *another each time* is a name drawn at random among 2³², of which none is listed, or among \
                 the listed ones.\n\n"
            }
            Self::Rules => {
                "From a list of domains in a file to the kernel's tables, the least of several loads; the copy that is \
                 kept for a restart is made when the rules are in force already. Memory is what the first load left: \
                 the kernel's tables, and what is resident in the agent beside them; at the peak the tables are \
                 included, which are mapped into the agent.\n\n"
            }
            Self::Pipeline => {
                "From the ring buffer to JSON on a pipe, ns of CPU time a lookup (a query and its response with two \
                 answers and EDNS), the least of many rounds.\n\n"
            }
            Self::Attribution => {
                "On one core, ns an event, the least of many rounds: first both as the pipeline does it, while a million names \
                 wait, then the parts that say whose machine it was.\n\n"
            }
            Self::Output => {
                "On one core, the least of many rounds: an event in each schema, what leaves a second, and what several \
                 outputs cost where events with the same form are encoded once.\n\n"
            }
            Self::Resolver | Self::Blocked | Self::Idle | Self::Trace | Self::Cause => "",
        }
    }
}

/// Several benchmarks of the agent's crate.
fn of_crates(names: &[&str]) -> Result<String> {
    let tables: Result<Vec<_>> = names.iter().map(|name| of_crate(name)).collect();
    Ok(tables?.join("\n"))
}

/// A benchmark of the agent's crate.
fn of_crate(name: &str) -> Result<String> {
    output(cargo().args(["bench", "--quiet", "--package", "dns-monitor", "--bench", name]))
}
