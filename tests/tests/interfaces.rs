//! Interfaces that come and go, are somebody else's, are several, or are not there.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use dns_monitor_tests::{
    Agent, Lab,
    address::{self, Network},
    agent::Ended,
    books, bpf,
    event::fits,
    gap::{Hole, holes, now},
    namespace::succeed,
    topology::{self, add_addresses, connect},
    wait,
};
use serde_json::json;

mod support;

use support::{see_lookup, xdp};

/// That every stage's books balance.
fn assert_balanced(stderr: &str) {
    for book in books::read(stderr).unwrap() {
        assert!(book.balances(), "{book:?}\n{stderr}");
    }
}

/// That the only hole is this one, and that it spans the time in between.
fn assert_hole(ended: &Ended, reason: &str, from: &str, to: &str) {
    let holes = holes(&ended.events().unwrap());
    let [hole] = &holes[..] else { panic!("{holes:?}\n{}", ended.stderr) };
    assert_eq!((hole.interface.as_str(), hole.reason.as_str(), hole.packets), ("eth0", reason, 0));
    assert!(hole.start.as_deref().unwrap() <= from && to <= hole.end.as_str(), "{hole:?} for {from} to {to}");
    assert!(
        ended.stderr.contains("unseen     ") && ended.stderr.contains(" s in 1 holes"),
        "{}",
        ended.stderr
    );
    assert_balanced(&ended.stderr);
}

#[test]
fn an_interface_goes_down_and_up() {
    let lab = Lab::new().unwrap();
    let mut agent = lab.start_agent(&["--interface", "eth0"]).unwrap();
    see_lookup(&lab, &mut agent, "before.w.lab.example");
    succeed(lab.resolver().command("ip").args(["link", "set", "eth0", "down"])).unwrap();
    let from = now().unwrap();
    agent.wait_stderr("eth0 is down").unwrap();
    assert!(
        lab.dig(0, &["+timeout=1", "during.w.lab.example", "A"]).output().unwrap().status.code() == Some(9)
    );
    let to = now().unwrap();
    succeed(lab.resolver().command("ip").args(["link", "set", "eth0", "up"])).unwrap();
    see_lookup(&lab, &mut agent, "after.w.lab.example");
    agent.wait_stderr("eth0: interface-down for ").unwrap();
    let ended = agent.stop().unwrap();
    assert!(ended.status.success(), "{}", ended.stderr);
    assert_hole(&ended, "interface-down", &from, &to);
}

/// Removes the interface; since when it is away, and a time at which it still is.
fn remove(lab: &Lab, agent: &mut Agent) -> (String, String) {
    succeed(lab.resolver().command("ip").args(["link", "delete", "eth0"])).unwrap();
    let from = now().unwrap();
    agent.wait_stderr("eth0 is gone").unwrap();
    (from, now().unwrap())
}

#[test]
fn an_interface_is_removed_and_made_again() {
    let lab = Lab::new().unwrap();
    let mut agent = lab.start_agent(&["--interface", "eth0"]).unwrap();
    see_lookup(&lab, &mut agent, "before.w.lab.example");
    let (from, to) = remove(&lab, &mut agent);
    connect(lab.switch(), lab.resolver(), "resolver").unwrap();
    add_addresses(lab.resolver(), "eth0", address::resolver(Network::Plain)).unwrap();
    agent.wait_stderr("watching eth0 again").unwrap();
    see_lookup(&lab, &mut agent, "after.w.lab.example");
    agent.wait_stderr("eth0: interface-away for ").unwrap();
    let ended = agent.stop().unwrap();
    assert!(ended.status.success(), "{}", ended.stderr);
    assert_hole(&ended, "interface-away", &from, &to);
}

#[test]
fn an_interface_that_is_still_away_at_the_end_is_told_of() {
    let lab = Lab::new().unwrap();
    let mut agent = lab.start_agent(&["--interface", "eth0"]).unwrap();
    see_lookup(&lab, &mut agent, "before.w.lab.example");
    let (from, to) = remove(&lab, &mut agent);
    let ended = agent.stop().unwrap();
    assert!(ended.status.success(), "{}", ended.stderr);
    assert_hole(&ended, "interface-away", &from, &to);
}

