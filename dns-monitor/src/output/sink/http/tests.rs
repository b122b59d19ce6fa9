//! Requests against a server that takes them apart.

#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

mod server;
mod tls;
mod trouble;

use std::io::Read as _;

use self::server::{Request, reply, serve};
use super::*;
use crate::{
    config::output::{Auth, Encoding, Preset as Settings, Secret},
    output::sink::lab::{Collector, batch, lines},
};

fn web(port: u16) -> Web {
    Web { timeout: std::time::Duration::from_millis(400), ..Web::new(&format!("http://127.0.0.1:{port}")) }
}

fn http(web: Web, preset: Settings) -> Http {
    Http::new(&output::Http { web, preset }, Some("resolver-1"))
}

fn ndjson(port: u16) -> Http {
    http(web(port), Settings::Ndjson)
}

#[test]
fn lines_arrive_in_every_encoding() {
    for (encoding, name) in
        [(Encoding::None, None), (Encoding::Gzip, Some("gzip")), (Encoding::Zstd, Some("zstd"))]
    {
        let collector = Collector::start(vec![serve(vec![reply(200, "", ""), reply(204, "", "")])]);
        let mut sink = http(Web { encoding, ..web(collector.port) }, Settings::Ndjson);
        let lines = lines(300);
        for _ in 0..2 {
            let receipt = sink.deliver(&batch(&lines), &Stop::default()).unwrap();
            assert_eq!(receipt, Receipt::all(&batch(&lines)));
        }
        drop(sink);
        for request in collector.finish().concat() {
            assert_eq!(request.header("content-encoding"), name);
            assert_eq!(request.header("content-type"), Some("application/x-ndjson"));
            let mut body = Vec::new();
            match name {
                Some("gzip") => {
                    flate2::read::GzDecoder::new(&request.body[..]).read_to_end(&mut body).unwrap();
                }
                Some(_) => body = zstd::decode_all(&request.body[..]).unwrap(),
                None => body = request.body.clone(),
            }
            assert!(name.is_none() || request.body.len() < body.len() / 5, "{name:?} makes it smaller");
            assert_eq!(body, lines, "{name:?}");
        }
    }
}

#[test]
fn requests_say_who_we_are() {
    let secret = |text: &str| Secret::given("token", text);
    let password = Auth::Password { user: "dns".to_owned(), password: secret("s3cret") };
    let splunk = Settings::SplunkHec { sourcetype: "dns".to_owned(), index: None, acknowledge: false };
    let ok = r#"{"text":"Success","code":0}"#;
    let cases = [
        (Some(Auth::Token(secret("s3cret"))), Settings::Ndjson, Some("Bearer s3cret")),
        (Some(password), Settings::Ndjson, Some("Basic ZG5zOnMzY3JldA==")),
        (Some(Auth::Token(secret("s3cret"))), splunk, Some("Splunk s3cret")),
        (None, Settings::Ndjson, None),
    ];
    for (auth, preset, expected) in cases {
        let collector = Collector::start(vec![serve(vec![reply(200, "", ok)])]);
        let headers = vec![output::web::Header { name: "x-tenant".to_owned(), value: "7".to_owned() }];
        let mut sink = http(Web { auth, headers, ..web(collector.port) }, preset);
        sink.deliver(&batch(&lines(1)), &Stop::default()).unwrap();
        drop(sink);
        let [request]: [Request; 1] = collector.finish().concat().try_into().unwrap();
        assert_eq!((request.header("authorization"), request.header("x-tenant")), (expected, Some("7")));
        assert!(request.header("user-agent").unwrap().starts_with("dns-monitor/"));
    }
}

#[test]
fn a_batch_becomes_as_many_requests_as_the_limits_want() {
    let collector = Collector::start(vec![serve(vec![reply(200, "", ""); 4])]);
    let mut sink = http(Web { max_events: 30, ..web(collector.port) }, Settings::Ndjson);
    assert_eq!(sink.deliver(&batch(&lines(100)), &Stop::default()).unwrap().taken, 100);
    drop(sink);
    let sizes: Vec<_> = collector
        .finish()
        .concat()
        .iter()
        .map(|request| request.body.split(|b| *b == b'\n').count() - 1)
        .collect();
    assert_eq!(sizes, [30, 30, 30, 10]);
}

