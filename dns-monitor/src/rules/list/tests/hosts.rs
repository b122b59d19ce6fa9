//! `0.0.0.0 name`.

use super::{Format, check};

#[test]
fn lines() {
    check(
        Format::Hosts,
        &[
            ("one name", "0.0.0.0 ads.example.com\n", &["1 exact ads.example.com"]),
            ("no end of line", "0.0.0.0 a.example", &["1 exact a.example"]),
            ("several names", "127.0.0.1\ta.example  b.example", &["1 exact a.example", "1 exact b.example"]),
            ("a comment behind", "0.0.0.0 a.example # why\n", &["1 exact a.example"]),
            ("a comment without a blank", "0.0.0.0 a.example#why\n", &["1 exact a.example"]),
            ("comments and blank lines count", "# x\n\n \n0.0.0.0 a.example\n", &["4 exact a.example"]),
            ("capitals, and a dot at the end", "0.0.0.0 A.ExAmPle.\n", &["1 exact a.example"]),
            (
                "CR LF",
                "0.0.0.0 a.example\r\n0.0.0.0 b.example\r\n",
                &["1 exact a.example", "2 exact b.example"],
            ),
            (
                "any address",
                "192.0.2.7 a.example\n2001:db8::7 b.example",
                &["1 exact a.example", "2 exact b.example"],
            ),
            ("blanks before", "  :: a.example", &["1 exact a.example"]),
            ("letters beyond ASCII", "0.0.0.0 bücher.example", &["1 exact xn--bcher-kva.example"]),
            ("one label", "0.0.0.0 intranet", &["1 exact intranet"]),
        ],
    );
}

#[test]
fn names_of_the_system_itself() {
    check(
        Format::Hosts,
        &[
            ("localhost", "127.0.0.1 localhost LocalHost.localdomain local", &[]),
            ("macOS", "255.255.255.255 broadcasthost\nfe80::1%lo0 localhost", &[]),
            ("Debian", "::1 ip6-localhost ip6-loopback\nff02::1 ip6-allnodes", &[]),
            ("an address of its own", "0.0.0.0 0.0.0.0", &[]),
            (
                "names that only begin so",
                "0.0.0.0 local.example ip6-x.example",
                &["1 exact local.example", "1 exact ip6-x.example"],
            ),
        ],
    );
}

#[test]
fn what_cannot_be_read() {
    let long = format!("0.0.0.0 {}.example", "x".repeat(64));
    let longest = format!("0.0.0.0 {}", ["x".repeat(63).as_str(); 4].join("."));
    check(
        Format::Hosts,
        &[
            ("no address", "a.example", &["1 bad: \"a.example\" is not an IP address"]),
            ("no name", "0.0.0.0", &["1 bad: no name"]),
            ("no name but a comment", "0.0.0.0 # a.example", &["1 bad: no name"]),
            ("an address for a name", "0.0.0.0 192.0.2.1", &["1 bad: an address where a name belongs"]),
            ("and an IPv6 one", "0.0.0.0 2001:db8::1", &["1 bad: an address where a name belongs"]),
            ("an empty label", "0.0.0.0 a..example", &["1 bad: an empty label"]),
            ("a long label", &long, &["1 bad: a label of more than 63 bytes"]),
            ("a long name", &longest, &["1 bad: a name of more than 255 bytes"]),
            ("a character", "0.0.0.0 a/b.example", &["1 bad: a character that no name has"]),
            (
                "the rest of the line is read",
                "0.0.0.0 a..b c.example",
                &["1 exact c.example", "1 bad: an empty label"],
            ),
        ],
    );
}
