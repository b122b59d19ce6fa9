//! Outputs that come and go while events pass.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, TryRecvError, channel},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use super::filter::{emit, scene};
use crate::{
    config::{Config, Reread},
    control::protocol::Response,
    event::Observer,
    output::{
        OutputReason, Service,
        emit::{Change, Emitter, Pressure},
        watch::Delivery,
        writers::{self, Source},
    },
    sandbox::{paths::Paths, reach::Reach},
};

/// Outputs that run, with the test in the pipeline's place.
struct Bench {
    folder: TempDir,
    text: Arc<Mutex<String>>,
    emitter: Emitter,
    changes: Receiver<Change>,
    service: Service,
    emitted: u64,
}

impl Bench {
    /// In a text `@` is the folder.
    fn new(text: &str) -> Self {
        Self::within(text, |_| Reach::default())
    }

    fn within(text: &str, reach: impl FnOnce(&Path) -> Reach) -> Self {
        let folder = TempDir::new().unwrap();
        let place = folder.path().display().to_string();
        let with_state = move |text: &str| format!("{text}\n[rules]\nstate_dir = '@'\n").replace('@', &place);
        let config = Config::parse("f.toml", &with_state(text)).unwrap();
        let (lanes, writers) = writers::start(&config, Source::Live).unwrap();
        let text = Arc::new(Mutex::new(text.to_owned()));
        let read = Arc::clone(&text);
        let read = move || {
            let text = with_state(&read.lock().unwrap_or_else(PoisonError::into_inner));
            Some(Reread::parse("f.toml", &text))
        };
        let (change, changes) = channel();
        let service = Service::start(writers, Box::new(read), reach(folder.path()), change).unwrap();
        let emitter = Emitter::new(lanes, &Observer::default(), Pressure::Drop);
        Self { folder, text, emitter, changes, service, emitted: 0 }
    }

    fn emit(&mut self) {
        emit(&mut self.emitter, &scene());
        self.emitter.flush();
        self.emitter.report(0, 0, 0);
        self.emitted += 1;
    }

    /// Events go on while the outputs change.
    fn reload(&mut self, text: &str) -> Response {
        *self.text.lock().unwrap() = text.to_owned();
        let response = self.service.handle().reload();
        loop {
            while let Ok(change) = self.changes.try_recv() {
                self.emitter.change(change);
            }
            self.emit();
            match response.try_recv() {
                Ok(response) => return response,
                Err(TryRecvError::Empty) => thread::sleep(Duration::from_micros(500)),
                Err(TryRecvError::Disconnected) => unreachable!("every reload is answered"),
            }
        }
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> =
            self.service.handle().watched().iter().map(|output| output.state().name).collect();
        names.sort();
        names
    }

    /// Ends all, and gives the books of each output.
    fn finish(mut self) -> (TempDir, Vec<(String, String)>) {
        self.emitter.set_pressure(Pressure::Wait);
        self.emitter.close();
        self.service.finish(Instant::now() + Duration::from_secs(1));
        self.emitter.report(0, 0, 0);
        let books = self.emitter.books();
        let books = books.into_iter().map(|books| {
            let mut tally = books.tally;
            tally.end(OutputReason::Unread, tally.held());
            (books.name, tally.to_string())
        });
        (self.folder, books.collect())
    }
}

fn file(name: &str, settings: &str) -> String {
    format!("[[output]]\nname = '{name}'\ntype = 'file'\npath = '@/{name}.json'\nkeep_free = 0\n{settings}\n")
}

fn tcp(name: &str, port: u16, settings: &str) -> String {
    format!("[[output]]\nname = '{name}'\ntype = 'tcp'\naddress = '127.0.0.1:{port}'\n{settings}\n")
}

/// Message and warnings.
fn said(response: Response) -> (String, Vec<String>) {
    match response {
        Response::Done { message, warnings } | Response::Error { message, warnings } => (message, warnings),
        other => unreachable!("{other:?}"),
    }
}

