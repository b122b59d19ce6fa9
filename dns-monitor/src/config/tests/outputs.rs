//! Every key of every type of output.

use std::time::Duration;

use crate::{
    config::{
        Color, Config, Output, Schema,
        output::{
            Address, Compression, File, Filter, Full, Keep, Kind, Privacy, Sample, Secret, Spool, Stdout,
            SyncPolicy, Tcp, TcpTls, Tls, Unix, filter::Wanted,
        },
    },
    event::privacy::settings::{Addresses, Field, Names},
    rules::{
        action::{Block, Severity},
        name::NameBuf,
        verdict::Verdict,
    },
    track::role::Role,
};

const EVERYTHING: &str = r#"
[[output]]
type = "stdout"
schema = "text"
color = "never"
queue = "64KiB"
sample = "1/10"
[[output]]
name = "log"
type = "file"
aggregate = "10s"
path = "/var/log/dns/events.json"
rotate_size = "1GiB"
rotate_every = "24h"
compress = "gzip"
keep = "720h"
keep_size = "20GiB"
keep_free = "1GiB"
[output.filter]
roles = ["client"]
verdicts = ["blocked", "would-block", "pass", "would-tcp-only"]
rules = ["cheap-tlds"]
lists = ["malware"]
severities = ["high", "critical"]
clients = ["10.0.0.0/8", "2001:db8::53"]
names = ["example.com", "."]
[[output]]
type = "unix"
path = "/run/collector.sock"
spool = "off"
timeout = "1s"
[[output]]
name = "siem"
type = "tcp"
address = "siem.example:5044"
timeout = "5s"
[output.spool]
path = "/var/spool/dns-monitor"
size = "64MiB"
full = "drop-newest"
sync = "always"
[[output]]
type = "tls"
address = "[2001:db8::7]:6514"
ca = "ca.pem"
server_name = "siem.example"
certificate = "client.pem"
key = "client.key"
[output.privacy]
addresses = "pseudonym"
ipv4_prefix = 16
ipv6_prefix = 32
networks = ["10.0.0.0/8"]
names = "hash"
drop = ["client.mac", "dns.answers"]
key_file = "privacy.key"
"#;

/// The other protocols: what they read is in tests of their own; here it is only read and printed.
const PROTOCOLS: &str = r#"
[[output]]
name = "collector"
type = "http"
url = "https://collector.example/dns"
encoding = "gzip"
token_file = "collector"
headers = ["X-Tenant: ***"]
max_bytes = "2MiB"
max_events = 5000
ca = "ca.pem"
[[output]]
name = "elastic"
type = "http"
preset = "elasticsearch"
url = "https://elastic.example:9200"
index = "logs-dns-default"
user = "dns"
password_file = "elastic"
[[output]]
name = "splunk"
type = "http"
preset = "splunk-hec"
url = "https://splunk.example:8088"
token = "***"
sourcetype = "dns:ecs"
acknowledge = true
[[output]]
name = "loki"
type = "http"
preset = "loki"
url = "http://loki.example:3100"
labels = ["job=dns-monitor", "host=resolver-1"]
tenant = "net"
[[output]]
name = "clickhouse"
type = "http"
preset = "clickhouse"
url = "http://clickhouse.example:8123"
schema = "zeek"
table = "dns.events"
format = "JSONAsString"
user = "dns"
password = "***"
[[output]]
type = "otlp"
url = "http://otel.example:4318"
[[output]]
type = "syslog"
address = "siem.example:514"
transport = "udp"
facility = "local3"
app_name = "dns"
enterprise = 32473
bom = true
max_bytes = "4KiB"
[[output]]
type = "relp"
address = "siem.example:2514"
window = 64
[[output]]
type = "nats"
address = "nats.example:4222"
subject = "dns.events"
[[output]]
type = "kafka"
brokers = ["kafka.example:9092"]
ports = [9093]
topic = "dns-events"
compression = "zstd"
user = "dns"
password = "***"
mechanism = "plain"
[[output]]
type = "dnstap"
path = "/run/dnstap.sock"
identity = "ns1"
"#;

/// Both.
pub fn everything() -> String {
    format!("{EVERYTHING}{PROTOCOLS}")
}

pub fn outputs() -> Vec<Output> {
    let mut outputs = vec![stdout(), file(), unix(), tcp(), tls()];
    outputs.extend(Config::parse("protocols", PROTOCOLS).unwrap().outputs);
    outputs
}

fn stdout() -> Output {
    Output {
        schema: Some(Schema::Text),
        queue_bytes: 65_536,
        sample: Some(Sample(10.try_into().unwrap())),
        ..Output::new(Kind::Stdout(Stdout { color: Color::Never }))
    }
}

fn file() -> Output {
    let file = File {
        path: "/var/log/dns/events.json".into(),
        rotate_size: Some(1 << 30),
        rotate_every: Some(Duration::from_secs(24 * 3600)),
        compress: Compression::Gzip,
        keep: Some(Duration::from_secs(720 * 3600)),
        keep_size: Some(20 << 30),
        keep_free: 1 << 30,
    };
    let filter = Filter {
        roles: vec![Role::Client],
        verdicts: vec![
            Wanted::Blocked,
            Wanted::WouldBlock,
            Wanted::Exactly(Verdict::Pass),
            Wanted::Exactly(Verdict::Would(Block::TcpOnly)),
        ],
        rules: vec!["cheap-tlds".into()],
        lists: vec!["malware".into()],
        severities: vec![Severity::High, Severity::Critical],
        clients: ["10.0.0.0/8", "2001:db8::53"].map(|network| network.parse().unwrap()).to_vec(),
        names: vec![NameBuf::parse("example.com").unwrap(), NameBuf::from_canonical(&[])],
    };
    let aggregate = Some(Duration::from_secs(10));
    Output { name: "log".into(), filter, aggregate, ..Output::new(Kind::File(file)) }
}

fn unix() -> Output {
    let unix = Unix { path: "/run/collector.sock".into(), timeout: Duration::from_secs(1) };
    Output { spool: Keep::Off, ..Output::new(Kind::Unix(unix)) }
}

fn tcp() -> Output {
    let address = Address { host: "siem.example".into(), port: 5044 };
    let spool = Spool {
        path: Some("/var/spool/dns-monitor".into()),
        size: 64 << 20,
        full: Full::DropNewest,
        sync: SyncPolicy::Always,
    };
    let tcp = Tcp { address, timeout: Duration::from_secs(5) };
    Output { name: "siem".into(), spool: Keep::Spool(spool), ..Output::new(Kind::Tcp(tcp)) }
}

fn tls() -> Output {
    let tls = Tls {
        ca: Some("ca.pem".into()),
        server_name: Some("siem.example".into()),
        certificate: Some("client.pem".into()),
        key: Some("client.key".into()),
    };
    let address = Address { host: "2001:db8::7".into(), port: 6514 };
    let privacy = Privacy {
        addresses: Addresses::Pseudonym,
        ipv4_prefix: 16,
        ipv6_prefix: 32,
        networks: vec!["10.0.0.0/8".parse().unwrap()],
        names: Names::Hash,
        drop: Some(vec![Field::ClientMac, Field::Answers]),
        key: Some(Secret::file("key", "privacy.key")),
    };
    let kind = Kind::Tls(TcpTls { address, timeout: Duration::from_secs(10), tls });
    Output { privacy: Some(privacy), ..Output::new(kind) }
}

#[test]
fn without_an_output_there_is_standard_output() {
    let config = Config::parse("f", "").unwrap();
    assert_eq!(config.outputs, [Output::new(Kind::Stdout(Stdout { color: Color::Auto }))]);
}
