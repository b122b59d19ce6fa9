//! Where lists and rules stand, what they leave out, and that printing keeps both.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::Duration;

use super::rules::{EVERYTHING, origin};
use crate::{
    config::{
        Config,
        rules::{ListSpec, Origin, Source, Spec},
    },
    rules::action::{Action, Block, Effect, Severity},
};

#[test]
fn lists_and_rules_keep_the_order_of_the_file_and_know_their_line() {
    let config = super::parse_everything();
    let places: Vec<String> = config.specs.iter().map(|spec| spec.origin().place.to_string()).collect();
    let text = format!("{}{EVERYTHING}", super::EVERYTHING);
    let headers = text.lines().zip(1..).filter(|(line, _)| ["[[list]]", "[[rule]]"].contains(line));
    let expected: Vec<String> = headers.map(|(_, number)| format!("f:{number}")).collect();
    assert_eq!(places, expected);
}

#[test]
fn a_list_needs_a_name_and_a_place() {
    let config = Config::parse("f", "[[list]]\nname = 'l'\nurl = 'http://l.example'").unwrap();
    let severity = Some(Severity::Medium);
    let source = Source::Url { url: "http://l.example".into(), refresh: Duration::from_secs(3600) };
    let expected = ListSpec {
        origin: Origin { severity, ..origin("l", Effect::of(Action::Block(Block::Nxdomain))) },
        source,
        format: crate::rules::list::Format::Auto,
        subdomains: None,
        conditions: Vec::new(),
    };
    assert_eq!(super::placeless(config).specs, [Spec::List(expected)]);
}

#[test]
fn severity_is_medium_where_something_is_wrong() {
    let cases = [
        ("allow", None),
        ("observe", None),
        ("alert", Some(Severity::Medium)),
        ("drop", Some(Severity::Medium)),
        ("nodata", Some(Severity::Medium)),
        ("refused", Some(Severity::Medium)),
        ("tcp-only", Some(Severity::Medium)),
    ];
    for (action, severity) in cases {
        let text = format!("[[rule]]\nname = 'r'\ntld = ['zip']\naction = '{action}'");
        let config = Config::parse("f", &text).unwrap();
        let origin = config.specs[0].origin();
        assert_eq!((origin.effect.action.name(), origin.severity), (action, severity));
    }
}

/// Rules whose conditions, printed and read again, are the same; with those of one kind more than once.
#[test]
fn conditions_of_any_shape_are_printed_as_they_are() {
    let shapes = [
        "suffix = ['zip']",
        "suffix = ['.', 'zip']",
        "all = [{ tld = ['zip'] }, { suffix = ['example.com'] }, { tld = ['mov'] }]",
        "all = [{ any = [{ vlan = [1] }, { vlan = [2] }] }, { not = { vlan = [3] } }]\n\
         any = [{ regex = ['a'] }, { regex = ['b'] }]",
        "all = [{ not = { not = { vlan = [3] } } }, { any = [{ labels = 1 }, { labels = 2 }] }]\n\
         not = { labels = 3 }\nany = [{ all = [{ regex = ['a', 'b'] }, { regex = ['c', 'd'] }] }, { vlan = [1] }]",
        "all = [{ days = ['mon'] }, { time = '18:00-24:00' }, { entropy = 4 }]\ntime = '00:00-23:59'",
        "any = [{ tld = ['zip'] }]",
        "not = { any = [{ all = [{ not = { any = [{ all = [{ tld = ['zip'] }] }] } }] }] }",
        "labels = '..127'\nlabel_length = 0\nname_length = '253..'\nclass = ['CLASS65535', 'NONE', 'ANY']",
    ];
    for shape in shapes {
        let text = format!("[[rule]]\nname = 'r'\naction = 'alert'\n{shape}");
        let config = super::placeless(Config::parse("f", &text).unwrap());
        let printed = config.to_toml().unwrap();
        assert_eq!(super::placeless(Config::parse("printed", &printed).unwrap()), config, "{printed}");
    }
}

#[test]
fn lists_and_rules_stay_mixed_when_printed() {
    let printed = super::everything().to_toml().unwrap();
    let headers = printed.lines().filter(|line| *line == "[[list]]" || *line == "[[rule]]");
    assert_eq!(headers.collect::<Vec<_>>(), ["[[list]]", "[[rule]]", "[[list]]"]);
}