/// Numbers of the events in these lines.
fn numbers(lines: impl Iterator<Item = String>) -> Vec<u64> {
    let number = |line: String| {
        let event: Value = serde_json::from_str(&line).unwrap();
        event["event"]["sequence"].as_u64().unwrap()
    };
    lines.map(number).collect()
}

fn in_file(folder: &TempDir, name: &str) -> Vec<u64> {
    let text = fs::read_to_string(folder.path().join(format!("{name}.json"))).unwrap();
    numbers(text.lines().map(str::to_owned))
}

/// A description and a text; the answer, the outputs that run then, and the warnings.
type Case = (&'static str, String, &'static str, &'static [&'static str], &'static [&'static str]);

#[test]
fn what_a_new_configuration_means() {
    let (a, b) = (file("a", ""), file("b", ""));
    let both = format!("{a}{b}");
    let cases: &[Case] = &[
        ("the same", both.clone(), "outputs: 0 new, 0 changed, 0 ended, 2 as they were", &["a", "b"], &[]),
        (
            "another order",
            format!("{b}{a}"),
            "outputs: 0 new, 0 changed, 0 ended, 2 as they were",
            &["a", "b"],
            &[],
        ),
        (
            "all that can be",
            format!("{}{}", file("a", "queue = '1MiB'"), file("c", "")),
            "outputs: 1 new, 1 changed, 1 ended, 0 as they were",
            &["a", "c"],
            &[],
        ),
        (
            "a bad setting",
            format!("{a}{}", file("b", "queue = 0")),
            "outputs: 0 new, 0 changed, 0 ended, 1 as they were, 1 refused",
            &["a", "b"],
            &["f.toml:12:9: output.queue: 0 must be a size"],
        ),
        (
            "a bad one that is new",
            format!("{both}[[output]]\nname = 'c'\ntype = 'gelf'\n"),
            "outputs: 0 new, 0 changed, 0 ended, 2 as they were, 1 refused",
            &["a", "b"],
            &["f.toml:15:8: output.type: \"gelf\" must be one of"],
        ),
        (
            "a bad one, and others change",
            format!("{}{}{}", file("a", "sample = '1/2'"), file("b", "queue = 0"), file("c", "")),
            "outputs: 1 new, 1 changed, 0 ended, 0 as they were, 1 refused",
            &["a", "b", "c"],
            &["f.toml:12:9: output.queue"],
        ),
        (
            "a name that nobody can read may be that of any",
            format!("{a}{}", b.replace("'b'", "''")),
            "outputs: 0 new, 0 changed, 0 ended, 1 as they were, 1 refused",
            &["a", "b"],
            &["f.toml:8:8: output.name: \"\" must be"],
        ),
        (
            "the same name twice",
            format!("{both}{}", file("a", "queue = '1MiB'")),
            "outputs: 0 new, 0 changed, 0 ended, 2 as they were, 1 refused",
            &["a", "b"],
            &["f.toml:14:8: output.name: \"a\" must be a name of its own: line 2 has it already"],
        ),
        (
            "a key that is not there",
            format!("{both}{}", tcp("c", 9, "privacy = { names = 'hash', key_file = '@/no.key' }")),
            "outputs: 0 new, 0 changed, 0 ended, 2 as they were, 1 refused",
            &["a", "b"],
            &[
                "f.toml:13:1: output c: cannot read @/no.key: No such file or directory (os error 2); it is left out",
            ],
        ),
        (
            "a key that is none",
            format!("{a}{}", file("b", "privacy = { names = 'hash', key = 'x' }")),
            "outputs: 0 new, 0 changed, 0 ended, 1 as they were, 1 refused",
            &["a", "b"],
            &["f.toml:7:1: output b: "],
        ),
        (
            "a port beyond the fence",
            format!("{both}{}", tcp("c", 9000, "")),
            "outputs: 0 new, 0 changed, 0 ended, 2 as they were, 1 refused",
            &["a", "b"],
            &[
                "f.toml:13:1: output c: needs TCP port 9000, which the sandbox did not know at start: restart the agent; it is left out",
            ],
        ),
        (
            "a folder beyond the fence",
            format!("{a}{}", file("b", "").replace("@/b.json", "/var/b.json")),
            "outputs: 0 new, 0 changed, 0 ended, 1 as they were, 1 refused",
            &["a", "b"],
            &[
                "f.toml:7:1: output b: needs to write in /var, which the sandbox did not know at start: restart the agent; it goes on as it was",
            ],
        ),
        (
            "a file beyond the fence",
            format!("{both}{}", tcp("c", 9, "privacy = { names = 'hash', key_file = '/etc/passwd' }")),
            "outputs: 0 new, 0 changed, 0 ended, 2 as they were, 1 refused",
            &["a", "b"],
            &["needs to read /etc/passwd, which the sandbox did not know at start: restart the agent"],
        ),
        (
            "none would be left",
            tcp("c", 9000, ""),
            "outputs: 0 new, 0 changed, 0 ended, 0 as they were, 2 refused",
            &["a", "b"],
            &["needs TCP port 9000", "no output would be left: those that run go on"],
        ),
        (
            "no TOML",
            format!("{both}[[output]\n"),
            "outputs go on as they were: the configuration is not in order",
            &["a", "b"],
            &[],
        ),
        (
            "another part is bad",
            format!("{a}[capture]\nports = [0]\n"),
            "outputs go on as they were: the configuration is not in order",
            &["a", "b"],
            &[],
        ),
    ];
    for (what, text, message, names, warnings) in cases {
        let fenced = |folder: &Path| {
            Reach::fenced(Paths {
                read: vec![folder.to_owned()],
                write: vec![folder.to_owned()],
                ports: vec![9],
                ..Paths::default()
            })
        };
        let mut bench = Bench::within(&both, fenced);
        let (said, warned) = said(bench.reload(text));
        assert_eq!(said, *message, "{what}: {warned:?}");
        assert_eq!(bench.names(), *names, "{what}");
        assert_eq!(warned.len(), warnings.len(), "{what}: {warned:?}");
        let place = bench.folder.path().display().to_string();
        for (warned, warning) in warned.iter().zip(*warnings) {
            assert!(warned.contains(&warning.replace('@', &place)), "{what}: {warned}");
        }
        bench.finish();
    }
}

