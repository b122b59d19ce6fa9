#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::trace::{
    alert::{End, Original, Place, Said, when::When},
    event::Lost,
};

#[test]
fn why_there_is_no_event() {
    let end = |port| Some(End { address: "192.0.2.1".parse().unwrap(), port: Some(port) });
    let alert = |name: Option<&str>, ends| {
        let said = Said {
            when: Some(When { time: 100, unit: 10 }),
            ends,
            name: name.map(Into::into),
            ..Said::default()
        };
        said.at(Place { file: "x".into(), line: 1 }, Original::Asked)
    };
    let named = alert(Some("a.example"), [end(7), None]);
    let gap = |time| Gap { from: None, time, lost: Lost { kernel: 3, ..Lost::default() } };
    let scan = |span, seen, gaps: &[Gap], crowded| Scan {
        span,
        addresses: vec![seen],
        gaps: gaps.to_vec(),
        crowded,
        ..Scan::default()
    };
    let whole = Some((0, 1000));
    let cases = [
        ("no events", &named, Some(100), scan(None, false, &[], 0), Unmatched::NoEvents),
        (
            "before the first",
            &named,
            Some(100),
            scan(Some((116, 200)), true, &[], 0),
            Unmatched::BeforeMemory(116),
        ),
        (
            "not quite before it",
            &named,
            Some(100),
            scan(Some((115, 200)), true, &[], 0),
            Unmatched::NoSuchLookup,
        ),
        ("after the last", &named, Some(100), scan(Some((0, 94)), true, &[], 0), Unmatched::AfterMemory(94)),
        ("not quite after it", &named, Some(100), scan(Some((0, 95)), true, &[], 0), Unmatched::NoSuchLookup),
        ("another resolver", &named, Some(100), scan(whole, false, &[gap(100)], 0), Unmatched::OtherResolver),
        (
            "a loss at that time",
            &named,
            Some(100),
            scan(whole, true, &[gap(10), gap(115)], 0),
            Unmatched::Lost(gap(115)),
        ),
        (
            "a loss at another time",
            &named,
            Some(100),
            scan(whole, true, &[gap(84), gap(116)], 0),
            Unmatched::NoSuchLookup,
        ),
        (
            "within a time that nobody saw",
            &named,
            Some(100),
            scan(whole, true, &[Gap { from: Some(115), ..gap(190) }, Gap { from: Some(50), ..gap(190) }], 0),
            Unmatched::Lost(Gap { from: Some(115), ..gap(190) }),
        ),
        ("no time: any loss", &named, None, scan(whole, true, &[gap(900)], 0), Unmatched::Lost(gap(900))),
        ("no room", &named, Some(100), scan(whole, true, &[], 1), Unmatched::Crowded),
        (
            "not DNS",
            &alert(None, [end(7), end(443)]),
            Some(100),
            scan(whole, true, &[], 0),
            Unmatched::NotDns,
        ),
        (
            "no addresses",
            &alert(Some("a.example"), [None, None]),
            Some(100),
            scan(whole, false, &[], 0),
            Unmatched::NoSuchLookup,
        ),
    ];
    for (what, alert, time, scan, expected) in cases {
        let wanted = Wanted::by(std::slice::from_ref(alert), 0);
        assert_eq!(Unmatched::why(alert, time, 5, &scan, &wanted), expected, "{what}");
    }
}

#[test]
fn reasons_are_told_in_words() {
    let gap = Gap { from: None, time: 0, lost: Lost { kernel: 1, decode: 2, sink: 3 } };
    let cases = [
        (
            Unmatched::BeforeMemory(1_500_000_000),
            "before our memory: the first event is of 1970-01-01T00:00:01.500000Z",
        ),
        (
            Unmatched::Lost(gap),
            "perhaps lost: up to 1970-01-01T00:00:00.000000Z the ledger counts as lost 1 packets, 2 samples, 3 events",
        ),
        (
            Unmatched::Lost(Gap { from: Some(0), time: 2_000_000_000, ..gap }),
            "perhaps not seen: there is a gap from 1970-01-01T00:00:00.000000Z to 1970-01-01T00:00:02.000000Z",
        ),
    ];
    for (why, expected) in cases {
        assert_eq!(why.to_string(), expected);
    }
}
