//! What is left to somebody who has taken the agent over, and that the agent still does all it has to.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{fs, process::Output};

use dns_monitor_tests::{
    Agent, Lab, Rules,
    address::{self, Network},
    agent::program,
    books,
    event::fits,
    namespace::succeed,
    rules::installed,
    topology::{add_addresses, connect},
    wait,
};
use serde_json::{Value, json};

/// `CAP_BPF` of `linux/capability.h`.
const CAP_BPF: u64 = 1 << 39;
/// `nobody`, as on every Debian.
const NOBODY: &str = "65534";

fn escape(lab: &Lab, arguments: &[&str]) -> (Output, Vec<Value>) {
    let mut command = lab.resolver().command(program().unwrap());
    let output = command.args(["debug-escape", "--interface", "eth0"]).args(arguments).output().unwrap();
    let lines = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    (output, lines)
}

fn got_out(lines: &[Value]) -> Vec<&str> {
    lines
        .iter()
        .filter(|line| line["refused"] == false)
        .map(|line| line["attempt"].as_str().unwrap())
        .collect()
}

#[test]
fn who_takes_the_agent_over_gets_nowhere() {
    let lab = Lab::new().unwrap();
    let rules = Rules::new(&lab).unwrap();
    for user in ["nobody", "no-such-user-here", "off"] {
        let config = rules.configure("", &format!("[sandbox]\nuser = \"{user}\"\n")).unwrap();
        let (output, lines) = escape(&lab, &["--config", config.to_str().unwrap()]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{user}: {lines:#?}\n{said}");
        assert_eq!(got_out(&lines), Vec::<&str>::new(), "{user}");
        for attempt in ["read-shadow", "packet-socket", "raw-socket", "run-program", "load-bpf-program"] {
            let threads = lines.iter().filter(|line| line["attempt"] == attempt).count();
            assert_eq!(threads, 2, "{attempt} on the first thread and on a later one");
        }
        let expected = if user == "nobody" { "sandbox: user nobody" } else { "sandbox: user root" };
        assert!(said.contains(expected), "{said}");
        assert_eq!(said.contains("no user \"no-such-user-here\""), user == "no-such-user-here", "{said}");
    }
}

#[test]
fn without_the_sandbox_it_is_said_what_is_lost() {
    let lab = Lab::new().unwrap();
    let (output, lines) = escape(&lab, &["--no-sandbox"]);
    assert_eq!(output.status.code(), Some(1));
    let out = got_out(&lines);
    assert!(out.contains(&"read-shadow") && out.contains(&"packet-socket"), "{out:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("warning: no sandbox") && said.contains("reads every file"), "{said}");
}

/// The value of `key` in the status of each thread.
fn of_threads(agent: &Agent, key: &str) -> Vec<String> {
    let tasks = fs::read_dir(format!("/proc/{}/task", agent.pid())).unwrap();
    // A thread may have ended since.
    let status = tasks.filter_map(|task| fs::read_to_string(task.unwrap().path().join("status")).ok());
    let value = |status: String| {
        let line =
            status.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':').map(str::to_owned));
        line.unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    status.map(value).collect()
}

fn assert_confined(agent: &Agent) {
    let capabilities = format!("{CAP_BPF:016x}");
    for (key, expected) in [
        ("Uid", [NOBODY; 4].join(" ")),
        ("Gid", [NOBODY; 4].join(" ")),
        ("CapPrm", capabilities.clone()),
        ("CapEff", capabilities.clone()),
        ("CapBnd", capabilities),
        ("CapInh", format!("{:016x}", 0)),
        ("CapAmb", format!("{:016x}", 0)),
        ("NoNewPrivs", "1".to_owned()),
        ("Seccomp", "2".to_owned()),
    ] {
        let threads = of_threads(agent, key);
        assert!(threads.len() > 4, "{threads:?}");
        assert!(threads.iter().all(|value| *value == expected), "{key}: {threads:?}, not {expected}");
    }
}

fn status(lab: &Lab, name: &str) -> String {
    lab.ask(0, &[name, "A"]).unwrap()
}

fn wait_status(lab: &Lab, label: &str, expected: &str) {
    let mut count = 0;
    wait::until(expected, || {
        count += 1;
        let answer = lab.ask(0, &[&format!("{label}{count}.listed.w.lab.example"), "A"]).ok();
        Ok(answer.filter(|answer| answer.contains(&format!("status: {expected}"))))
    })
    .unwrap();
}

#[test]
fn rules_change_and_interfaces_come_back_without_any_right() {
    let lab = Lab::new().unwrap();
    let rules = Rules::new(&lab).unwrap();
    rules.write("listed.txt", "other.lab.example\n").unwrap();
    let specs =
        format!("[sandbox]\nuser = \"nobody\"\n[identity]\ndhcp = true\n{}", rules.list("listed", ""));
    rules.configure("", &specs).unwrap();
    let mut agent = rules.start(&[]).unwrap();
    assert_confined(&agent);
    wait_status(&lab, "not-yet", "NOERROR");
    // A new list: new maps, and a swap.
    rules.write("listed.txt", "listed.w.lab.example\n").unwrap();
    wait_status(&lab, "by-list", "NXDOMAIN");
    // By hand, and noted.
    rules.tell(&["allow", "listed.w.lab.example"]).unwrap();
    wait_status(&lab, "allowed", "NOERROR");
    rules.tell(&["forget", "listed.w.lab.example"]).unwrap();
    wait_status(&lab, "forgotten", "NXDOMAIN");
    assert_eq!(rules.audit().unwrap().len(), 2);
    // The configuration, replaced.
    let before = installed(&agent);
    rules.configure("", &specs.replace("name = \"listed\"", "name = \"renamed\"")).unwrap();
    agent.signal(libc::SIGHUP).unwrap();
    wait::until("another set of rules", || Ok((installed(&agent) > before).then_some(()))).unwrap();
    // The interface.
    succeed(lab.resolver().command("ip").args(["link", "delete", "eth0"])).unwrap();
    agent.wait_stderr("eth0 is gone").unwrap();
    connect(lab.switch(), lab.resolver(), "resolver").unwrap();
    dns_monitor_tests::rules::take_returned(&lab).unwrap();
    add_addresses(lab.resolver(), "eth0", address::resolver(Network::Plain)).unwrap();
    agent.wait_stderr("watching eth0 again").unwrap();
    wait_status(&lab, "again", "NXDOMAIN");
    let blocked = json!({"rule": {"name": "renamed"}, "dns_monitor": {"verdict": "nxdomain"}});
    agent.wait_event("blocked after all that", |event| fits(event, &blocked)).unwrap();
    assert_confined(&agent);
    let ended = agent.stop().unwrap();
    assert!(ended.status.success(), "{}", ended.stderr);
    assert!(
        !ended.stderr.contains("ermission denied") && !ended.stderr.contains("not permitted"),
        "{}",
        ended.stderr
    );
    for book in books::read(&ended.stderr).unwrap() {
        assert!(book.balances(), "{book:?}\n{}", ended.stderr);
    }
}

#[test]
fn links_are_kept_and_taken_over_without_any_right() {
    let lab = Lab::new().unwrap();
    let rules = Rules::new(&lab).unwrap();
    rules.write("listed.txt", "listed.w.lab.example\n").unwrap();
    let configure = |on_exit: &str| {
        let specs = format!("[sandbox]\nuser = \"nobody\"\n{}", rules.list("listed", ""));
        rules.configure(&format!("on_exit = \"{on_exit}\""), &specs).unwrap();
    };
    configure("keep");
    let agent = rules.start(&[]).unwrap();
    assert_confined(&agent);
    agent.signal(libc::SIGKILL).unwrap();
    assert!(!agent.wait().unwrap().status.success());
    assert_eq!(rules.pins().unwrap().len(), 3);
    assert!(status(&lab, "alone.listed.w.lab.example").contains("status: NXDOMAIN"));
    let agent = rules.start(&[]).unwrap();
    assert!(agent.stderr().contains("taking over"), "{}", agent.stderr());
    assert!(agent.stop().unwrap().status.success());
    assert_eq!(rules.pins().unwrap().len(), 3);
    configure("detach");
    let agent = rules.start(&[]).unwrap();
    let ended = agent.stop().unwrap();
    assert!(ended.status.success(), "{}", ended.stderr);
    assert_eq!(rules.pins().unwrap(), Vec::<String>::new(), "{}", ended.stderr);
    assert!(status(&lab, "gone.listed.w.lab.example").contains("status: NOERROR"));
}
