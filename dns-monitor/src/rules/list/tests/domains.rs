//! A name a line, and CSV.

use super::{Format, check};

#[test]
fn lines() {
    check(
        Format::Domains,
        &[
            ("a name covers what is below", "example.com\n", &["1 suffix example.com"]),
            ("only what is below", "*.example.com\n", &["1 below example.com"]),
            ("a dot before", ".example.com\n", &["1 suffix example.com"]),
            ("a whole TLD", "zip\n.mov\n*.tk\n", &["1 suffix zip", "2 suffix mov", "3 below tk"]),
            ("capitals and the last dot", "EXAMPLE.com.\r\n", &["1 suffix example.com"]),
            ("underscores", "_sip._tcp.example\n", &["1 suffix _sip._tcp.example"]),
            (
                "letters beyond ASCII",
                "münchen.example\n*.例え.test",
                &["1 suffix xn--mnchen-3ya.example", "2 below xn--r8jz45g.test"],
            ),
            ("digits", "123.example\n1.2.3.4.example", &["1 suffix 123.example", "2 suffix 1.2.3.4.example"]),
        ],
    );
}

#[test]
fn comments() {
    check(
        Format::Domains,
        &[
            ("whole lines", "# a\n; b\n! c\n// d\n  # e\n\n", &[]),
            (
                "behind the name",
                "a.example # x\nb.example ; x\nc.example ! x\nd.example // x\n",
                &["1 suffix a.example", "2 suffix b.example", "3 suffix c.example", "4 suffix d.example"],
            ),
            ("without a blank", "a.example#x\nb.example;x", &["1 suffix a.example", "2 suffix b.example"]),
            ("behind a wildcard", "*.a.example # x", &["1 below a.example"]),
        ],
    );
}

#[test]
fn what_cannot_be_read() {
    let long = format!("{}.example", "x".repeat(64));
    let two = "1 bad: more than a name on a line: say which format the list has";
    check(
        Format::Domains,
        &[
            ("an address", "192.0.2.1", &["1 bad: an address where a name belongs"]),
            ("a hosts file", "0.0.0.0 a.example", &[two]),
            ("a URL", "http://a.example/x", &["1 bad: a character that no name has"]),
            ("the root", ".", &["1 bad: no name"]),
            ("nothing below", "*.", &["1 bad: no name"]),
            ("two dots", "a..example", &["1 bad: an empty label"]),
            ("a wildcard elsewhere", "a.*.example", &["1 bad: a character that no name has"]),
            ("a long label", &long, &["1 bad: a label of more than 63 bytes"]),
            ("no valid IDN", "xn--\u{fffd}.example", &["1 bad: not a valid internationalised name"]),
        ],
    );
}

#[test]
fn csv() {
    let urls = r#"# URLhaus
# id,dateadded,url,url_status,threat
"3","2026-01-02 03:04:05","http://bad.example/i.sh","online","malware"
"4","2026-01-02 03:04:06","https://user@Evil.example:8443/x?y=a,b","online","malware"
"5","2026-01-02 03:04:07","http://192.0.2.7:40111/bin.sh","online","malware"
"6","2026-01-02 03:04:08","http://[2001:db8::7]/bin.sh","online","malware"
"#;
    let iocs = r#"# "first_seen_utc","ioc_id","ioc_value","ioc_type","fk_malware"
"2026-01-02 03:04:05", "77", "c2.example", "domain", "win.some_rat"
"2026-01-02 03:04:06", "78", "192.0.2.9:443", "ip:port", "win.some_rat"
"2026-01-02 03:04:07", "79", "d41d8cd98f00b204e9800998ecf8427e", "md5_hash", "win.some_rat"
"#;
    let address =
        |line| format!("{line} ignored: a host that is an address: not about the names of DNS queries");
    check(
        Format::Domains,
        &[
            (
                "hosts of URLs",
                urls,
                &["3 suffix bad.example", "4 suffix evil.example", &address(5), &address(6)],
            ),
            (
                "a column of indicators",
                iocs,
                &[
                    "2 suffix c2.example",
                    &address(3),
                    "4 ignored: something else than a host or a URL: not about the names of DNS queries",
                ],
            ),
            (
                "no titles",
                "\"1\",\"a.example\",\"x.y\"\n\"2\",\"b.example\",\"x.y\"",
                &["1 suffix a.example", "2 suffix b.example"],
            ),
            ("no host at all", "\"1\",\"two\"", &["1 bad: no column has a host or a URL"]),
        ],
    );
}
