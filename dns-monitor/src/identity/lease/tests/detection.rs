//! Which format a file has.

use crate::identity::lease::{Format, detect};

#[test]
fn the_first_line_that_only_one_format_can_have_decides() {
    let cases = [
        ("nothing", "", None),
        ("comments alone", "# a\n\n# b\n", None),
        ("no format", "hello world\n", None),
        ("dhcpd", "# The format of this file\n\nauthoring-byte-order little-endian;\n", Some(Format::Isc)),
        ("dhcpd, a lease", "lease 10.0.0.5 {\n", Some(Format::Isc)),
        ("dhcpd6", "ia-na \"\\001\" {\n", Some(Format::Isc)),
        ("Kea", "address,hwaddr,client_id,valid_lifetime,expire\n", Some(Format::Kea)),
        ("Kea, IPv6, the header half written", "address,duid", Some(Format::Kea)),
        ("dnsmasq", "1795525200 02:00:5e:00:53:01 10.0.0.5 * *\n", Some(Format::Dnsmasq)),
        ("dnsmasq, IPv6 alone", "duid 00:01:00:01\n", Some(Format::Dnsmasq)),
        ("Windows", "\t\tMicrosoft DHCP Service Activity Log\r\n", Some(Format::Windows)),
        ("Windows in another language", "\r\nID,Date,Time,Beschreibung\r\n", Some(Format::Windows)),
        ("Windows, without its legend", "24,11/24/26,00:00:01,Cleanup,,,\r\n", Some(Format::Windows)),
        ("networkd", "\n{\"Leases\":[]}", Some(Format::Networkd)),
        ("a table", "10.0.0.5,laptop\n", Some(Format::Table)),
        ("a table by its header", "# x\nIP,Name,MAC\n", Some(Format::Table)),
        ("hosts", "127.0.0.1 localhost\n", Some(Format::Hosts)),
        ("hosts, with a byte order mark", "\u{feff}::1 localhost\n", Some(Format::Hosts)),
        ("hosts, an interface behind the address", "fe80::1%lo0 localhost\n", Some(Format::Hosts)),
    ];
    for (what, head, expected) in cases {
        assert_eq!(detect(head.as_bytes()), expected, "{what}");
    }
}
