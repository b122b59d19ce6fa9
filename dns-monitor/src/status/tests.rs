#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    collections::HashMap,
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
};

use jiff::{SignedDuration, Timestamp};

use super::{
    board::{Count, Interface, Rates, Stage},
    health::{self, Health},
    metrics::metrics,
    output::Output,
    process::Process,
    report::Status,
    scrape::Scrape,
    show,
};
use crate::{
    control::protocol::{self, Learned, OriginStats, Provenance, Response, Stats},
    output::watch::{Delivery, Spool, State},
    sandbox,
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
}

fn stage(name: &str, lost: u64) -> Stage {
    let reasons = vec![
        Count { column: "lost".into(), reason: "ring-full".into(), count: lost },
        Count { column: "filtered".into(), reason: "other-port".into(), count: 3 },
        Count { column: "emitted".into(), reason: "delivered".into(), count: 6 },
    ];
    Stage { name: name.into(), seen: 10 + lost, emitted: 6, filtered: 3, lost, held: 1, reasons }
}

fn origin(name: &str) -> OriginStats {
    OriginStats {
        name: name.into(),
        kind: "list".into(),
        action: "nxdomain".into(),
        entries: 5,
        unreadable: 0,
        ignored: 0,
        hits: 7,
        changed_at: Some(at(400)),
        error: None,
        from: Provenance::File,
    }
}

/// An output that delivers, with a spool of a hundred bytes.
fn output(name: &str) -> Output {
    let state = State {
        name: name.into(),
        kind: "tcp".into(),
        place: "siem.example:514".into(),
        schema: Some("ecs".into()),
        acknowledges: false,
        delivery: Delivery::Delivers,
        lag_seconds: 1.5,
        queued_bytes: 5,
        spool: Some(Spool::Holds { bytes: 80, limit_bytes: 100, events: 3, oldest_seconds: 1.5 }),
    };
    Output::new(state, &[stage("other", 7), stage(name, 0)])
}

fn waits(seconds: f64) -> Delivery {
    Delivery::Waits { since: at(900), waits_seconds: seconds, because: "cannot connect".into() }
}

/// An agent that is well, a thousand seconds after the epoch.
fn well() -> Status {
    let sandbox = sandbox::Report {
        enabled: true,
        user: "dns-monitor".into(),
        capabilities: vec!["cap_bpf".into()],
        landlock: "enforced".into(),
        seccomp: true,
    };
    let interface = |name: &str| Interface {
        name: name.into(),
        ingress: Some("native XDP".into()),
        reattached: 0,
        unseen: None,
        unseen_since: None,
    };
    Status {
        agent_version: "1.2.3".into(),
        started_at: at(100),
        time: at(1000),
        health: Health::Ok,
        problems: Vec::new(),
        sandbox,
        process: Process { pid: 7, cpu_seconds: 1.5, resident_bytes: 3 << 20, open_files: 30, threads: 9 },
        interfaces: vec![interface("eth0"), interface("eth1")],
        rates: Rates { packets: 20.0, events: 5.0, ..Rates::default() },
        stages: vec![stage("packets", 0), stage("events", 0)],
        causes: vec![("sole".into(), 4)],
        outputs: vec![output("siem")],
        rules: Stats {
            generation: 2,
            mode: "enforce".into(),
            on_exit: "detach".into(),
            watchdog_seconds: Some(10),
            enforcing: true,
            names: 5,
            kernel_bytes: 4 << 20,
            agent_bytes: 0,
            loaded_at: Some(at(900)),
            load_seconds: 0.25,
            origins: vec![origin("malware")],
            learned: Learned::default(),
            manual: 0,
        },
    }
}

