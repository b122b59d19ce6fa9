//! What can go wrong between the agent and the kernel. The library's errors say their causes themselves,
//! so they are told here and are nobody's `source`.

use std::io;

use aya::{EbpfError, maps::MapError, programs::ProgramError};
use thiserror::Error;

/// An error of the kernel source, with what the operator can do.
#[derive(Debug, Error)]
pub enum KernelError {
    /// The object was refused.
    #[error(
        "the kernel does not load the programs: {0}\n  they need root, or CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON, and a kernel from 5.10 on"
    )]
    Load(EbpfError),
    /// A program was refused.
    #[error("the kernel refuses a program: {}", verifier(.0))]
    Program(ProgramError),
    /// A map was refused.
    #[error("the kernel refuses a map: {0}\n  (a smaller `ring_size` may help where memory is short)")]
    Map(MapError),
    /// The object inside this program is not the one this program was built for.
    #[error("the eBPF object has no `{0}`: build again with `cargo xtask build`")]
    Missing(&'static str),
    /// The kernel does not say which CPUs there are.
    #[error("cannot read {0}: {1}")]
    Cpus(&'static str, io::Error),
    /// No such interface.
    #[error("there is no interface `{name}`; there are: {}", .known.join(", "))]
    NoInterface {
        /// As asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// No interface was asked for.
    #[error(
        "no interface to watch: name one with --interface, or in the configuration's [capture] interfaces"
    )]
    NoInterfaces,
    /// Frames of the interface have no Ethernet header.
    #[error("`{0}` is not an Ethernet interface: watch the one its packets leave by")]
    NotEthernet(String),
    /// Another XDP program is attached.
    #[error(
        "another XDP program is attached to `{interface}`, and stays there: an interface holds one.\n  \
         Use `--attach tc` to watch ingress on TC beside it (see it with `ip link show {interface}`)"
    )]
    Occupied {
        /// The interface.
        interface: String,
    },
    /// Nothing could be attached.
    #[error("cannot attach to `{interface}`: {reasons}")]
    Attach {
        /// The interface.
        interface: String,
        /// What was tried, and what the kernel said.
        reasons: String,
    },
    /// Links cannot outlive the agent here.
    #[error(
        "the programs on `{interface}` cannot be kept when the agent ends: {reason}\n  \
         `on_exit = \"keep\"` needs Linux 6.6 and a BPF file system at /sys/fs/bpf"
    )]
    Keep {
        /// The interface.
        interface: String,
        /// What the kernel said.
        reason: String,
    },
    /// The netlink socket was refused.
    #[error("cannot watch network interfaces come and go: {0}")]
    Watch(io::Error),
}

impl From<ProgramError> for KernelError {
    fn from(error: ProgramError) -> Self {
        Self::Program(error)
    }
}

impl From<MapError> for KernelError {
    fn from(error: MapError) -> Self {
        Self::Map(error)
    }
}

/// The end of the verifier's log says why.
fn verifier(error: &ProgramError) -> String {
    let text = error.to_string();
    let lines: Vec<_> = text.lines().collect();
    lines.get(lines.len().saturating_sub(12)..).unwrap_or_default().join("\n")
}