/// A bridge has no XDP of its own, and goes on by another port as a bond does: the programs are on the bridge, and stay.
#[test]
fn a_link_without_native_xdp_fails_over() {
    let lab = Lab::new().unwrap();
    let [resolver, client] = [lab.resolver(), lab.client(1)];
    for (host, number) in [(resolver, 2), (client, 11)] {
        topology::ip_batch(host, "link add br0 type bridge stp_state 0\nlink set br0 up\n").unwrap();
        add_addresses(host, "br0", address::Addresses::new(1, number)).unwrap();
    }
    for port in ["p0", "p1"] {
        let peer = client.name();
        topology::ip_batch(
            resolver,
            &format!("link add {port} type veth peer name {port} netns {peer}\nlink set {port} master br0\n"),
        )
        .unwrap();
        topology::ip_batch(client, &format!("link set {port} master br0\nlink set {port} up\n")).unwrap();
    }
    let ip = |words: &str| succeed(resolver.command("ip").args(words.split(' '))).unwrap();
    ip("link set p0 up");
    let mut agent = lab.start_agent(&["--interface", "br0", "--attach", "auto"]).unwrap();
    agent.wait_stderr("watching br0: ingress on generic XDP").unwrap();
    let ask = |name: &str, agent: &mut Agent| {
        wait::until("the resolver answers there", || {
            Ok(lab.ask(1, &["@10.53.1.2", name, "A"]).ok().filter(|answer| answer.contains("192.0.2.82")))
        })
        .unwrap();
        let expected = json!({
            "observer": {"ingress": {"interface": {"name": "br0"}}},
            "dns": {"type": "answer", "question": {"name": name}},
        });
        agent.wait_event("by the bridge", |event| fits(event, &expected)).unwrap()
    };
    ask("by-p0.w.lab.example", &mut agent);
    // Never both: the two would be a ring.
    ip("link set p0 down");
    let from = now().unwrap();
    agent.wait_stderr("br0 is down").unwrap();
    let to = now().unwrap();
    ip("link set p1 up");
    agent.wait_stderr("br0: interface-down for ").unwrap();
    ask("by-p1.w.lab.example", &mut agent);
    let ended = agent.stop().unwrap();
    assert!(ended.status.success() && !ended.stderr.contains("again"), "{}", ended.stderr);
    let holes = holes(&ended.events().unwrap());
    let spans = |hole: &Hole| {
        hole.reason == "interface-down" && hole.start.as_deref().unwrap() <= from.as_str() && to <= hole.end
    };
    assert!(holes.iter().all(|hole| hole.interface == "br0") && holes.iter().any(spans), "{holes:?}");
    assert_balanced(&ended.stderr);
}

#[test]
fn an_interface_gets_another_name_and_another_one_gets_its() {
    let lab = Lab::new().unwrap();
    let mut agent = lab.start_agent(&["--interface", "eth0"]).unwrap();
    let ip = |words: &str| succeed(lab.resolver().command("ip").args(words.split(' '))).unwrap();
    let interface_of = |event: &serde_json::Value| event["observer"]["ingress"]["interface"]["name"].clone();
    assert_eq!(interface_of(&see_lookup(&lab, &mut agent, "before.w.lab.example")), "eth0");
    // A name is changed while the interface is down; its addresses of IPv6 go, those of IPv4 stay.
    for words in ["link set eth0 down", "link set eth0 name lan0", "link set lan0 up"] {
        ip(words);
    }
    agent.wait_stderr("eth0 is called lan0 now").unwrap();
    assert_eq!(interface_of(&see_lookup(&lab, &mut agent, "renamed.w.lab.example")), "lan0");
    assert!(!agent.stderr().contains("eth0 is gone"), "{}", agent.stderr());
    // The name means another interface: that is the one to watch.
    ip("link delete lan0");
    agent.wait_stderr("eth0 is gone").unwrap();
    connect(lab.switch(), lab.resolver(), "resolver").unwrap();
    add_addresses(lab.resolver(), "eth0", address::resolver(Network::Plain)).unwrap();
    agent.wait_stderr("watching eth0 again").unwrap();
    assert_eq!(interface_of(&see_lookup(&lab, &mut agent, "after.w.lab.example")), "eth0");
    let ended = agent.stop().unwrap();
    assert!(ended.status.success(), "{}", ended.stderr);
}

