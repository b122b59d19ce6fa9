//! Everything there is to read in a message: no panic, and text is ASCII.
#![no_main]

use dns_monitor::{
    decode::{message::Message, mnemonics, rdata},
    identity::true_client::TrueClient,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(message) = Message::parse(data) else {
        assert!(data.len() < 12);
        return;
    };
    let mut out = Vec::new();
    if let Some(question) = message.question {
        question.name.write_lower(&mut out);
        mnemonics::rr_type(question.qtype).write(&mut out);
        mnemonics::class(question.qclass).write(&mut out);
    }
    let records = message.records().map_while(Result::ok);
    for record in records {
        record.name.write_lower(&mut out);
        let before = out.len();
        if rdata::write(&record, &mut out).is_err() {
            assert_eq!(out.len(), before, "text of bad data was left behind");
        }
    }
    if let Some(edns) = message.edns() {
        if let Some(subnet) = edns.client_subnet() {
            subnet.write(&mut out);
        }
        edns.extended_errors().count();
        let sender = std::net::Ipv4Addr::LOCALHOST.into();
        if let Some(TrueClient { ip, mac }) = TrueClient::claimed(&edns, sender) {
            assert!(ip.is_some() || mac.is_some());
        }
        mnemonics::rcode(message.rcode(Some(&edns))).write(&mut out);
    }
    assert!(out.is_ascii());

    // A capture cut short blames the capture, and never sees more than the whole message shows.
    let whole = message.records().filter(Result::is_ok).count();
    let half = &data[..data.len() / 2];
    if let Ok(part) = Message::parse_captured(half, data.len()) {
        assert!(part.records().filter(Result::is_ok).count() <= whole);
        let fault = part.fault().map(|reason| reason.name());
        assert!(!matches!(
            fault,
            Some("short-question" | "short-record" | "rdata-length" | "truncated-name")
        ));
    }
});
