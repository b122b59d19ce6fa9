//! As many outputs as can be, most of them of no use.

use std::net::TcpListener;

use dns_monitor_tests::{Lab, books, wait};
use tempfile::TempDir;

use super::{agent, ask, book, ids, reader::Reader};

/// Of each kind; with standard output they are a hundred.
const EACH: usize = 33;

#[test]
fn a_hundred_outputs_of_which_most_are_of_no_use() {
    let (lab, folder) = (Lab::new().unwrap(), TempDir::new().unwrap());
    // Nobody listens, nobody reads, somebody reads.
    let silent = lab.resolver().inside(|| TcpListener::bind("127.0.0.1:5149")).unwrap().unwrap();
    let reader = Reader::start(&lab, 5150);
    let mut outputs = String::new();
    for (kind, port) in [("dead", 5148), ("silent", 5149), ("fine", 5150)] {
        for number in 0..EACH {
            outputs.push_str(&format!(
                "[[output]]\nname = '{kind}-{number}'\ntype = 'tcp'\naddress = '127.0.0.1:{port}'\n\
                 queue = '1MiB'\nspool = {{ size = '16MiB' }}\n"
            ));
        }
    }
    let mut agent = agent(&lab, &folder, &outputs);
    for _ in 0..3 {
        ask(&lab, &mut agent, 1000);
    }
    let count = agent.lines().len();
    wait::until("the good ones have everything", || {
        let connections = reader.connections();
        let all = connections.len() == EACH && connections.iter().all(|lines| lines.len() >= count);
        Ok(all.then_some(()))
    })
    .unwrap();
    let ended = agent.stop().unwrap();
    drop(silent);
    let expected = ids(&ended.lines);
    for (number, lines) in reader.connections().iter().enumerate() {
        assert_eq!(ids(lines), expected, "connection {number}");
    }
    assert_eq!(
        books::read(&ended.stderr).unwrap().iter().filter(|book| book.stage.starts_with("events of")).count(),
        100
    );
    for kind in ["dead", "silent", "fine"] {
        for number in 0..EACH {
            let book = book(&ended, &format!("{kind}-{number}"));
            assert_eq!(
                (book.seen, book.lost),
                (expected.len() as u64, 0),
                "{kind}-{number}: {}",
                ended.stderr
            );
        }
    }
}
