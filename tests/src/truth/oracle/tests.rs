#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;

/// `client.id`: that client's query; ids tell them apart.
fn query(id: u16) -> Query {
    (format!("10.53.1.{id}:4711").parse().unwrap(), id)
}

fn key(name: &str) -> Key {
    (name.into(), 1)
}

/// A line in few words: `F at fctx up counter>new-counter slot id name`, `D at fctx`, `S at client`, `A at fctx name`.
fn probe_line(text: &str) -> Line {
    let words: Vec<_> = text.split(' ').collect();
    let number = |word: usize| words[word].parse::<u64>().unwrap();
    let at = number(1);
    match words[0] {
        "D" => Line::Done { at, fctx: number(2) },
        "S" => Line::Sent { at, client: number(2) },
        "A" => Line::Wants { at, fctx: number(2), name: words[3].into() },
        _ => {
            let (counter, new_counter) = words[4].split_once('>').unwrap();
            let id = words[6].parse().unwrap();
            Line::Fetch(crate::truth::probe::Fetch {
                at,
                fctx: number(2),
                resolver: 1,
                counter: counter.parse().unwrap(),
                new_counter: new_counter.parse().unwrap(),
                up: number(3),
                options: 0,
                slot: Some(number(5)).filter(|slot| *slot != 0),
                id,
                client: (id != 0).then(|| query(id).0),
                key: key(words[7]),
            })
        }
    }
}

/// Client 1 asks for `www`, which needs `zone`; client 2 comes later for the same, client 3 for another name of the zone.
const NEEDS: &[&str] = &[
    "F 1000 10 901 0>50 7 1 www",
    "F 1010 11 10 50>0 0 0 zone",
    "F 1030 10 902 0>0 7 2 www",
    "F 1040 12 903 0>51 7 3 other",
    "F 1041 11 12 51>0 0 0 zone",
    "D 1100 11",
    "D 1100 11",
    "S 1200 901",
    "D 1201 10",
    "S 1202 902",
    "D 1203 10",
];

/// The cache has `www`: client 1 is given it, client 2 is given it when it is stale; both times it is renewed.
const RENEWED: &[&str] = &[
    "F 500 9 909 0>48 7 9 nothing",
    "F 1000 10 901 0>50 8 1 www",
    "S 1001 901",
    "D 1050 10",
    "S 2000 902",
    "F 2001 11 902 0>51 7 2 www",
    "S 2050 902",
    "D 2051 11",
];

/// `named` needs the root by itself, and nobody knows who the fourth client is.
const OWN: &[&str] = &["F 1000 10 77 0>50 0 0 .", "F 1000 11 904 0>51 7 0 tcp", "F 1001 11 901 0>0 7 1 tcp"];

#[test]
fn causes_are_those_from_which_the_question_is_reached_at_that_time() {
    use How::{Alias, Asked, Inner, Prefetch};
    for (what, lines, name, at, certain, possible) in [
        ("the client itself", NEEDS, "www", 1020, vec![(1, Asked)], vec![1, 2]),
        ("both, asked again later", NEEDS, "www", 1035, vec![(1, Asked), (2, Asked)], vec![1, 2]),
        ("what it needs", NEEDS, "zone", 1011, vec![(1, Inner)], vec![1, 2, 3]),
        ("what both need", NEEDS, "zone", 1045, vec![(1, Inner), (2, Inner), (3, Inner)], vec![1, 2, 3]),
        ("an alias: client 3 asked for something else", NEEDS, "other", 1050, vec![(3, Alias)], vec![3]),
        ("a prefetch", RENEWED, "www", 1002, vec![(1, Prefetch)], vec![1]),
        ("a stale answer", RENEWED, "www", 2002, vec![(2, Prefetch)], vec![2]),
        ("nobody", OWN, ".", 1001, vec![], vec![]),
        ("one is unknown", OWN, "tcp", 1002, vec![(1, Asked)], vec![1]),
    ] {
        let lines: Vec<_> = lines.iter().map(|line| probe_line(line)).collect();
        let answered = |query: &Query| [1300, 2001, 1301].get(usize::from(query.1) - 1).copied();
        // Client 3 asks for an alias of what is fetched for it.
        let question = |query: &Query| Some(key(if query.1 == 3 { "alias" } else { name }));
        let oracle = Oracle::new(&lines, answered);
        let causes = oracle.causes(&key(name), at, question);
        let causes = causes.unwrap();
        let ids = |queries: &HashSet<Query>| -> Vec<_> {
            let mut ids: Vec<_> = queries.iter().map(|query| query.1).collect();
            ids.sort_unstable();
            ids
        };
        let mut found: Vec<_> = causes.certain.iter().map(|(query, how)| (query.1, *how)).collect();
        found.sort_unstable();
        assert_eq!((found, ids(&causes.possible)), (certain, possible), "{what}");
        assert_eq!((causes.own, causes.stranger), (name == ".", name == "tcp"), "{what}");
    }
}

#[test]
fn what_is_not_asked_for_at_that_time_is_not_known() {
    let lines: Vec<_> = NEEDS.iter().map(|line| probe_line(line)).collect();
    let oracle = Oracle::new(&lines, |_| None);
    for (name, at) in [("never", 1020), ("www", 1300 + 2 * SLACK), ("zone", 1201 + 2 * SLACK)] {
        assert!(oracle.causes(&key(name), at, |_| None).is_none(), "{name} at {at}");
    }
}

#[test]
fn a_lookup_is_a_hit_unless_it_waits_for_a_fetch() {
    use Answered::{Hit, Miss, Shared};
    for (lines, id, expected) in [
        (NEEDS, 1, Miss),
        (NEEDS, 2, Shared),
        (NEEDS, 3, Miss),
        (NEEDS, 4, Hit),
        (RENEWED, 1, Hit),
        (RENEWED, 2, Hit),
    ] {
        let lines: Vec<_> = lines.iter().map(|line| probe_line(line)).collect();
        let oracle = Oracle::new(&lines, |query| [1300, 2001].get(usize::from(query.1) - 1).copied());
        assert_eq!(oracle.answered(&query(id)), expected, "client {id}");
    }
}

#[test]
fn the_cache_was_filled_by_the_last_fetch_before() {
    let lines: Vec<_> = RENEWED.iter().map(|line| probe_line(line)).collect();
    let oracle = Oracle::new(&lines, |query| [1300, 2001].get(usize::from(query.1) - 1).copied());
    for (at, expected) in [(1000, None), (1060, Some(1)), (2040, Some(1)), (2060, Some(2))] {
        let causes = oracle.filled_by(&key("www"), at, |_| Some(key("www")));
        let by = causes.and_then(|causes| causes.certain.keys().map(|query| query.1).next());
        assert_eq!(by, expected, "at {at}");
    }
}
