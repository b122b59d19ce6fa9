//! Rules and data sets of Suricata.

use super::{Format, check, lines_of};

/// A rule with these options.
fn rule(options: &str) -> String {
    format!(
        "alert dns $HOME_NET any -> any any (msg:\"x; y\"; {options} classtype:trojan-activity; sid:1; rev:2;)"
    )
}

/// Options of rules and what comes of them.
fn check_options(table: &[(&str, &str, &str)]) {
    for (what, options, expected) in table {
        assert_eq!(lines_of(Format::Suricata, rule(options).as_bytes()), [*expected], "{what}: {options}");
    }
}

#[test]
fn names() {
    check_options(&[
        (
            "a suffix",
            r#"dns.query; dotprefix; content:".bad.example"; nocase; endswith;"#,
            "1 suffix bad.example",
        ),
        ("in its old form", r#"dns_query; content:"bad.example"; bsize:11;"#, "1 exact bad.example"),
        ("the newest", r#"dns.queries.rrname; content:"bad.example"; bsize:11;"#, "1 exact bad.example"),
        ("both ends", r#"dns.query; content:"bad.example"; startswith; endswith;"#, "1 exact bad.example"),
        (
            "both ends, the old way",
            r#"dns.query; content:"bad.example"; depth:11; isdataat:!1,relative;"#,
            "1 exact bad.example",
        ),
        ("capitals", r#"dns.query; content:"BAD.example"; bsize:11; fast_pattern;"#, "1 exact bad.example"),
        ("hexadecimal", r#"dns.query; content:"bad|2e|ex|61 6D|ple"; bsize:11;"#, "1 exact bad.example"),
        ("escapes", r#"dns.query; content:"bad\.example"; bsize:11;"#, "1 exact bad.example"),
        ("below", r#"dns.query; content:".bad.example"; endswith;"#, "1 below bad.example"),
        (
            "a whole dotted name",
            r#"dns.query; dotprefix; content:".bad.example"; bsize:12;"#,
            "1 exact bad.example",
        ),
        (
            "in the packet",
            r#"content:"|03|bad|07|example|00|"; nocase; fast_pattern;"#,
            "1 suffix bad.example",
        ),
        (
            "behind the header of the query",
            r#"content:"|01 00 00 01 00 00 00 00 00 00|"; depth:10; offset:2; content:"|03|bad|07|example|00|"; nocase; distance:0;"#,
            "1 suffix bad.example",
        ),
    ]);
}

#[test]
fn parts_of_names() {
    check_options(&[
        ("the end", r#"dns.query; content:"bad.example"; endswith;"#, r"1 regex bad\.example$"),
        (
            "the end, the old way",
            r#"dns.query; content:"bad.example"; isdataat:!1, relative;"#,
            r"1 regex bad\.example$",
        ),
        ("the start", r#"dns.query; content:"bad."; startswith;"#, r"1 regex ^bad\."),
        ("anywhere", r#"dns.query; content:"bad"; nocase;"#, r"1 regex bad"),
        ("from a label on", r#"dns.query; dotprefix; content:".bad"; nocase;"#, r"1 regex (?:^|\.)bad"),
        (
            "the start of the dotted name",
            r#"dns.query; dotprefix; content:".bad"; startswith;"#,
            r"1 regex ^bad",
        ),
        ("a semicolon", r#"dns.query; content:"a\;b";"#, r"1 regex a\;b"),
        (
            "in the packet, without the root",
            r#"content:"|03|bad|07|example";"#,
            r"1 regex (?:^|\.)bad\.example(?:\.|$)",
        ),
    ]);
}

#[test]
fn what_is_more_than_a_name() {
    let several = "1 ignored: several contents in a rule: not supported";
    check_options(&[
        ("several contents", r#"dns.query; content:"a"; content:"b";"#, several),
        (
            "a negated one",
            r#"dns.query; content:!"a";"#,
            "1 ignored: a content that must not be found: not supported",
        ),
        (
            "pcre",
            r#"dns.query; content:"a"; pcre:"/^a/";"#,
            "1 ignored: the option \"pcre\" is not supported",
        ),
        ("a data set", "dns.query; dataset:isset,x;", "1 ignored: the option \"dataset\" is not supported"),
        (
            "a state of the flow",
            r#"dns.query; content:"a"; flowbits:isset,x;"#,
            "1 ignored: the option \"flowbits\" is not supported",
        ),
        (
            "a window",
            r#"dns.query; content:"a"; depth:5;"#,
            "1 ignored: the option \"depth\" is not supported",
        ),
        ("another buffer", r#"tls.sni; content:"a";"#, "1 ignored: the option \"tls.sni\" is not supported"),
        (
            "another size",
            r#"dns.query; content:"a"; bsize:>5;"#,
            "1 ignored: the option \"bsize\" is not supported",
        ),
        (
            "a size that differs",
            r#"dns.query; content:"a"; bsize:5;"#,
            "1 ignored: a bsize other than the length of the content: not supported",
        ),
        (
            "no content",
            "dns.query;",
            "1 ignored: a rule without a content for the name: not about the names of DNS queries",
        ),
        (
            "no name in the packet",
            r#"content:"|de ad|";"#,
            "1 ignored: a content of a packet that is not a name from its first length byte on: not supported",
        ),
        (
            "bytes no name has",
            r#"dns.query; content:"|00|a";"#,
            "1 ignored: a content that no name contains: not supported",
        ),
        ("a name that is none", r#"dns.query; content:"a..b"; bsize:4;"#, "1 bad: an empty label"),
        (
            "a bar not closed",
            r#"dns.query; content:"a|2e";"#,
            "1 bad: a content that is not text in quotes with |hexadecimal| in it",
        ),
        (
            "half a byte",
            r#"dns.query; content:"a|2|";"#,
            "1 bad: a content that is not text in quotes with |hexadecimal| in it",
        ),
        (
            "no quotes",
            "dns.query; content:a;",
            "1 bad: a content that is not text in quotes with |hexadecimal| in it",
        ),
    ]);
}

#[test]
fn headers() {
    let other = "1 ignored: a rule for another protocol: not about the names of DNS queries";
    let broken = "1 bad: not a rule: action protocol source port -> destination port (options)";
    let with = |header: &str| format!("{header} (dns.query; content:\"a.example\"; bsize:9; sid:1;)");
    for (header, expected) in [
        ("alert dns any any -> any any", "1 exact a.example"),
        ("drop dns any any -> any 53", "1 exact a.example"),
        ("reject udp $HOME_NET any -> $EXTERNAL_NET 53", "1 exact a.example"),
        ("pass dns any any -> any any", "1 exact a.example => allow"),
        ("alert dns 10.0.0.0/8 any -> any any", "1 exact a.example if client 10.0.0.0/8"),
        (
            "alert dns [10.0.0.1,2001:db8::/32] any -> any any",
            "1 exact a.example if client 10.0.0.1/32|2001:db8::/32",
        ),
        (
            "alert dns !10.0.0.1 any -> any any",
            "1 ignored: a source that is not a list of addresses: not supported",
        ),
        ("alert tls any any -> any any", other),
        ("alert udp any any -> any 5353", other),
        ("log dns any any -> any any", broken),
        ("alert dns any any", broken),
    ] {
        assert_eq!(lines_of(Format::Suricata, with(header).as_bytes()), [expected], "{header}");
    }
}

#[test]
fn lines() {
    let joined =
        "alert dns any any -> any any ( \\\n  dns.query; content:\"a.example\"; \\\n bsize:9; sid:1;)\n";
    let broken = "1 bad: not a rule: action protocol source port -> destination port (options)";
    check(
        Format::Suricata,
        &[
            ("a rule over lines", joined, &["3 exact a.example"]),
            ("a rule that breaks off", "alert dns \\\n", &["1 bad: a rule that breaks off"]),
            ("comments", "# alert dns any any -> any any (sid:1;)\n\n", &[]),
            ("no options", "alert dns any any -> any any", &[broken]),
            (
                "no semicolon",
                "alert dns any any -> any any (sid:1)",
                &["1 bad: options that do not end with a semicolon"],
            ),
            (
                "a data set",
                "YmFkLmV4YW1wbGU=\nd3d3LmJhZC5leGFtcGxl,100\n",
                &["1 exact bad.example", "2 exact www.bad.example"],
            ),
            ("not base64", "bad.example", &["1 bad: neither a rule nor a name in base64"]),
            ("base64 of no name", "AAECAw==", &["1 bad: a character that no name has"]),
        ],
    );
}
