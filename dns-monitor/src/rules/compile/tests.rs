#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::net::IpAddr;

use super::{
    super::{
        action::{Action, Block, Effect},
        condition::{Condition, Pattern as Regex, Prefix},
        entry::{Entry, Pattern, Scope},
        name::NameBuf,
        ruleset::Ruleset,
        subject::Subject,
        table::{keys, memory::Heap},
    },
    *,
};

const NXDOMAIN: Action = Action::Block(Block::Nxdomain);

fn builder() -> Builder {
    let exempt = vec![Prefix { address: "192.0.2.99".parse().unwrap(), length: 32 }];
    let own_zones = vec![NameBuf::parse("corp.example").unwrap()];
    Builder::new(Settings { keys: keys::from_seed(1), generation: 1, exempt, own_zones, keep_hidden: false })
        .unwrap()
}

fn origin(name: &str, kind: Kind, action: Action) -> Origin {
    let files = vec![File { path: format!("{name}.txt"), base: 0 }];
    Origin {
        name: name.into(),
        kind,
        files,
        effect: Effect::of(action),
        i_mean_it: false,
        ..Origin::manual()
    }
}

fn name(text: &str) -> NameBuf {
    if text == "." { NameBuf::from_canonical(&[]) } else { NameBuf::parse(text).unwrap() }
}

fn decide(rules: &Ruleset, asked: &str, client: &str) -> Option<String> {
    let (asked, client): (_, IpAddr) = (name(asked), client.parse().unwrap());
    let subject =
        Subject { name: asked.as_bytes(), qtype: 1, qclass: 1, client, mac: None, vlan: None, time: 0 };
    rules.decide(&subject).map(|decision| rules.hit(&decision).id)
}

/// Lines of two lists, `first` before `second`: an exclamation mark is important, `@@` allows, `/` begins a regular
/// expression, `=` is the name alone, `*.` what is below it.
fn lists(first: &[&str], second: &[&str]) -> (Ruleset, Report) {
    let mut builder = builder();
    for (list, lines) in [("first", first), ("second", second)] {
        let number = builder.origin(origin(list, Kind::List, NXDOMAIN)).unwrap();
        for (line, text) in lines.iter().enumerate() {
            add(&mut builder, number, line as u32 + 1, text);
        }
    }
    builder.finish(&mut Heap, 0).unwrap()
}

fn add(builder: &mut Builder, origin: u16, line: u32, text: &str) {
    let (important, text) = text.strip_prefix('!').map_or((false, text), |text| (true, text));
    let (allow, text) = text.strip_prefix("@@").map_or((false, text), |text| (true, text));
    let (scope, text) = match text {
        _ if text.starts_with('=') => (Scope::Exact, &text[1..]),
        _ if text.starts_with("*.") => (Scope::Below, &text[2..]),
        _ => (Scope::Suffix, text),
    };
    let canonical = if text.starts_with('/') { NameBuf::from_canonical(&[]) } else { name(text) };
    let pattern = match text.strip_prefix('/') {
        Some(regex) => Pattern::Regex(regex),
        None => Pattern::Name(canonical.as_bytes(), scope),
    };
    let effect = allow.then_some(Effect::of(Action::Allow));
    // What is refused is in the report.
    let _ = builder.add(origin, line, &Entry { pattern, effect, important, when: &[] });
}

#[test]
fn precedence() {
    type Case<'c> = (&'c str, &'c [&'c str], &'c [&'c str], &'c str, Option<&'c str>);
    let cases: &[Case<'_>] = &[
        ("a name and those below it", &["a.b"], &[], "x.a.b", Some("first.txt:1")),
        ("not a name that ends alike", &["a.b"], &[], "xa.b", None),
        ("the name alone", &["=a.b"], &[], "x.a.b", None),
        ("below, not the name", &["*.a.b"], &[], "a.b", None),
        ("allow beats block", &["a.b"], &["@@a.b"], "a.b", Some("second.txt:1")),
        ("allow above beats block below", &["x.a.b"], &["@@a.b"], "x.a.b", Some("second.txt:1")),
        ("important block beats allow", &["@@a.b"], &["!a.b"], "a.b", Some("second.txt:1")),
        ("important allow beats important block", &["!a.b"], &["!@@a.b"], "a.b", Some("second.txt:1")),
        ("the first list beats the second", &["a.b"], &["=x.a.b"], "x.a.b", Some("first.txt:1")),
        ("the more specific of a list", &["b", "a.b"], &[], "x.a.b", Some("first.txt:2")),
        ("the name alone before those below", &["a.b", "=a.b"], &[], "a.b", Some("first.txt:2")),
        ("the first of two lines", &["a.b", "a.b"], &[], "a.b", Some("first.txt:1")),
        ("a regular expression", &["/^x[0-9]+\\."], &[], "x12.a.b", Some("first.txt:1")),
        ("a name before a regular expression", &["/a", "b"], &[], "a.b", Some("first.txt:2")),
        ("the list before the kind", &["/a"], &["=a.b"], "a.b", Some("first.txt:1")),
        ("an exception that is a regular expression", &["a.b"], &["@@/a"], "a.b", Some("second.txt:1")),
    ];
    for (what, first, second, asked, expected) in cases {
        let (rules, _) = lists(first, second);
        assert_eq!(decide(&rules, asked, "192.0.2.1").as_deref(), *expected, "{what}");
        assert_eq!(decide(&rules, asked, "192.0.2.99"), None, "{what}: exempt");
    }
}

