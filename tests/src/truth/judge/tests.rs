#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;

fn query(id: u16) -> Query {
    (format!("10.53.1.{id}:4711").parse().unwrap(), id)
}

fn truth(certain: &[(u16, How)], possible: &[u16], own: bool) -> Causes {
    Causes {
        certain: certain.iter().map(|(id, how)| (query(*id), *how)).collect(),
        possible: possible.iter().map(|id| query(*id)).collect(),
        own,
        stranger: false,
    }
}

#[test]
fn an_entry_is_right_if_its_client_and_its_certainty_are() {
    use How::{Alias, Asked, Inner, Prefetch};
    let alone = || truth(&[(1, Asked)], &[1], false);
    let both = || truth(&[(1, Asked), (2, Asked)], &[1, 2], false);
    let late = || truth(&[(1, Asked)], &[1, 2], false);
    let nobody = || truth(&[], &[], true);
    for (what, certainty, client, truth, expected) in [
        ("alone", "sole", Some(1), alone(), Judged::Right),
        ("somebody else", "sole", Some(2), alone(), Judged::Wrong),
        ("not alone", "sole", Some(1), both(), Judged::Word),
        ("perhaps not alone", "sole", Some(1), late(), Judged::Undecided),
        ("both", "shared", Some(2), both(), Judged::Right),
        ("alone, not shared", "shared", Some(1), alone(), Judged::Word),
        ("one who came later", "shared", Some(2), late(), Judged::Undecided),
        ("an alias", "chained", Some(1), truth(&[(1, Alias)], &[1], false), Judged::Right),
        ("an alias, not asked for", "sole", Some(1), truth(&[(1, Alias)], &[1], false), Judged::Word),
        ("needed inside", "chained", Some(1), truth(&[(1, Inner)], &[1], false), Judged::Right),
        ("renewed", "prefetch", Some(1), truth(&[(1, Prefetch)], &[1], false), Judged::Right),
        ("renewed, nobody waits", "sole", Some(1), truth(&[(1, Prefetch)], &[1], false), Judged::Word),
        ("by itself", "self", None, nobody(), Judged::Right),
        ("by itself, and yet for a client", "self", None, alone(), Judged::Wrong),
        ("by itself, perhaps", "self", None, truth(&[], &[1], true), Judged::Undecided),
        ("nobody knows, but we do", "none", None, alone(), Judged::Wrong),
        ("nobody knows that it was by itself", "none", None, nobody(), Judged::Wrong),
        ("a client where there was none", "chained", Some(1), nobody(), Judged::Wrong),
    ] {
        let cause = Cause { certainty: certainty.into(), query: client.map(query), chain: Vec::new() };
        assert_eq!(judge_entry(&cause, &truth), expected, "{what}");
    }
}

#[test]
fn a_mark_contradicts_an_oracle_that_names_another() {
    let of = |client: usize| Causes {
        certain: HashMap::from([(((plan::client(client).v4, 4711).into(), 1), How::Asked)]),
        ..Causes::default()
    };
    for (name, client, expected) in [
        ("c017-000123.z0001.net", 17, 0),
        ("c017-000123.z0001.net", 18, 1),
        ("com", 18, 0),
        ("c999-1.net", 18, 0),
    ] {
        assert_eq!(conflicts(name, &of(client)), expected, "{name}");
    }
}
