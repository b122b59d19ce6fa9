//! What becomes of the rules when the agent goes, hangs, or comes back.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::{thread, time::Duration};

use dns_monitor_tests::{
    Agent, Lab, Rules,
    address::{self, Family, Network},
    books,
    event::{fits, said},
    gap::{holes, now},
    load::{Asked, Client, Load},
    named::signal,
    wait::{self, PATIENCE},
};
use serde_json::json;

mod support;

use support::{see_lookup, xdp};

const NXDOMAIN: u16 = 3;
/// What is pinned for an interface: a link in each direction, and the counters.
const KEPT: usize = 3;

fn configured<'l>(lab: &'l Lab, settings: &str) -> Rules<'l> {
    let rules = Rules::new(lab).unwrap();
    // So many that it takes a moment until they are in force.
    let filler: String = (0..50_000).map(|number| format!("n{number}.filler.example\n")).collect();
    rules.write("listed.txt", filler + "listed.w.lab.example\n").unwrap();
    rules.configure(settings, &rules.list("listed", "")).unwrap();
    rules
}

/// Two clients that ask for names every other of which is listed; `round` makes them new ones.
fn load(lab: &Lab, round: &'static str, patience: Duration) -> Load {
    let client = |client: usize, family| {
        let server = (address::resolver(Network::Plain).of(family), 53).into();
        Client::new(lab.client(client), server, patience).unwrap()
    };
    let name = move |client: usize, lookup: u64| match lookup % 2 {
        0 => format!("{round}{lookup}-{client}.listed.w.lab.example"),
        _ => format!("{round}{lookup}-{client}.w.lab.example"),
    };
    Load::start(vec![client(0, Family::V4), client(1, Family::V6)], name)
}

/// That every listed name was blocked and no other, and that the resolver has seen none.
fn assert_judged(lab: &Lab, what: &str, asked: &[Asked]) {
    let wrong = |asked: &&Asked| {
        let expected = if asked.name.contains(".listed.") { NXDOMAIN } else { 0 };
        asked.rcode != Some(expected)
    };
    let wrong: Vec<_> = asked.iter().filter(wrong).take(5).collect();
    assert!(wrong.is_empty(), "{what}: of {}: {wrong:?}", asked.len());
    assert_eq!(lab.resolver_named().query_log().unwrap().matches(".listed.").count(), 0, "{what}");
}

/// Asks for a listed name, a new one each time, until it gets this answer.
fn wait_status(lab: &Lab, what: &str, status: &str) {
    let mut number = 0;
    wait::until(&format!("{what}: {status}"), || {
        number += 1;
        let name = format!("{what}{number}.listed.w.lab.example");
        let printed = lab.dig(2, &["+timeout=1", &name, "A"]).output()?.stdout;
        Ok(String::from_utf8_lossy(&printed).contains(status).then_some(()))
    })
    .unwrap();
}

#[test]
fn without_keep_a_killed_agent_leaves_nothing() {
    let lab = Lab::new().unwrap();
    let rules = configured(&lab, "");
    for attach in ["xdp", "tc"] {
        let agent = rules.start(&["--attach", attach]).unwrap();
        wait_status(&lab, &format!("{attach}-before"), "status: NXDOMAIN");
        assert_eq!(rules.pins().unwrap(), Vec::<String>::new());
        // A packet may be lost when XDP leaves a veth: nobody waits long for it.
        let load = load(&lab, "killed", Duration::from_secs(1));
        load.wait(100).unwrap();
        agent.signal(libc::SIGKILL).unwrap();
        assert!(!agent.wait().unwrap().status.success());
        wait_status(&lab, &format!("{attach}-after"), "status: NOERROR");
        load.wait(100).unwrap();
        drop(load.stop().unwrap());
        wait::until("no program is left", || Ok(xdp(&lab).is_none().then_some(()))).unwrap();
        let printed = lab.ask(2, &["+short", &format!("{attach}.listed.w.lab.example"), "A"]).unwrap();
        assert_eq!(printed, "192.0.2.82\n", "{attach}");
    }
}

