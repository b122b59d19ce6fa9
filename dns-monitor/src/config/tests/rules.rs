//! Lists and rules that set every key, as written and as used.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::Duration;

use super::super::rules::{Control, ListSpec, Mode, OnExit, Origin, Place, RuleSpec, Rules, Source, Spec};
use crate::rules::{
    action::{Action, Block, Effect, Severity, Sinkhole},
    condition::{Condition, Daytime, Lookalike, Pattern, Prefix},
    name::NameBuf,
};

/// Settings, lists and rules that together set every key to something that is not its default.
pub const EVERYTHING: &str = r#"
[rules]
mode = "would-block"
exempt = ["10.0.0.5", "2001:db8::/32"]
on_exit = "keep"
watchdog = "off"
learn_ttl = "90s"
learn_max = 0
i_mean_it = true
own_zones = ["Corp.Example.com."]
state_dir = "/srv/dns-monitor"
max_list_bytes = "64MiB"
ca_file = "/etc/ssl/own.pem"
[control]
socket = "off"
group = "adm"
[[list]]
name = "urlhaus"
url = "https://lists.example/urlhaus.txt"
refresh = "30m"
format = "hosts"
action = "sinkhole"
sinkhole = ["192.0.2.1"]
ttl = "0s"
category = "malware"
severity = "high"
mode = "would-block"
important = true
subdomains = true
ede = "blocked"
i_mean_it = true
[[rule]]
name = "everything"
action = "sinkhole"
category = "policy"
severity = "low"
mode = "would-block"
important = true
ede = 22
sinkhole = ["2001:db8::1", "192.0.2.1"]
ttl = "5m"
i_mean_it = true
domain = ["."]
suffix = ["bücher.example", "example.com"]
tld = ["ZIP", "mov"]
wildcard = ["*.example.net"]
regex = ['^ads?\d*\.', "x"]
type = ["a", "TYPE65", 28]
class = ["IN", 4]
client = ["10.0.0.0/8", "::ffff:192.0.2.0/120"]
mac = ["02-00-5E-00-53-01"]
vlan = [10, 4094]
labels = "5.."
label_length = "40..63"
name_length = "..100"
entropy = 3.8
lookalike = ["www.paypal.com"]
time = "22:00-06:00"
days = ["sun", "mon"]
any = [{ tld = ["zip"] }, { regex = ["a", "b"], labels = 3 }, { all = [{ vlan = [1] }, { vlan = [2] }] }]
all = [{ suffix = ["example.org"] }, { regex = ["y"] }, { any = [{ regex = ["z"] }] }, { not = { type = ["MX"] } }]
not = { client = ["10.0.0.1"], not = { class = ["CH"] } }
[[list]]
name = "mine"
path = "/etc/dns-monitor/lists"
action = "allow"
type = ["MX"]
class = ["IN"]
client = ["10.0.0.0/8"]
mac = ["02:00:5e:00:53:01"]
vlan = [10]
"#;

pub fn settings() -> Rules {
    Rules {
        mode: Mode::WouldBlock,
        exempt: vec![network("10.0.0.5/32"), network("2001:db8::/32")],
        on_exit: OnExit::Keep,
        watchdog: None,
        learn_ttl: Duration::from_secs(90),
        learn_max: 0,
        i_mean_it: true,
        own_zones: names(&["corp.example.com"]),
        state_dir: "/srv/dns-monitor".into(),
        max_list_bytes: 64 << 20,
        ca_file: Some("/etc/ssl/own.pem".into()),
    }
}

pub fn control() -> Control {
    Control { socket: None, group: Some("adm".into()) }
}

pub fn specs() -> Vec<Spec> {
    vec![Spec::List(urlhaus()), Spec::Rule(rule()), Spec::List(mine())]
}

pub fn origin(name: &str, effect: Effect) -> Origin {
    let place = Place { file: "".into(), line: 0 };
    Origin { name: name.into(), place, effect, category: None, severity: None, i_mean_it: false }
}

