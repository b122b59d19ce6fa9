//! `||name^$modifiers`.

use super::{Format, check};

#[test]
fn patterns() {
    check(
        Format::Adblock,
        &[
            ("a domain and what is below", "||example.com^", &["1 suffix example.com"]),
            (
                "the end twice",
                "||example.com^|\n||b.example|",
                &["1 suffix example.com", "2 suffix b.example"],
            ),
            ("an empty wildcard", "||example.com^*", &["1 suffix example.com"]),
            (
                "anchored at both ends",
                "|example.com^\n|b.example|",
                &["1 exact example.com", "2 exact b.example"],
            ),
            ("a bare domain", "example.com", &["1 exact example.com"]),
            ("a bare word", "banner", &["1 regex banner"]),
            ("what ends so", "ple.com^\nple.com|", &[r"1 regex ple\.com$", r"2 regex ple\.com$"]),
            ("what begins so", "|ads.", &[r"1 regex ^ads\."]),
            ("labels that begin so", "||ads", &[r"1 regex (?:^|\.)ads"]),
            (
                "below a domain",
                "||*.example.com^\n*.b.example^",
                &["1 below example.com", "2 below b.example"],
            ),
            ("a wildcard without an end", "*.example.com", &[r"1 regex \.example\.com"]),
            ("a wildcard in the middle", "||ads*.example.com^", &[r"1 regex (?:^|\.)ads.*\.example\.com$"]),
            ("wildcards at the ends", "*ads*", &["1 regex ads"]),
            ("a wildcard at an anchor", "||*ads*^", &["1 regex ads"]),
            ("everything", "*\n||*^\n|*|", &["1 every", "2 every", "3 every"]),
            (
                "nothing is not everything",
                "@@\n||^\n|",
                &[
                    "1 bad: a rule without a pattern, for every name",
                    "2 bad: a rule without a pattern, for every name",
                    "3 bad: a rule without a pattern, for every name",
                ],
            ),
            ("a TLD", "||zip^", &["1 suffix zip"]),
            ("capitals", "||EXAMPLE.com^\nADS*x", &["1 suffix example.com", "2 regex ads.*x"]),
            ("letters beyond ASCII", "||bücher.example^", &["1 suffix xn--bcher-kva.example"]),
            (
                "of a part of a name",
                "||bü*.example^",
                &["1 ignored: letters beyond ASCII in a part of a name: not supported"],
            ),
            ("an exception", "@@||example.com^", &["1 suffix example.com => allow"]),
            ("an exception without anchors", "@@example.com", &[r"1 regex example\.com => allow"]),
            ("lines of a hosts file", "0.0.0.0 a.example # x", &["1 exact a.example"]),
        ],
    );
}

#[test]
fn regular_expressions() {
    let refused = |text| {
        format!(
            "1 bad: /{text}/ is not a regular expression of the supported kind (no look-around, no back-references)"
        )
    };
    check(
        Format::Adblock,
        &[
            ("one", r"/^ads?[0-9]+\./", &[r"1 regex ^ads?[0-9]+\."]),
            ("without regard to case", "/Ads/", &["1 regex (?i)Ads"]),
            ("with a dollar sign", r"/\.example$/", &[r"1 regex \.example$"]),
            ("with modifiers", r"/^a$/$important", &["1 regex ^a$ important"]),
            ("an exception", "@@/x/", &["1 regex x => allow"]),
            ("with commas and equals signs", "/a{1,2}=/$dnstype=A", &["1 regex a{1,2}= if type [1]"]),
            ("look-around", "/(?=a)b/", &[&refused("(?=a)b")]),
            ("not closed", "/(a/", &[&refused("(a")]),
        ],
    );
}

#[test]
fn modifiers() {
    let networks = "||d.example^$client=10.0.0.0/8|2001:db8::/32|192.0.2.1";
    let mixed = "||d.example^$client=10.0.0.0/8|~10.1.0.0/16";
    let all = "||d.example^$important,dnstype=A,client=10.0.0.1,denyallow=a.d.example";
    let by_name = "1 ignored: a client by its name: not supported";
    check(
        Format::Adblock,
        &[
            ("important", "||d.example^$important", &["1 suffix d.example important"]),
            (
                "an important exception",
                "@@||d.example^$important",
                &["1 suffix d.example important => allow"],
            ),
            ("clients", networks, &["1 suffix d.example if client 10.0.0.0/8|2001:db8::/32|192.0.2.1/32"]),
            (
                "bits behind the prefix",
                "||d.example^$client=10.1.2.3/8",
                &["1 suffix d.example if client 10.0.0.0/8"],
            ),
            (
                "not a client",
                "||d.example^$client=~10.0.0.1",
                &["1 suffix d.example if not client 10.0.0.1/32"],
            ),
            (
                "some clients and not others",
                mixed,
                &["1 suffix d.example if client 10.0.0.0/8 if not client 10.1.0.0/16"],
            ),
            ("a client by name", "||d.example^$client=laptop", &[by_name]),
            ("in quotes", r"||d.example^$client='Frank\'s, laptop'", &[by_name]),
            ("a prefix too long", "||d.example^$client=10.0.0.0/33", &[by_name]),
            ("types", "||d.example^$dnstype=A|aaaa|TYPE65", &["1 suffix d.example if type [1, 28, 65]"]),
            ("not these types", "||d.example^$dnstype=~A|~CNAME", &["1 suffix d.example if not type [1, 5]"]),
            ("both", "||d.example^$dnstype=~A|AAAA", &["1 suffix d.example if type [28]"]),
            ("no type", "||d.example^$dnstype=FOO", &["1 bad: \"FOO\" is not a query type"]),
            ("denyallow", "*$denyallow=com|b.example", &["1 every if not suffix com|b.example"]),
            ("denyallow, not a name", "*$denyallow=a..b", &["1 bad: an empty label"]),
            ("without a pattern", "$dnstype=AAAA", &["1 every if type [28]"]),
            (
                "all at once",
                all,
                &["1 suffix d.example important if type [1] if client 10.0.0.1/32 if not suffix a.d.example"],
            ),
            (
                "conditions end with their line",
                "||a.example^$dnstype=A\n||b.example^$important",
                &["1 suffix a.example if type [1]", "2 suffix b.example important"],
            ),
            ("a bare domain is a part of a name", "d.example$important", &[r"1 regex d\.example important"]),
        ],
    );
}

