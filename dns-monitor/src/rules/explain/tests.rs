#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::{
    super::{
        action::{Block, Effect},
        compile::{Builder, File, Kind, Origin, Settings},
        condition::Prefix,
        entry::{Entry, Pattern, Scope},
        name::NameBuf,
        table::{keys, memory::Heap},
    },
    *,
};

fn rules() -> Ruleset {
    let exempt = vec![Prefix { address: "192.0.2.99".parse().unwrap(), length: 32 }];
    let settings =
        Settings { keys: keys::from_seed(1), generation: 1, exempt, own_zones: vec![], keep_hidden: true };
    let mut builder = Builder::new(settings).unwrap();
    let name = NameBuf::parse("ads.example").unwrap();
    let lists = [("one", Action::Alert), ("two", Action::Block(Block::Drop)), ("allowed", Action::Allow)];
    for (list, action) in lists {
        let files = vec![File { path: list.into(), base: 0 }];
        let origin = Origin {
            name: list.into(),
            kind: Kind::List,
            files,
            effect: Effect::of(action),
            ..Origin::manual()
        };
        let number = builder.origin(origin).unwrap();
        builder.add(number, 1, &Entry::listed(name.as_bytes(), Scope::Suffix)).unwrap();
        if action != Action::Allow {
            builder.add(number, 2, &Entry::matching_regex("ads")).unwrap();
        }
    }
    builder.finish(&mut Heap, 0).unwrap().0
}

impl<'a> Entry<'a> {
    fn matching_regex(text: &'a str) -> Self {
        Self { pattern: Pattern::Regex(text), ..Self::listed(&[], Scope::Suffix) }
    }
}

#[test]
fn all_that_matches_and_why() {
    let rules = rules();
    let name = NameBuf::parse("x.ads.example").unwrap();
    let ask = |client: &str| {
        let client = client.parse().unwrap();
        let subject =
            Subject { name: name.as_bytes(), qtype: 1, qclass: 1, client, mac: None, vlan: None, time: 0 };
        let all = explain(&rules, &subject);
        all.iter()
            .map(|found| {
                format!("{} {} {} {}", found.place, found.pattern, found.decides.name(), found.outcome)
            })
            .collect::<Vec<_>>()
    };
    let class = "loses: allow beats rule";
    assert_eq!(
        ask("192.0.2.1"),
        [
            "allowed:1 ads.example kernel decides".to_owned(),
            format!("one:1 ads.example kernel {class}"),
            format!("one:2 /ads/ agent {class}"),
            format!("two:1 ads.example kernel {class}"),
            format!("two:2 /ads/ agent {class}"),
        ]
    );
    let exempt = ask("192.0.2.99");
    assert_eq!(exempt.len(), 5);
    assert!(exempt.iter().all(|text| text.ends_with("exempt from all rules")), "{exempt:?}");
}

#[test]
fn why_the_others_lose() {
    let with =
        |key| Decision { key, by: super::super::ruleset::decision::By::Candidate(1), depth: 0, line: 0 };
    let cases = [
        ("class", 0x3001_0000, 0x2002_0000, Outcome::Class("allow", "rule")),
        ("command", 0x0001_0000, 0x0000_0000, Outcome::Class("command of the operator", "important allow")),
        ("order", 0x3002_0000, 0x3001_00ff, Outcome::Order),
        ("specificity", 0x3001_0002, 0x3001_0001, Outcome::Specificity),
        ("tie", 0x3001_0001, 0x3001_0001, Outcome::Tie),
    ];
    for (what, mine, its, expected) in cases {
        assert_eq!(loses(&with(mine), &with(its)), expected, "{what}");
    }
}
