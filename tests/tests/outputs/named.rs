//! A collector whose name the watched resolver itself looks up: that is said, and lookups do not make more of themselves.

use std::{fs, sync::atomic::Ordering::SeqCst, time::Duration};

use dns_monitor_tests::{
    Agent, Lab,
    address::{self, Network},
    event,
    namespace::succeed,
    wait,
};
use tempfile::TempDir;

use super::{ask, book, http::Web, ids};

const NAME: &str = "siem.w.lab.example";

/// An agent on a host that asks its own resolver.
fn agent(lab: &Lab, folder: &TempDir, outputs: &str) -> Agent {
    let (config, resolv) = (folder.path().join("agent.toml"), folder.path().join("resolv.conf"));
    let text = format!("[rules]\nstate_dir = '{}'\n[[output]]\ntype = 'stdout'\n", super::state(folder));
    fs::write(&config, text + outputs).unwrap();
    fs::write(&resolv, format!("nameserver {}\n", address::resolver(Network::Plain).v4)).unwrap();
    let mut command = lab.resolver().command("unshare");
    let script = "mount --bind \"$1\" /etc/resolv.conf && shift && exec \"$@\"";
    command.args(["--mount", "sh", "-c", script, "sh"]).arg(&resolv);
    let mut agent = Agent::start_in(
        command,
        &["--interface", "eth0", "--interface", "lo", "--config", config.to_str().unwrap()],
    )
    .unwrap();
    agent.read_on().unwrap();
    agent.wait_watching().unwrap();
    agent
}

#[test]
fn lookups_of_the_collector_do_not_make_more_of_themselves() {
    let (lab, folder) = (Lab::new().unwrap(), TempDir::new().unwrap());
    succeed(lab.resolver().command("ip").args(["address", "add", "192.0.2.82/32", "dev", "lo"])).unwrap();
    let web = Web::start(&lab, "192.0.2.82:8080".parse().unwrap()).unwrap();
    let output = format!("[[output]]\nname = 'lake'\ntype = 'http'\nurl = 'http://{NAME}:8080'\n");
    let mut agent = agent(&lab, &folder, &output);
    let server = address::resolver(Network::Plain).v4;
    agent.wait_stderr(&format!("output lake: {NAME} is looked up at {server}, which is this host")).unwrap();
    // Each is delivered before the next, and the collector ends each connection.
    for _ in 0..50 {
        ask(&lab, &mut agent, 1);
        let all = ids(&agent.lines());
        wait::until("it is delivered", || Ok(all.is_subset(&ids(&web.lines())).then_some(()))).unwrap();
    }
    assert!(web.taken.load(SeqCst) >= 50, "each with a connection of its own");
    let count = |agent: &Agent| agent.lines().len();
    let quiet = wait::until("nothing more comes", || {
        let before = count(&agent);
        std::thread::sleep(Duration::from_millis(500));
        Ok((count(&agent) == before).then_some(before))
    });
    quiet.unwrap();
    let events = agent.events().unwrap();
    let own = events.iter().filter(|event| event::text(event, "dns.question.name") == Some(NAME)).count();
    // A and AAAA, asked by the agent and on to the authority; a few more for the names of servers on the way.
    assert!((1..=8).contains(&own), "{own} of {}", events.len());
    agent.signal(libc::SIGHUP).unwrap();
    wait::until("it says so again", || {
        Ok((agent.stderr().matches("is looked up at").count() == 2).then_some(()))
    })
    .unwrap();
    let ended = agent.stop().unwrap();
    assert_eq!(book(&ended, "lake").lost, 0, "{}", ended.stderr);
    wait::until("all arrived", || Ok((ids(&web.lines()) == ids(&ended.lines)).then_some(()))).unwrap();
}