#[test]
fn no_event_is_lost_between_two_configurations() {
    let (a, b) = (file("a", ""), file("b", ""));
    let mut bench = Bench::new(&format!("{a}{b}"));
    bench.emit();
    for queue in 1..10 {
        let (said, _) = said(bench.reload(&format!("{a}{}", file("b", &format!("queue = '{queue}MiB'")))));
        assert_eq!(said, "outputs: 0 new, 1 changed, 0 ended, 1 as they were");
    }
    let emitted = bench.emitted;
    let (folder, books) = bench.finish();
    for name in ["a", "b"] {
        assert_eq!(in_file(&folder, name), (0..emitted).collect::<Vec<_>>(), "{name}");
        let expected = format!("seen {emitted} = emitted {emitted} + filtered 0 + lost 0");
        assert!(books.contains(&(name.to_owned(), expected)), "{books:?}");
    }
}

/// It is in the books for ever, and gets only what came while it was there.
#[test]
fn an_output_that_comes_and_goes_is_in_the_books() {
    let a = file("a", "");
    let both = format!("{a}{}", file("b", ""));
    let mut bench = Bench::new(&a);
    for _ in 0..3 {
        assert_eq!(said(bench.reload(&both)).0, "outputs: 1 new, 0 changed, 0 ended, 1 as they were");
        bench.emit();
        assert_eq!(said(bench.reload(&a)).0, "outputs: 0 new, 0 changed, 1 ended, 1 as they were");
    }
    let (folder, books) = bench.finish();
    let got = in_file(&folder, "b");
    assert!(got.len() >= 3 && got.is_sorted(), "{got:?}");
    let expected = format!("seen {0} = emitted {0} + filtered 0 + lost 0", got.len());
    assert_eq!(books.iter().filter(|(name, _)| name == "b").collect::<Vec<_>>(), [&("b".into(), expected)]);
}

