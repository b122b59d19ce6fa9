//! The Debian package on a machine of its own: systemd is its first process, BIND and the agent are its services.
//!
//! The machine is a container in the lab's network: systemd-nspawn starts it, and `nsenter` is its console.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests")]

use std::{
    fs,
    process::{Child, Command, Output, Stdio},
};

use dns_monitor_tests::{
    Lab,
    address::{self, Network},
    debian::{Debian, Size, package},
    gap,
    named::signal,
    namespace::succeed,
    wait,
};
use serde_json::Value;

const UNIT: &str = "dns-monitor.service";
const CONFIG: &str = "etc/dns-monitor/dns-monitor.toml";
const EVENTS: &str = "var/log/dns-monitor/events.ndjson";
/// The machine's own BIND; port 53 is the lab's, which it asks.
const PORT: &str = "54";
/// The worst that `systemd-analyze` may find in the running unit.
const EXPOSURE: f64 = 2.0;

/// A machine that has booted; it is off when this is dropped.
struct Machine {
    nspawn: Child,
    /// Its first process, as the host numbers it.
    first: u32,
    debian: Debian,
}

impl Machine {
    fn boot(lab: &Lab) -> Self {
        let debian = Debian::new(Size::Machine, &lab.folder().join("machine")).unwrap();
        let resolver = address::resolver(Network::Plain).v4;
        let options = format!(
            "options {{ directory \"/var/cache/bind\"; listen-on port {PORT} {{ {resolver}; }}; listen-on-v6 {{ none; }};\n\
             forward only; forwarders {{ {resolver}; }}; dnssec-validation no; allow-query {{ any; }}; }};\n"
        );
        fs::write(debian.root.join("etc/bind/named.conf.options"), options).unwrap();
        let mut nspawn = Command::new("systemd-nspawn");
        nspawn
            .args(["--quiet", "--boot", "--register=no", "--keep-unit", "--console=pipe", "--capability=all"])
            .args(["--system-call-filter=bpf perf_event_open landlock_create_ruleset landlock_add_rule landlock_restrict_self"])
            .arg(format!("--machine={}", lab.name()))
            .arg(format!("--network-namespace-path=/run/netns/{}", lab.resolver().name()))
            .arg("--directory")
            .arg(&debian.root);
        let console = fs::File::create(lab.folder().join("console")).unwrap();
        let nspawn =
            nspawn.stdin(Stdio::null()).stdout(console.try_clone().unwrap()).stderr(console).spawn().unwrap();
        let children = format!("/proc/{0}/task/{0}/children", nspawn.id());
        let mut machine = Self { nspawn, first: 0, debian };
        let booted = wait::until("the machine is up", || {
            // At the beginning it is a helper of systemd-nspawn, which makes room.
            let child =
                fs::read_to_string(&children)?.split_whitespace().next().and_then(|pid| pid.parse().ok());
            let Some(first) = child else { return Ok(None) };
            machine.first = first;
            let said = String::from_utf8_lossy(&machine.try_run(&["systemctl", "is-system-running"]).stdout)
                .trim()
                .to_owned();
            Ok(["running", "degraded"].contains(&said.as_str()).then_some(()))
        });
        booted.unwrap_or_else(|_| {
            panic!("{}", fs::read_to_string(lab.folder().join("console")).unwrap_or_default())
        });
        machine
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--target", &self.first.to_string(), "--all", "--wd=/", "--"]).args(words);
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("SYSTEMD_PAGER", "");
        command
    }

    fn try_run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    fn run(&self, words: &[&str]) -> String {
        succeed(&mut self.command(words)).unwrap_or_else(|error| {
            let journal = self.try_run(&["journalctl", "--no-pager", "-n", "60"]);
            panic!("{error:#}\n{}", String::from_utf8_lossy(&journal.stdout))
        })
    }

    fn systemctl(&self, verb: &str) {
        self.run(&["systemctl", verb, UNIT]);
    }

    /// A property of the unit.
    fn property(&self, name: &str) -> String {
        self.run(&["systemctl", "show", "--value", "--property", name, UNIT]).trim().to_owned()
    }

    fn journal(&self) -> String {
        self.run(&["journalctl", "--no-pager", "--output=cat", "--unit", UNIT])
    }

    fn events(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.debian.root.join(EVENTS)).unwrap_or_default();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// The only hole that events tell of, as soon as they do.
    fn hole(&self) -> gap::Hole {
        let told = || Ok(Some(gap::holes(&self.events())).filter(|holes| !holes.is_empty()));
        let mut holes = wait::until("a hole is told", told).unwrap();
        assert_eq!(holes.len(), 1, "{holes:?}");
        holes.remove(0)
    }

    /// Asks the machine's BIND, and waits for the event.
    fn see(&self, lab: &Lab, name: &str) {
        let server = format!("@{}", address::resolver(Network::Plain).v4);
        wait::until("the machine's BIND answers", || {
            Ok(lab
                .ask(0, &[&server, "-p", PORT, "+short", name, "A"])
                .ok()
                .filter(|a| a.contains("192.0.2.82")))
        })
        .unwrap();
        let is_it = |event: &Value| {
            event["dns"]["question"]["name"] == name
                && event["server"]["port"].as_u64() == PORT.parse().ok()
                && event["dns_monitor"]["role"] == "client"
        };
        wait::until("its event", || Ok(self.events().iter().any(is_it).then_some(()))).unwrap();
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // Both are of our making: without its first process a machine is off.
        let _gone = if self.first > 0 { signal(self.first, libc::SIGKILL) } else { Ok(()) };
        let _gone = self.nspawn.kill();
        let _gone = self.nspawn.wait();
    }
}

