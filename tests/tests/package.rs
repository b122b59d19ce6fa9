//! The Debian package, in a Debian of its own: installed, started beside BIND, upgraded under load, removed, purged.
//!
//! That Debian is a chroot, not a machine: there is no systemd in it, so the agent is started as the unit would start it,
//! by hand. A machine that boots is in the test `systemd`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests")]

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use dns_monitor_tests::{
    Lab,
    address::{self, Family, Network},
    debian::{Debian, Size, package},
    gap,
    load::{Client, Load},
    named::signal,
    namespace::succeed,
    wait,
};
use serde_json::Value;

const NOERROR: u16 = 0;
const CONFIG: &str = "etc/dns-monitor/dns-monitor.toml";

/// That Debian beside the lab's resolver.
struct Host<'l> {
    lab: &'l Lab,
    debian: Debian,
}

impl<'l> Host<'l> {
    fn new(lab: &'l Lab) -> Self {
        let debian = Debian::new(Size::Small, &lab.folder().join("debian")).unwrap();
        debian.share().unwrap();
        Self { lab, debian }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.lab.resolver().command("chroot");
        command.arg(&self.debian.root).args(words);
        command
    }

    fn run(&self, words: &[&str]) -> String {
        succeed(&mut self.command(words)).unwrap()
    }

    fn install(&self, package: &Path) {
        let name = self.debian.put(package).unwrap();
        self.run(&["dpkg", "--install", &name]);
        fs::remove_file(self.debian.root.join(&name[1..])).unwrap();
    }

    /// As the unit does: events to the log, until it watches.
    fn start(&self) -> std::process::Child {
        let log = self.debian.root.join("var/log/dns-monitor");
        fs::create_dir_all(&log).unwrap();
        let events =
            fs::OpenOptions::new().create(true).append(true).open(log.join("events.ndjson")).unwrap();
        let said = self.lab.folder().join("said");
        let before = fs::read_to_string(&said).unwrap_or_default().matches("watching eth0").count();
        let errors = fs::OpenOptions::new().create(true).append(true).open(&said).unwrap();
        let mut command = self.command(&["/usr/bin/dns-monitor", "run", "--config", &format!("/{CONFIG}")]);
        let child = command.stdin(Stdio::null()).stdout(events).stderr(errors).spawn().unwrap();
        wait::until("it watches", || {
            Ok((fs::read_to_string(&said)?.matches("watching eth0").count() > before).then_some(()))
        })
        .unwrap();
        child
    }

    fn stop(&self, mut agent: std::process::Child) {
        signal(agent.id(), libc::SIGTERM).unwrap();
        assert!(
            agent.wait().unwrap().success(),
            "{}",
            fs::read_to_string(self.lab.folder().join("said")).unwrap()
        );
    }

    fn events(&self) -> usize {
        fs::read_to_string(self.debian.root.join("var/log/dns-monitor/events.ndjson"))
            .map_or(0, |text| text.lines().count())
    }

    /// Everything but what dpkg keeps for itself, logs, and the copies of the user database.
    fn files(&self) -> BTreeSet<String> {
        let printed = self.run(&["find", "/", "-xdev", "-print"]);
        let own = [
            "/var/lib/dpkg",
            "/var/cache",
            "/var/log/dpkg.log",
            "/etc/passwd-",
            "/etc/shadow-",
            "/etc/group-",
            "/etc/gshadow-",
            "/etc/.pwd.lock",
        ];
        printed
            .lines()
            .filter(|path| !own.iter().any(|own| path.starts_with(own)))
            .map(str::to_owned)
            .collect()
    }

    fn users(&self) -> String {
        self.run(&["cat", "/etc/passwd", "/etc/group"])
    }
}

fn load(lab: &Lab) -> Load {
    let server = (address::resolver(Network::Plain).of(Family::V4), 53).into();
    let clients =
        [0, 1].map(|client| Client::new(lab.client(client), server, Duration::from_secs(10)).unwrap());
    Load::start(clients.into(), |client, lookup| format!("p{lookup}-{client}.w.lab.example"))
}

