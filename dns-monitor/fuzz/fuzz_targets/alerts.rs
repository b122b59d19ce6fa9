//! Alerts of any bytes in every format: no panic, what is read can be looked for, names are as events have them.
#![no_main]

use dns_monitor::trace::alert::{
    name,
    read::{Alerts, read},
    when::Clock,
};
use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;

/// What each format begins with, so that every reader gets its share.
const HEADS: [&str; 6] = [
    "",
    "{\"event_type\":\"alert\",\"dns\":{\"rrname\":\"",
    "{\"ts\":1.5,\"note\":\"x\",\"msg\":\"",
    "#separator \\x09\n#fields\tts\tquery\n",
    "CEF:0|a|b|c|d|e|f|",
    "<1>1 2026-11-26T18:02:11Z ids app - - - ",
];

fuzz_target!(|data: &[u8]| {
    let clock = Clock { zone: TimeZone::UTC, now: 1_795_716_000_000_000_000 };
    for head in HEADS {
        let text = [head.as_bytes(), data].concat();
        let mut alerts = Alerts::default();
        read(&*text, &"x".into(), &clock, &mut alerts, &mut |place, bad| {
            assert!(place.line > 0 && !bad.to_string().is_empty());
        })
        .expect("bytes in memory can be read");
        for alert in alerts.alerts {
            assert!(alert.said.name.is_some() || alert.said.link.is_some() || alert.askers().count() > 0);
            if let Some(name) = alert.said.name {
                assert_eq!(name::read(&name).as_deref(), Some(&*name), "a name is a name");
            }
        }
    }
});
