//! A configuration that is read again while lookups pass.

use std::{
    fs,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use dns_monitor_tests::{
    Lab,
    address::{self, Network},
    oracle::ask_all,
    wait,
};
use tempfile::TempDir;

use super::{agent, ask, book, configure, reader::Reader, tell};

fn file(folder: &TempDir, name: &str, settings: &str) -> String {
    let path = folder.path().join(format!("{name}.json"));
    format!("[[output]]\nname = '{name}'\ntype = 'file'\npath = '{}'\n{settings}\n", path.display())
}

fn lines(folder: &TempDir, name: &str) -> Vec<String> {
    let text = fs::read_to_string(folder.path().join(format!("{name}.json"))).unwrap();
    text.lines().map(str::to_owned).collect()
}

const STDOUT: &str = "[[output]]\ntype = 'stdout'\nqueue = '64MiB'\n";

#[test]
fn outputs_come_and_go_and_a_bad_one_is_named() {
    let (lab, folder) = (Lab::new().unwrap(), TempDir::new().unwrap());
    let (a, b) = (file(&folder, "a", ""), file(&folder, "b", ""));
    let mut agent = agent(&lab, &folder, &format!("{a}{b}"));
    let server = (address::resolver(Network::Plain).v4, 53).into();
    // Of one name that is not in its cache, named refuses more than ten lookups at once.
    let questions: Vec<_> = (0..50).map(|number| (format!("r{number}.w.lab.example"), "A")).collect();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let asking = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                ask_all(lab.client(0), server, 0, &questions).unwrap();
            }
        });
        for (number, queue) in ["1MiB", "2MiB", "3MiB"].into_iter().enumerate() {
            let b = file(&folder, "b", &format!("queue = '{queue}'"));
            configure(&folder, &format!("{STDOUT}{a}{b}"));
            agent.signal(libc::SIGHUP).unwrap();
            wait::until("the outputs are there", || {
                let said = agent.stderr();
                let said = said.matches("outputs: 0 new, 1 changed, 0 ended, 2 as they were");
                Ok((said.count() > number).then_some(()))
            })
            .unwrap();
        }
        done.store(true, Ordering::Relaxed);
        asking.join().unwrap();
    });
    ask(&lab, &mut agent, 10);
    // One that is beyond the sandbox, one that is wrong, and one that is neither.
    let c = "[[output]]\nname = 'c'\ntype = 'tcp'\naddress = '127.0.0.1:9000'\n";
    let d = file(&folder, "d", "queue = 1");
    let e = file(&folder, "e", "");
    configure(&folder, &format!("{STDOUT}{a}{c}{d}{e}"));
    let told = tell(&folder, &["rules", "reload"]);
    let (out, warned) = (String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr));
    let everything = format!("{out}{warned}");
    assert!(told.status.success(), "{everything}");
    for words in [
        "outputs: 1 new, 0 changed, 1 ended, 2 as they were, 2 refused",
        "agent.toml:13:1: output c: needs TCP port 9000, which the sandbox did not know at start: restart the agent; it is left out",
        "agent.toml:21:9: output.queue: 1 must be a size",
    ] {
        assert!(everything.contains(words), "{words}: {everything}");
        agent.wait_stderr(words).unwrap();
    }
    ask(&lab, &mut agent, 500);
    // A file that is no TOML changes nothing.
    configure(&folder, "[[output]\n");
    agent.signal(libc::SIGHUP).unwrap();
    agent.wait_stderr("outputs go on as they were: the configuration is not in order").unwrap();
    ask(&lab, &mut agent, 500);
    let ended = agent.stop().unwrap();
    assert_eq!(lines(&folder, "a"), ended.lines);
    for name in ["a", "b", "e"] {
        let (book, lines) = (book(&ended, name), lines(&folder, name));
        assert_eq!((book.emitted, book.lost), (lines.len() as u64, 0), "{name}: {}", ended.stderr);
    }
    let b = lines(&folder, "b");
    assert_eq!(b, ended.lines[..b.len()], "it had everything as long as it was there");
    assert!(lines(&folder, "e").len() >= 1000);
}

/// Nobody listens at the first address; the spool goes to the one that comes.
#[test]
fn a_new_address_gets_what_waited_for_the_old_one() {
    let (lab, folder) = (Lab::new().unwrap(), TempDir::new().unwrap());
    let siem = |port: u16| format!("[[output]]\nname = 'siem'\ntype = 'tcp'\naddress = '127.0.0.1:{port}'\n");
    // Both ports are known at the start.
    let other = "[[output]]\nname = 'other'\ntype = 'tcp'\naddress = '127.0.0.1:5152'\n";
    let reader = Reader::start(&lab, 5152);
    let mut agent = agent(&lab, &folder, &format!("{}{other}", siem(5151)));
    ask(&lab, &mut agent, 1000);
    configure(&folder, &format!("{STDOUT}{}", siem(5152)));
    agent.signal(libc::SIGHUP).unwrap();
    agent.wait_stderr("outputs: 0 new, 1 changed, 1 ended, 1 as they were").unwrap();
    ask(&lab, &mut agent, 1000);
    let count = agent.lines().len();
    wait::until("all have come", || {
        let most = reader.connections().iter().map(Vec::len).max();
        Ok((most.is_some_and(|most| most >= count)).then_some(()))
    })
    .unwrap();
    let ended = agent.stop().unwrap();
    let book = book(&ended, "siem");
    assert_eq!(book.lost, 0, "{}", ended.stderr);
    let sorted = |mut lines: Vec<String>| {
        lines.sort();
        lines
    };
    let most = reader.connections().into_iter().max_by_key(Vec::len).unwrap();
    assert_eq!(sorted(most), sorted(ended.lines));
}