#[test]
fn rewrites() {
    let other =
        "1 ignored: a rewrite to anything but an address, NOERROR, NXDOMAIN or REFUSED: not supported";
    check(
        Format::Adblock,
        &[
            ("NXDOMAIN", "||d.example^$dnsrewrite=NXDOMAIN", &["1 suffix d.example => nxdomain"]),
            ("in full", "||d.example^$dnsrewrite=NXDOMAIN;;", &["1 suffix d.example => nxdomain"]),
            ("REFUSED", "||d.example^$dnsrewrite=REFUSED", &["1 suffix d.example => refused"]),
            ("NOERROR", "||d.example^$dnsrewrite=NOERROR;;", &["1 suffix d.example => nodata"]),
            (
                "an address",
                "||d.example^$dnsrewrite=192.0.2.1",
                &["1 suffix d.example => sinkhole 192.0.2.1 ttl 60"],
            ),
            (
                "IPv6",
                "||d.example^$dnsrewrite=2001:db8::1",
                &["1 suffix d.example => sinkhole 2001:db8::1 ttl 60"],
            ),
            (
                "A",
                "||d.example^$dnsrewrite=NOERROR;A;192.0.2.1",
                &["1 suffix d.example => sinkhole 192.0.2.1 ttl 60"],
            ),
            (
                "AAAA",
                "||d.example^$dnsrewrite=NOERROR;AAAA;2001:db8::1",
                &["1 suffix d.example => sinkhole 2001:db8::1 ttl 60"],
            ),
            (
                "important too",
                "||d.example^$important,dnsrewrite=NXDOMAIN",
                &["1 suffix d.example important => nxdomain"],
            ),
            (
                "the other family",
                "||d.example^$dnsrewrite=NOERROR;A;2001:db8::1",
                &["1 bad: an address of the other family"],
            ),
            ("no address", "||d.example^$dnsrewrite=NOERROR;A;x", &["1 bad: \"x\" is not an IP address"]),
            ("a name", "||d.example^$dnsrewrite=other.example", &[other]),
            ("another record", "||d.example^$dnsrewrite=NOERROR;TXT;hello", &[other]),
            ("another code", "||d.example^$dnsrewrite=SERVFAIL", &[other]),
            (
                "nothing",
                "||d.example^$dnsrewrite",
                &["1 bad: dnsrewrite needs a value, such as NXDOMAIN or an address"],
            ),
            ("an exception", "@@||d.example^$dnsrewrite", &["1 suffix d.example => allow"]),
            (
                "an exception to one",
                "@@||d.example^$dnsrewrite=192.0.2.1",
                &["1 ignored: an exception to one rewrite: not supported"],
            ),
        ],
    );
}

#[test]
fn what_is_not_for_dns() {
    let cosmetic = "1 ignored: a cosmetic rule: not about the names of DNS queries";
    let url = "1 ignored: a rule about the rest of a URL: not about the names of DNS queries";
    check(
        Format::Adblock,
        &[
            ("comments", "! x\n# x\n[Adblock Plus 2.0]\n##.banner", &[]),
            ("hiding", "example.com##.banner", &[cosmetic]),
            ("unhiding", "example.com#@#.banner", &[cosmetic]),
            ("scripts", "example.com#%#alert()", &[cosmetic]),
            ("a path", "||example.com/banner", &[url]),
            ("a path behind the end", "||example.com^banner", &[url]),
            ("only a path", "/banner/ads.js", &[url]),
            ("a port", "||example.com:8080^", &[url]),
            ("a scheme", "|https://example.com^", &[url]),
            (
                "an unknown modifier",
                "||example.com^$third-party",
                &["1 ignored: unknown modifier \"third-party\""],
            ),
            (
                "among known ones",
                "||example.com^$important,popup",
                &["1 ignored: unknown modifier \"popup\""],
            ),
            (
                "a value too many",
                "||example.com^$important=1",
                &["1 ignored: unknown modifier \"important\""],
            ),
            ("a value too few", "||example.com^$client", &["1 ignored: unknown modifier \"client\""]),
            ("nothing behind the dollar sign", "||example.com^$", &["1 ignored: unknown modifier \"\""]),
            (
                "badfilter",
                "||example.com^$badfilter",
                &["1 ignored: badfilter, which takes back another rule: not supported"],
            ),
            (
                "ctag",
                "||example.com^$ctag=device_tv",
                &["1 ignored: ctag, which needs AdGuard's clients: not supported"],
            ),
            (
                "an address",
                "||192.0.2.1^",
                &["1 ignored: a rule about the addresses of an answer: not supported"],
            ),
            ("two dots", "||a..example^", &["1 bad: an empty label"]),
        ],
    );
}
