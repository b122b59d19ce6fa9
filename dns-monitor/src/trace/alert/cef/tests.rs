#![allow(clippy::unwrap_used, reason = "tests")]

use jiff::tz::TimeZone;

use super::*;
use crate::trace::alert::when::When;

fn read_text(text: &str) -> Result<Said, BadAlert> {
    read(text, &Clock { zone: TimeZone::UTC, now: 0 })
}

fn end(address: &str, port: Option<u16>) -> Option<End> {
    Some(End { address: address.parse().unwrap(), port })
}

fn said() -> Said {
    Said {
        when: Some(When { time: 1_795_716_131_123_000_000, unit: 1_000_000 }),
        ends: [end("10.53.0.2", Some(41_523)), end("10.53.0.103", Some(53))],
        id: Some(4711),
        name: Some("bad.example".into()),
        about: Some("Bad name".into()),
        ..Said::default()
    }
}

#[test]
fn messages_of_several_products() {
    let head = "CEF:0|Lab|IDS|1.0|100|Bad name|7|";
    let flow = "rt=1795716131123 src=10.53.0.2 spt=41523 dst=10.53.0.103 dpt=53 proto=UDP";
    let cases = [
        (
            "keys that say what they are",
            format!("{head}{flow} dnsId=4711 destinationDnsDomain=bad.example"),
            said(),
        ),
        (
            "fields of the sensor's own",
            format!(
                "{head}{flow} cs1Label=Rule cs1=r.example cs2Label=Query Domain cs2=bad.example cn1Label=DNS ID cn1=4711"
            ),
            said(),
        ),
        (
            "the domain of a URL",
            format!("{head}{flow} request=https://bad.example/a?b\\=c dnsId=0x1267"),
            said(),
        ),
        ("the host", format!("{head}{flow} dhost=bad.example"), Said { id: None, ..said() }),
        (
            "a host that is an address",
            format!("{head}{flow} dhost=192.0.2.1"),
            Said { id: None, name: None, ..said() },
        ),
        ("the message", format!("{head}{flow} msg=lookup of bad.example seen dnsId=4711"), said()),
        (
            "values with blanks and signs",
            format!("{head}{flow} msg=a \\= b and c\\nd dnsId=4711 qname=bad.example reason=x y"),
            said(),
        ),
        (
            "a begin is better than when it was received",
            format!(
                "{head}{} dnsId=4711 query=bad.example start=Nov 26 2026 18:02:11.123 UTC",
                flow.replace("131123", "999999")
            ),
            said(),
        ),
        (
            "IPv6",
            format!(
                "{head}rt=1795716131123 c6a2=2001:db8::2 spt=41523 c6a3=2001:db8::35 dpt=53 dnsId=4711 query=bad.example"
            ),
            Said { ends: [end("2001:db8::2", Some(41_523)), end("2001:db8::35", Some(53))], ..said() },
        ),
        (
            "bars and backslashes in the head",
            format!("CEF:0|L\\|ab|I\\\\|1|100|Bad \\| name|7|{flow} dnsId=4711 query=bad.example"),
            Said { about: Some("Bad | name".into()), ..said() },
        ),
        ("an empty extension", head.to_owned(), Said { about: Some("Bad name".into()), ..Said::default() }),
        (
            "garbage in its place",
            format!("{head}rt=never src=x spt=99999 dst=10.53.0.103 dpt=dns dnsId=70000 query=..."),
            Said { when: None, ends: [None, end("10.53.0.103", None)], id: None, name: None, ..said() },
        ),
    ];
    for (what, text, expected) in cases {
        assert_eq!(read_text(&text), Ok(expected), "{what}");
    }
}

#[test]
fn half_a_head_is_an_error() {
    for text in
        ["CEF:0", "CEF:0|Lab|IDS|1.0|100|Bad name|7", "CEF:0|Lab|IDS\\|1.0|100|Bad name|7|src=10.53.0.2"]
    {
        assert_eq!(read_text(text), Err(BadAlert::Cef), "{text}");
    }
}

#[test]
fn a_message_is_found_behind_a_syslog_header() {
    let cases = [
        ("CEF:0|Lab", Some(0)),
        ("Nov 26 18:02:11 ids CEF:1|Lab", Some(20)),
        ("CEF: 0|Lab", Some(0)),
        ("no CEF:here", None),
        ("CEF:", None),
    ];
    for (line, expected) in cases {
        assert_eq!(begin(line), expected, "{line}");
    }
}