/// That the stream says what the upgrade has cost, and how much that is.
fn assert_gap(host: &Host<'_>) {
    let text = fs::read_to_string(host.debian.root.join("var/log/dns-monitor/events.ndjson")).unwrap();
    let events: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let holes = gap::holes(&events);
    let [hole] = &holes[..] else { panic!("{holes:?}") };
    let (start, end) = (hole.start.as_deref().unwrap(), hole.end.as_str());
    assert!(hole.reason == "agent-restart" && hole.interface == "eth0" && start < end, "{hole:?}");
    let names: BTreeSet<&str> =
        events.iter().filter_map(|event| event["dns"]["question"]["name"].as_str()).collect();
    let numbers = |client: usize| {
        let number = move |name: &&str| {
            name.strip_prefix('p')?.strip_suffix(&format!("-{client}.w.lab.example"))?.parse::<u64>().ok()
        };
        names.iter().filter_map(number).collect::<BTreeSet<_>>()
    };
    let unseen = [0, 1].map(|client| {
        let seen = numbers(client);
        seen.last().unwrap() - seen.first().unwrap() + 1 - seen.len() as u64
    });
    eprintln!("the upgrade: nothing was seen from {start} to {end}; lookups no agent has seen: {unseen:?}");
}

#[test]
fn the_package_comes_works_is_upgraded_under_load_and_goes_without_a_trace() {
    let lab = Lab::new().unwrap();
    let host = Host::new(&lab);
    let (first, second) = (package("deb", "0.1.0").unwrap(), package("deb", "0.2.0").unwrap());
    let (files, users) = (host.files(), host.users());
    host.install(&first);
    assert!(host.users().contains("dns-monitor:x:"), "{}", host.users());
    for path in ["usr/lib/systemd/system/dns-monitor.service", "usr/share/man/man1/dns-monitor.1.gz", CONFIG]
    {
        assert!(host.debian.root.join(path).is_file(), "{path}");
    }
    // As it comes it is right, and names no interface.
    host.run(&["dns-monitor", "check", "--config", &format!("/{CONFIG}")]);
    let settings = fs::read_to_string(host.debian.root.join(CONFIG)).unwrap();
    let settings = settings.replace("#interfaces = [\"eth0\"]", "interfaces = [\"eth0\"]\nattach = \"tc\"");
    fs::write(host.debian.root.join(CONFIG), &settings).unwrap();
    let load = load(&lab);
    let agent = host.start();
    let uid = fs::metadata(host.debian.root.join("var/lib/dns-monitor"))
        .map(|metadata| std::os::unix::fs::MetadataExt::uid(&metadata))
        .unwrap();
    let status = fs::read_to_string(format!("/proc/{}/status", agent.id())).unwrap();
    assert!(uid != 0 && status.contains(&format!("Uid:\t{uid}\t{uid}\t{uid}\t{uid}\n")), "{uid}: {status}");
    load.wait(100).unwrap();
    wait::until("events", || Ok((host.events() > 100).then_some(()))).unwrap();
    // The upgrade, and the restart that systemd would make.
    host.install(&second);
    assert_eq!(
        fs::read_to_string(host.debian.root.join(CONFIG)).unwrap(),
        settings,
        "the operator's settings stay"
    );
    let before = host.events();
    host.stop(agent);
    let agent = host.start();
    load.wait(100).unwrap();
    wait::until("events of the new one", || Ok((host.events() > before + 100).then_some(()))).unwrap();
    let answer = host.run(&["dns-monitor", "status", "--format", "json"]);
    let status: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(
        (&status["health"], &status["sandbox"]["user"]),
        (&"ok".into(), &"dns-monitor".into()),
        "{status:#}"
    );
    assert_gap(&host);
    let asked = load.stop().unwrap();
    let lost: Vec<_> = asked.iter().filter(|asked| asked.rcode != Some(NOERROR)).collect();
    assert!(lost.is_empty(), "the resolver lost {} of {}: {:?}", lost.len(), asked.len(), lost.first());
    host.stop(agent);
    host.run(&["dpkg", "--remove", "dns-monitor"]);
    assert!(
        host.debian.root.join(CONFIG).is_file() && !host.debian.root.join("usr/bin/dns-monitor").exists()
    );
    host.run(&["dpkg", "--purge", "dns-monitor"]);
    assert_eq!(host.users(), users);
    let left: Vec<_> = host.files().difference(&files).cloned().collect();
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn lintian_finds_no_error() {
    // A file of its own: the other test makes its packages meanwhile.
    let package = package("deb", "0.3.0").unwrap();
    let output =
        Command::new("lintian").args(["--allow-root", "--fail-on", "error"]).arg(&package).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
}
