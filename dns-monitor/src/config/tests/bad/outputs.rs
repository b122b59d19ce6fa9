//! `[[output]]`.

use super::{Case, check};

const CASES: &[Case] = &[
    (
        "what there was once, and no word about its keys",
        "\n[stdout]\nschema = \"ecs\"\nformat = \"text\"",
        r#"f.toml:2:2: [stdout] is no more: write [[output]] with type = "stdout"; its queue is what queue_bytes was, schema = "text" what format = "text" was"#,
    ),
    (
        "no type",
        "[[output]]\nname = 'x'",
        r#"f.toml:1:1: output.type is missing: it must be one of "stdout", "file", "unix", "tcp", "tls", "http", "otlp", "syslog", "relp", "nats", "kafka", "dnstap""#,
    ),
    (
        "a type that is none, and no word about its keys",
        "[[output]]\ntype = 'gelf'\naddress = 1",
        r#"f.toml:2:8: output.type: "gelf" must be one of "stdout", "file", "unix", "tcp", "tls", "http", "otlp", "syslog", "relp", "nats", "kafka", "dnstap""#,
    ),
    (
        "a key of another type",
        "[[output]]\ntype = 'tcp'\naddress = 'a:1'\nca = 'x'",
        "f.toml:4:1: unknown key output.ca: known keys are output.name, output.type, output.address, output.timeout, output.queue, output.schema, output.aggregate, output.privacy, output.filter, output.sample, output.spool",
    ),
    (
        "schema",
        "[[output]]\ntype = 'stdout'\nschema = \"xml\"",
        r#"f.toml:3:10: output.schema: "xml" must be one of "ecs", "ocsf", "eve", "zeek", "cim", "asim", "text""#,
    ),
    (
        "color",
        "[[output]]\ntype = 'stdout'\ncolor = false",
        r#"f.toml:3:9: output.color: false must be one of "auto", "always", "never""#,
    ),
    (
        "queue",
        "[[output]]\ntype = 'stdout'\nqueue = 0",
        r#"f.toml:3:9: output.queue: 0 must be a size from 64KiB to 1GiB, such as "16MiB""#,
    ),
    (
        "a name twice",
        "[[output]]\ntype = 'stdout'\n[[output]]\nname = 'stdout'\ntype = 'tcp'\naddress = 'a:1'",
        r#"f.toml:4:8: output.name: "stdout" must be a name of its own: line 1 has it already"#,
    ),
    (
        "standard output twice",
        "[[output]]\ntype = 'stdout'\n[[output]]\nname = 'y'\ntype = 'stdout'",
        r#"f.toml:5:8: output.type: "stdout" must be another one: only one output is standard output"#,
    ),
    (
        "no address",
        "[[output]]\ntype = 'tcp'",
        r#"f.toml:1:1: output.address is missing: it must be a host and a port, such as "siem.example:5044", "192.0.2.7:5044" or "[2001:db8::7]:5044""#,
    ),
    (
        "an address without a port",
        "[[output]]\ntype = 'tcp'\naddress = '2001:db8::7'",
        r#"f.toml:3:11: output.address: "2001:db8::7" must be a host and a port, such as "siem.example:5044", "192.0.2.7:5044" or "[2001:db8::7]:5044""#,
    ),
    (
        "port 0",
        "[[output]]\ntype = 'tcp'\naddress = 'a:0'",
        r#"f.toml:3:11: output.address: "a:0" must be a host and a port, such as "siem.example:5044", "192.0.2.7:5044" or "[2001:db8::7]:5044""#,
    ),
    (
        "a certificate without its key",
        "[[output]]\ntype = 'tls'\naddress = 'a:1'\ncertificate = 'x'",
        "f.toml:1:1: output.key is missing: give the key of the certificate",
    ),
    (
        "a relative file",
        "[[output]]\ntype = 'file'\npath = 'x'",
        r#"f.toml:3:8: output.path: "x" must be a path from the root on, such as "/var/lib/dns-monitor""#,
    ),
    (
        "a spool where there is none",
        "[[output]]\ntype = 'stdout'\nspool = 'off'",
        r#"f.toml:3:9: output.spool: "off" must be left out: "stdout" has none"#,
    ),
    (
        "a spool of text",
        "[[output]]\ntype = 'tcp'\naddress = 'a:1'\nspool = '1GiB'",
        r#"f.toml:4:9: output.spool: "1GiB" must be a table, such as { size = "1GiB" }, or "off""#,
    ),
    (
        "spool.sync",
        "[[output]]\ntype = 'tcp'\naddress = 'a:1'\nspool = { sync = 'never' }",
        r#"f.toml:4:18: output.spool.sync: "never" must be a duration from 10ms to 1m, such as "5s" or "500ms", or "always""#,
    ),
    (
        "spool.size",
        "[[output]]\ntype = 'tcp'\naddress = 'a:1'\nspool = { size = '1MiB' }",
        r#"f.toml:4:18: output.spool.size: "1MiB" must be a size from 4MiB to 1024GiB, such as "1GiB""#,
    ),
    (
        "sample",
        "[[output]]\ntype = 'stdout'\nsample = 0.1",
        r#"f.toml:3:10: output.sample: 0.1 must be a share from 1/2 to 1/1000000, such as "1/10""#,
    ),
    (
        "aggregate: of no use",
        "[[output]]\ntype = 'stdout'\nschema = 'text'\naggregate = '10s'",
        r#"f.toml:4:13: output.aggregate: "10s" must be left out: only schema = "ecs" has a place for how many they were"#,
    ),
    (
        "pseudonyms without a key",
        "[[output]]\ntype = 'stdout'\nprivacy = { addresses = 'pseudonym' }",
        "f.toml:3:11: output.privacy.key or output.privacy.key_file is missing: give 64 hexadecimal digits, as `openssl rand -hex 32` makes",
    ),
    (
        "dnstap changes nothing",
        "[[output]]\ntype = 'dnstap'\npath = '/run/x'\nschema = 'ecs'",
        r#"f.toml:4:10: output.schema: "ecs" must be left out: dnstap carries messages as they were"#,
    ),
    (
        "filter.verdicts",
        "[[output]]\ntype = 'stdout'\nfilter = { verdicts = ['block'] }",
        r#"f.toml:3:24: output.filter.verdicts: "block" must be one of "pass", "blocked", "would-block", "drop", "nxdomain", "nodata", "refused", "sinkhole", "tcp-only", "would-drop", "would-nxdomain", "would-nodata", "would-refused", "would-sinkhole", "would-tcp-only""#,
    ),
    (
        "filter.roles",
        "[[output]]\ntype = 'stdout'\nfilter = { roles = [] }",
        r#"f.toml:3:20: output.filter.roles: [] must be a list of 1 to 1024 values, such as ["client"]"#,
    ),
];

#[test]
fn faults_of_outputs() {
    check("", CASES);
}