/// Starts an agent in place of one that is gone; it must see what goes on.
fn take_over(rules: &Rules<'_>, attach: &str, round: &str) -> Agent {
    let mut agent = rules.start(&["--attach", attach]).unwrap();
    for name in ["listed.w.lab.example", "w.lab.example"] {
        let is_of = |event: &serde_json::Value| {
            let asked = event["dns"]["question"]["name"].as_str().unwrap_or_default();
            asked.starts_with(round) && asked.split_once('.').is_some_and(|(_, rest)| rest == name)
        };
        let event = agent.wait_event(name, is_of).unwrap();
        let verdict = if name.starts_with("listed") { "nxdomain" } else { "pass" };
        assert!(fits(&event, &json!({"dns_monitor": {"verdict": verdict}})), "{event:#}");
    }
    agent
}

fn kept(attach: &str) {
    let lab = Lab::new().unwrap();
    let rules = configured(&lab, "on_exit = \"keep\"");
    let agent = rules.start(&["--attach", attach]).unwrap();
    assert_eq!(rules.pins().unwrap().len(), KEPT, "{:?}", rules.pins());
    let program = xdp(&lab);
    let load = load(&lab, "r", PATIENCE);
    load.wait(100).unwrap();
    agent.signal(libc::SIGKILL).unwrap();
    assert!(!agent.wait().unwrap().status.success());
    load.wait(200).unwrap(); // with no agent
    assert_eq!(xdp(&lab), program);

    let agent = take_over(&rules, attach, "r");
    assert!(program.is_none() || xdp(&lab) != program, "the old program is still there");
    load.wait(100).unwrap();
    let ended = agent.stop().unwrap();
    assert!(ended.status.success(), "{}", ended.stderr);
    load.wait(200).unwrap(); // again with none
    assert_eq!(rules.pins().unwrap().len(), KEPT);

    // The last one takes all of it with it.
    rules.configure("on_exit = \"detach\"", &rules.list("listed", "")).unwrap();
    let agent = take_over(&rules, attach, "r");
    load.wait(100).unwrap();
    let asked = load.stop().unwrap();
    assert_judged(&lab, attach, &asked);
    let ended = agent.stop().unwrap();
    assert!(ended.status.success(), "{}", ended.stderr);
    for book in books::read(&ended.stderr).unwrap() {
        // The agent before had ended with a word, so that what nobody has seen is known.
        assert!(book.balances() && (book.lost == 0 || book.stage == "packets"), "{book:?}\n{}", ended.stderr);
    }
    assert_eq!((rules.pins().unwrap(), xdp(&lab)), (Vec::new(), None), "{attach}");
    wait_status(&lab, "gone", "status: NOERROR");
}

/// Lookups that nobody sees, because there is no agent, but kept programs count them.
const UNSEEN: usize = 40;

#[test]
fn the_next_agent_knows_to_the_packet_what_nobody_has_seen() {
    let lab = Lab::new().unwrap();
    let rules = configured(&lab, "on_exit = \"keep\"");
    let agent = rules.start(&[]).unwrap();
    wait_status(&lab, "before", "status: NXDOMAIN");
    let from = now().unwrap();
    let ended = agent.stop().unwrap();
    assert!(ended.status.success() && !ended.stderr.contains("WRONG"), "{}", ended.stderr);
    assert_eq!(holes(&ended.events().unwrap()), [], "it was the first one");
    for number in 0..UNSEEN {
        // A packet each: it is answered in the kernel, and the resolver asks nobody.
        let printed = lab.ask(0, &[&format!("unseen{number}.listed.w.lab.example"), "A"]).unwrap();
        assert!(printed.contains("status: NXDOMAIN"), "{printed}");
    }
    let to = now().unwrap();
    let mut agent = rules.start(&[]).unwrap();
    see_lookup(&lab, &mut agent, "after.w.lab.example");
    let ended = agent.stop().unwrap();
    let told = holes(&ended.events().unwrap());
    let [hole] = &told[..] else { panic!("{told:?}") };
    assert_eq!(
        (hole.reason.as_str(), hole.interface.as_str(), hole.packets),
        ("agent-restart", "eth0", UNSEEN as u64)
    );
    assert!(from.as_str() <= hole.start.as_deref().unwrap() && to <= hole.end, "{hole:?}: {from} to {to}");
    assert!(ended.stderr.contains(&format!("(no-agent {UNSEEN})")), "{}", ended.stderr);
    for book in books::read(&ended.stderr).unwrap() {
        assert!(book.balances(), "{book:?}\n{}", ended.stderr);
    }
    // One that is killed leaves no word: from when on nothing was seen, nobody knows.
    let agent = rules.start(&[]).unwrap();
    agent.signal(libc::SIGKILL).unwrap();
    drop(agent.wait().unwrap());
    let ended = rules.start(&[]).unwrap().stop().unwrap();
    let killed = holes(&ended.events().unwrap());
    assert!(
        matches!(&killed[..], [hole] if hole.start.is_none() && hole.reason == "agent-restart"),
        "{killed:?}"
    );
}

