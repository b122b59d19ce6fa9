//! Command lines as data: what they come to, and what is said of them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::panic, reason = "a test that cannot go on has failed")]

use clap::Parser as _;

use super::*;
use crate::cli::{Cli, Command};

fn task(line: &str) -> Result<Task, String> {
    let line = format!("dns-monitor rules {line}");
    match Cli::try_parse_from(line.split(' ')).map_err(|error| error.to_string())?.command {
        Command::Rules(args) => Ok(args.command.task()),
        other => panic!("{other:?}"),
    }
}

fn ask(request: Request) -> Task {
    Task::Ask { socket: SOCKET.into(), request, format: Format::Text }
}

fn question(name: &str, qtype: u16, client: Option<&str>) -> Question {
    let client = client.map(|client| client.parse().unwrap());
    Question { name: read_name(name).unwrap(), qtype, client }
}

#[test]
fn commands_become_tasks() {
    let allow = |name: &str, for_seconds| ask(Request::Allow { name: name.into(), for_seconds });
    let block = |name: &str, for_seconds, action, i_mean_it| {
        ask(Request::Block { name: name.into(), for_seconds, action, i_mean_it })
    };
    let config = || PathBuf::from("f.toml");
    let cases = [
        ("check --config f.toml", Task::Check { config: config() }),
        (
            "explain a.example --config f.toml",
            Task::Explain {
                config: config(),
                question: question("a.example", 1, None),
                format: Format::Text,
            },
        ),
        (
            "explain A.Example. --type aaaa --client ::1 --config f.toml --format json",
            Task::Explain {
                config: config(),
                question: question("a.example", 28, Some("::1")),
                format: Format::Json,
            },
        ),
        (
            "explain a.example --type TYPE65280 --client 192.0.2.1",
            ask(Request::Explain {
                name: "a.example".into(),
                qtype: 65_280,
                client: Some("192.0.2.1".parse().unwrap()),
            }),
        ),
        (
            "stats --socket /tmp/s --format json",
            Task::Ask { socket: "/tmp/s".into(), request: Request::Stats {}, format: Format::Json },
        ),
        ("reload", ask(Request::Reload {})),
        ("manual", ask(Request::Manual {})),
        ("allow a.example", allow("a.example", None)),
        ("allow bücher.example --for 90m", allow("xn--bcher-kva.example", Some(5400))),
        ("allow . --for 1d", allow(".", Some(86_400))),
        ("block a.example", block("a.example", None, Block::Nxdomain, false)),
        ("block com --for 2h --action tcp-only --i-mean-it", block("com", Some(7200), Block::TcpOnly, true)),
        ("forget A.example", ask(Request::Forget { name: "a.example".into() })),
    ];
    for (line, expected) in cases {
        assert_eq!(task(line), Ok(expected), "{line}");
    }
}

#[test]
fn bad_commands_say_what_would_be_right() {
    let cases = [
        ("check", "required arguments were not provided:\n  --config <FILE>"),
        ("explain", "required arguments were not provided:\n  <NAME>"),
        ("explain a..b", "invalid value 'a..b' for '<NAME>': an empty label"),
        ("explain 192.0.2.1", "for '<NAME>': an address where a name belongs"),
        ("explain a --type AAAAA", "for '--type <TYPE>': must be a query type, such as AAAA or TYPE65280"),
        ("explain a --client b", "must be an IPv4 or IPv6 address"),
        ("explain a --config f --socket s", "'--config <FILE>' cannot be used with '--socket <PATH>'"),
        ("allow a.example --for 2", "must be a duration from 1s to 3650d, such as 2h, 30m or 1d"),
        ("allow a.example --for 0d", "must be a duration from 1s to 3650d"),
        ("allow a.example --for 3651d", "must be a duration from 1s to 3650d"),
        ("allow a.example --for -1h", "unexpected argument '-1'"),
        ("allow a.example --action drop", "unexpected argument '--action'"),
        ("block a.example --action sinkhole", "[possible values: drop, nxdomain, nodata, refused, tcp-only]"),
        ("block a.example --action allow", "[possible values: drop, nxdomain, nodata, refused, tcp-only]"),
        ("stats --format yaml", "invalid value 'yaml' for '--format <FORMAT>'"),
        ("frob", "unrecognized subcommand 'frob'"),
    ];
    for (line, expected) in cases {
        let Err(error) = task(line) else { panic!("{line}: taken for good") };
        assert!(error.contains(expected), "{line}: {error}");
    }
}
