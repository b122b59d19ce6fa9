//! The settings as used: plain types, every default filled in, every bound kept.
//!
//! The text of each setting for operators is in `docs/dns-monitor.toml`; tests hold the two
//! together.

use std::{net::IpAddr, time::Duration};

use clap::ValueEnum;
use dns_monitor_common::sample::MAX_CAPTURE;
use serde::Serialize;

use super::{
    identity::{Identity, Leases},
    output::{Kind, Output, Stdout},
    rules::{Control, Rules, Spec},
    value,
};

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// All settings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Config {
    /// Taking samples in the kernel.
    pub capture: Capture,
    /// Joining queries and responses.
    pub track: Track,
    /// Reassembling TCP streams.
    pub tcp: Tcp,
    /// Reassembling UDP fragments.
    pub fragments: Fragments,
    /// What the events say about this host.
    pub observer: Observer,
    /// Reading capture files.
    pub replay: Replay,
    /// What holds for all lists and rules.
    pub rules: Rules,
    /// Being told what to do while running.
    pub control: Control,
    /// What is remembered of who had an address.
    pub identity: Identity,
    /// What says who has which address.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub leases: Vec<Leases>,
    /// Where events go; standard output alone where the file does not say.
    #[serde(rename = "output")]
    pub outputs: Vec<Output>,
    /// Lists and rules in the order of the file, which decides between them. Written one by one: grouped by kind, they
    /// would lose it.
    #[serde(skip)]
    pub specs: Vec<Spec>,
}

/// Taking samples in the kernel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Capture {
    /// Interfaces to attach to; empty where the command line is to name them.
    pub interfaces: Vec<String>,
    /// The 1 to [`MAX_PORTS`](dns_monitor_common::names::MAX_PORTS) ports that mean DNS, UDP and TCP, host order.
    pub ports: Vec<u16>,
    /// Where ingress is watched.
    pub attach: Attach,
    /// Ring buffer of each CPU, bytes; a power of two.
    #[serde(serialize_with = "value::write_size")]
    pub ring_size: u32,
    /// Payload bytes a sample holds at most.
    pub capture_length: u16,
}

/// Joining queries and responses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Track {
    /// How long a lookup waits for its response before it is an event without one.
    #[serde(serialize_with = "value::write_duration")]
    pub response_timeout: Duration,
    /// Lookups that may wait at one time.
    pub max_waiting: usize,
    /// Lookups of clients that are remembered, to say why the resolver asks; 0: it is not said.
    pub max_remembered: usize,
}

/// Reassembling TCP streams.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tcp {
    /// Streams followed at one time; each direction of a connection is one.
    pub max_streams: usize,
    /// Bytes held for one stream.
    #[serde(serialize_with = "value::write_size")]
    pub max_stream_bytes: usize,
    /// Bytes held for all streams together.
    #[serde(serialize_with = "value::write_size")]
    pub max_total_bytes: usize,
}

/// Reassembling UDP fragments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fragments {
    /// Datagrams that may be incomplete at one time.
    pub max_datagrams: usize,
    /// Bytes held for all of them together.
    #[serde(serialize_with = "value::write_size")]
    pub max_bytes: usize,
    /// How long a datagram waits for its missing fragments.
    #[serde(serialize_with = "value::write_duration")]
    pub timeout: Duration,
}

/// What the events say about this host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Observer {
    /// `observer.hostname`; nothing where neither the file nor the kernel says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
}

/// Reading capture files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Replay {
    /// The resolver's addresses; empty: roles are told by port and direction alone.
    pub resolvers: Vec<IpAddr>,
}

/// Where ingress is watched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Attach {
    /// XDP, native if the driver can, else generic with a warning, else TC.
    #[default]
    Auto,
    /// XDP, native or generic, or an error.
    Xdp,
    /// TC ingress, beside any XDP program.
    Tc,
}

/// How an event is written, and how its fields are named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Schema {
    /// Elastic Common Schema 9.x.
    #[default]
    Ecs,
    /// OCSF 1.8, DNS Activity.
    Ocsf,
    /// Suricata's EVE with dns version 3: a line a message, and one an alert.
    Eve,
    /// Zeek's dns.log as JSON.
    Zeek,
    /// Splunk CIM, Network Resolution.
    Cim,
    /// Microsoft Sentinel ASIM, Dns.
    Asim,
    /// One aligned line an event, for people.
    Text,
}

/// Whether events are for programs or for people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One JSON object a line.
    #[default]
    Json,
    /// One aligned line an event, for people.
    Text,
}

/// Whether text has colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Color {
    /// On a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Default for Config {
    fn default() -> Self {
        let (capture, track, tcp, fragments) = Default::default();
        let (observer, replay, rules, control, identity) = Default::default();
        let (leases, outputs, specs) = (Vec::new(), vec![Output::default()], Vec::new());
        Self {
            capture,
            track,
            tcp,
            fragments,
            observer,
            replay,
            rules,
            control,
            identity,
            leases,
            outputs,
            specs,
        }
    }
}

impl Config {
    /// The output that is standard output, if there is one.
    #[must_use]
    pub fn stdout(&self) -> Option<(&Output, &Stdout)> {
        self.outputs.iter().find_map(|output| match &output.kind {
            Kind::Stdout(stdout) => Some((output, stdout)),
            _ => None,
        })
    }
}

impl Default for Capture {
    fn default() -> Self {
        Self {
            interfaces: Vec::new(),
            ports: vec![53],
            attach: Attach::default(),
            ring_size: 4 << 20,
            // MAX_CAPTURE is far below 65,536; the tests see this default.
            capture_length: MAX_CAPTURE as u16,
        }
    }
}

impl Default for Track {
    fn default() -> Self {
        Self { response_timeout: Duration::from_secs(5), max_waiting: 262_144, max_remembered: 1_000_000 }
    }
}

impl Default for Tcp {
    fn default() -> Self {
        Self { max_streams: 65_536, max_stream_bytes: 128 * KIB, max_total_bytes: 16 * MIB }
    }
}

impl Default for Fragments {
    fn default() -> Self {
        Self { max_datagrams: 4096, max_bytes: 4 * MIB, timeout: Duration::from_secs(30) }
    }
}

impl Default for Observer {
    fn default() -> Self {
        let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        Self { hostname: value::hostname(name.trim()).ok() }
    }
}

/// A duration in the unit of samples' times, ns.
pub fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
