//! Lists that are not what they were, and rules that must not be.

use super::*;
use crate::control::protocol::Provenance;

/// As many names.
fn names(count: usize) -> String {
    (0..count).map(|number| format!("n{number}.example\n")).collect()
}

/// What the list becomes, and what is told of it.
type Case = (&'static str, Option<Vec<u8>>, &'static str);

#[test]
fn a_bad_list_leaves_the_last_good_one_in_force() {
    let stix = br#"{"type":"bundle","id":"bundle--1","objects":[{"type":"indicator","#;
    let cases: Vec<Case> = vec![
        ("cut short", Some(names(9).into()), "9 entries are less than a tenth of the 1000 that it had"),
        ("empty", Some(vec![]), "it is empty, and had 1000 entries"),
        ("only comments", Some(b"# nothing\n".to_vec()), "it is empty, and had 1000 entries"),
        (
            "binary junk",
            Some((0..200_000u32).map(|n| (n.wrapping_mul(n) >> 3) as u8).collect()),
            "lines cannot be read",
        ),
        ("half a bundle", Some(stix.to_vec()), "not JSON as STIX 2.1 has it"),
        ("gone", None, "No such file or directory"),
    ];
    for (what, text, expected) in cases {
        let mut lab = Lab::new();
        lab.write("list", names(1000));
        let config = lab.config("[[list]]\nname = 'l'\npath = 'PATH/list'");
        lab.load(&config, Occasion::Start).unwrap().unwrap();
        match &text {
            Some(text) => lab.write("list", text),
            None => fs::remove_file(lab.folder.path().join("list")).unwrap(),
        }
        // Now, and by an agent that starts anew.
        for again in [false, true] {
            if again {
                lab.loader = Loader::default();
            }
            lab.told.clear();
            let loaded = lab.load(&config, Occasion::Reload).unwrap().unwrap();
            assert_eq!(verdict(&loaded, "n999.example"), "nxdomain l list:1000", "{what}, {again}");
            let [state] = &loaded.origins[..] else { panic!("{what}: one list") };
            assert_eq!((state.from, state.totals.entries), (Provenance::LastGood, 1000), "{what}, {again}");
            assert!(state.error.as_ref().unwrap().contains(expected), "{what}: {:?}", state.error);
            let told = lab.told();
            assert!(told.iter().any(|line| line.contains(expected)), "{what}, {again}: {told:?}");
        }
    }
}

#[test]
fn a_rule_that_must_not_be_stops_the_load() {
    let cases = [
        (
            "the root",
            "suffix = ['.']",
            "c.toml:3: this would block every name: set i_mean_it = true in `r` if that is wanted",
        ),
        (
            "com",
            "tld = ['com']",
            "c.toml:3: this would block the top-level domain com: set i_mean_it = true in `r` if that is wanted",
        ),
        (
            "an own zone",
            "suffix = ['example.net']",
            "c.toml:3: this would block the resolver's own zone corp.example.net: set i_mean_it = true in `r` if that is wanted",
        ),
    ];
    for (what, condition, expected) in cases {
        let mut lab = Lab::new();
        let rule = format!("[[rule]]\nname = 'r'\n{condition}\naction = 'nxdomain'");
        let mut config = lab.config(&rule);
        config.rules.own_zones = vec![NameBuf::parse("corp.example.net").unwrap()];
        let error = lab.load(&config, Occasion::Start).map(|_| ()).unwrap_err();
        assert_eq!(error.to_string(), expected, "{what}");
        config.rules.i_mean_it = true;
        assert!(lab.load(&config, Occasion::Start).is_ok(), "{what}, and meant");
    }
}
