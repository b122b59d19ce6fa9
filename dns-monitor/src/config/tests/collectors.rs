//! Every key of the types of outputs that speak to collectors. What is secret is `***`, as it is printed.

use std::{collections::BTreeMap, time::Duration};

use crate::config::{
    Config, Output,
    output::{
        Address, Auth, ClickhouseFormat, Dnstap, DnstapPlace, Encoding, Endpoint, Facility, Http, Kafka,
        KafkaCompression, Kind, Mechanism, Nats, Otlp, Preset, Relp, Sasl, Secret, Syslog, SyslogHeader,
        SyslogTransport, Tls, Transport, Web, web::Header,
    },
};

const EVERYTHING: &str = r#"
[[output]]
name = "elastic"
type = "http"
preset = "elasticsearch"
url = "https://elastic.example:9200"
index = "logs-dns-default"
encoding = "gzip"
headers = ["X-Tenant: ***"]
max_bytes = "2MiB"
max_events = 100
user = "dns"
password_file = "elastic"
ca = "ca.pem"
certificate = "client.pem"
key = "client.key"
timeout = "5s"
[[output]]
name = "splunk"
type = "http"
preset = "splunk-hec"
url = "https://splunk.example:8088"
token_file = "splunk"
sourcetype = "dns:ecs"
index = "dns"
acknowledge = true
[[output]]
name = "loki"
type = "http"
preset = "loki"
url = "http://loki.example:3100"
labels = ["host=resolver-1", "job=dns"]
tenant = "net"
[[output]]
name = "clickhouse"
type = "http"
preset = "clickhouse"
url = "http://clickhouse.example:8123"
table = "dns.events"
format = "JSONAsObject"
encoding = "zstd"
[[output]]
type = "otlp"
url = "http://otel.example:4318"
token = "***"
[[output]]
type = "syslog"
address = "siem.example:514"
transport = "udp"
max_bytes = "2KiB"
facility = "authpriv"
app_name = "dns"
enterprise = 32473
bom = true
[[output]]
type = "relp"
address = "siem.example:2514"
transport = "tls"
server_name = "siem"
window = 64
[[output]]
type = "nats"
address = "nats.example:4222"
subject = "dns.events"
window = 512
user = "dns"
password = "***"
[[output]]
type = "kafka"
brokers = ["kafka-1.example:9093", "kafka-2.example:9093"]
ports = [9094]
topic = "dns-events"
compression = "zstd"
transport = "tls"
ca = "ca.pem"
user = "dns"
password_file = "kafka"
mechanism = "scram-sha-512"
[[output]]
type = "dnstap"
path = "/run/dnstap.sock"
identity = "resolver-1"
"#;

fn collectors() -> Vec<Output> {
    [elastic(), splunk(), loki(), clickhouse()].into_iter().chain(others()).collect()
}

fn http(name: &str, web: Web, preset: Preset) -> Output {
    Output { name: name.to_owned(), ..Output::new(Kind::Http(Http { web, preset })) }
}

fn elastic() -> Output {
    let password = Secret::file("password", "elastic");
    let tls = Tls {
        ca: Some("ca.pem".into()),
        certificate: Some("client.pem".into()),
        key: Some("client.key".into()),
        ..Tls::default()
    };
    let web = Web {
        encoding: Encoding::Gzip,
        headers: vec![Header { name: "x-tenant".to_owned(), value: "***".to_owned() }],
        timeout: Duration::from_secs(5),
        max_bytes: 2 << 20,
        max_events: 100,
        auth: Some(Auth::Password { user: "dns".to_owned(), password }),
        tls,
        ..Web::new("https://elastic.example:9200")
    };
    http("elastic", web, Preset::Elasticsearch { index: "logs-dns-default".to_owned() })
}

