//! How the agent says it is: to people, to monitoring, to Prometheus, to the service manager.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    fs,
    io::Write as _,
    net::SocketAddr,
    os::unix::net::UnixDatagram,
    path::Path,
    process::{Command, Output, Stdio},
};

use dns_monitor_tests::{Agent, Lab, Rules, agent::program, namespace::succeed, wait};
use serde_json::Value;

/// In a namespace of its own.
const PORT: u16 = 9353;

fn start<'l>(lab: &'l Lab, settings: &str) -> (Rules<'l>, Agent) {
    let rules = Rules::new(lab).unwrap();
    rules.write("listed.txt", "listed.w.lab.example\n").unwrap();
    let specs = format!("[metrics]\nlisten = \"127.0.0.1:{PORT}\"\n{settings}{}", rules.list("listed", ""));
    rules.configure("", &specs).unwrap();
    let agent = rules.start(&[]).unwrap();
    (rules, agent)
}

fn status(rules: &Rules<'_>, format: &str) -> Output {
    let mut command = Command::new(program().unwrap());
    command.args(["status", "--format", format, "--socket"]).arg(rules.socket()).output().unwrap()
}

fn figures(rules: &Rules<'_>) -> (Value, Option<i32>) {
    let output = status(rules, "json");
    (serde_json::from_slice(&output.stdout).unwrap(), output.status.code())
}

fn seen(figures: &Value, stage: &str) -> u64 {
    let stages = figures["stages"].as_array().unwrap();
    stages.iter().find(|one| one["name"] == stage).map_or(0, |one| one["seen"].as_u64().unwrap())
}

#[test]
fn monitoring_is_told_by_words_and_by_the_exit_status() {
    let lab = Lab::new().unwrap();
    let (rules, mut agent) = start(&lab, "");
    lab.ask(0, &["a.listed.w.lab.example", "A"]).unwrap();
    let figures = wait::until("the figures show it", || {
        let (figures, code) = figures(&rules);
        Ok((seen(&figures, "events") > 0).then_some((figures, code)))
    });
    let (figures, code) = figures.unwrap();
    assert_eq!((&figures["health"], code), (&Value::from("ok"), Some(0)), "{figures:#}");
    assert_eq!(figures["interfaces"][0]["ingress"], "native XDP");
    assert_eq!(figures["sandbox"]["capabilities"][0], "cap_bpf");
    let listed =
        figures["rules"]["origins"].as_array().unwrap().iter().find(|one| one["name"] == "listed").unwrap();
    assert_eq!((&listed["entries"], &listed["hits"]), (&Value::from(1), &Value::from(1)));
    for stage in figures["stages"].as_array().unwrap() {
        let count = |key: &str| stage[key].as_u64().unwrap();
        let fates = count("emitted") + count("filtered") + count("lost") + count("held");
        assert_eq!(count("seen"), fates, "{stage:#}");
    }
    let text = String::from_utf8(status(&rules, "text").stdout).unwrap();
    assert!(text.starts_with("ok\n") && text.contains("eth0") && text.contains("listed"), "{text}");
    // The only interface goes.
    succeed(lab.resolver().command("ip").args(["link", "delete", "eth0"])).unwrap();
    agent.wait_stderr("eth0 is gone").unwrap();
    let output = wait::until("the figures show it", || {
        let output = status(&rules, "text");
        Ok((output.status.code() != Some(0)).then_some(output))
    });
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("critical\n  critical: eth0 is not watched"), "{text}");
    assert!(agent.stop().unwrap().status.success());
    let output = status(&rules, "text");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("critical: no agent listens"));
}

