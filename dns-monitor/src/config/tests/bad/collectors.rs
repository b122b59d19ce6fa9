//! `[[output]]` of the types that speak to collectors.

use super::{Case, check};

const CASES: &[Case] = &[
    (
        "Kafka without brokers",
        "[[output]]\ntype = 'kafka'\ntopic = 'dns'",
        r#"f.toml:1:1: output.brokers is missing: list some, such as ["kafka-1.example:9092"]"#,
    ),
    (
        "Kafka with a broker without a port",
        "[[output]]\ntype = 'kafka'\ntopic = 'dns'\nbrokers = ['a']",
        r#"f.toml:4:12: output.brokers: "a" must be a host and a port, such as "siem.example:5044", "192.0.2.7:5044" or "[2001:db8::7]:5044""#,
    ),
    (
        "a topic that is none",
        "[[output]]\ntype = 'kafka'\ntopic = 'dns events'\nbrokers = ['a:1']",
        r#"f.toml:3:9: output.topic: "dns events" must be 1 to 249 letters, digits, and "._-", such as "dns-events""#,
    ),
    (
        "a mechanism without a user",
        "[[output]]\ntype = 'kafka'\ntopic = 'dns'\nbrokers = ['a:1']\nmechanism = 'plain'",
        r#"f.toml:1:1: output.user is missing: the mechanism needs one, and a password"#,
    ),
    (
        "a token for Kafka",
        "[[output]]\ntype = 'kafka'\ntopic = 'dns'\nbrokers = ['a:1']\ntoken = 'x'",
        r#"f.toml:1:1: output.user is missing: Kafka knows user and password, and no token"#,
    ),
    (
        "another name for a broker",
        "[[output]]\ntype = 'kafka'\ntopic = 'dns'\nbrokers = ['a:1']\ntransport = 'tls'\nserver_name = 'b'",
        r#"f.toml:6:15: output.server_name: "b" must be left out: a broker's certificate has the name that brokers are listed by"#,
    ),
    (
        "a URL with a password in it",
        "[[output]]\ntype = 'http'\nurl = 'https://dns:s3cret@a'",
        r#"f.toml:3:7: output.url: "https://***@a" must be a URL without user and password, such as "https://siem.example:9200""#,
    ),
    (
        "a password beside a token",
        "[[output]]\ntype = 'http'\nurl = 'http://a'\ntoken = 'x'\npassword = 's3cret'",
        r#"f.toml:5:12: output.password: *** must be left out: there is a token already"#,
    ),
    (
        "a password that is a number",
        "[[output]]\ntype = 'http'\nurl = 'http://a'\nuser = 'x'\npassword = 12.5",
        r#"f.toml:5:12: output.password: *** must be one line of text"#,
    ),
    (
        "another preset's key",
        "[[output]]\ntype = 'http'\nurl = 'http://a'\nindex = 'x'",
        r#"f.toml:4:9: output.index: "x" must be left out: only preset "elasticsearch" or "splunk-hec" has it"#,
    ),
    (
        "a preset without what it needs",
        "[[output]]\ntype = 'http'\npreset = 'clickhouse'\nurl = 'http://a'",
        r#"f.toml:1:1: output.table is missing: it must be a table or a database and a table, such as "dns.events""#,
    ),
    (
        "a table that would be a query",
        "[[output]]\ntype = 'http'\npreset = 'clickhouse'\nurl = 'http://a'\ntable = 't; DROP TABLE u'",
        r#"f.toml:5:9: output.table: "t; DROP TABLE u" must be a table or a database and a table, such as "dns.events""#,
    ),
    (
        "text, where objects are wanted",
        "[[output]]\ntype = 'http'\npreset = 'elasticsearch'\nurl = 'http://a'\nindex = 'x'\nschema = 'text'",
        r#"f.toml:6:10: output.schema: "text" must be a schema of JSON objects, such as "ecs""#,
    ),
    (
        "a header that is ours",
        "[[output]]\ntype = 'http'\nurl = 'http://a'\nheaders = ['Host: b']",
        r#"f.toml:4:12: output.headers: *** must be a name and a value, such as "X-Tenant: 7"; content-length, content-encoding, content-type, transfer-encoding, host are set already"#,
    ),
    (
        "a token and a user",
        "[[output]]\ntype = 'otlp'\nurl = 'http://a'\ntoken = 'x'\nuser = 'y'",
        r#"f.toml:5:8: output.user: "y" must be left out: there is a token already"#,
    ),
    (
        "a user without a password",
        "[[output]]\ntype = 'otlp'\nurl = 'http://a'\nuser = 'y'",
        "f.toml:1:1: output.password is missing: give the password of the user",
    ),
    (
        "TLS where there is none",
        "[[output]]\ntype = 'syslog'\naddress = 'a:1'\nca = 'x'",
        r#"f.toml:4:6: output.ca: "x" must be left out: only transport "tls" has it"#,
    ),
    (
        "the size of a datagram where there are none",
        "[[output]]\ntype = 'syslog'\naddress = 'a:1'\nmax_bytes = 500",
        r#"f.toml:4:13: output.max_bytes: 500 must be left out: only transport "udp" has it"#,
    ),
    (
        "a facility",
        "[[output]]\ntype = 'relp'\naddress = 'a:1'\napp_name = 'a b'",
        r#"f.toml:4:12: output.app_name: "a b" must be 1 to 48 visible ASCII characters, such as "dns-monitor""#,
    ),
    (
        "a window of none",
        "[[output]]\ntype = 'relp'\naddress = 'a:1'\nwindow = 0",
        "f.toml:4:10: output.window: 0 must be a number from 1 to 65536, such as 128",
    ),
    (
        "a subject with a wildcard",
        "[[output]]\ntype = 'nats'\naddress = 'a:1'\nsubject = 'dns.>'",
        r#"f.toml:4:11: output.subject: "dns.>" must be a subject without wildcards, such as "dns.events""#,
    ),
    (
        "two places",
        "[[output]]\ntype = 'dnstap'\naddress = 'a:1'\npath = '/x'",
        r#"f.toml:3:11: output.address: "a:1" must be left out: there is a path already"#,
    ),
];

#[test]
fn every_fault_is_told_with_its_place() {
    check("", CASES);
}
