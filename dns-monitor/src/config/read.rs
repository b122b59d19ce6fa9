//! From the file as written to the settings as used: every key, its bounds, its default.

use std::time::Duration;

use dns_monitor_common::names::MAX_PORTS;

use super::{
    Reread,
    host::{Metrics, Sandbox},
    identity::{Identity, Leases},
    output::{self, Outputs},
    raw::{Document, Table},
    resolved::{Capture, Config, Fragments, Observer, Replay, Tcp, Track},
    rules::{self, Control, Rules},
    value,
};

const MIB: u64 = 1 << 20;

/// More than a host has, so that a slip of the pen is not a thousand programs.
const MAX_INTERFACES: usize = 64;
const MAX_RESOLVERS: usize = 64;

/// The longest DNS message over TCP and its length prefix: a stream must be able to hold one.
const LEAST_STREAM: u64 = 2 + 65_535;

impl Config {
    /// Takes each table from the file; faults stay in the document, but those of one output.
    pub(super) fn read(document: &mut Document<'_>) -> Reread {
        let mut config = Self {
            capture: document.table("capture", Capture::read),
            track: document.table("track", Track::read),
            tcp: document.table("tcp", Tcp::read),
            fragments: document.table("fragments", Fragments::read),
            observer: document.table("observer", Observer::read),
            replay: document.table("replay", Replay::read),
            rules: document.table("rules", Rules::read),
            control: document.table("control", Control::read),
            sandbox: document.table("sandbox", Sandbox::read),
            metrics: document.table("metrics", Metrics::read),
            identity: document.table("identity", Identity::read),
            leases: Leases::read_all(document),
            outputs: Vec::new(),
            specs: Vec::new(),
        };
        let Outputs { good, bad } = output::read(document);
        let places;
        (config.outputs, places) = good.into_iter().unzip();
        config.specs = rules::read(document);
        Reread { config, file: String::new(), places, bad }
    }
}

impl Capture {
    fn read(table: &mut Table<'_, '_>) -> Self {
        let default = Self::default();
        let interfaces = table.list("interfaces", 0..=MAX_INTERFACES, "[\"eth0\"]", value::interface);
        Self {
            interfaces: interfaces.unwrap_or(default.interfaces),
            ports: table.list("ports", 1..=MAX_PORTS, "[53]", value::port).unwrap_or(default.ports),
            attach: table.value("attach", value::choice).unwrap_or(default.attach),
            ring_size: table.value("ring_size", value::ring_size).unwrap_or(default.ring_size),
            capture_length: table
                .value("capture_length", value::capture_length)
                .unwrap_or(default.capture_length),
        }
    }
}

impl Track {
    fn read(table: &mut Table<'_, '_>) -> Self {
        let default = Self::default();
        let timeout = table.value("response_timeout", value::response_timeout);
        let waiting = table.value("max_waiting", |text| value::count(text, 1024..=16_777_216));
        let remembered = table.value("max_remembered", |text| value::count(text, 0..=16_777_216));
        Self {
            response_timeout: timeout.unwrap_or(default.response_timeout),
            max_waiting: waiting.unwrap_or(default.max_waiting),
            max_remembered: remembered.unwrap_or(default.max_remembered),
        }
    }
}

impl Tcp {
    fn read(table: &mut Table<'_, '_>) -> Self {
        let default = Self::default();
        let streams = table.value("max_streams", |text| value::count(text, 16..=1_048_576));
        let stream = table.value("max_stream_bytes", |text| value::size(text, LEAST_STREAM..=MIB, "128KiB"));
        let total = table.value("max_total_bytes", |text| value::size(text, MIB..=1024 * MIB, "16MiB"));
        Self {
            max_streams: streams.unwrap_or(default.max_streams),
            max_stream_bytes: stream.unwrap_or(default.max_stream_bytes),
            max_total_bytes: total.unwrap_or(default.max_total_bytes),
        }
    }
}

impl Fragments {
    fn read(table: &mut Table<'_, '_>) -> Self {
        let default = Self::default();
        let longest = Duration::from_millis(100)..=Duration::from_secs(60);
        let datagrams = table.value("max_datagrams", |text| value::count(text, 16..=65_536));
        let bytes = table.value("max_bytes", |text| value::size(text, MIB..=1024 * MIB, "4MiB"));
        let timeout = table.value("timeout", |text| value::duration(text, longest.clone()));
        Self {
            max_datagrams: datagrams.unwrap_or(default.max_datagrams),
            max_bytes: bytes.unwrap_or(default.max_bytes),
            timeout: timeout.unwrap_or(default.timeout),
        }
    }
}

impl Observer {
    fn read(table: &mut Table<'_, '_>) -> Self {
        let default = Self::default();
        Self { hostname: table.value("hostname", value::hostname).or(default.hostname) }
    }
}

impl Replay {
    fn read(table: &mut Table<'_, '_>) -> Self {
        let list = table.list("resolvers", 0..=MAX_RESOLVERS, "[\"192.0.2.53\"]", value::address);
        Self { resolvers: list.unwrap_or_default() }
    }
}
