#![allow(clippy::unwrap_used, reason = "tests")]

use std::{fs::File, io::Write as _, sync::Mutex};

use super::{input::Stream, *};
use crate::trace::alert::{Alert, Original, Place, Said};

fn event(second: u32, name: &str, id: u16) -> String {
    format!(
        r#"{{"@timestamp":"2026-11-26T00:00:{second:02}.000000000Z","ecs":{{"version":"9.0.0"}},"event":{{"action":"dns-lookup"}},"client":{{"ip":"192.0.2.1","port":5}},"server":{{"ip":"192.0.2.53","port":53}},"dns":{{"type":"answer","id":"{id}","question":{{"name":"{name}"}}}},"dns_monitor":{{"role":"client"}}}}"#
    )
}

const GAP: &str = r#"{"@timestamp":"2026-11-26T00:00:30Z","event":{"action":"dns-gap"},"dns_monitor":{"lost":{"kernel":7,"decode":0,"sink":1}}}"#;

fn wanted() -> Wanted {
    let end = super::super::alert::End { address: "192.0.2.1".parse().unwrap(), port: Some(9) };
    let said = Said { name: Some("bad.example".into()), ends: [Some(end), None], ..Said::default() };
    let alert: Alert = said.at(Place { file: "x".into(), line: 1 }, Original::Asked);
    Wanted::by(&[alert], 0)
}

fn file(text: &str) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn input(text: &str) -> Input {
    Input::File { file: file(text), length: text.len() as u64 }
}

fn text() -> String {
    let sorted = r#"{"dns":{"id":4,"question":{"name":"bad.example"}},"@timestamp":"2026-11-26T00:00:04Z"}"#;
    let lines = [
        event(1, "good.example", 1),
        event(2, "bad.example", 2),
        "garbage".to_owned(),
        event(3, "www.bad.example", 3),
        String::new(),
        sorted.to_owned(),
        GAP.to_owned(),
        event(5, "bad.example", 5),
    ];
    lines.join("\n")
}

/// Ids of the hits, and the lines that they are read from again.
fn ids(scan: &Scan) -> Vec<u16> {
    let mut buffer = Vec::new();
    let read = |hit: &Hit| {
        scan.texts.read(hit.text, &mut buffer).unwrap();
        let event = crate::trace::event::Event::read(&buffer).unwrap();
        assert_eq!((event.dns.id, event.time()), (hit.id, hit.time));
        hit.id.unwrap()
    };
    scan.hits.iter().map(read).collect()
}

#[test]
fn a_scan_finds_hits_gaps_bad_lines_and_the_span() {
    let scan = run(vec![input(&text())], &wanted()).unwrap();
    assert_eq!(ids(&scan), [2, 3, 4, 5]);
    assert_eq!(scan.hits.iter().map(|hit| hit.below).collect::<Vec<_>>(), [false, true, false, false]);
    assert_eq!((scan.events, scan.bad, scan.crowded), (6, 1, 0));
    assert_eq!(
        scan.bad_lines,
        [BadLine { input: 0, line: 3, why: "expected value at line 1 column 1".into() }]
    );
    let lost = Lost { kernel: 7, decode: 0, sink: 1 };
    assert_eq!(scan.gaps.iter().map(|gap| gap.lost).collect::<Vec<_>>(), [lost]);
    let (first, last) = scan.span.unwrap();
    assert_eq!((last - first) / 1_000_000_000, 29, "the gap is an event too");
    assert_eq!(scan.addresses, [true]);
}

#[test]
fn wherever_a_file_is_cut_nothing_is_read_twice_or_left_out() {
    let text = text();
    let (wanted, texts) = (wanted(), Texts::new(vec![input(&text)]).unwrap());
    let length = text.len() as u64;
    for cut in 0..=length {
        let (mut hits, mut counts) = (Vec::new(), [0; 3]);
        for (start, end) in [(0, cut), (cut, length)] {
            let found = part::read(Part { input: 0, start, end }, &texts, &wanted, &Room::default());
            hits.extend(found.hits.iter().map(|hit| hit.id));
            for (count, more) in counts.iter_mut().zip([found.lines, found.events, found.bad]) {
                *count += more;
            }
        }
        assert_eq!(hits, [Some(2), Some(3), Some(4), Some(5)], "cut at {cut}");
        assert_eq!(counts, [8, 6, 1], "cut at {cut}");
    }
}

#[test]
fn files_of_more_than_one_part_are_cut_without_holes() {
    let most = 32 << 20;
    for (length, expected) in [
        (0, vec![]),
        (1, vec![(0, 1)]),
        (most, vec![(0, most)]),
        (most + 1, vec![(0, most), (most, most + 1)]),
    ] {
        let input = Input::File { file: file(""), length };
        let parts: Vec<_> = input.parts(3).map(|part| (part.start, part.end)).collect();
        assert_eq!(parts, expected, "{length} bytes");
        assert!(input.parts(3).all(|part| part.input == 3));
    }
}

#[test]
fn what_is_kept_of_a_stream_can_be_read_again() {
    let (reader, mut writer) = io::pipe().unwrap();
    let pipe = File::from(std::os::fd::OwnedFd::from(reader));
    let streamed = Input::Stream(Mutex::new(Stream::Pipe(pipe)));
    let text = text();
    let write = thread::spawn(move || writer.write_all(text.as_bytes()));
    let scan = run(vec![input(&event(9, "bad.example", 9)), streamed], &wanted()).unwrap();
    write.join().unwrap().unwrap();
    assert_eq!(ids(&scan), [2, 3, 4, 5, 9]);
    assert_eq!(scan.bad_lines.iter().map(|line| (line.input, line.line)).collect::<Vec<_>>(), [(1, 3)]);
}

#[test]
fn no_inputs_are_no_events() {
    let scan = run(Vec::new(), &wanted()).unwrap();
    assert_eq!((scan.events, scan.span, scan.hits.len()), (0, None, 0));
}

#[test]
fn a_file_that_has_become_shorter_is_told_when_it_is_read_again() {
    let scan = run(vec![input(&text())], &wanted()).unwrap();
    let Some(Input::File { file, .. }) = scan.texts.input(0) else { unreachable!("a file") };
    file.set_len(10).unwrap();
    let hit = scan.hits.first().unwrap();
    assert!(scan.texts.read(hit.text, &mut Vec::new()).is_err());
}