fn splunk() -> Output {
    let auth = Some(Auth::Token(Secret::file("token", "splunk")));
    let web = Web { auth, ..Web::new("https://splunk.example:8088") };
    let (sourcetype, index) = ("dns:ecs".to_owned(), Some("dns".to_owned()));
    http("splunk", web, Preset::SplunkHec { sourcetype, index, acknowledge: true })
}

fn loki() -> Output {
    let labels = [("host", "resolver-1"), ("job", "dns")];
    let labels: BTreeMap<_, _> = labels.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    http(
        "loki",
        Web::new("http://loki.example:3100"),
        Preset::Loki { labels, tenant: Some("net".to_owned()) },
    )
}

fn clickhouse() -> Output {
    let web = Web { encoding: Encoding::Zstd, ..Web::new("http://clickhouse.example:8123") };
    let (table, format) = ("dns.events".to_owned(), ClickhouseFormat::JSONAsObject);
    http("clickhouse", web, Preset::Clickhouse { table, format })
}

fn others() -> [Output; 6] {
    let timeout = Duration::from_secs(10);
    let address = |host: &str, port| Address { host: host.to_owned(), port };
    let header = SyslogHeader {
        facility: Facility::Authpriv,
        app_name: "dns".to_owned(),
        enterprise: Some(32473),
        bom: true,
    };
    let transport = SyslogTransport::Udp { max_bytes: 2048 };
    let syslog = Syslog { address: address("siem.example", 514), timeout, transport, header };
    let transport = Transport::Tls(Tls { server_name: Some("siem".to_owned()), ..Tls::default() });
    let endpoint = Endpoint { address: address("siem.example", 2514), timeout, transport };
    let relp = Relp { endpoint, window: 64, header: SyslogHeader::default() };
    let auth = Auth::Password { user: "dns".to_owned(), password: Secret::given("password", "***") };
    let endpoint =
        Endpoint { address: address("nats.example", 4222), timeout, transport: Transport::default() };
    let nats = Nats { endpoint, subject: "dns.events".to_owned(), window: 512, auth: Some(auth) };
    let auth = Auth::Password { user: "dns".to_owned(), password: Secret::file("password", "kafka") };
    let kafka = Kafka {
        brokers: ["kafka-1.example", "kafka-2.example"].map(|host| address(host, 9093)).to_vec(),
        ports: vec![9094],
        topic: "dns-events".to_owned(),
        compression: KafkaCompression::Zstd,
        timeout,
        transport: Transport::Tls(Tls { ca: Some("ca.pem".into()), ..Tls::default() }),
        sasl: Some(Sasl { mechanism: Mechanism::ScramSha512, auth }),
    };
    let place = DnstapPlace::Path("/run/dnstap.sock".into());
    let dnstap = Dnstap { place, timeout, identity: Some("resolver-1".to_owned()) };
    let auth = Some(Auth::Token(Secret::given("token", "***")));
    let otlp = Otlp { web: Web { auth, ..Web::new("http://otel.example:4318") } };
    let (kafka, dnstap) = (Kind::Kafka(kafka), Kind::Dnstap(dnstap));
    [Kind::Otlp(otlp), Kind::Syslog(syslog), Kind::Relp(relp), Kind::Nats(nats), kafka, dnstap]
        .map(Output::new)
}

#[test]
fn every_key_is_read() {
    assert_eq!(Config::parse("f", EVERYTHING).unwrap().outputs, collectors());
}

#[test]
fn no_secret_is_ever_printed() {
    let settings = "[[output]]\ntype = 'http'\nurl = 'http://a'\ntoken = 's3cret'\nheaders = ['X-Key: s3cret']\n\
        [[output]]\ntype = 'nats'\naddress = 'a:1'\nsubject = 'b'\nuser = 'c'\npassword = 's3cret'\n";
    let config = Config::parse("f", settings).unwrap();
    let told = format!("{}{config:?}", config.to_toml().unwrap());
    assert!(!told.contains("s3cret") && told.contains("***"), "{told}");
}
