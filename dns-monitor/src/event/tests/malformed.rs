//! Messages that are broken: what can be read is told, and why there is no more.

use super::{messages::*, *};

/// One message for each reason; the name that can be read, if any.
fn broken() -> Vec<(Malformed, Vec<u8>, Option<&'static str>)> {
    let asked = question(WWW, A);
    let query = |sections: &[&[u8]]| message(QUERY, [1, 0, 0, 0], sections);
    let with_record = |record: &[u8]| message(QUERY, [1, 0, 0, 1], &[&asked, record]);
    let long = [b"\x3f".as_slice(), &[b'a'; 63]].concat().repeat(4);
    vec![
        (Malformed::ShortHeader, vec![0; 11], None),
        (Malformed::TruncatedName, query(&[b"\x03www\x07exam"]), None),
        (Malformed::LabelType, query(&[b"\x43www\0\0\x01\0\x01"]), None),
        (Malformed::NameTooLong, query(&[&long, b"\0\0\x01\0\x01"]), None),
        (Malformed::ForwardPointer, query(&[b"\xc0\x0c\0\x01\0\x01"]), None),
        (Malformed::ShortQuestion, query(&[WWW, b"\0\x01\0"]), None),
        (
            Malformed::ManyQuestions,
            message(QUERY, [2, 0, 0, 0], &[&asked, &question(ROOT, A)]),
            Some("www.example.com"),
        ),
        (Malformed::ShortRecord, with_record(b"\0\0\x01"), Some("www.example.com")),
        (Malformed::RdataLength, with_record(b"\0\0\x01\0\x01\0\0\0\0\0\x05\x01"), Some("www.example.com")),
        (Malformed::BadEdns, with_record(&opt(0, false, b"\0\x0a\0\xff")), Some("www.example.com")),
    ]
}

#[test]
fn what_can_be_read_is_told() {
    for (reason, query, name) in broken() {
        let end = if reason == Malformed::ShortHeader { End::Undecodable } else { End::TimedOut };
        let scene = Scene { end, ..Scene::unanswered(query) };
        let (event, line) = scene.json();
        schemas::check(reason.name(), &scene, &event);
        assert_eq!(event["dns_monitor"]["malformed"], reason.name(), "{line}");
        assert_eq!(event["dns"]["question"]["name"].as_str(), name, "{line}");
        assert_eq!(
            event["dns"]["id"].as_str(),
            (reason != Malformed::ShortHeader).then_some("4660"),
            "{line}"
        );
    }
}

/// Those that need more than a query: both are tested with the answers or below.
#[test]
fn no_reason_is_forgotten() {
    for reason in Malformed::ALL {
        let here = broken().iter().any(|(broken, ..)| broken == reason);
        let elsewhere = matches!(reason, Malformed::BadRdata | Malformed::CapturedInPart);
        assert!(here != elsewhere, "{reason:?}");
    }
}

#[test]
fn a_message_captured_in_part_says_so() {
    let response = answer(&[record(QNAME, A, IN, &[192, 0, 2, 80]), record(QNAME, A, IN, &[192, 0, 2, 81])]);
    let cut = response[..response.len() - 1].to_vec();
    let scene =
        Scene { query: None, end: End::Unasked, length: Some(response.len() as u32), ..Scene::answered(cut) };
    let (event, _) = scene.json();
    assert_eq!(event["server"]["bytes"], response.len());
    assert_eq!(event["dns_monitor"]["malformed"], "captured-in-part");
    assert_eq!(event["dns"]["resolved_ip"], json!(["192.0.2.80"]));
}

/// Answers that are announced and not there.
#[test]
fn a_response_that_ends_early_keeps_its_answers() {
    let asked = question(WWW, A);
    let one = record(QNAME, A, IN, &[192, 0, 2, 80]);
    for (count, sections, answers) in
        [(2, &[asked.as_slice(), &one][..], Some(1)), (1, &[asked.as_slice()], None)]
    {
        let (event, line) = Scene::answered(message(NOERROR, [1, count, 0, 0], sections)).json();
        assert_eq!(event["dns"]["answers"].as_array().map(Vec::len), answers, "{line}");
        assert_eq!(event["dns_monitor"]["malformed"], "short-record");
    }
}
