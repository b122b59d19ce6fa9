//! What is sent to each collector, and what its answers mean: as data.

#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};
use ureq::http::HeaderMap;

use super::{
    super::outcome::{Fate, Outcome, Reply},
    Preset, Settings,
};
use crate::config::output::ClickhouseFormat;

const LINES: [&[u8]; 2] = [
    br#"{"@timestamp":"2016-06-29T15:52:14.321102000Z","event":{"id":"a-1","kind":"event"}}"#,
    br#"{"@timestamp":"2016-06-29T15:52:15.000000000Z","event":{"kind":"alert"},"x":"\\\""}"#,
];

fn body(preset: &Preset, lines: &[&[u8]]) -> String {
    let mut out = Vec::new();
    preset.body(lines, &mut out);
    String::from_utf8(out).unwrap()
}

fn values(body: &str) -> Vec<Value> {
    body.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn events() -> [Value; 2] {
    LINES.map(|line| serde_json::from_slice(line).unwrap())
}

fn settings(name: &str) -> Settings {
    let sourcetype = "dns:ecs".to_owned();
    match name {
        "elasticsearch" => Settings::Elasticsearch { index: "logs-dns-default".to_owned() },
        "splunk" => Settings::SplunkHec { sourcetype, index: Some("dns".to_owned()), acknowledge: false },
        "splunk-ack" => Settings::SplunkHec { sourcetype, index: None, acknowledge: true },
        "loki" => Settings::Loki {
            labels: [("job", "dns-monitor"), ("host", "r\"1")]
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .into(),
            tenant: Some("net".to_owned()),
        },
        "clickhouse" => {
            Settings::Clickhouse { table: "dns.events".to_owned(), format: ClickhouseFormat::JSONEachRow }
        }
        _ => Settings::Ndjson,
    }
}

fn preset(name: &str) -> Preset {
    let host = Some("resolver-1");
    if name == "otlp" { Preset::otlp(host) } else { Preset::new(&settings(name), host) }
}

#[test]
fn every_collector_has_its_path() {
    let cases = [
        ("ndjson", "http://c:1/in?x=1", "http://c:1/in?x=1"),
        (
            "elasticsearch",
            "https://c:9200/",
            "https://c:9200/logs-dns-default/_bulk?filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason",
        ),
        ("splunk", "https://c:8088", "https://c:8088/services/collector/event"),
        ("splunk", "https://c/services/collector/event", "https://c/services/collector/event"),
        ("loki", "http://c:3100/under/", "http://c:3100/under/loki/api/v1/push"),
        ("otlp", "http://c:4318", "http://c:4318/v1/logs"),
        (
            "clickhouse",
            "http://c:8123",
            "http://c:8123/?query=INSERT+INTO+dns.events+FORMAT+JSONEachRow&wait_end_of_query=1&input_format_skip_unknown_fields=1&date_time_input_format=best_effort",
        ),
    ];
    for (name, base, expected) in cases {
        assert_eq!(preset(name).url(base), expected, "{name}");
    }
}

#[test]
fn elasticsearch_gets_an_action_for_each_event() {
    let [first, second] = events();
    let body = body(&preset("elasticsearch"), &LINES);
    assert!(body.ends_with('\n'), "the last line must end, too");
    assert_eq!(values(&body), [json!({"create": {"_id": "a-1"}}), first, json!({"create": {}}), second]);
}

#[test]
fn splunk_gets_time_and_place_of_each_event() {
    let [first, second] = events();
    let wrapped = |time: f64, event: Value| {
        json!({"time": time, "host": "resolver-1", "source": "dns-monitor", "sourcetype": "dns:ecs",
               "index": "dns", "event": event})
    };
    let text: &[u8] = b"15:52 \"a\" line";
    let body = body(&preset("splunk"), &[LINES[0], LINES[1], text]);
    let [one, two, three] = values(&body).try_into().unwrap();
    assert_eq!([one, two], [wrapped(1_467_215_534.321_102, first), wrapped(1_467_215_535.0, second)]);
    assert_eq!(three["event"], json!("15:52 \"a\" line"));
}

#[test]
fn loki_gets_one_stream() {
    let body = body(&preset("loki"), &LINES);
    let line = |at: usize| String::from_utf8(LINES[at].to_vec()).unwrap();
    assert_eq!(
        values(&body),
        [json!({"streams": [{
            "stream": {"host": "r\"1", "job": "dns-monitor"},
            "values": [["1467215534321102000", line(0)], ["1467215535000000000", line(1)]],
        }]})]
    );
    assert!(preset("loki").headers().contains(&("x-scope-orgid", "net".to_owned())));
}

#[test]
fn otlp_gets_records() {
    let body = body(&preset("otlp"), &LINES);
    let [value] = values(&body).try_into().unwrap();
    let resource = &value["resourceLogs"][0];
    let attributes = resource["resource"]["attributes"].as_array().unwrap();
    let host = json!({"key": "host.name", "value": {"stringValue": "resolver-1"}});
    assert!(attributes.contains(&host), "{attributes:?}");
    let records = resource["scopeLogs"][0]["logRecords"].as_array().unwrap();
    let said: Vec<_> = records
        .iter()
        .map(|record| {
            let body = record["body"]["stringValue"].as_str().unwrap().as_bytes().to_vec();
            let id = record["attributes"][0]["value"]["stringValue"].as_str().map(str::to_owned);
            (record["timeUnixNano"].as_str().unwrap(), record["severityNumber"].as_u64().unwrap(), body, id)
        })
        .collect();
    assert_eq!(
        said,
        [
            ("1467215534321102000", 9, LINES[0].to_vec(), Some("a-1".to_owned())),
            ("1467215535000000000", 13, LINES[1].to_vec(), None),
        ]
    );
}

/// Header lines of a reply.
type Lines<'a> = &'a [(&'static str, &'a str)];

/// What a reply of this status, header lines and body comes to: of two events, in one word and the reason.
fn read(preset: &Preset, status: u16, headers: Lines<'_>, body: &str) -> (String, String) {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, value.parse().unwrap());
    }
    let reply = Reply { status, headers: map, body: body.as_bytes().to_vec() };
    match preset.read(&reply, 2) {
        Outcome::Taken => ("taken".to_owned(), String::new()),
        Outcome::TakenBut { refused, reason } => (format!("taken but {refused}"), reason),
        Outcome::Halve(reason) => ("halve".to_owned(), reason),
        Outcome::Refused(reason) => ("refused".to_owned(), reason),
        Outcome::Ticket(ticket) => (format!("ticket {ticket}"), String::new()),
        Outcome::Later { after: Some(after), reason } => (format!("later {after:?}"), reason),
        Outcome::Later { after: None, reason } => ("later".to_owned(), reason),
        Outcome::Misplaced(reason) => ("misplaced".to_owned(), reason),
        Outcome::Garbage(reason) => ("garbage".to_owned(), reason),
        Outcome::Each(fates) => {
            let names = fates.iter().map(|fate| match fate {
                Fate::Taken => "taken",
                Fate::Refused(_) => "refused",
                Fate::Later(_) => "later",
                Fate::Misplaced(_) => "misplaced",
            });
            (names.collect::<Vec<_>>().join(" "), format!("{fates:?}"))
        }
    }
}

