//! Lookups and what rules make of them, as data; and the events they become.

use std::net::IpAddr;

use dns_monitor::{
    event::{Event, Id, Observer, ecs::Encoder},
    rules::{
        action::{Action, Block, Effect, Severity, Sinkhole},
        forge,
        verdict::{Done, Enforced, Hit, Judged, Judgement, Verdict},
    },
    sample::{Datagram, Direction, Packet, Transport},
    track::{
        lookup::{End, Lookup, Seen},
        role::Role,
    },
};
use serde_json::Value;

/// www.example.com, A, IN, with EDNS.
const QUERY: &[u8] = b"\x12\x34\x01\x00\0\x01\0\0\0\0\0\x01\x03www\x07example\x03com\0\0\x01\0\x01\
    \0\0\x29\x04\xd0\0\0\0\0\0\0";
/// The same with the flags of a response.
const fn response(rcode: u8) -> [u8; 12] {
    [0x12, 0x34, 0x81, 0x80 | rcode, 0, 1, 0, 0, 0, 0, 0, 0]
}

/// How a lookup went.
#[derive(Clone, Copy, Debug)]
pub enum Went {
    /// The resolver answered with this code.
    Answered(u8),
    /// It did not answer in time.
    TimedOut,
    /// The kernel programs ended it.
    Ended(Done),
    /// They did, by rules that are gone: what they answered is not known.
    Unknown(Done),
}

/// What a rule made of it: verdict, enforcement, what the rule does, and its severity.
pub type Made = (Verdict, Option<Enforced>, Action, Option<Severity>);

fn packet(went: Went) -> Packet {
    let done = match went {
        Went::Answered(_) | Went::TimedOut => None,
        Went::Ended(done) | Went::Unknown(done) => Some(done),
    };
    Packet {
        time: 1_700_000_000_123_456_789,
        interface: 0,
        direction: Direction::In,
        transport: if done == Some(Done::Reset) { Transport::Tcp } else { Transport::Udp },
        source: IpAddr::from([192, 0, 2, 1]),
        destination: IpAddr::from([192, 0, 2, 53]),
        source_port: 40_000,
        destination_port: 53,
        source_mac: Some([2, 0, 0, 0, 0, 1]),
        destination_mac: Some([2, 0, 0, 0, 0, 53]),
        outer_vlan: None,
        inner_vlan: None,
        judged: done.map(|done| Judged { generation: 1, done, candidate: 5, line: 17 }),
    }
}

fn judgement(made: Option<Made>) -> Judgement<'static> {
    let Some((verdict, enforced, action, severity)) = made else { return Judgement::default() };
    let rule = Hit {
        id: "/etc/dns-monitor/lists/urlhaus.txt:17".to_owned(),
        name: "urlhaus",
        ruleset: "urlhaus",
        category: Some("malware"),
        severity,
        action,
    };
    Judgement { verdict, enforced, rule: Some(rule) }
}

/// The event of a lookup.
pub fn event(went: Went, made: Option<Made>) -> Value {
    let packet = packet(went);
    let seen =
        |packet, bytes| Seen::new(Datagram { packet, length: u32::try_from(QUERY.len()).unwrap(), bytes });
    let query = Some(seen(packet, QUERY));
    let alone = |end| Lookup {
        role: Role::Client,
        query,
        response: None,
        end,
        cause: dns_monitor::track::cause::told::Cause::Untold,
    };
    let sinkhole = Sinkhole { v4: Some([192, 0, 2, 80].into()), v6: None };
    let effect = Effect { sinkhole, ede: Some(15), ..Effect::of(Action::Observe) };
    let (mut answer, mut forged) = (QUERY.to_vec(), Vec::new());
    let lookup = match went {
        Went::Answered(rcode) => {
            answer[..12].copy_from_slice(&response(rcode));
            Lookup { end: End::Answered, ..alone(End::Answered).with_response(&answer) }
        }
        Went::TimedOut => alone(End::TimedOut),
        Went::Ended(_) => forge::answered(&alone(End::Blocked), &effect, &mut forged),
        Went::Unknown(_) => alone(End::Blocked),
    };
    let (judgement, mut line) = (judgement(made), Vec::new());
    let who = dns_monitor::identity::directory::Who::default();
    let event = Event::new(&lookup, &judgement, &who, Id::default(), Some("eth0")).unwrap();
    Encoder::new(&Observer::default()).encode(&event, &mut line);
    serde_json::from_slice(&line).unwrap()
}