#[test]
fn one_bad_event_among_many_is_found() {
    let bad = |request: &Request| match memchr::memmem::find(&request.body, b"\"a-37\"") {
        Some(_) => reply(400, "", "no such field"),
        None => reply(200, "", ""),
    };
    let collector = Collector::start(vec![server::serve_with(bad)]);
    let mut sink = ndjson(collector.port);
    let receipt = sink.deliver(&batch(&lines(100)), &Stop::default()).unwrap();
    let reason = Some("HTTP status 400: no such field".to_owned());
    assert_eq!(receipt, Receipt { taken: 99, refused: 1, reason });
    drop(sink);
    assert!(collector.finish().concat().len() < 20, "halves, not one by one");
}

#[test]
fn where_all_are_bad_the_search_ends() {
    let collector = Collector::start(vec![server::serve_with(|_| reply(422, "", "never"))]);
    let mut sink = ndjson(collector.port);
    let receipt = sink.deliver(&batch(&lines(2000)), &Stop::default()).unwrap();
    assert_eq!((receipt.taken, receipt.refused), (0, 2000));
    drop(sink);
    assert!(collector.finish().concat().len() < 300);
}

#[test]
fn items_of_a_bulk_that_have_to_come_again_come_alone() {
    let bulk = |statuses: &[u16]| {
        let items: Vec<_> = statuses
            .iter()
            .map(|status| {
                format!(r#"{{"create":{{"status":{status},"error":{{"type":"t","reason":"r{status}"}}}}}}"#)
            })
            .collect();
        reply(200, "", &format!(r#"{{"errors":true,"items":[{}]}}"#, items.join(",")))
    };
    let script = vec![bulk(&[201, 429, 400, 503, 409]), bulk(&[201, 429]), bulk(&[409])];
    let collector = Collector::start(vec![serve(script)]);
    let mut sink = http(web(collector.port), Settings::Elasticsearch { index: "dns".to_owned() });
    let (lines, stop) = (lines(5), Stop::default());
    for _ in 0..2 {
        let error = sink.deliver(&batch(&lines), &stop).unwrap_err();
        assert!(matches!(&error, SinkError::Busy { reason, .. } if reason.contains("t: r429")), "{error}");
    }
    let receipt = sink.deliver(&batch(&lines), &stop).unwrap();
    let reason = Some("status 400: t: r400".to_owned());
    assert_eq!(receipt, Receipt { taken: 4, refused: 1, reason });
    drop(sink);
    let ids: Vec<_> = collector.finish().concat().iter().map(Request::ids).collect();
    assert_eq!(ids, [vec!["a-0", "a-1", "a-2", "a-3", "a-4"], vec!["a-1", "a-3"], vec!["a-3"]]);
}

#[test]
fn splunk_is_asked_until_events_are_indexed() {
    let script = vec![
        reply(200, "", r#"{"text":"Success","code":0,"ackId":5}"#),
        reply(200, "", r#"{"acks":{"5":false}}"#),
        reply(200, "", r#"{"acks":{"5":true}}"#),
    ];
    let collector = Collector::start(vec![serve(script)]);
    let preset = Settings::SplunkHec { sourcetype: "dns".to_owned(), index: None, acknowledge: true };
    let mut sink = http(Web { timeout: std::time::Duration::from_secs(10), ..web(collector.port) }, preset);
    assert_eq!(sink.deliver(&batch(&lines(3)), &Stop::default()).unwrap().taken, 3);
    drop(sink);
    let [post, ask, again]: [Request; 3] = collector.finish().concat().try_into().unwrap();
    let channel = post.header("x-splunk-request-channel").unwrap().to_owned();
    assert_eq!((channel.len(), &channel[14..15]), (36, "4"), "a random UUID");
    assert_eq!(post.path, "/services/collector/event");
    for asked in [ask, again] {
        assert_eq!(asked.path, format!("/services/collector/ack?channel={channel}"));
        assert_eq!(asked.body, b"{\"acks\":[5]}");
    }
}

#[test]
fn records_that_a_partial_success_rejects_are_counted() {
    let answer = r#"{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"too old"}}"#;
    let collector = Collector::start(vec![serve(vec![reply(200, "", answer), reply(400, "", "")])]);
    let mut sink = Http::otlp(&output::Otlp { web: web(collector.port) }, None);
    let stop = Stop::default();
    let receipt = sink.deliver(&batch(&lines(5)), &stop).unwrap();
    let reason = Some("HTTP status 200: too old".to_owned());
    assert_eq!(receipt, Receipt { taken: 3, refused: 2, reason });
    assert_eq!(sink.deliver(&batch(&lines(4)), &stop).unwrap().refused, 4, "400 is never repeated");
    drop(sink);
    let paths: Vec<_> = collector.finish().concat().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, ["/v1/logs", "/v1/logs"]);
}
