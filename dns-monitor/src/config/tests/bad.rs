//! Bad files and the exact words about them.
#![allow(clippy::panic, reason = "a test that cannot go on has failed")]

mod collectors;
mod conditions;
mod identity;
mod lists;
mod outputs;
mod settings;

use super::super::Config;

/// Description, text of `f.toml`, error.
type Case = (&'static str, &'static str, &'static str);

const PLACES: &[Case] = &[
    (
        "not TOML",
        "[capture]\nports = [53\nattach",
        "f.toml:3:1: not TOML: missing comma between array elements, expected `,`",
    ),
    ("a key twice", "[track]\nmax_waiting = 1024\nmax_waiting = 1024", "f.toml:3:1: not TOML: duplicate key"),
    (
        "a near key",
        "[capture]\n  prots = [53]",
        "f.toml:2:3: unknown key capture.prots: did you mean capture.ports?",
    ),
    (
        "a far key",
        "[observer]\ncolour-of-the-sky = 1",
        "f.toml:2:1: unknown key observer.colour-of-the-sky: known keys are observer.hostname",
    ),
    (
        "a near table",
        "\n[captures]\nports = [53]",
        "f.toml:2:2: unknown table [captures]: did you mean [capture]?",
    ),
    (
        "a far table",
        "[[sources]]\nname = 1",
        "f.toml:1:3: unknown table [[sources]]: known tables are [capture], [track], [tcp], [fragments], [observer], [replay], [rules], [control], [sandbox], [metrics], [identity], [[leases]], [[output]], [[list]], [[rule]]",
    ),
    (
        "a key outside a table",
        "ports = [53]",
        "f.toml:1:1: ports stands outside a table: tables are [capture], [track], [tcp], [fragments], [observer], [replay], [rules], [control], [sandbox], [metrics], [identity], [[leases]], [[output]], [[list]], [[rule]]",
    ),
    ("a table that is none", "capture = 1", "f.toml:1:11: capture: 1 must be a table, written [capture]"),
    (
        "columns count characters",
        "[replay]\nresolvers = [\"é\", \"::1\", 1]",
        r#"f.toml:2:14: replay.resolvers: "é" must be an IPv4 or IPv6 address, such as "192.0.2.53"
f.toml:2:26: replay.resolvers: 1 must be an IPv4 or IPv6 address, such as "192.0.2.53""#,
    ),
    (
        "every fault, in order",
        "[rules]\nmode = \"xml\"\n[capture]\nports = [0]\nattach = 1",
        r#"f.toml:2:8: rules.mode: "xml" must be one of "enforce", "would-block"
f.toml:4:10: capture.ports: 0 must be a port from 1 to 65535, such as 53
f.toml:5:10: capture.attach: 1 must be one of "auto", "xdp", "tc""#,
    ),
];

const VALUES: &[Case] = &[
    (
        "interfaces: not a list",
        "[capture]\ninterfaces = \"eth0\"",
        r#"f.toml:2:14: capture.interfaces: "eth0" must be a list of 0 to 64 values, such as ["eth0"]"#,
    ),
    (
        "interface: too long",
        "[capture]\ninterfaces = [\"a-very-long-name\"]",
        r#"f.toml:2:15: capture.interfaces: "a-very-long-name" must be an interface name of 1 to 15 bytes, such as "eth0""#,
    ),
    (
        "interface: a path",
        "[capture]\ninterfaces = [\"eth0\", \"net/eth0\"]",
        r#"f.toml:2:23: capture.interfaces: "net/eth0" must be an interface name of 1 to 15 bytes, such as "eth0""#,
    ),
    (
        "interface: twice",
        "[capture]\ninterfaces = [\"eth0\", \"eth0\"]",
        r#"f.toml:2:23: capture.interfaces: "eth0" must be listed once only"#,
    ),
    (
        "ports: none",
        "[capture]\nports = []",
        "f.toml:2:9: capture.ports: [] must be a list of 1 to 4 values, such as [53]",
    ),
    (
        "ports: five",
        "[capture]\nports = [1, 2, 3, 4, 5]",
        "f.toml:2:9: capture.ports: […] must be a list of 1 to 4 values, such as [53]",
    ),
    (
        "port: zero",
        "[capture]\nports = [53, 0]",
        "f.toml:2:14: capture.ports: 0 must be a port from 1 to 65535, such as 53",
    ),
    (
        "port: above 16 bits",
        "[capture]\nports = [65536]",
        "f.toml:2:10: capture.ports: 65536 must be a port from 1 to 65535, such as 53",
    ),
    (
        "port: negative",
        "[capture]\nports = [-53]",
        "f.toml:2:10: capture.ports: -53 must be a port from 1 to 65535, such as 53",
    ),
    (
        "port: twice",
        "[capture]\nports = [53, 5353, 53]",
        "f.toml:2:20: capture.ports: 53 must be listed once only",
    ),
    (
        "port: a list",
        "[capture]\nports = [[53]]",
        "f.toml:2:10: capture.ports: […] must be a port from 1 to 65535, such as 53",
    ),
    (
        "attach",
        "[capture]\nattach = \"XDP\"",
        r#"f.toml:2:10: capture.attach: "XDP" must be one of "auto", "xdp", "tc""#,
    ),
    (
        "ring size: no power of two",
        "[capture]\nring_size = \"3MiB\"",
        r#"f.toml:2:13: capture.ring_size: "3MiB" must be a power of two from 64KiB to 256MiB, such as "4MiB""#,
    ),
    (
        "ring size: small",
        "[capture]\nring_size = 4096",
        r#"f.toml:2:13: capture.ring_size: 4096 must be a power of two from 64KiB to 256MiB, such as "4MiB""#,
    ),
    (
        "ring size: large",
        "[capture]\nring_size = \"512MiB\"",
        r#"f.toml:2:13: capture.ring_size: "512MiB" must be a power of two from 64KiB to 256MiB, such as "4MiB""#,
    ),
    (
        "ring size: beyond 64 bits",
        "[capture]\nring_size = \"18446744073709551615GiB\"",
        r#"f.toml:2:13: capture.ring_size: "18446744073709551615GiB" must be a power of two from 64KiB to 256MiB, such as "4MiB""#,
    ),
    (
        "ring size: unknown unit",
        "[capture]\nring_size = \"4MB\"",
        r#"f.toml:2:13: capture.ring_size: "4MB" must be a power of two from 64KiB to 256MiB, such as "4MiB""#,
    ),
    (
        "capture length",
        "[capture]\ncapture_length = 4097",
        "f.toml:2:18: capture.capture_length: 4097 must be a number of bytes from 64 to 4096, such as 4096",
    ),
    (
        "timeout: no unit",
        "[track]\nresponse_timeout = 5",
        r#"f.toml:2:20: track.response_timeout: 5 must be a duration from 100ms to 1m, such as "5s" or "500ms""#,
    ),
    (
        "timeout: short",
        "[track]\nresponse_timeout = \"99ms\"",
        r#"f.toml:2:20: track.response_timeout: "99ms" must be a duration from 100ms to 1m, such as "5s" or "500ms""#,
    ),
    (
        "timeout: long",
        "[track]\nresponse_timeout = \"61s\"",
        r#"f.toml:2:20: track.response_timeout: "61s" must be a duration from 100ms to 1m, such as "5s" or "500ms""#,
    ),
    (
        "timeout: negative",
        "[track]\nresponse_timeout = \"-5s\"",
        r#"f.toml:2:20: track.response_timeout: "-5s" must be a duration from 100ms to 1m, such as "5s" or "500ms""#,
    ),
    (
        "count: text",
        "[track]\nmax_waiting = \"many\"",
        r#"f.toml:2:15: track.max_waiting: "many" must be a number from 1024 to 16777216"#,
    ),
    (
        "count: small",
        "[tcp]\nmax_streams = 15",
        "f.toml:2:15: tcp.max_streams: 15 must be a number from 16 to 1048576",
    ),
    (
        "count: a fraction",
        "[tcp]\nmax_streams = 16.5",
        "f.toml:2:15: tcp.max_streams: 16.5 must be a number from 16 to 1048576",
    ),
    (
        "stream bytes: no room for a message",
        "[tcp]\nmax_stream_bytes = \"64KiB\"",
        r#"f.toml:2:20: tcp.max_stream_bytes: "64KiB" must be a size from 65537 to 1MiB, such as "128KiB""#,
    ),
    (
        "total bytes: a table",
        "[tcp.max_total_bytes]",
        r#"f.toml:1:1: tcp.max_total_bytes: {…} must be a size from 1MiB to 1GiB, such as "16MiB""#,
    ),
    (
        "fragments: count",
        "[fragments]\nmax_datagrams = 65537",
        "f.toml:2:17: fragments.max_datagrams: 65537 must be a number from 16 to 65536",
    ),
    (
        "fragments: bytes",
        "[fragments]\nmax_bytes = \"2GiB\"",
        r#"f.toml:2:13: fragments.max_bytes: "2GiB" must be a size from 1MiB to 1GiB, such as "4MiB""#,
    ),
    (
        "fragments: timeout",
        "[fragments]\ntimeout = true",
        r#"f.toml:2:11: fragments.timeout: true must be a duration from 100ms to 1m, such as "5s" or "500ms""#,
    ),
    (
        "hostname: empty",
        "[observer]\nhostname = \"\"",
        r#"f.toml:2:12: observer.hostname: "" must be a host name of 1 to 253 bytes, such as "resolver-1""#,
    ),
    (
        "hostname: a space",
        "[observer]\nhostname = \"my host\"",
        r#"f.toml:2:12: observer.hostname: "my host" must be a host name of 1 to 253 bytes, such as "resolver-1""#,
    ),
    (
        "resolver: a name",
        "[replay]\nresolvers = [\"localhost\"]",
        r#"f.toml:2:14: replay.resolvers: "localhost" must be an IPv4 or IPv6 address, such as "192.0.2.53""#,
    ),
    (
        "resolver: a date",
        "[replay]\nresolvers = [2026-01-01]",
        r#"f.toml:2:14: replay.resolvers: 2026-01-01 must be an IPv4 or IPv6 address, such as "192.0.2.53""#,
    ),
];

/// What a case of a rule starts with.
const RULE: &str = "[[rule]]\nname = 'r'\naction = 'alert'\n";

fn check(start: &str, cases: &[Case]) {
    for (description, text, expected) in cases {
        let Err(error) = Config::parse("f.toml", &format!("{start}{text}")) else {
            panic!("{description}: taken for good");
        };
        assert_eq!(error.to_string(), *expected, "{description}");
    }
}

#[test]
fn faults_say_where_and_what_and_what_would_be_right() {
    check("", PLACES);
    check("", VALUES);
}
