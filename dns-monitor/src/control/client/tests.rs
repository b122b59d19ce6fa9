//! What the operator sees where there is no agent, or an odd one.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{io::Read as _, os::unix::net::UnixListener, thread};

use super::*;

/// Prints what an agent that answers `line` makes of a request: standard output, standard error, and the error.
fn asked(line: &str, format: Format) -> (String, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("s");
    let listener = UnixListener::bind(&socket).unwrap();
    thread::scope(|scope| {
        scope.spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 64];
            let _read = stream.read(&mut request).unwrap();
            stream.write_all(line.as_bytes()).unwrap();
        });
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let result = run(&socket, &Request::Reload {}, format, (&mut out, &mut err));
        let error = result.err().map(|error| error.to_string()).unwrap_or_default();
        let error = error.replace(&socket.display().to_string(), "SOCKET");
        (String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap(), error)
    })
}

#[test]
fn answers_go_where_they_belong() {
    let done = "{\"version\":1,\"result\":\"done\",\"message\":\"loaded\",\"warnings\":[\"no log\"]}\n";
    let error = "{\"version\":1,\"result\":\"error\",\"message\":\"no\"}\n";
    let cases = [
        (done, Format::Text, ("loaded\n", "warning: no log\n", "")),
        (done, Format::Json, (done, "", "")),
        (error, Format::Text, ("", "", "no")),
        (error, Format::Json, (error, "", "no")),
        (
            "",
            Format::Text,
            ("", "", "SOCKET: the agent closed the connection without an answer: its messages may say why"),
        ),
        (
            "{\"version\":2,\"result\":\"new\"}\n",
            Format::Text,
            (
                "",
                "",
                "SOCKET: the agent's answer: version 2 of the protocol, this side speaks version 1: use the dns-monitor that the agent runs",
            ),
        ),
    ];
    for (line, format, (out, err, error)) in cases {
        assert_eq!(asked(line, format), (out.into(), err.into(), error.into()), "{line:?} {format:?}");
    }
}

#[test]
fn without_an_agent_it_says_how_to_get_one() {
    let folder = tempfile::tempdir().unwrap();
    let dead = folder.path().join("dead");
    drop(UnixListener::bind(&dead).unwrap());
    for socket in [dead, folder.path().join("none")] {
        let error = ask(&socket, &Request::Stats {}).unwrap_err().to_string();
        let expected = "start one (dns-monitor run), or give --socket PATH as its configuration has it";
        assert!(error.starts_with("no agent listens on /") && error.ends_with(expected), "{error}");
    }
}
