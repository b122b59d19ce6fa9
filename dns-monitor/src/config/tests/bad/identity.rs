//! What says who had an address.

use super::{Case, check};

const CASES: &[Case] = &[
    (
        "identity.max_assignments",
        "[identity]\nmax_assignments = 1000",
        "f.toml:2:19: identity.max_assignments: 1000 must be a number from 1024 to 100000000",
    ),
    (
        "identity.max_per_address",
        "[identity]\nmax_per_address = 0",
        "f.toml:2:19: identity.max_per_address: 0 must be a number from 1 to 1024",
    ),
    (
        "identity.neighbours",
        "[identity]\nneighbours = 'yes'",
        r#"f.toml:2:14: identity.neighbours: "yes" must be true or false"#,
    ),
    (
        "identity.ptr_server: no port",
        "[identity]\nptr_server = '127.0.0.1'",
        r#"f.toml:2:14: identity.ptr_server: "127.0.0.1" must be an address and a port, such as "127.0.0.1:53" or "[::1]:53""#,
    ),
    (
        "identity.ptr_server: port 0",
        "[identity]\nptr_server = '127.0.0.1:0'",
        r#"f.toml:2:14: identity.ptr_server: "127.0.0.1:0" must be an address and a port, such as "127.0.0.1:53" or "[::1]:53""#,
    ),
    (
        "identity.forwarders: a host in a network",
        "[identity]\nforwarders = ['10.0.0.1/8']",
        r#"f.toml:2:15: identity.forwarders: "10.0.0.1/8" must be the network itself, "10.0.0.0/8", or one address"#,
    ),
    (
        "leases without a path",
        "[[leases]]\nformat = 'kea'",
        r#"f.toml:1:1: leases.path is missing: it must be a path, such as "/etc/dns-monitor/lists""#,
    ),
    (
        "leases.path: empty",
        "[[leases]]\npath = ''",
        r#"f.toml:2:8: leases.path: "" must be a path, such as "/etc/dns-monitor/lists""#,
    ),
    (
        "leases.format",
        "[[leases]]\npath = 'x'\nformat = 'dhcpd'",
        r#"f.toml:3:10: leases.format: "dhcpd" must be one of "auto", "isc", "kea", "dnsmasq", "windows", "networkd", "table", "hosts""#,
    ),
    (
        "leases.zone: unknown",
        "[[leases]]\npath = 'x'\nzone = 'Mars/Olympus'",
        r#"f.toml:3:8: leases.zone: "Mars/Olympus" must be a time zone that this host knows, such as "Europe/Berlin""#,
    ),
    (
        "leases.zone: of no use",
        "[[leases]]\npath = 'x'\nformat = 'isc'\nzone = 'UTC'",
        r#"f.toml:4:8: leases.zone: "UTC" must be left out: only leases of Windows have local times"#,
    ),
    (
        "leases.lease_time: no unit",
        "[[leases]]\npath = 'x'\nlease_time = 3600",
        r#"f.toml:3:14: leases.lease_time: 3600 must be a duration from 1s to 8784h, such as "10s" or "5m""#,
    ),
    (
        "leases.lease_time: of no use",
        "[[leases]]\npath = 'x'\nformat = 'kea'\nlease_time = '1h'",
        r#"f.toml:4:14: leases.lease_time: "1h" must be left out: these leases say themselves when they began"#,
    ),
    (
        "a table that is not one of many",
        "[leases]\npath = 'x'",
        "f.toml:1:1: leases: {…} must be a table of its own, written [[leases]]",
    ),
    (
        "a near key",
        "[[leases]]\npath = 'x'\nformt = 'kea'",
        "f.toml:3:1: unknown key leases.formt: did you mean leases.format?",
    ),
];

#[test]
fn faults_of_what_says_who_had_an_address() {
    check("", CASES);
}