/// The page, by a client in the agent's namespace.
fn scrape(lab: &Lab) -> String {
    let address = SocketAddr::from(([127, 0, 0, 1], PORT));
    let answer = lab.resolver().inside(|| {
        use std::io::Read as _;
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: agent\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    });
    answer.unwrap().split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[test]
fn prometheus_finds_no_fault_in_figures_and_alert_rules() {
    let lab = Lab::new().unwrap();
    let (_rules, agent) = start(&lab, "[sandbox]\nuser = \"nobody\"\n");
    let page = wait::until("figures of a packet", || {
        lab.ask(0, &["a.listed.w.lab.example", "A"])?;
        let page = scrape(&lab);
        let hit = "dns_monitor_rule_hits_total{origin=\"listed\",kind=\"list\",action=\"nxdomain\"} ";
        let hits = page.lines().find_map(|line| line.strip_prefix(hit));
        Ok(hits.is_some_and(|hits| hits != "0").then_some(page))
    });
    let page = page.unwrap();
    let mut promtool = Command::new("promtool");
    let mut promtool =
        promtool.args(["check", "metrics"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    promtool.stdin.take().unwrap().write_all(page.as_bytes()).unwrap();
    let checked = promtool.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success() && said.is_empty(), "{said}\n{page}");
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    succeed(Command::new("promtool").args(["check", "rules"]).arg(docs.join("alerts.yml"))).unwrap();
    // What alerts and dashboard ask for is there.
    for file in ["alerts.yml", "grafana.json"] {
        let text = fs::read_to_string(docs.join(file)).unwrap();
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        for name in words.filter(|word| word.starts_with("dns_monitor_") || word.starts_with("process_")) {
            assert!(page.contains(&format!("# TYPE {name} ")), "{file} asks for {name}");
        }
    }
    assert!(agent.stop().unwrap().status.success());
}

#[test]
fn the_service_manager_hears_that_it_is_ready_that_it_lives_and_that_it_ends() {
    let lab = Lab::new().unwrap();
    let socket = lab.folder().join("notify");
    let manager = UnixDatagram::bind(&socket).unwrap();
    manager.set_nonblocking(true).unwrap();
    let mut said: Vec<String> = Vec::new();
    let mut hear = |what: &str| {
        wait::until(what, || {
            let mut buffer = [0; 1024];
            while let Ok(length) = manager.recv(&mut buffer) {
                said.extend(String::from_utf8_lossy(&buffer[..length]).lines().map(str::to_owned));
            }
            // In this order.
            let found = said.iter().position(|line| line.starts_with(what));
            Ok(found.map(|at| said.drain(..=at).count()))
        })
    };
    let mut command = lab.resolver().command(program().unwrap());
    command.args(["run", "--interface", "eth0", "--attach", "tc"]);
    command.env("NOTIFY_SOCKET", &socket).env("WATCHDOG_USEC", "400000");
    let mut agent = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    hear("READY=1").unwrap();
    hear("WATCHDOG=1").unwrap();
    hear("STATUS=").unwrap();
    dns_monitor_tests::named::signal(agent.id(), libc::SIGHUP).unwrap();
    hear("RELOADING=1").unwrap();
    hear("READY=1").unwrap();
    dns_monitor_tests::named::signal(agent.id(), libc::SIGTERM).unwrap();
    hear("STOPPING=1").unwrap();
    assert!(agent.wait().unwrap().success());
}

/// The worst that `systemd-analyze` may find in the unit, in tenths; what it finds is in docs/INSTALL.md.
const EXPOSURE: &str = "20";

#[test]
fn the_unit_is_right_and_exposes_little() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dns-monitor/package");
    let mut analyze = Command::new("systemd-analyze");
    analyze.args(["security", "--no-pager", "--offline=true"]).arg(format!("--threshold={EXPOSURE}"));
    let said = succeed(analyze.arg(package.join("dns-monitor.service"))).unwrap();
    assert!(said.contains("Overall exposure level for dns-monitor.service: 1."), "{said}");
}

/// Whether it lets the agent do what it must only a kernel with AppArmor can say, which this one need not be.
#[test]
fn the_apparmor_profile_is_understood() {
    let profile = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dns-monitor/package/examples/apparmor");
    let mut parser = Command::new("apparmor_parser");
    let said = succeed(parser.args(["--skip-kernel-load", "--skip-cache", "--names"]).arg(profile)).unwrap();
    assert_eq!(said.trim(), "dns-monitor");
}
