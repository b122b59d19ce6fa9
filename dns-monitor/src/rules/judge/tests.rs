#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;
use crate::{
    rules::{
        action::Effect,
        compile::{Builder, Kind, Origin, Settings},
        condition::{Condition, Pattern},
        name::NameBuf,
        table::{keys, memory::Heap},
    },
    sample::{Datagram, Packet},
    track::lookup::End,
};

const NXDOMAIN: Action = Action::Block(Block::Nxdomain);

/// `listed.example` in a list, `regex` anywhere by a rule for the agent.
fn rules(generation: u16, listed: Action, regex: Action) -> Arc<Ruleset> {
    let settings = Settings {
        keys: keys::from_seed(1),
        generation,
        exempt: vec![],
        own_zones: vec![],
        keep_hidden: false,
    };
    let mut builder = Builder::new(settings).unwrap();
    let names = vec![NameBuf::parse("listed.example").unwrap()];
    let all = [
        ("list", listed, Condition::Suffix(names)),
        ("regex", regex, Condition::Regex(Pattern::new("regex").unwrap())),
    ];
    for (name, action, condition) in all {
        let effect = Effect::of(action);
        let origin =
            Origin { name: name.into(), kind: Kind::Rule, effect, learn_ttl: 60, ..Origin::manual() };
        let number = builder.origin(origin).unwrap();
        builder.add_rule(number, 1, &condition).unwrap();
    }
    Arc::new(builder.finish(&mut Heap, 10).unwrap().0)
}

fn packet(judged: Option<Judged>, transport: Transport) -> Packet {
    Packet { transport, judged, ..Packet::example() }
}

fn query(name: &str, flags: u8) -> Vec<u8> {
    let mut message = vec![0, 1, flags, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    message.extend(name.split('.').flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat()));
    message.extend([0, 0, 1, 0, 1]);
    message
}

/// Verdict, how, whose rule, and whether something is to be learned.
type Said = (Verdict, Option<Enforced>, Option<String>, bool);

fn judge(judge: &Judge, message: &[u8], packet: Packet, role: Role) -> Said {
    let datagram = Datagram { packet, length: message.len() as u32, bytes: message };
    let lookup = Lookup {
        role,
        query: Some(Seen::new(datagram)),
        response: None,
        end: End::TimedOut,
        cause: crate::track::cause::told::Cause::Untold,
    };
    let Outcome { judgement, learn } = judge.judge(&lookup);
    (judgement.verdict, judgement.enforced, judgement.rule.map(|rule| rule.name.to_owned()), learn.is_some())
}

fn judged(done: Done, candidate: u16) -> Option<Judged> {
    Some(Judged { generation: 7, done, candidate, line: 1 })
}

const PASS: Said = (Verdict::Pass, None, None, false);

fn said(verdict: Verdict, how: Option<Enforced>, rule: &str, learns: bool) -> Said {
    (verdict, how, Some(rule.into()), learns)
}

#[test]
fn verdicts() {
    let blocked = Verdict::Blocked(Block::Nxdomain);
    let (pass, no) = (Verdict::Pass, Some(Enforced::No));
    let cases = [
        ("no rule", NXDOMAIN, NXDOMAIN, "other.example", judged(Done::Passed, 0), PASS),
        (
            "blocked in the kernel",
            NXDOMAIN,
            NXDOMAIN,
            "x.LISTED.example",
            judged(Done::Blocked(Block::Nxdomain), 1),
            said(blocked, Some(Enforced::Kernel), "list", false),
        ),
        (
            "reset",
            NXDOMAIN,
            NXDOMAIN,
            "listed.example",
            judged(Done::Reset, 1),
            said(blocked, Some(Enforced::Reset), "list", false),
        ),
        (
            "nobody watched",
            NXDOMAIN,
            NXDOMAIN,
            "listed.example",
            judged(Done::Passed, 1),
            said(pass, no, "list", false),
        ),
        (
            "an alert",
            Action::Alert,
            NXDOMAIN,
            "listed.example",
            judged(Done::Passed, 1),
            said(pass, None, "list", false),
        ),
        ("allowed", Action::Allow, NXDOMAIN, "listed.example", judged(Done::Passed, 1), PASS),
        (
            "allowed, whatever the agent would do",
            Action::Allow,
            NXDOMAIN,
            "regex.listed.example",
            judged(Done::Passed, 1),
            PASS,
        ),
        (
            "only the agent sees it",
            NXDOMAIN,
            NXDOMAIN,
            "regex.example",
            judged(Done::Passed, 0),
            said(pass, no, "regex", true),
        ),
        (
            "only the agent allows it",
            NXDOMAIN,
            Action::Allow,
            "regex.listed.example",
            judged(Done::Blocked(Block::Nxdomain), 1),
            said(blocked, Some(Enforced::Kernel), "list", true),
        ),
        ("not judged", NXDOMAIN, NXDOMAIN, "listed.example", None, said(pass, no, "list", false)),
        (
            "not judged, and only the agent sees it",
            NXDOMAIN,
            NXDOMAIN,
            "regex.example",
            None,
            said(pass, no, "regex", true),
        ),
    ];
    for (what, listed, regex, name, judged, expected) in cases {
        let mut stage = Judge::default();
        stage.replace(rules(7, listed, regex));
        let got = judge(&stage, &query(name, 1), packet(judged, Transport::Udp), Role::Client);
        assert_eq!(got, expected, "{what}");
    }
}