#[test]
fn what_somebody_should_look_at() {
    type Change = fn(&mut Status);
    let cases: [(&str, Change, Health, &str); 14] = [
        ("all is well", |_| (), Health::Ok, ""),
        ("one away", |s| s.interfaces[0].ingress = None, Health::Warning, "eth0 is not watched"),
        (
            "all away",
            |s| s.interfaces.iter_mut().for_each(|one| one.ingress = None),
            Health::Critical,
            "eth0 is not watched",
        ),
        (
            "one down",
            |s| {
                s.interfaces[1].unseen = Some("interface-down".into());
                s.interfaces[1].unseen_since = Some(at(990));
            },
            Health::Warning,
            "eth1 is down, or has no carrier, since 1970-01-01T00:16:30Z",
        ),
        (
            "lost",
            |s| {
                s.rates.lost_recently = 4;
                s.stages[0] = stage("packets", 4);
            },
            Health::Warning,
            "4 lost in the last five minutes (since the start: 4 packets ring-full)",
        ),
        ("lost long ago", |s| s.stages[0] = stage("packets", 4), Health::Ok, ""),
        ("a collector just went", |s| s.outputs[0].state.delivery = waits(60.0), Health::Ok, ""),
        (
            "a collector is away",
            |s| s.outputs[0].state.delivery = waits(60.1),
            Health::Warning,
            "output siem (tcp, siem.example:514) delivers nothing for 60 s: cannot connect",
        ),
        (
            "no reader",
            |s| s.outputs[0].state.delivery = Delivery::Gone,
            Health::Warning,
            "output siem has no reader any more",
        ),
        (
            "a spool that is nearly full",
            |s| {
                let level = Spool::Holds { bytes: 81, limit_bytes: 100, events: 3, oldest_seconds: 1.0 };
                s.outputs[0].state.spool = Some(level);
            },
            Health::Warning,
            "output siem has a spool that is 81 % full",
        ),
        (
            "a spool that fails",
            |s| s.outputs[0].state.spool = Some(Spool::Fails { error: "Read-only file system".into() }),
            Health::Warning,
            "output siem has a spool that fails, its events wait in memory or are lost: Read-only file system",
        ),
        ("not enforcing", |s| s.rules.enforcing = false, Health::Critical, "nothing is blocked"),
        (
            "an old list",
            |s| s.rules.origins[0].error = Some("404".into()),
            Health::Warning,
            "list malware is not up to date: 404",
        ),
        (
            "half a sandbox",
            |s| s.sandbox.landlock = "none".into(),
            Health::Warning,
            "the sandbox is not whole",
        ),
    ];
    for (what, change, expected, words) in cases {
        let mut status = well();
        change(&mut status);
        let problems = health::problems(&status, Some(at(999)));
        let worst = problems.first().map_or(Health::Ok, |problem| problem.health);
        assert_eq!(worst, expected, "{what}: {problems:?}");
        assert!(problems.first().map_or("", |problem| &problem.what).contains(words), "{what}: {problems:?}");
    }
}

#[test]
fn a_pipeline_that_is_silent_is_critical_and_comes_first() {
    let mut status = well();
    status.interfaces[0].ingress = None;
    for (left, words) in [(None, "no packet is looked at yet"), (Some(at(900)), "says nothing for 100 s")] {
        let problems = health::problems(&status, left);
        assert_eq!(problems[0].health, Health::Critical);
        assert!(problems[0].what.contains(words), "{problems:?}");
        assert_eq!(problems.len(), 2, "{problems:?}");
    }
}

#[test]
fn it_travels_over_the_control_socket() {
    let sent = Response::Status(Box::new(well()));
    let received: Response = protocol::decode(&protocol::encode(&sent).unwrap()).unwrap();
    assert_eq!(received, sent);
}

#[test]
fn people_read_what_is_wrong_first() {
    let mut status = well();
    status.rules.origins[0].error = Some("404\u{1b}[2J".into());
    status.problems = health::problems(&status, Some(at(999)));
    status.health = status.problems[0].health;
    let text = show::status(&status);
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("warning"));
    assert_eq!(lines.next(), Some("  warning: list malware is not up to date: 404\\u{1b}[2J"));
    for words in [
        "agent      1.2.3, pid 7, for 15m",
        "sandbox    user dns-monitor, capabilities cap_bpf, Landlock enforced, seccomp",
        "rates      20.0 packets/s, 5.0 events/s, 0.0 lost/s",
        "rules      enforce; 5 names, loaded 100s ago; 0 manual",
        "eth0       native XDP",
        "packets    10",
        "siem    tcp ecs  delivers   2s     5 B   80 B  no            siem.example:514",
        "malware",
    ] {
        assert!(text.contains(words), "{words} is not in\n{text}");
    }
}

/// Name and labels of each sample of a page, and its value.
fn samples(page: &str) -> HashMap<String, f64> {
    let samples = page.lines().filter(|line| !line.starts_with('#'));
    samples
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        })
        .collect()
}