fn urlhaus() -> ListSpec {
    let effect = Effect {
        action: Action::Block(Block::Sinkhole),
        sinkhole: Sinkhole { v4: "192.0.2.1".parse().ok(), v6: None },
        ttl: 0,
        ede: Some(15),
        important: true,
        would: true,
    };
    ListSpec {
        origin: Origin {
            category: Some("malware".into()),
            severity: Some(Severity::High),
            i_mean_it: true,
            ..origin("urlhaus", effect)
        },
        source: Source::Url {
            url: "https://lists.example/urlhaus.txt".into(),
            refresh: Duration::from_secs(1800),
        },
        format: crate::rules::list::Format::Hosts,
        subdomains: Some(true),
        conditions: Vec::new(),
    }
}

fn mine() -> ListSpec {
    ListSpec {
        origin: origin("mine", Effect::of(Action::Allow)),
        source: Source::Path("/etc/dns-monitor/lists".into()),
        format: crate::rules::list::Format::Auto,
        subdomains: None,
        conditions: vec![
            Condition::Type(vec![15]),
            Condition::Class(vec![1]),
            Condition::Client(vec![network("10.0.0.0/8")]),
            Condition::Mac(vec![[2, 0, 0x5e, 0, 0x53, 1]]),
            Condition::Vlan(vec![10]),
        ],
    }
}

fn rule() -> RuleSpec {
    let sinkhole = Sinkhole { v4: "192.0.2.1".parse().ok(), v6: "2001:db8::1".parse().ok() };
    let effect = Effect {
        action: Action::Block(Block::Sinkhole),
        sinkhole,
        ttl: 300,
        ede: Some(22),
        important: true,
        would: true,
    };
    let (category, severity, i_mean_it) = (Some("policy".into()), Some(Severity::Low), true);
    RuleSpec {
        origin: Origin { category, severity, i_mean_it, ..origin("everything", effect) },
        condition: Condition::All(conditions()),
    }
}

/// In the order of what they cost, those out of `all` among them.
fn conditions() -> Vec<Condition> {
    vec![
        Condition::Type(vec![1, 65, 28]),
        Condition::Class(vec![1, 4]),
        Condition::Client(vec![network("10.0.0.0/8"), network("192.0.2.0/24")]),
        Condition::Mac(vec![[2, 0, 0x5e, 0, 0x53, 1]]),
        Condition::Vlan(vec![10, 4094]),
        Condition::Exact(vec![NameBuf::from_canonical(&[])]),
        Condition::Suffix(names(&["xn--bcher-kva.example", "example.com"])),
        Condition::Suffix(names(&["example.org"])),
        Condition::Suffix(names(&["zip", "mov"])),
        Condition::Below(names(&["example.net"])),
        Condition::NameLength(0..=100),
        Condition::Labels(5..=127),
        Condition::LabelLength(40..=63),
        Condition::Time(Daytime { from: 22 * 60, to: 6 * 60, days: 0b100_0001 }),
        Condition::Entropy(3.8),
        Condition::Any(vec![regex(r"^ads?\d*\."), regex("x")]),
        regex("y"),
        regex("z"),
        Condition::Lookalike(Lookalike::new(names(&["www.paypal.com"])).unwrap()),
        Condition::Any(vec![
            Condition::Suffix(names(&["zip"])),
            Condition::All(vec![Condition::Labels(3..=3), Condition::Any(vec![regex("a"), regex("b")])]),
            Condition::All(vec![Condition::Vlan(vec![1]), Condition::Vlan(vec![2])]),
        ]),
        not(Condition::All(vec![
            Condition::Client(vec![network("10.0.0.1/32")]),
            not(Condition::Class(vec![3])),
        ])),
        not(Condition::Type(vec![15])),
    ]
}

fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

fn regex(text: &str) -> Condition {
    Condition::Regex(Pattern::new(text).unwrap())
}

fn network(text: &str) -> Prefix {
    text.parse().unwrap()
}

fn names(names: &[&str]) -> Vec<NameBuf> {
    names.iter().map(|name| NameBuf::parse(name).unwrap()).collect()
}
