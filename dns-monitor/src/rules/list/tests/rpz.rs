//! Response policy zones.

use super::{Format, check, lines_of};

const ZONE: &str = r#"$TTL 300
$ORIGIN rpz.example.
@ 3600 IN SOA localhost. root.localhost. (
        2026010101 ; serial
        3600 900 604800 300 )
        IN NS localhost.
gone.example        CNAME .            ; NXDOMAIN
*.gone.example      CNAME .
empty.example.rpz.example. IN CNAME *.
good.example 60 IN CNAME RPZ-passthru.
quiet.example IN 60 CNAME rpz-drop.
large.example       CNAME rpz-tcp-only.
garden.example      A 192.0.2.1
                    AAAA 2001:db8::1
                    A 192.0.2.2
second.example 1h   AAAA 2001:db8::2
other.example       CNAME garden.example.com.
text.example        TXT "no; (really)"
24.0.2.0.192.rpz-client-ip CNAME rpz-passthru.
128.57.zz.1.0.db8.2001.rpz-client-ip CNAME rpz-drop.
32.1.2.0.192.rpz-ip CNAME .
ns.example.rpz-nsdname CNAME .
32.1.2.0.192.rpz-nsip CNAME .
* CNAME .
"#;

#[test]
fn a_zone() {
    let expected = [
        "7 exact gone.example => nxdomain",
        "8 below gone.example => nxdomain",
        "9 exact empty.example => nodata",
        "10 exact good.example => allow",
        "11 exact quiet.example => drop",
        "12 exact large.example => tcp-only",
        "15 ignored: more than one address of a family, of which the first counts: not supported",
        "13 exact garden.example => sinkhole 192.0.2.1 2001:db8::1 ttl 300",
        "16 exact second.example => sinkhole 2001:db8::2 ttl 3600",
        "17 ignored: an alias (CNAME) to another name: not supported",
        "18 ignored: an answer other than addresses: not supported",
        "19 every if client 192.0.2.0/24 => allow",
        "20 every if client 2001:db8:0:1::57/128 => drop",
        "21 ignored: a trigger on the addresses of an answer (rpz-ip): not supported",
        "22 ignored: a trigger on name servers (rpz-nsip, rpz-nsdname): not supported",
        "23 ignored: a trigger on name servers (rpz-nsip, rpz-nsdname): not supported",
        "24 every => nxdomain",
    ];
    assert_eq!(lines_of(Format::Rpz, ZONE.as_bytes()), expected);
}

#[test]
fn names() {
    let outside = "1 bad: no $ORIGIN or SOA says which zone the name is in";
    check(
        Format::Rpz,
        &[
            (
                "no origin",
                "@ SOA a. b. 1 2 3 4 5\n NS c.\na.example CNAME .",
                &["3 exact a.example => nxdomain"],
            ),
            (
                "the SOA has the origin",
                "rpz.test. SOA a. b. 1 2 3 4 5\na.example.rpz.test. CNAME .\nb CNAME .",
                &["2 exact a.example => nxdomain", "3 exact b => nxdomain"],
            ),
            (
                "as BIND writes it",
                "$ORIGIN .\nrpz.test IN SOA a. b. (1 2 3 4 5)\n$ORIGIN example.rpz.test.\na CNAME .\n*.b CNAME .\n$ORIGIN rpz.test.\nc.example CNAME .",
                &[
                    "4 exact a.example => nxdomain",
                    "5 below b.example => nxdomain",
                    "7 exact c.example => nxdomain",
                ],
            ),
            (
                "a relative origin",
                "$ORIGIN rpz.test.\n$ORIGIN example\na CNAME .\n@ CNAME .",
                &["3 exact a.example => nxdomain", "4 exact example => nxdomain"],
            ),
            (
                "capitals",
                "$ORIGIN RPZ.test.\nA.Example.rpz.TEST. cname .",
                &["2 exact a.example => nxdomain"],
            ),
            ("the zone itself", "$ORIGIN rpz.test.\n@ A 192.0.2.1\nrpz.test. TXT x", &[]),
            (
                "outside the zone",
                "$ORIGIN rpz.test.\na.xrpz.test. CNAME .",
                &["2 bad: a name outside the zone"],
            ),
            ("absolute, without a zone", "a.example. CNAME .", &[outside]),
            (
                "the same name again",
                "a.example CNAME .\n CNAME *.",
                &["1 exact a.example => nxdomain", "2 exact a.example => nodata"],
            ),
            ("no name yet", " CNAME .", &["1 bad: a record without a name before the first name"]),
        ],
    );
}