#[test]
fn every_sample_has_its_help_and_its_kind_and_comes_once() {
    let mut status = well();
    status.rules.origins.push(OriginStats { name: "an \"odd\\one\"".into(), ..origin("x") });
    let page = metrics(&status);
    let lines = page.lines().filter(|line| !line.starts_with('#')).count();
    let samples = samples(&page);
    assert_eq!(samples.len(), lines, "a sample comes twice:\n{page}");
    for sample in samples.keys() {
        let name = sample.split('{').next().unwrap();
        assert!(
            page.contains(&format!("# HELP {name} ")) && page.contains(&format!("# TYPE {name} ")),
            "{name}"
        );
        assert_eq!(name.ends_with("_total"), page.contains(&format!("# TYPE {name} counter\n")), "{name}");
    }
    for (sample, expected) in [
        ("dns_monitor_build_info{version=\"1.2.3\"}", 1.0),
        ("dns_monitor_health", 0.0),
        ("process_start_time_seconds", 100.0),
        ("dns_monitor_interface_attached{interface=\"eth0\",ingress=\"native XDP\"}", 1.0),
        ("dns_monitor_seen_total{stage=\"packets\"}", 10.0),
        ("dns_monitor_emitted_total{stage=\"events\"}", 6.0),
        ("dns_monitor_lost_total{stage=\"packets\",reason=\"ring-full\"}", 0.0),
        ("dns_monitor_filtered_total{stage=\"packets\",reason=\"other-port\"}", 3.0),
        ("dns_monitor_rule_hits_total{origin=\"malware\",kind=\"list\",action=\"nxdomain\"}", 7.0),
        ("dns_monitor_rule_entries{origin=\"an \\\"odd\\\\one\\\"\"}", 5.0),
        ("dns_monitor_rules_loaded_timestamp_seconds", 900.0),
        ("dns_monitor_output_info{output=\"siem\",type=\"tcp\",schema=\"ecs\"}", 1.0),
        ("dns_monitor_output_up{output=\"siem\"}", 1.0),
        ("dns_monitor_output_lag_seconds{output=\"siem\"}", 1.5),
        ("dns_monitor_output_queue_bytes{output=\"siem\"}", 5.0),
        ("dns_monitor_output_spool_bytes{output=\"siem\"}", 80.0),
        ("dns_monitor_output_spool_limit_bytes{output=\"siem\"}", 100.0),
        ("dns_monitor_output_spool_events{output=\"siem\"}", 3.0),
        ("dns_monitor_output_delivered_total{output=\"siem\"}", 6.0),
        ("dns_monitor_output_lost_total{output=\"siem\",reason=\"ring-full\"}", 0.0),
    ] {
        assert_eq!(samples.get(sample).copied(), Some(expected), "{sample} in\n{page}");
    }
}

fn ask(scrape: &Scrape, request: &str) -> String {
    let mut stream = TcpStream::connect(scrape.address()).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn figures_are_served_and_nothing_else() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let scrape = Scrape::start(listener, || Some("dns_monitor_health 0\n".to_owned())).unwrap();
    let address = scrape.address();
    for (request, status, body) in [
        ("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\n", "dns_monitor_health 0\n"),
        ("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found\r\n", "the figures are at /metrics\n"),
        (
            "GET /metrics/../etc/passwd HTTP/1.1\r\n\r\n",
            "HTTP/1.1 404 Not Found\r\n",
            "the figures are at /metrics\n",
        ),
        ("POST /metrics HTTP/1.1\r\n\r\n", "HTTP/1.1 405 Method Not Allowed\r\n", "GET /metrics\n"),
        ("\0\0\r\n\r\n", "HTTP/1.1 405 Method Not Allowed\r\n", "GET /metrics\n"),
    ] {
        let answer = ask(&scrape, request);
        let (head, got) = answer.split_once("\r\n\r\n").unwrap();
        assert!(answer.starts_with(status), "{request:?}: {answer}");
        assert!(head.contains(&format!("Content-Length: {}", body.len())), "{head}");
        assert_eq!(got, body);
    }
    // Who says too much, or nothing, is not answered, and does not keep others waiting.
    assert_eq!(ask(&scrape, &"x".repeat(8192)), "");
    TcpStream::connect(address).unwrap().shutdown(Shutdown::Both).unwrap();
    assert!(ask(&scrape, "GET /metrics HTTP/1.0\r\n\r\n").contains("200 OK"));
    drop(scrape);
    assert!(TcpStream::connect(address).is_err(), "nobody listens any more");
}

#[test]
fn an_agent_that_stops_says_so() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let scrape = Scrape::start(listener, || None).unwrap();
    assert!(ask(&scrape, "GET /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 503 "));
}