#[test]
fn kept_rules_outlive_the_agent_on_xdp() {
    kept("xdp");
}

#[test]
fn kept_rules_outlive_the_agent_on_tc() {
    kept("tc");
}

#[test]
fn rules_that_cannot_be_loaded_leave_the_kept_ones_in_force() {
    let lab = Lab::new().unwrap();
    let rules = configured(&lab, "on_exit = \"keep\"");
    let agent = rules.start(&[]).unwrap();
    agent.signal(libc::SIGKILL).unwrap();
    drop(agent.wait().unwrap());
    rules.write("dns-monitor.toml", "[[list]]\nname = 7\n").unwrap();
    let config = rules.config().display().to_string();
    let arguments = ["--interface", "eth0", "--config", &config];
    let ended = Agent::start_stalled(lab.resolver(), &arguments).unwrap().wait().unwrap();
    assert_eq!(ended.status.code(), Some(2), "{}", ended.stderr);
    assert_eq!(rules.pins().unwrap().len(), KEPT);
    wait_status(&lab, "broken", "status: NXDOMAIN");
    assert_eq!(lab.resolver_named().query_log().unwrap().matches(".listed.").count(), 0);
}

#[test]
fn an_agent_that_hangs_stops_to_block_and_begins_again() {
    let lab = Lab::new().unwrap();
    let rules = configured(&lab, "watchdog = \"1s\"");
    let mut agent = rules.start(&[]).unwrap();
    wait_status(&lab, "before", "status: NXDOMAIN");
    signal(agent.pid(), libc::SIGSTOP).unwrap();
    wait_status(&lab, "hangs", "status: NOERROR");
    assert!(xdp(&lab).is_some());
    signal(agent.pid(), libc::SIGCONT).unwrap();
    wait_status(&lab, "after", "status: NXDOMAIN");
    let passed = json!({"dns": {"response_code": "NOERROR"}, "rule": {"name": "listed"}});
    let event = agent.wait_event("let through", |event| fits(event, &passed)).unwrap();
    assert_eq!(said(&event), "alert allowed dns-lookup success answer NOERROR pass no medium listed");
    assert_eq!(see_lookup(&lab, &mut agent, "other.w.lab.example")["rule"], serde_json::Value::Null);
    assert!(agent.stop().unwrap().status.success());
}

#[test]
fn a_kept_agent_that_hangs_blocks_on() {
    let lab = Lab::new().unwrap();
    let rules = configured(&lab, "on_exit = \"keep\"\nwatchdog = \"1s\"");
    let agent = rules.start(&[]).unwrap();
    signal(agent.pid(), libc::SIGSTOP).unwrap();
    // Longer than the watchdog would wait: nothing may happen, so there is nothing to wait for.
    thread::sleep(Duration::from_secs(2));
    let load = load(&lab, "hangs", PATIENCE);
    load.wait(20).unwrap();
    assert_judged(&lab, "hangs", &load.stop().unwrap());
    signal(agent.pid(), libc::SIGCONT).unwrap();
    assert!(agent.stop().unwrap().status.success());
}
