//! What is printed of an address.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;

use super::explain;
use crate::config::Config;

const KEA: &str = "address,hwaddr,valid_lifetime,expire,hostname,state\n\
    10.0.0.5,02:00:5e:00:53:01,3600,1795518000,laptop,0\n10.0.0.6,02:00:5e:00:53:09,3600,1795518000,other,0\n\
    10.0.0.5,02:00:5e:00:53:01,3600,1795518000,laptop,2\n10.0.0.5,02:00:5e:00:53:02,3600,1795525200,phone,0\n";

#[test]
fn who_had_an_address_and_which_line_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (kea, hosts) = (folder.path().join("kea.csv"), folder.path().join("hosts"));
    fs::write(&kea, KEA).unwrap();
    fs::write(&hosts, "10.0.0.7 printer\n").unwrap();
    let text = format!("[[leases]]\npath = {kea:?}\n[[leases]]\npath = {hosts:?}\n");
    let config = Config::parse("f", &text).unwrap();
    let asked = |address: &str, seconds: u64| {
        let mut out = Vec::new();
        explain(&config, address.parse().unwrap(), seconds * 1_000_000_000, &mut out).unwrap();
        String::from_utf8(out).unwrap().replace(&*folder.path().to_string_lossy(), "…")
    };
    assert_eq!(
        asked("10.0.0.5", 1_795_516_200),
        "10.0.0.5 at 2026-11-24T10:30:00Z: laptop, 02:00:5e:00:53:01\n\n\
         \x20  FROM                  UNTIL                 NAME    MAC                BY     WHERE\n\
         >  2026-11-24T10:00:00Z  2026-11-24T11:00:00Z  laptop  02:00:5e:00:53:01  lease  …/kea.csv:2\n\
         \x20                        2026-11-24T11:00:00Z                             lease  …/kea.csv:4\n\
         \x20  2026-11-24T12:00:00Z  2026-11-24T13:00:00Z  phone   02:00:5e:00:53:02  lease  …/kea.csv:5\n"
    );
    let first = |text: String| text.lines().next().unwrap_or_default().to_owned();
    assert_eq!(
        first(asked("::ffff:10.0.0.5", 1_795_521_600)),
        "10.0.0.5 at 2026-11-24T12:00:00Z: phone, 02:00:5e:00:53:02"
    );
    assert_eq!(
        asked("10.0.0.5", 1_795_519_000).lines().next(),
        Some("10.0.0.5 at 2026-11-24T11:16:40Z: nobody that is known")
    );
    assert_eq!(
        asked("10.0.0.7", 1_795_519_000),
        "10.0.0.7 at 2026-11-24T11:16:40Z: printer\n\n\
         \x20  FROM    UNTIL  NAME     MAC  BY          WHERE\n\
         >  always  open   printer       hosts file  …/hosts:1\n"
    );
    assert_eq!(
        asked("192.0.2.1", 1_795_519_000),
        "192.0.2.1 at 2026-11-24T11:16:40Z: nobody that is known\n"
    );
}
