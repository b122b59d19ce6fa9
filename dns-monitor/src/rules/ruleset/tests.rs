#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::{
    learned::{Learn, Learned},
    live::{Publish, Unpublished},
    *,
};
use crate::rules::{
    action::{Action, Block, Effect},
    compile::{Builder, Kind, Settings},
    condition::{Condition, Pattern},
    entry::Scope,
    name::NameBuf,
    table::{keys, memory::Heap},
};

const BLOCK: Action = Action::Block(Block::Nxdomain);

/// One rule: a regular expression, and what else it asks.
fn rules(regex: &str, when: Vec<Condition>, learn_ttl: u32) -> Ruleset {
    let settings = Settings {
        keys: keys::from_seed(1),
        generation: 1,
        exempt: vec![],
        own_zones: vec![],
        keep_hidden: false,
    };
    let mut builder = Builder::new(settings).unwrap();
    let effect = Effect::of(BLOCK);
    let origin = Origin { name: "rule".into(), kind: Kind::Rule, effect, learn_ttl, ..Origin::manual() };
    let number = builder.origin(origin).unwrap();
    let all = [vec![Condition::Regex(Pattern::new(regex).unwrap())], when].concat();
    builder.add_rule(number, 3, &Condition::All(all)).unwrap();
    builder.finish(&mut Heap, 10).unwrap().0
}

fn ask(name: &NameBuf) -> Subject<'_> {
    let client = "192.0.2.1".parse().unwrap();
    Subject { name: name.as_bytes(), qtype: 1, qclass: 1, client, mac: None, vlan: None, time: 0 }
}

fn name(text: &str) -> NameBuf {
    NameBuf::parse(text).unwrap()
}

fn to_learn(rules: &Ruleset, name: &NameBuf) -> Learn {
    let decision = rules.decide(&ask(name)).unwrap();
    rules.learn(&decision, &ask(name)).unwrap()
}

/// What the rule asks beside its expression, and which lookups of the name the kernel then blocks; `None`: it cannot learn.
type Case<'c> = (&'c str, Vec<Condition>, Option<&'c dyn Fn(&Subject<'_>) -> bool>);

#[test]
fn what_is_learned_asks_what_the_rule_asks() {
    let client = |length| {
        Condition::Client(vec![
            "192.0.2.0".parse().map(|address| crate::rules::condition::Prefix { address, length }).unwrap(),
        ])
    };
    let not = |condition| Condition::Not(Box::new(condition));
    let later = NameBuf::from_canonical(b"\x03ads\x01x");
    let cases: [Case<'_>; 7] = [
        ("nothing", vec![], Some(&|_| true)),
        ("a type", vec![Condition::Type(vec![1, 2])], Some(&|asked| asked.qtype == 1)),
        ("not a type", vec![not(Condition::Type(vec![28]))], Some(&|asked| asked.qtype == 1)),
        (
            "a class",
            vec![Condition::Any(vec![Condition::Class(vec![1]), Condition::Labels(5..=6)])],
            Some(&|asked| asked.qclass == 1),
        ),
        ("a client", vec![client(24)], Some(&|asked| asked.client.to_string().starts_with("192.0.2."))),
        ("one of two, about clients", vec![Condition::Any(vec![client(24), Condition::Labels(5..=6)])], None),
        ("no VLAN", vec![not(Condition::Vlan(vec![5]))], None),
    ];
    for (what, when, expected) in cases {
        let rules = rules("^ads", when, 60);
        let decision = rules.decide(&ask(&later)).unwrap();
        let learn = rules.learn(&decision, &ask(&later));
        assert_eq!(learn.is_some(), expected.is_some(), "{what}");
        let (Some(learn), Some(expected)) = (learn, expected) else { continue };
        Learned::new(10).learn(&rules, learn, now(), &mut Unpublished).unwrap();
        let asked = ask(&later);
        for asked in [
            asked,
            Subject { qtype: 28, ..asked },
            Subject { qclass: 3, ..asked },
            Subject { client: "198.51.100.1".parse().unwrap(), ..asked },
        ] {
            assert_eq!(rules.decide_table(&asked).is_some(), expected(&asked), "{what}: {asked:?}");
        }
        let below = NameBuf::from_canonical(b"\x01y\x03ads\x01x");
        assert_eq!(rules.decide_table(&ask(&below)), None, "{what}");
        let found = rules.decide_table(&asked).unwrap();
        assert_eq!((found.line, rules.hit(&found).name), (3, "rule"), "{what}");
    }
}

#[test]
fn names_are_learned_for_a_while() {
    let rules = rules("^ads", vec![], 60);
    let mut learned = Learned::new(2);
    let start = now();
    let names = [name("ads.a"), name("ads.b"), name("ads.c")];
    let known = |names: &[NameBuf]| -> Vec<bool> {
        names.iter().map(|name| rules.decide_table(&ask(name)).is_some()).collect()
    };
    let again = to_learn(&rules, &names[1]);
    for name in &names {
        learned.learn(&rules, to_learn(&rules, name), start, &mut Unpublished).unwrap();
    }
    assert_eq!((known(&names), learned.len(), learned.evicted()), (vec![false, true, true], 2, 1));
    learned.learn(&rules, again.clone(), start + 30, &mut Unpublished).unwrap();
    learned.expire(&rules, start + 60, &mut Unpublished).unwrap();
    assert_eq!((known(&names), learned.len()), (vec![false, true, false], 1));
    assert!(Learned::new(0).learn(&rules, again, start, &mut Unpublished).is_err());
}

#[test]
fn the_next_rules_learn_what_they_would_decide() {
    let old = rules("^ads", vec![], 60);
    let mut learned = Learned::new(10);
    for text in ["ads.a", "ads.b"] {
        learned.learn(&old, to_learn(&old, &name(text)), now(), &mut Unpublished).unwrap();
    }
    let new = rules("^ads.b", vec![], 60);
    learned.move_to(&new, &mut Unpublished);
    assert_eq!(learned.len(), 1);
    assert!(new.decide_table(&ask(&name("ads.b"))).is_some());
    assert!(new.decide_table(&ask(&name("ads.a"))).is_none());
}

#[test]
fn an_origin_may_not_want_it() {
    let rules = rules("^ads", vec![], 0);
    let asked = name("ads.a");
    let decision = rules.decide(&ask(&asked)).unwrap();
    assert_eq!(rules.learn(&decision, &ask(&asked)), None);
}

#[test]
fn without_a_kernel_nothing_is_published() {
    let candidate = live::unconditional(0, &Effect::of(BLOCK), Scope::Exact);
    assert!(Unpublished.candidate(1, &candidate).is_ok());
}