#[test]
fn addresses_of_one_owner() {
    check(
        Format::Rpz,
        &[
            (
                "the name again",
                "a.example A 192.0.2.1\na.example AAAA 2001:db8::1",
                &["1 exact a.example => sinkhole 192.0.2.1 2001:db8::1 ttl 60"],
            ),
            (
                "another name",
                "a.example A 192.0.2.1\nb.example AAAA 2001:db8::1",
                &[
                    "1 exact a.example => sinkhole 192.0.2.1 ttl 60",
                    "2 exact b.example => sinkhole 2001:db8::1 ttl 60",
                ],
            ),
            (
                "the name and what is below",
                "a.example A 192.0.2.1\n*.a.example A 192.0.2.1",
                &[
                    "1 exact a.example => sinkhole 192.0.2.1 ttl 60",
                    "2 below a.example => sinkhole 192.0.2.1 ttl 60",
                ],
            ),
            (
                "a client",
                "8.0.0.0.10.rpz-client-ip A 192.0.2.1\n AAAA 2001:db8::1",
                &["1 every if client 10.0.0.0/8 => sinkhole 192.0.2.1 2001:db8::1 ttl 60"],
            ),
            ("the other family", "a.example A 2001:db8::1", &["1 bad: an address of the other family"]),
            ("no address", "a.example A x", &["1 bad: \"x\" is not an IP address"]),
        ],
    );
}

#[test]
fn clients() {
    let wrong = "1 bad: not a network as rpz-client-ip has it, such as 24.0.2.0.192";
    check(
        Format::Rpz,
        &[
            (
                "IPv6 in full",
                "128.8.7.6.5.4.3.2.1.rpz-client-ip CNAME .",
                &["1 every if client 1:2:3:4:5:6:7:8/128 => nxdomain"],
            ),
            (
                "zeros at the end",
                "48.zz.1.db8.2001.rpz-client-ip CNAME .",
                &["1 every if client 2001:db8:1::/48 => nxdomain"],
            ),
            (
                "zeros at the start",
                "128.1.zz.rpz-client-ip CNAME .",
                &["1 every if client ::1/128 => nxdomain"],
            ),
            ("only zeros", "0.zz.rpz-client-ip CNAME .", &["1 every if client ::/0 => nxdomain"]),
            (
                "four labels with zeros",
                "64.zz.1.db8.2001.RPZ-CLIENT-IP CNAME .",
                &["1 every if client 2001:db8:1::/64 => nxdomain"],
            ),
            ("all of IPv4", "0.0.0.0.0.rpz-client-ip CNAME .", &["1 every if client 0.0.0.0/0 => nxdomain"]),
            ("a prefix too long", "33.1.2.0.192.rpz-client-ip CNAME .", &[wrong]),
            ("no prefix", "1.2.0.192.rpz-client-ip CNAME .", &[wrong]),
            ("zeros twice", "128.1.zz.2.zz.rpz-client-ip CNAME .", &[wrong]),
            ("nothing", "rpz-client-ip CNAME .", &[wrong]),
            ("another kind", "x.rpz-other CNAME .", &["1 bad: not a kind of trigger"]),
        ],
    );
}

#[test]
fn master_files() {
    let no_record = "1 bad: not a record: a name, a type and its data";
    check(
        Format::Rpz,
        &[
            (
                "parentheses",
                "a.example (\n CNAME ; x\n\n . )\nb.example CNAME .",
                &["4 exact a.example => nxdomain", "5 exact b.example => nxdomain"],
            ),
            (
                "marks in quotes",
                "a.example TXT \"(;\"\nb.example CNAME .",
                &[
                    "1 ignored: an answer other than addresses: not supported",
                    "2 exact b.example => nxdomain",
                ],
            ),
            (
                "an escaped mark",
                "a.example TXT \\(\nb.example CNAME .",
                &[
                    "1 ignored: an answer other than addresses: not supported",
                    "2 exact b.example => nxdomain",
                ],
            ),
            ("never closed", "a.example CNAME (\n.", &["2 bad: a parenthesis that is never closed"]),
            ("comments", "; x\n\n  ; y\n\t\n", &[]),
            ("signatures", "a.example RRSIG CNAME 8 2 60 x\na.example NSEC b.example", &[]),
            (
                "times to live",
                "$TTL 1w2d3h4m5s\na.example A 192.0.2.1",
                &["2 exact a.example => sinkhole 192.0.2.1 ttl 788645"],
            ),
            ("a bad one", "a.example 5x CNAME .", &["1 bad: a time to live that is no number"]),
            (
                "other directives",
                "$INCLUDE x\n$FOO x\n$TTL x",
                &[
                    "1 ignored: $INCLUDE and $GENERATE: not supported",
                    "2 bad: not a directive of a master file",
                    "3 bad: $TTL needs a number of seconds",
                ],
            ),
            ("a plain domain", "a.example", &[no_record]),
            ("no type", "a.example b.example", &[no_record]),
            ("not a name", "a..example CNAME .", &["1 bad: an empty label"]),
        ],
    );
}
