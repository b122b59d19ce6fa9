//! Which format a text is taken for.

use clap::ValueEnum;

use super::{Format, Told, read};

fn detected(text: &str) -> Format {
    read(Format::Auto, &mut text.as_bytes(), &mut Told::default()).unwrap()
}

#[test]
fn samples() {
    for (what, text, format) in SAMPLES {
        assert_eq!(detected(text), *format, "{what}");
        assert_eq!(detected(&text.replace('\n', "\r\n")), *format, "{what}, CR LF");
        assert_eq!(detected(&format!("\u{feff}{text}")), *format, "{what}, byte order mark");
    }
}

#[test]
fn nothing_is_lost_to_detection() {
    let name = "a-name-of-some-length.example\n";
    let text = name.repeat(10_000);
    let mut told = Told::default();
    let format = read(Format::Auto, &mut text.as_bytes(), &mut told).unwrap();
    assert_eq!((format, told.0.len()), (Format::Domains, 10_000));
    assert_eq!(told.0[9_999], "10000 suffix a-name-of-some-length.example");
}

#[test]
fn named_as_in_the_configuration() {
    let names: Vec<String> = Format::value_variants()
        .iter()
        .map(|format| format.to_possible_value().unwrap().get_name().into())
        .collect();
    let expected =
        ["auto", "hosts", "domains", "adblock", "rpz", "dnsmasq", "suricata", "zeek-intel", "stix"];
    assert_eq!(names, expected);
    for (format, name) in Format::value_variants().iter().zip(expected) {
        assert_eq!(serde_json::to_string(format).unwrap(), format!("{name:?}"));
        assert_eq!(serde_json::from_str::<Format>(&format!("{name:?}")).unwrap(), *format);
    }
}

const SAMPLES: &[(&str, &str, Format)] = &[
    (
        "hosts",
        "# Title: a list\n# Names: 3\n\n127.0.0.1 localhost\n::1 localhost\n\n0.0.0.0 ads.example.com\n0.0.0.0 t.example.net # x\n",
        Format::Hosts,
    ),
    ("domains", "# Title: a list\nads.example.com\ntracker.example.net\n*.wild.example\n", Format::Domains),
    (
        "Adblock, most of it addresses and plain domains",
        "! Title: a list\n! Expires: 1 day\n192.0.2.1\n192.0.2.2\nads.example.com\nt.example.net\n||example.org/x^$all\n",
        Format::Adblock,
    ),
    ("Adblock, by the header alone", "[Adblock Plus 2.0]\nads.example.com\n", Format::Adblock),
    ("domains with other comments", "; x\n! y\nads.example.com\n", Format::Domains),
    (
        "URLhaus",
        "####\n# id,dateadded,url\n####\n\"1\",\"2026-01-01 00:00:00\",\"http://a.example/x\"\n",
        Format::Domains,
    ),
    (
        "AdGuard",
        "! Title: a list\n! Expires: 1 day\n||ads.example.com^\n@@||good.example^\n/^ads[0-9]/\nplain.example\n",
        Format::Adblock,
    ),
    (
        "a browser's list",
        "[Adblock Plus 2.0]\n! x\n-banner-\n||ads.example.com^$third-party\nexample.com##.ad\n",
        Format::Adblock,
    ),
    (
        "RPZ",
        "$TTL 60\n@ IN SOA localhost. root.localhost. (1 2 3 4 5)\n  IN NS localhost.\n; x\nbad.example CNAME .\n*.bad.example CNAME .\n",
        Format::Rpz,
    ),
    (
        "RPZ without a head",
        "bad.example 60 IN CNAME .\n*.bad.example 60 IN CNAME .\nsink.example A 192.0.2.1\n",
        Format::Rpz,
    ),
    ("RPZ of clients", "24.0.2.0.192.rpz-client-ip CNAME rpz-drop.\n", Format::Rpz),
    ("dnsmasq", "# x\naddress=/ads.example.com/#\nlocal=/t.example/\n", Format::Dnsmasq),
    (
        "Suricata",
        "# x\nalert dns $HOME_NET any -> any any (msg:\"x\"; dns.query; content:\"bad.example\"; bsize:11; sid:1;)\n",
        Format::Suricata,
    ),
    ("a data set", "YmFkLmV4YW1wbGU=\nd3d3LmJhZC5leGFtcGxl\n", Format::Suricata),
    (
        "Zeek",
        "#fields\tindicator\tindicator_type\tmeta.source\nbad.example\tIntel::DOMAIN\tx\n",
        Format::ZeekIntel,
    ),
    ("STIX", "\n {\n  \"type\": \"bundle\", \"objects\": []\n}\n", Format::Stix),
    ("nothing", "", Format::Domains),
    ("only comments", "# x\n# y\n", Format::Domains),
];
