//! The Debian package, in a Debian of its own: installed, started beside BIND, upgraded under load, removed, purged.
//!
//! That Debian is a chroot, not a machine: there is no systemd in it, so the agent is started as the unit would start it,
//! by hand. The unit itself is looked at by the test `status`.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use dns_monitor_tests::{
    Lab,
    address::{self, Family, Network},
    agent::program,
    load::{Client, Load},
    named::signal,
    namespace::succeed,
    wait,
};

const NOERROR: u16 = 0;
const CONFIG: &str = "etc/dns-monitor/dns-monitor.toml";

fn target(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target").join(path)
}

/// A Debian as small as can be, made once.
fn debian() -> PathBuf {
    let root = target("debootstrap-bookworm");
    if !root.join("var/lib/dpkg/status").is_file() || root.join("debootstrap").exists() {
        if root.exists() {
            fs::remove_dir_all(&root).unwrap();
        }
        succeed(Command::new("debootstrap").args(["--variant=minbase", "bookworm"]).arg(&root)).unwrap();
    }
    root
}

/// The package of this agent, by another version.
fn package(version: &str) -> PathBuf {
    // One at a time: all are made in one folder.
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut xtask = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    xtask.args([
        "run",
        "--quiet",
        "--package",
        "xtask",
        "--",
        "dist",
        "deb",
        "--version",
        version,
        "--agent",
    ]);
    succeed(xtask.arg(program().unwrap())).unwrap();
    let is_it = |path: &PathBuf| path.to_string_lossy().contains(&format!("dns-monitor_{version}_"));
    fs::read_dir(target("dist")).unwrap().map(|entry| entry.unwrap().path()).find(is_it).unwrap()
}

/// A copy of that Debian for one test; what is mounted goes with it.
struct Host<'l> {
    lab: &'l Lab,
    root: PathBuf,
}

impl<'l> Host<'l> {
    fn new(lab: &'l Lab) -> Self {
        let folder = lab.folder().join("debian");
        let [upper, work, root] = ["upper", "work", "root"].map(|name| folder.join(name));
        // An overlay cannot stand on everything, such as another one: a file system of its own.
        fs::create_dir_all(&folder).unwrap();
        succeed(Command::new("mount").args(["-t", "tmpfs", "tmpfs"]).arg(&folder)).unwrap();
        for path in [&upper, &work, &root] {
            fs::create_dir_all(path).unwrap();
        }
        let host = Self { lab, root };
        let layers = format!(
            "lowerdir={},upperdir={},workdir={}",
            debian().display(),
            upper.display(),
            work.display()
        );
        succeed(Command::new("mount").args(["-t", "overlay", "overlay", "-o", &layers]).arg(&host.root))
            .unwrap();
        for shared in ["proc", "sys", "dev"] {
            let from = Path::new("/").join(shared);
            succeed(Command::new("mount").arg("--rbind").arg(&from).arg(host.root.join(shared))).unwrap();
            succeed(Command::new("mount").arg("--make-rslave").arg(host.root.join(shared))).unwrap();
        }
        host
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.lab.resolver().command("chroot");
        command.arg(&self.root).args(words);
        command
    }

    fn run(&self, words: &[&str]) -> String {
        succeed(&mut self.command(words)).unwrap()
    }

    fn install(&self, package: &Path) {
        let name = package.file_name().unwrap().to_string_lossy().into_owned();
        fs::copy(package, self.root.join("tmp").join(&name)).unwrap();
        self.run(&["dpkg", "--install", &format!("/tmp/{name}")]);
        fs::remove_file(self.root.join("tmp").join(&name)).unwrap();
    }

    /// As the unit does: events to the log, until it watches.
    fn start(&self) -> std::process::Child {
        let log = self.root.join("var/log/dns-monitor");
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
        fs::read_to_string(self.root.join("var/log/dns-monitor/events.ndjson"))
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

impl Drop for Host<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").args(["--recursive", "--lazy"]).arg(&self.root).status();
        let _ = Command::new("umount").arg("--lazy").arg(self.root.with_file_name("")).status();
    }
}

fn load(lab: &Lab) -> Load {
    let server = (address::resolver(Network::Plain).of(Family::V4), 53).into();
    let clients =
        [0, 1].map(|client| Client::new(lab.client(client), server, Duration::from_secs(10)).unwrap());
    Load::start(clients.into(), |client, lookup| format!("p{lookup}-{client}.w.lab.example"))
}

#[test]
fn the_package_comes_works_is_upgraded_under_load_and_goes_without_a_trace() {
    let lab = Lab::new().unwrap();
    let host = Host::new(&lab);
    let (first, second) = (package("0.1.0"), package("0.2.0"));
    let (files, users) = (host.files(), host.users());
    host.install(&first);
    assert!(host.users().contains("dns-monitor:x:"), "{}", host.users());
    for path in ["usr/lib/systemd/system/dns-monitor.service", "usr/share/man/man1/dns-monitor.1.gz", CONFIG]
    {
        assert!(host.root.join(path).is_file(), "{path}");
    }
    // As it comes it is right, and names no interface.
    host.run(&["dns-monitor", "check", "--config", &format!("/{CONFIG}")]);
    let settings = fs::read_to_string(host.root.join(CONFIG)).unwrap();
    let settings = settings.replace("#interfaces = [\"eth0\"]", "interfaces = [\"eth0\"]\nattach = \"tc\"");
    fs::write(host.root.join(CONFIG), &settings).unwrap();
    let load = load(&lab);
    let agent = host.start();
    let uid = fs::metadata(host.root.join("var/lib/dns-monitor"))
        .map(|metadata| std::os::unix::fs::MetadataExt::uid(&metadata))
        .unwrap();
    let status = fs::read_to_string(format!("/proc/{}/status", agent.id())).unwrap();
    assert!(uid != 0 && status.contains(&format!("Uid:\t{uid}\t{uid}\t{uid}\t{uid}\n")), "{uid}: {status}");
    load.wait(100).unwrap();
    wait::until("events", || Ok((host.events() > 100).then_some(()))).unwrap();
    // The upgrade, and the restart that systemd would make.
    host.install(&second);
    assert_eq!(fs::read_to_string(host.root.join(CONFIG)).unwrap(), settings, "the operator's settings stay");
    host.stop(agent);
    let before = host.events();
    let agent = host.start();
    load.wait(100).unwrap();
    wait::until("events of the new one", || Ok((host.events() > before + 100).then_some(()))).unwrap();
    let answer = host.run(&["dns-monitor", "status", "--format", "json"]);
    let status: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(
        (&status["health"], &status["sandbox"]["user"]),
        (&"ok".into(), &"dns-monitor".into()),
        "{status:#}"
    );
    let asked = load.stop().unwrap();
    let lost: Vec<_> = asked.iter().filter(|asked| asked.rcode != Some(NOERROR)).collect();
    assert!(lost.is_empty(), "the resolver lost {} of {}: {:?}", lost.len(), asked.len(), lost.first());
    host.stop(agent);
    host.run(&["dpkg", "--remove", "dns-monitor"]);
    assert!(host.root.join(CONFIG).is_file() && !host.root.join("usr/bin/dns-monitor").exists());
    host.run(&["dpkg", "--purge", "dns-monitor"]);
    assert_eq!(host.users(), users);
    let left: Vec<_> = host.files().difference(&files).cloned().collect();
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn lintian_finds_no_error() {
    // A file of its own: the other test makes its packages meanwhile.
    let package = package("0.3.0");
    let output =
        Command::new("lintian").args(["--allow-root", "--fail-on", "error"]).arg(&package).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
}