fn machine(lab: &Lab) -> Machine {
    let machine = Machine::boot(lab);
    let package = machine.debian.put(&package("deb", "0.4.0").unwrap()).unwrap();
    // What is put there from outside is seen inside.
    machine.run(&["dpkg", "--install", &package]);
    let path = machine.debian.root.join(CONFIG);
    let settings = fs::read_to_string(&path).unwrap();
    let ours = format!("interfaces = [\"eth0\"]\nattach = \"tc\"\nports = [53, {PORT}]");
    fs::write(path, settings.replace("#interfaces = [\"eth0\"]", &ours)).unwrap();
    machine
}

#[test]
fn systemd_starts_reloads_watches_and_stops_the_agent_beside_bind() {
    let lab = Lab::new().unwrap();
    let machine = machine(&lab);
    assert_eq!(machine.run(&["systemctl", "is-active", "named.service"]).trim(), "active");
    machine.run(&["systemctl", "enable", "--now", UNIT]);
    assert_eq!(
        (machine.property("ActiveState").as_str(), machine.property("Type").as_str()),
        ("active", "notify")
    );
    machine.see(&lab, "started.w.lab.example");
    wait::until("the unit says what it sees", || {
        Ok(machine.property("StatusText").contains("packets seen").then_some(()))
    })
    .unwrap();
    let status = machine.run(&["dns-monitor", "status"]);
    assert!(status.starts_with("ok\n") && status.contains("user dns-monitor"), "{status}");

    // A list that was not there at the start is in force after a reload.
    let before = machine.property("MainPID");
    let (config, list) = (machine.debian.root.join(CONFIG), "etc/dns-monitor/listed.txt");
    fs::write(machine.debian.root.join(list), "listed.w.lab.example\n").unwrap();
    let settings = fs::read_to_string(&config).unwrap();
    fs::write(&config, format!("{settings}\n[[list]]\nname = \"listed\"\npath = \"/{list}\"\n")).unwrap();
    machine.systemctl("reload");
    wait::until("the journal has it", || Ok(machine.journal().contains("rules in force").then_some(())))
        .unwrap();
    wait::until("the reload is over", || Ok((machine.property("ActiveState") == "active").then_some(())))
        .unwrap();
    assert_eq!(machine.property("MainPID"), before);
    machine.see(&lab, "reloaded.w.lab.example");

    machine.systemctl("restart");
    assert_ne!(machine.property("MainPID"), before);
    machine.see(&lab, "restarted.w.lab.example");
    let hole = machine.hole();
    assert!(hole.reason == "agent-restart" && hole.start.is_some(), "{hole:?}");
    eprintln!("`systemctl restart`: {hole:?}");

    machine.systemctl("stop");
    assert_eq!(
        (machine.property("ActiveState").as_str(), machine.property("Result").as_str()),
        ("inactive", "success")
    );
    assert!(
        machine.journal().contains("seen ") && machine.journal().contains("ledger"),
        "{}",
        machine.journal()
    );
    assert_eq!(machine.run(&["systemctl", "is-active", "named.service"]).trim(), "active");
}

#[test]
fn systemd_starts_an_agent_again_that_hangs_and_not_one_with_a_wrong_configuration() {
    let lab = Lab::new().unwrap();
    let machine = machine(&lab);
    let folder = machine.debian.root.join("etc/systemd/system/dns-monitor.service.d");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("soon.conf"), "[Service]\nWatchdogSec=2s\nRestartSec=100ms\n").unwrap();
    machine.run(&["systemctl", "daemon-reload"]);
    machine.systemctl("start");
    machine.see(&lab, "before.w.lab.example");
    machine.run(&["systemctl", "kill", "--kill-whom=main", "--signal=STOP", UNIT]);
    wait::until("systemd has started it again", || {
        Ok((machine.property("NRestarts") == "1" && machine.property("ActiveState") == "active")
            .then_some(()))
    })
    .unwrap();
    assert!(machine.journal().contains("Watchdog timeout"), "{}", machine.journal());
    machine.see(&lab, "after.w.lab.example");
    let hole = machine.hole();
    assert!(hole.reason == "agent-restart" && hole.start.is_none(), "{hole:?}");

    machine.systemctl("stop");
    let path = machine.debian.root.join(CONFIG);
    let settings = fs::read_to_string(&path).unwrap().replace("[capture]\n", "[capture]\nwrong = 1\n");
    fs::write(path, settings).unwrap();
    assert!(!machine.try_run(&["systemctl", "start", UNIT]).status.success());
    assert_eq!(
        (machine.property("ActiveState").as_str(), machine.property("ExecMainStatus").as_str()),
        ("failed", "2")
    );
    assert!(machine.journal().contains("capture.wrong"), "{}", machine.journal());
}

#[test]
fn the_running_unit_exposes_little() {
    let lab = Lab::new().unwrap();
    let machine = machine(&lab);
    machine.systemctl("start");
    let said = machine.run(&["systemd-analyze", "security", "--no-pager", UNIT]);
    let line = said.lines().find(|line| line.contains("Overall exposure level")).unwrap();
    let level = line.split_once(": ").unwrap().1.split_whitespace().next().unwrap();
    assert!(level.parse::<f64>().unwrap() < EXPOSURE, "{said}");
    // What the unit asks for is what the process has.
    let status = machine.run(&["cat", &format!("/proc/{}/status", machine.property("MainPID"))]);
    let field =
        |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
    const CAP_BPF: u64 = 1 << 39;
    assert_eq!(u64::from_str_radix(&field("CapEff:"), 16).unwrap(), CAP_BPF);
    assert_eq!((field("NoNewPrivs:").as_str(), field("Seccomp:").as_str()), ("1", "2"));
}