/// What an event says of the judgement, in one line; `-` for what it does not say.
pub fn line(event: &Value) -> String {
    let paths = [
        "/event/kind",
        "/event/type/1",
        "/event/action",
        "/event/outcome",
        "/dns/type",
        "/dns/response_code",
        "/dns_monitor/verdict",
        "/dns_monitor/enforced",
        "/dns_monitor/severity",
        "/rule/name",
    ];
    paths.map(|path| event.pointer(path).and_then(Value::as_str).unwrap_or("-")).join(" ")
}

const fn blocked(block: Block, severity: Option<Severity>) -> Option<Made> {
    Some((Verdict::Blocked(block), Some(Enforced::Kernel), Action::Block(block), severity))
}

const fn passed(enforced: Option<Enforced>, action: Action, severity: Option<Severity>) -> Option<Made> {
    Some((Verdict::Pass, enforced, action, severity))
}

const fn would(block: Block) -> Option<Made> {
    Some((Verdict::Would(block), Some(Enforced::No), Action::Block(block), None))
}

const fn ended(block: Block) -> Went {
    Went::Ended(Done::Blocked(block))
}

const RESET: Option<Made> =
    Some((Verdict::Blocked(Block::Nxdomain), Some(Enforced::Reset), Action::Block(Block::Nxdomain), None));
const HIGH: Option<Severity> = Some(Severity::High);

/// How a lookup went, what a rule made of it, and what its event says.
pub const CASES: &[(Went, Option<Made>, &str)] = &[
    (Went::Answered(0), None, "event allowed dns-lookup success answer NOERROR pass - - -"),
    (Went::Answered(2), None, "event allowed dns-lookup failure answer SERVFAIL pass - - -"),
    (Went::TimedOut, None, "event allowed dns-lookup failure query - pass - - -"),
    (
        Went::Answered(0),
        passed(None, Action::Observe, None),
        "event allowed dns-lookup success answer NOERROR pass - - urlhaus",
    ),
    (
        Went::Answered(3),
        passed(None, Action::Alert, HIGH),
        "alert allowed dns-lookup success answer NXDOMAIN pass - high urlhaus",
    ),
    (
        Went::TimedOut,
        passed(None, Action::Alert, HIGH),
        "alert allowed dns-lookup failure query - pass - high urlhaus",
    ),
    (
        Went::Answered(0),
        passed(None, Action::Allow, HIGH),
        "event allowed dns-lookup success answer NOERROR pass - high urlhaus",
    ),
    (
        Went::Answered(0),
        passed(Some(Enforced::Next), Action::Block(Block::Drop), HIGH),
        "alert allowed dns-lookup success answer NOERROR pass next high urlhaus",
    ),
    (
        Went::Answered(0),
        passed(Some(Enforced::No), Action::Block(Block::Drop), None),
        "event allowed dns-lookup success answer NOERROR pass no - urlhaus",
    ),
    (
        Went::Answered(0),
        would(Block::Drop),
        "event allowed dns-lookup success answer NOERROR would-drop no - urlhaus",
    ),
    (
        Went::Answered(0),
        would(Block::TcpOnly),
        "event allowed dns-lookup success answer NOERROR would-tcp-only no - urlhaus",
    ),
    (
        Went::TimedOut,
        would(Block::Sinkhole),
        "event allowed dns-lookup failure query - would-sinkhole no - urlhaus",
    ),
    (
        ended(Block::Drop),
        blocked(Block::Drop, None),
        "event denied dns-drop failure query - drop kernel - urlhaus",
    ),
    (
        ended(Block::Drop),
        blocked(Block::Drop, HIGH),
        "alert denied dns-drop failure query - drop kernel high urlhaus",
    ),
    (Went::Ended(Done::Reset), RESET, "event denied dns-drop failure query - drop reset - urlhaus"),
    (
        ended(Block::Nxdomain),
        blocked(Block::Nxdomain, HIGH),
        "alert denied dns-answer success answer NXDOMAIN nxdomain kernel high urlhaus",
    ),
    (
        ended(Block::Nodata),
        blocked(Block::Nodata, None),
        "event denied dns-answer success answer NOERROR nodata kernel - urlhaus",
    ),
    (
        ended(Block::Refused),
        blocked(Block::Refused, None),
        "event denied dns-answer failure answer REFUSED refused kernel - urlhaus",
    ),
    (
        ended(Block::Sinkhole),
        blocked(Block::Sinkhole, None),
        "event denied dns-answer success answer NOERROR sinkhole kernel - urlhaus",
    ),
    (
        ended(Block::TcpOnly),
        blocked(Block::TcpOnly, None),
        "event denied dns-answer success answer NOERROR tcp-only kernel - urlhaus",
    ),
    (
        Went::Unknown(Done::Blocked(Block::Nxdomain)),
        blocked(Block::Nxdomain, None),
        "event denied dns-answer unknown query - nxdomain kernel - urlhaus",
    ),
];