#[test]
fn elasticsearch_hides_errors_in_a_200() {
    let item = |status: u16, kind: &str| json!({"create": {"status": status, "error": {"type": kind, "reason": "so it is"}}});
    let bulk = |items: [Value; 2]| json!({"errors": true, "items": items}).to_string();
    let created = json!({"create": {"status": 201}});
    let cases = [
        (200, bulk([created.clone(), created.clone()]), "taken taken", ""),
        (200, bulk([created.clone(), item(409, "version_conflict")]), "taken taken", ""),
        (
            200,
            bulk([item(429, "rejected"), created.clone()]),
            "later taken",
            "status 429: rejected: so it is",
        ),
        (200, bulk([item(503, "unavailable"), created.clone()]), "later taken", "unavailable"),
        (
            200,
            bulk([created.clone(), item(400, "mapper_parsing")]),
            "taken refused",
            "mapper_parsing: so it is",
        ),
        (
            200,
            bulk([item(403, "cluster_block"), item(404, "no_index")]),
            "misplaced misplaced",
            "cluster_block",
        ),
        (200, json!({"errors": false, "items": [created]}).to_string(), "garbage", "of 2 events speaks of 1"),
        (200, "<html>".to_owned(), "garbage", "<html>"),
        (200, String::new(), "garbage", ""),
        (200, json!({"items": [{"index": {"status": 201}}]}).to_string(), "garbage", ""),
        (
            401,
            json!({"error": {"type": "security", "reason": "no"}}).to_string(),
            "misplaced",
            "security: no",
        ),
        (413, String::new(), "halve", "413"),
        (429, "{}".to_owned(), "later", "429"),
        (404, json!({"error": {"type": "index_not_found"}}).to_string(), "misplaced", "index_not_found"),
    ];
    for (status, body, word, reason) in cases {
        let got = read(&preset("elasticsearch"), status, &[], &body);
        assert!(got.0 == word && got.1.contains(reason), "{status} {body}: {got:?}");
    }
}