#[test]
fn what_is_not_judged() {
    let mut stage = Judge::default();
    let asked = query("listed.example", 1);
    let udp = packet(None, Transport::Udp);
    assert_eq!(judge(&stage, &asked, udp, Role::Client), PASS, "no rules yet");
    stage.replace(rules(7, NXDOMAIN, NXDOMAIN));
    assert_ne!(judge(&stage, &asked, udp, Role::Client), PASS, "a query");
    assert_eq!(judge(&stage, &asked, udp, Role::Resolver), PASS, "the resolver's own");
    assert_eq!(judge(&stage, &query("listed.example", 0x28), udp, Role::Client), PASS, "an update");
    assert_eq!(judge(&stage, &query("listed.example", 0x80), udp, Role::Client), PASS, "a response");
    assert_eq!(judge(&stage, &asked[..15], udp, Role::Client), PASS, "cut short");
}

#[test]
fn tcp_only_passes_over_tcp() {
    let mut stage = Judge::default();
    stage.replace(rules(7, Action::Block(Block::TcpOnly), NXDOMAIN));
    let asked = query("listed.example", 1);
    let tcp = packet(judged(Done::Passed, 1), Transport::Tcp);
    assert_eq!(judge(&stage, &asked, tcp, Role::Client), PASS);
}

#[test]
fn the_second_message_of_a_segment_is_judged_here() {
    let mut stage = Judge::default();
    stage.replace(rules(7, NXDOMAIN, NXDOMAIN));
    let tcp = packet(judged(Done::Passed, 0), Transport::Tcp);
    let got = judge(&stage, &query("listed.example", 1), tcp, Role::Client);
    assert_eq!(got, said(Verdict::Pass, Some(Enforced::No), "list", false));
}

#[test]
fn what_is_reset_along_with_a_blocked_query_is_said_to_be() {
    let mut stage = Judge::default();
    stage.replace(rules(7, NXDOMAIN, NXDOMAIN));
    let along = packet(judged(Done::Reset, 1), Transport::Tcp);
    let got = judge(&stage, &query("unlisted.example", 1), along, Role::Client);
    assert_eq!(got, (Verdict::Blocked(Block::Drop), Some(Enforced::Reset), None, false));
}

#[test]
fn late_samples_are_judged_by_their_own_rules() {
    let mut stage = Judge::default();
    stage.replace(rules(7, NXDOMAIN, NXDOMAIN));
    stage.replace(rules(8, Action::Alert, NXDOMAIN));
    let asked = query("listed.example", 1);
    let late = packet(judged(Done::Blocked(Block::Nxdomain), 1), Transport::Udp);
    let expected = said(Verdict::Blocked(Block::Nxdomain), Some(Enforced::Kernel), "list", false);
    assert_eq!(judge(&stage, &asked, late, Role::Client), expected);
    stage.replace(rules(9, Action::Alert, NXDOMAIN));
    assert_eq!(
        judge(&stage, &asked, late, Role::Client),
        said(Verdict::Pass, None, "list", false),
        "too late"
    );
}

#[test]
fn hits_of_the_agent_are_counted() {
    let mut stage = Judge::default();
    stage.replace(rules(7, NXDOMAIN, NXDOMAIN));
    for (name, judged) in [
        ("regex.example", judged(Done::Passed, 0)),
        ("listed.example", judged(Done::Blocked(Block::Nxdomain), 1)),
        ("listed.example", None),
    ] {
        judge(&stage, &query(name, 1), packet(judged, Transport::Udp), Role::Client);
    }
    let hits: Vec<_> = stage.rules().unwrap().agent_hits().collect();
    assert_eq!(hits, [0, 1, 1]);
}
