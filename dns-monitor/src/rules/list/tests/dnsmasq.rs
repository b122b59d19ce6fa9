//! `address=/name/`.

use super::{Format, check};

#[test]
fn lines() {
    check(
        Format::Dnsmasq,
        &[
            (
                "no such name",
                "address=/a.example/\nlocal=/b.example/\nserver=/c.example/",
                &[
                    "1 suffix a.example => nxdomain",
                    "2 suffix b.example => nxdomain",
                    "3 suffix c.example => nxdomain",
                ],
            ),
            (
                "a null address",
                "address=/a.example/#\naddress=/b.example/0.0.0.0\naddress=/c.example/::",
                &["1 suffix a.example", "2 suffix b.example", "3 suffix c.example"],
            ),
            (
                "an address",
                "address=/a.example/192.0.2.1\naddress=/b.example/2001:db8::1",
                &[
                    "1 suffix a.example => sinkhole 192.0.2.1 ttl 60",
                    "2 suffix b.example => sinkhole 2001:db8::1 ttl 60",
                ],
            ),
            (
                "several names",
                "address=/a.example/b.example/#",
                &["1 suffix a.example", "1 suffix b.example"],
            ),
            ("a dot before", "address=/.a.example/#", &["1 suffix a.example"]),
            ("every name", "address=/#/192.0.2.1", &["1 every => sinkhole 192.0.2.1 ttl 60"]),
            (
                "wildcards",
                "address=/*.a.example/#\naddress=/*b.example/#",
                &["1 below a.example", r"2 regex b\.example$"],
            ),
            ("the usual servers", "server=/a.example/#", &["1 suffix a.example => allow"]),
            ("comments", "# x\n\nlocal=/a.example/ # x", &["3 suffix a.example => nxdomain"]),
        ],
    );
}

#[test]
fn what_gives_no_entry() {
    let key = "1 ignored: a setting other than address, local and server: not about the names of DNS queries";
    check(
        Format::Dnsmasq,
        &[
            (
                "a server",
                "server=/a.example/192.0.2.53",
                &["1 ignored: a server to forward to: not about the names of DNS queries"],
            ),
            (
                "for all names",
                "server=192.0.2.53",
                &["1 ignored: a setting for all names: not about the names of DNS queries"],
            ),
            ("another setting", "cache-size=1000", &[key]),
            ("names without dots", "server=//", &["1 ignored: names of a single label: not supported"]),
            ("no setting", "a.example", &["1 bad: not a setting such as address=/name/"]),
            ("no end of the name", "address=/a.example", &["1 bad: no / behind the name"]),
            ("no address", "address=/a.example/x", &["1 bad: \"x\" is not an IP address"]),
            ("not a name", "address=/a..example/", &["1 bad: an empty label"]),
            ("an address for a name", "address=/192.0.2.1/", &["1 bad: an address where a name belongs"]),
        ],
    );
}
