//! The agent at 50,000 lookups a second, and a collector that is killed, never reads, refuses, or is away while the disk
//! is full. Nothing is lost but what the books say; where the collector acknowledges, what it has is what was sent.

use std::{
    fs,
    io::{self, Write as _},
    net::TcpListener,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use dns_monitor_tests::{
    agent,
    books::{self, Book},
    wait,
};
use tempfile::TempDir;

use super::{
    capture,
    target::{Protocol, Target},
};

/// What is offered: 50,000 lookups a second, of two packets each.
const PACKETS_A_SECOND: &str = "100000";
/// A second of it.
const LOOKUPS: u32 = 50_000;
const ALL: u64 = LOOKUPS as u64;
/// Restarts in which a collector must have taken what the spool has.
const RESTARTS: usize = 10;

/// A collector, and an agent that is to send to it.
struct Scene {
    target: Target,
    folder: TempDir,
    spool: PathBuf,
    /// One at a time: the rate is shared else.
    _alone: MutexGuard<'static, ()>,
}

impl Scene {
    fn new(protocol: Protocol) -> Self {
        static ALONE: Mutex<()> = Mutex::new(());
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::tempdir().unwrap();
        let target = Target::start(protocol, folder.path());
        let spool = folder.path().join("spool");
        Self { target, folder, spool, _alone: alone }
    }

    /// Starts the agent on a capture.
    fn start(&self, capture: &Path) -> Child {
        let config = self.folder.path().join("agent.toml");
        let spool =
            format!("queue = '64MiB'\nspool = {{ path = '{}', size = '256MiB' }}\n", self.spool.display());
        fs::write(&config, self.target.output() + &spool).unwrap();
        let mut command = Command::new(agent::program().unwrap());
        command.args(["replay", "--resolver", capture::RESOLVER, "--live", PACKETS_A_SECOND, "--config"]);
        let log = fs::File::create(self.log()).unwrap();
        command
            .arg(&config)
            .arg(capture)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap()
    }

    fn load(&self) -> Child {
        self.start(&capture::write(self.folder.path(), LOOKUPS))
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("agent.log")
    }

    fn told(&self) -> String {
        fs::read_to_string(self.log()).unwrap()
    }

    fn wait_said(&self, text: &str) {
        let said = || Ok(self.told().contains(text).then_some(()));
        wait::until(&format!("the agent says {text:?}"), said).unwrap();
    }

    /// Waits for its end: the books of the output, all of which balance, and how many events the spool has.
    fn end(&self, mut child: Child) -> (Book, u64) {
        let status = wait::until("the agent ends", || Ok(child.try_wait()?)).unwrap();
        let told = self.told();
        let books = books::read(&told).unwrap();
        assert!(status.success() && books.iter().all(Book::balances), "{told}");
        for line in told.lines().filter(|line| line.contains("offered")) {
            // Past the test harness: said also where nothing failed.
            io::stderr().write_all(format!("{line}\n").as_bytes()).unwrap();
        }
        let kept = told.lines().find_map(|line| {
            line.strip_suffix(" events stay in the spool for the next start")?
                .rsplit(' ')
                .next()?
                .parse()
                .ok()
        });
        (books.into_iter().find(|book| book.stage == "events").unwrap(), kept.unwrap_or_default())
    }

    /// Starts the agent again until its spool is empty. Nothing is lost in it.
    fn drain(&self, mut kept: u64) {
        let empty = self.folder.path().join("empty.pcap");
        let bytes = fs::read(self.folder.path().join("lookups.pcap")).unwrap();
        fs::write(&empty, &bytes[..24]).unwrap();
        for _ in 0..RESTARTS {
            if kept == 0 {
                return;
            }
            let (book, left) = self.end(self.start(&empty));
            assert_eq!((book.seen, book.lost), (kept, 0), "{}", self.told());
            kept = left;
        }
        panic!("{kept} events are still in the spool\n{}", self.told());
    }

    /// The collector has so many lookups; where it does not acknowledge, perhaps only those that are `known` to be there.
    fn check(&self, sent: RangeInclusive<u64>, known: u64) {
        let least = if self.target.acknowledges() { *sent.start() } else { known };
        let arrived = || {
            let arrived = self.target.arrived();
            Ok((arrived.len() as u64 >= least).then_some(arrived))
        };
        let arrived = wait::until(&format!("{least} lookups arrive"), arrived).unwrap();
        assert!(arrived.len() as u64 <= *sent.end() && arrived.iter().all(|number| *number < LOOKUPS));
    }
}

/// Killed and started again while events come.
fn killed(protocol: Protocol) {
    let mut scene = Scene::new(protocol);
    scene.target.make_place();
    let child = scene.load();
    scene.wait_said("output lab: delivers");
    scene.target.kill();
    scene.wait_said("trying again");
    // For a while everything goes to the spool.
    thread::sleep(Duration::from_millis(200));
    scene.target.again();
    let (book, kept) = scene.end(child);
    assert_eq!((book.seen, book.lost), (ALL, 0), "{}", scene.told());
    scene.drain(kept);
    // Without an acknowledgement, what the kernel had when it died is gone: its buffers have a few megabytes.
    scene.check(ALL..=ALL, ALL / 2);
}

/// Somebody accepts and never reads, then the collector comes.
fn silent(protocol: Protocol) {
    let mut scene = Scene::new(protocol);
    scene.target.make_place();
    scene.target.kill();
    let listener = TcpListener::bind(("127.0.0.1", scene.target.port())).unwrap();
    let child = scene.load();
    let (book, kept) = scene.end(child);
    drop(listener);
    assert_eq!((book.seen, book.lost), (ALL, 0), "{}", scene.told());
    assert!(kept > 0);
    scene.target.again();
    scene.drain(kept);
    scene.check(ALL..=ALL, kept);
}

/// Nobody listens, or there is no place for events; then there is.
fn refusing(protocol: Protocol) {
    let mut scene = Scene::new(protocol);
    if matches!(protocol, Protocol::Syslog | Protocol::Tls | Protocol::Relp) {
        scene.target.kill();
    }
    let child = scene.load();
    scene.wait_said("trying again");
    let (book, kept) = scene.end(child);
    assert_eq!((book.seen, book.lost, kept), (ALL, 0, ALL), "{}", scene.told());
    if matches!(protocol, Protocol::Syslog | Protocol::Tls | Protocol::Relp) {
        scene.target.again();
    }
    scene.target.make_place();
    scene.drain(kept);
    scene.check(ALL..=ALL, ALL);
}

/// The disk under the spool is full while the collector is away.
fn full(protocol: Protocol) {
    let mut scene = Scene::new(protocol);
    scene.target.make_place();
    scene.target.kill();
    let disk = Disk::new(scene.folder.path());
    scene.spool = disk.0.join("spool");
    let child = scene.load();
    let (book, kept) = scene.end(child);
    // Events that tell of the loss are events too.
    let told = book.seen - ALL;
    assert_eq!(book.lost + kept, book.seen);
    assert!(book.lost > 0 && kept > 0, "{book:?}");
    scene.target.again();
    scene.drain(kept);
    scene.check(kept - told..=kept, kept - told);
}

/// A file system of its own, with room for a few thousand events.
struct Disk(PathBuf);

impl Disk {
    fn new(folder: &Path) -> Self {
        let path = folder.join("disk");
        fs::create_dir(&path).unwrap();
        let mut mount = Command::new("mount");
        let status = mount.args(["-t", "tmpfs", "-o", "size=6m", "tmpfs"]).arg(&path).status().unwrap();
        assert!(status.success(), "cannot mount");
        Self(path)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _gone = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

/// Each trouble with each collector.
macro_rules! troubles {
    ($($collector:ident: $protocol:expr;)+) => {$(
        mod $collector {
            use super::{Protocol, full, killed, refusing, silent};

            #[test]
            fn killed_and_started_again() {
                killed($protocol);
            }

            #[test]
            fn accepting_and_never_reading() {
                silent($protocol);
            }

            #[test]
            fn refusing_everything() {
                refusing($protocol);
            }

            #[test]
            fn away_while_the_disk_is_full() {
                full($protocol);
            }
        }
    )+};
}

troubles! {
    syslog: Protocol::Syslog;
    tls: Protocol::Tls;
    relp: Protocol::Relp;
    nats: Protocol::Nats;
    clickhouse: Protocol::Clickhouse;
}
