//! ClickHouse over HTTP.

use std::{cell::RefCell, time::Duration};

use dns_monitor::{
    config::output::{Auth, ClickhouseFormat, Encoding, Http, Kind, Preset, Secret, Web},
    output::sink::SinkError,
};
use dns_monitor_tests::collectors::clickhouse::{Clickhouse, USER};

use super::sender::{Sender, fails, set, while_killed};

const TABLE: &str =
    "CREATE TABLE events (ts Float64, id String, query String, n UInt32) ENGINE = MergeTree ORDER BY id";

fn clickhouse(port: u16, table: &str, password: &str) -> Kind {
    let auth = Auth::Password { user: USER.0.to_owned(), password: Secret::given("password", password) };
    let (timeout, encoding) = (Duration::from_secs(5), Encoding::Gzip);
    let url = format!("http://127.0.0.1:{port}");
    let web = Web { auth: Some(auth), timeout, encoding, ..Web::new(&url) };
    let preset = Preset::Clickhouse { table: table.to_owned(), format: ClickhouseFormat::JSONEachRow };
    Kind::Http(Http { web, preset })
}

/// Flat events, as a table wants them; one field has no column.
fn rows(count: usize) -> Vec<String> {
    let row = |at| {
        format!(
            r#"{{"ts":1467215534.321,"id":"lab-{at}","query":"n{at}.example","n":{at},"answers":[{{"a":1}}]}}"#
        )
    };
    (0..count).map(row).collect()
}

#[test]
fn every_row_is_there_though_the_server_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Clickhouse::start(folder.path()).unwrap();
    server.query(TABLE).unwrap();
    let (port, sent) = (server.port, rows(20_000));
    let cell = RefCell::new(&mut server);
    let receipt = while_killed(
        &clickhouse(port, "events", USER.1),
        &sent,
        || cell.borrow_mut().program.kill().unwrap(),
        || cell.borrow_mut().again().unwrap(),
    );
    assert_eq!((receipt.taken, receipt.refused), (20_000, 0));
    let ids = server.column("events", "id").unwrap();
    assert_eq!(set(ids.into_keys()), set((0..20_000).map(|at| format!("lab-{at}"))));
}

#[test]
fn a_server_that_refuses_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let server = Clickhouse::start(folder.path()).unwrap();
    server.query(TABLE).unwrap();
    let error = fails(&clickhouse(server.port, "events", "wrong"));
    assert!(
        matches!(&error, SinkError::Unauthorised { reason, .. } if reason.contains("password")),
        "{error}"
    );
    let error = fails(&clickhouse(server.port, "nothing", USER.1));
    assert!(matches!(&error, SinkError::Unauthorised { reason, .. } if reason.contains("exist")), "{error}");
    // One row of a hundred is bad: the others are there, and it is counted.
    let mut sent = rows(100);
    sent[37] = r#"{"id":"lab-37","n":"not a number"}"#.to_owned();
    let receipt = Sender::up_to(100).send(&clickhouse(server.port, "events", USER.1), &sent);
    assert_eq!((receipt.taken, receipt.refused), (99, 1));
    assert!(receipt.reason.unwrap().contains("Cannot parse input"));
    assert_eq!(server.query("SELECT count() FROM events").unwrap().trim(), "99");
}