#[test]
fn what_becomes_of_entries() {
    let lines = ["com", ".", "a.b", "a.b", "c.d", "corp.example", "@@com", "/a(", "/fine"];
    let (_, report) = lists(&lines, &[]);
    assert_eq!((report.entries, report.names, report.hidden, report.agent_only), (9, 3, 1, 1));
    let rejected: Vec<_> = report.first_rejected.iter().map(ToString::to_string).collect();
    let places: Vec<_> = rejected.iter().filter_map(|text| text.split(": ").next()).collect();
    assert_eq!(places, ["first.txt:1", "first.txt:2", "first.txt:6", "first.txt:8"]);
    assert_eq!(
        rejected[0],
        "first.txt:1: this would block the top-level domain com: set i_mean_it = true in `first` if that is wanted"
    );
}

#[test]
fn rules_that_block_too_much() {
    let list = |text: &str| vec![name(text)];
    let nx = || Condition::Regex(Regex::new("x").unwrap());
    let cases = [
        ("a TLD", Condition::Suffix(list("zip")), true),
        ("a TLD that everybody needs", Condition::Suffix(list("com")), false),
        ("all that is below it", Condition::Below(list("com")), false),
        ("everything", Condition::Suffix(list(".")), false),
        ("everything, in other words", Condition::All(vec![]), false),
        ("every type but one", Condition::Not(Box::new(Condition::Type(vec![1]))), false),
        ("a type", Condition::Type(vec![255]), true),
        ("above an own zone", Condition::Below(list("example")), false),
        ("one of several", Condition::Any(vec![nx(), Condition::Suffix(list("com"))]), false),
        ("a pattern", nx(), true),
    ];
    for (what, condition, is_taken) in cases {
        let mut builder = builder();
        let number = builder.origin(origin("rule", Kind::Rule, NXDOMAIN)).unwrap();
        assert_eq!(builder.add_rule(number, 7, &condition).is_ok(), is_taken, "{what}");
        let meant =
            builder.origin(Origin { i_mean_it: true, ..origin("meant", Kind::Rule, NXDOMAIN) }).unwrap();
        assert!(builder.add_rule(meant, 8, &condition).is_ok(), "{what}, and meant");
    }
}

#[test]
fn where_rules_are_decided() {
    let names = || Condition::Suffix(vec![name("a.b")]);
    let not = |condition| Condition::Not(Box::new(condition));
    let types = |types: std::ops::Range<u16>| Condition::Type(types.collect());
    let cases = [
        ("a name", names(), 1, 0),
        ("a name and types", Condition::All(vec![names(), types(1..12)]), 1, 0),
        ("too many types", Condition::All(vec![names(), types(1..100)]), 0, 1),
        ("too many types that are not meant", Condition::All(vec![names(), not(types(1..8))]), 0, 1),
        ("types twice", Condition::All(vec![names(), types(1..3), types(2..9)]), 1, 0),
        ("a contradiction", Condition::All(vec![names(), types(1..3), types(3..9)]), 0, 0),
        ("but not below", Condition::All(vec![names(), not(names())]), 0, 1),
        ("how many labels", Condition::Labels(1..=2), 0, 1),
        ("one of two", Condition::Any(vec![types(1..2), Condition::Labels(1..=2)]), 0, 1),
    ];
    for (what, condition, names, agent_only) in cases {
        let mut builder = builder();
        let number = builder.origin(origin("rule", Kind::Rule, Action::Alert)).unwrap();
        builder.add_rule(number, 1, &condition).unwrap();
        let (_, report) = builder.finish(&mut Heap, 0).unwrap();
        assert_eq!((report.names, report.agent_only), (names, agent_only), "{what}");
    }
}

#[test]
fn more_clients_than_there_are_bits() {
    let mut builder = builder();
    let number = builder.origin(origin("list", Kind::List, NXDOMAIN)).unwrap();
    for client in 0..70 {
        let network = Prefix { address: IpAddr::from([10, 0, 0, client]), length: 32 };
        let when = [Condition::Client(vec![network])];
        let listed = name("a.b");
        let entry = Entry { when: &when, ..Entry::listed(listed.as_bytes(), Scope::Suffix) };
        builder.add(number, u32::from(client) + 1, &entry).unwrap();
    }
    let (rules, report) = builder.finish(&mut Heap, 0).unwrap();
    assert_eq!((report.agent_only, report.overflowed), (7 + 63 - 8, 63 - 8));
    for client in [0, 7, 8, 62, 63, 69] {
        let expected = Some(format!("list.txt:{}", client + 1));
        assert_eq!(decide(&rules, "x.a.b", &format!("10.0.0.{client}")), expected, "{client}");
    }
    assert_eq!(decide(&rules, "x.a.b", "10.0.0.70"), None);
}