#[test]
fn a_foreign_xdp_program_stays_and_tc_is_the_way_out() {
    let lab = Lab::new().unwrap();
    const XDP_PASS: i32 = 2;
    bpf::with_pinned(&lab.folder(), bpf::XDP, &[bpf::set(0, XDP_PASS), bpf::EXIT], |pin| {
        let mut command = lab.resolver().command("ip");
        succeed(command.args(["link", "set", "dev", "eth0", "xdp", "pinned"]).arg(pin)).map(drop)
    })
    .unwrap();
    let foreign = xdp(&lab);
    assert!(foreign.is_some());
    let arguments = ["--interface", "eth0", "--attach", "xdp"];
    let ended = Agent::start_stalled(lab.resolver(), &arguments).unwrap().wait().unwrap();
    assert_eq!(ended.status.code(), Some(1), "{}", ended.stderr);
    assert!(ended.stderr.contains("eth0") && ended.stderr.contains("--attach tc"), "{}", ended.stderr);
    assert!(ended.lines.is_empty(), "{:?}", ended.lines);
    assert_eq!(xdp(&lab), foreign);
    // A veth is watched there in any case.
    let mut agent = lab.start_agent(&["--interface", "eth0", "--attach", "auto"]).unwrap();
    agent.wait_stderr("ingress on TC").unwrap();
    assert!(agent.stop().unwrap().status.success());
    assert_eq!(xdp(&lab), foreign);
    let mut agent = lab.start_agent(&["--interface", "eth0", "--attach", "tc"]).unwrap();
    see_lookup(&lab, &mut agent, "by-tc.w.lab.example");
    for (network, vlan) in [(Network::Vlan, "100"), (Network::QinQ, "200")] {
        let server = format!("@{}", address::resolver(network).v4);
        lab.ask(1, &[&server, "by-tc.w.lab.example", "A"]).unwrap();
        let tagged = json!({"network": {"vlan": {"id": vlan}}, "dns": {"type": "answer"}});
        agent.wait_event("with its tag", |event| fits(event, &tagged)).unwrap();
    }
    let ended = agent.stop().unwrap();
    assert!(ended.status.success(), "{}", ended.stderr);
    assert_eq!(xdp(&lab), foreign);
}

#[test]
fn two_interfaces_at_once() {
    let lab = Lab::new().unwrap();
    let cable = [lab.resolver().name(), lab.client(1).name()];
    succeed(lab.switch().command("ip").args([
        "link", "add", "eth1", "netns", cable[0], "type", "veth", "peer", "name", "eth1", "netns", cable[1],
    ]))
    .unwrap();
    for (host, number) in [(lab.resolver(), 2), (lab.client(1), 11)] {
        succeed(host.command("ip").args(["link", "set", "eth1", "up"])).unwrap();
        add_addresses(host, "eth1", address::Addresses::new(1, number)).unwrap();
    }
    let mut agent = lab.start_agent(&["--interface", "eth0", "--interface", "eth1"]).unwrap();
    for (client, server, interface) in
        [(0, "10.53.0.2", "eth0"), (1, "10.53.1.2", "eth1"), (1, "fd53:0:0:1::2", "eth1")]
    {
        let name = format!("{interface}-{client}.w.lab.example");
        wait::until("the resolver answers there", || {
            Ok(lab
                .ask(client, &[&format!("@{server}"), &name, "A"])
                .ok()
                .filter(|a| a.contains("192.0.2.82")))
        })
        .unwrap();
        let expected = json!({
            "server": {"ip": server},
            "observer": {"ingress": {"interface": {"name": interface}}},
            "dns": {"type": "answer", "question": {"name": name}},
        });
        agent.wait_event("of this interface", |event| fits(event, &expected)).unwrap();
    }
    let ended = agent.stop().unwrap();
    assert!(ended.status.success(), "{}", ended.stderr);
}

#[test]
fn an_interface_that_does_not_exist_is_a_clear_error() {
    let lab = Lab::new().unwrap();
    let ended = Agent::start_stalled(lab.resolver(), &["--interface", "nic7"]).unwrap().wait().unwrap();
    assert_eq!(ended.status.code(), Some(1), "{}", ended.stderr);
    assert!(ended.stderr.contains("nic7") && ended.stderr.contains("eth0"), "{}", ended.stderr);
    assert!(ended.lines.is_empty());
}