#[test]
fn splunk_answers_with_codes() {
    let cases = [
        (200, r#"{"text":"Success","code":0}"#, "taken", ""),
        (
            400,
            r#"{"text":"Invalid data format","code":6,"invalid-event-number":1}"#,
            "halve",
            "code 6: Invalid",
        ),
        (400, r#"{"text":"Incorrect index","code":7}"#, "misplaced", "Incorrect index"),
        (403, r#"{"text":"Invalid token","code":4}"#, "misplaced", "Invalid token"),
        (401, r#"{"text":"Token is required","code":2}"#, "misplaced", "HTTP status 401"),
        (503, r#"{"text":"Server is busy","code":9}"#, "later", "busy"),
        (500, r#"{"text":"Internal server error","code":8}"#, "later", ""),
        (503, r#"{"text":"Server is shutting down","code":23}"#, "later", ""),
        (200, r#"{"text":"?","code":99}"#, "garbage", "code 99"),
        (413, "too large", "halve", "too large"),
        (502, "<html>bad gateway</html>", "later", "bad gateway"),
        (200, "welcome", "garbage", "welcome"),
    ];
    for (status, body, word, reason) in cases {
        let got = read(&preset("splunk"), status, &[], body);
        assert!(got.0 == word && got.1.contains(reason), "{status} {body}: {got:?}");
    }
    let cases = [
        (r#"{"text":"Success","code":0,"ackId":7}"#, "ticket 7"),
        (r#"{"text":"Success","code":0}"#, "misplaced"),
    ];
    for (body, word) in cases {
        assert_eq!(read(&preset("splunk-ack"), 200, &[], body).0, word, "{body}");
    }
}

#[test]
fn clickhouse_hides_exceptions_too() {
    const CODE: &str = "x-clickhouse-exception-code";
    let cases: [(u16, Lines<'_>, &str, &str); 12] = [
        (200, &[], "", "taken"),
        (200, &[(CODE, "0")], "", "taken"),
        (200, &[(CODE, "241")], "Code: 241. DB::Exception: Memory limit", "later"),
        (200, &[], "Code: 252. DB::Exception: Too many parts", "later"),
        (200, &[(CODE, "27")], "", "halve"),
        (500, &[], "Code: 117, e.displayText() = DB::Exception: Unknown field", "halve"),
        (400, &[(CODE, "27")], "Code: 27. DB::Exception: Cannot parse input", "halve"),
        (404, &[(CODE, "60")], "Code: 60. DB::Exception: Table dns.events does not exist", "misplaced"),
        (401, &[(CODE, "516")], "Code: 516. DB::Exception: Authentication failed", "misplaced"),
        (500, &[(CODE, "243")], "Code: 243. DB::Exception: Not enough space", "later"),
        (503, &[("retry-after", "3")], "", "later 3s"),
        (500, &[], "Code: what", "later"),
    ];
    for (status, headers, body, word) in cases {
        assert_eq!(read(&preset("clickhouse"), status, headers, body).0, word, "{status} {headers:?} {body}");
    }
}

#[test]
fn otlp_is_repeated_only_where_its_specification_says_so() {
    let cases: [(u16, Lines<'_>, &str, &str, &str); 16] = [
        (200, &[], "{}", "taken", ""),
        (200, &[], "", "taken", ""),
        (200, &[], r#"{"partialSuccess":{}}"#, "taken", ""),
        (200, &[], r#"{"partialSuccess":{"errorMessage":"slow down"}}"#, "taken", ""),
        (
            200,
            &[],
            r#"{"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"old"}}"#,
            "taken but 1",
            "old",
        ),
        (200, &[], r#"{"partialSuccess":{"rejectedLogRecords":2}}"#, "taken but 2", ""),
        (200, &[], r#"{"partialSuccess":{"rejectedLogRecords":"3"}}"#, "garbage", "3 of 2"),
        (200, &[], "ok", "garbage", "ok"),
        (400, &[], r#"{"code":3,"message":"bad field"}"#, "refused", "HTTP status 400: bad field"),
        (500, &[], "", "refused", ""),
        (413, &[], "", "halve", ""),
        (429, &[("retry-after", "30")], "", "later 30s", ""),
        (502, &[], "", "later", ""),
        (503, &[("retry-after", "1")], "", "later 1s", ""),
        (504, &[], "", "later", ""),
        (401, &[], "", "misplaced", ""),
    ];
    for (status, headers, body, word, reason) in cases {
        let got = read(&preset("otlp"), status, headers, body);
        assert!(got.0 == word && got.1.contains(reason), "{status} {body}: {got:?}");
    }
}

/// Whatever a collector answers, every event gets a fate or none does.
#[test]
fn whatever_comes_it_is_about_the_events_that_were_sent() {
    let replies: [&[u8]; 5] = [
        br#"{"errors":true,"items":[{"create":{"status":201}},{"create":{"status":429,"error":{"type":"t"}}}]}"#,
        br#"{"text":"Success","code":0,"ackId":7}"#,
        b"Code: 241. DB::Exception: Memory limit",
        br#"{"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"old"}}"#,
        br#"{"acks":{"7":true}}"#,
    ];
    let presets =
        ["ndjson", "elasticsearch", "splunk", "splunk-ack", "loki", "clickhouse", "otlp"].map(preset);
    let Preset::Splunk(splunk) = preset("splunk-ack") else { panic!("no Splunk") };
    let statuses = [200, 204, 307, 400, 401, 413, 429, 500, 503, 999];
    for (at, body) in crate::output::sink::lab::mangled(&replies).enumerate() {
        let reply = Reply { status: statuses[at % statuses.len()], headers: HeaderMap::new(), body };
        for preset in &presets {
            match preset.read(&reply, 2) {
                Outcome::Each(fates) => assert_eq!(fates.len(), 2),
                Outcome::TakenBut { refused, .. } => assert!(refused <= 2),
                _ => {}
            }
        }
        let _any = splunk.indexed(&reply, 7);
    }
}