/// A port on which nobody listens.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn a_spool_is_taken_over_by_the_one_that_comes() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let a = file("a", "");
    let mut bench = Bench::new(&format!("{a}{}", tcp("siem", free_port(), "")));
    for _ in 0..100 {
        bench.emit();
    }
    let (said, warned) = said(bench.reload(&format!("{a}{}", tcp("siem", port, ""))));
    assert_eq!((said.as_str(), warned), ("outputs: 0 new, 1 changed, 0 ended, 1 as they were", vec![]));
    let reader = BufReader::new(listener.accept().unwrap().0);
    let emitted = bench.emitted;
    let reading = thread::spawn(move || numbers(reader.lines().map_while(Result::ok)));
    let (_folder, books) = bench.finish();
    let mut got = reading.join().unwrap();
    got.sort_unstable();
    assert_eq!(got, (0..emitted).collect::<Vec<_>>());
    // What the first has left is found by the second, and in the books of both.
    let (_, book) = books.iter().find(|(name, _)| name == "siem").unwrap();
    assert!(book.contains(" + lost 0") && !book.contains("held"), "{book}");
}

/// Nobody listens, and there is no spool: what waits is lost when it goes, and the next one tells.
#[test]
fn what_an_output_that_goes_had_not_delivered_is_in_the_books() {
    let a = file("a", "");
    let mut bench = Bench::new(&format!("{a}{}", tcp("siem", free_port(), "spool = 'off'")));
    for _ in 0..100 {
        bench.emit();
    }
    let watched = bench.service.handle().watched();
    let start = Instant::now();
    while !watched.iter().any(|output| matches!(output.state().delivery, Delivery::Waits { .. })) {
        assert!(start.elapsed() < Duration::from_secs(60), "it is said that nobody takes anything");
        thread::sleep(Duration::from_millis(5));
    }
    assert!(watched.iter().any(|output| output.state().lag_seconds > 0.0));
    let siem = file("siem", "");
    let (said, _) = said(bench.reload(&format!("{a}{siem}")));
    assert_eq!(said, "outputs: 0 new, 1 changed, 0 ended, 1 as they were");
    // The report of the next round tells.
    bench.emit();
    let (folder, books) = bench.finish();
    let (_, book) = books.iter().find(|(name, _)| name == "siem").unwrap();
    assert!(book.contains("unread-at-exit") && !book.contains("held"), "{book}");
    let lost = fs::read_to_string(folder.path().join("siem.json")).unwrap();
    let lost: u64 = lost
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter_map(|event| event["dns_monitor"]["lost"]["sink"].as_u64())
        .sum();
    assert!(book.contains(&format!("lost {lost} (unread-at-exit {lost})")) && lost >= 100, "{lost}: {book}");
}

/// However many ask, few wait, and each caller hears of it. The agent stops all the same.
#[test]
fn reloads_that_wait_are_bounded() {
    let bench = Bench::new(&file("a", ""));
    let handle = bench.service.handle().clone();
    let text = Arc::clone(&bench.text);
    let busy = text.lock().unwrap();
    let mut waiting: Vec<_> = (0..100).map(|_| handle.reload()).collect();
    // One may be at work, and eight wait.
    waiting.retain(|response| !matches!(response.try_recv(), Ok(Response::Error { .. })));
    assert!((8..=9).contains(&waiting.len()), "{}", waiting.len());
    drop(busy);
    let (_folder, books) = bench.finish();
    assert_eq!(books, [("a".to_owned(), "seen 0 = emitted 0 + filtered 0 + lost 0".to_owned())]);
    for response in waiting {
        // Done, or the agent stopped before.
        assert!(matches!(response.recv(), Ok(Response::Done { .. }) | Err(_)));
    }
}
