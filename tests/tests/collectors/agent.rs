//! The agent itself, with every collector at once: a capture becomes the same events everywhere.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
};

use dns_monitor_tests::{
    agent,
    collectors::{fstrm::Capture, nats, nats::Nats, rsyslog::Rsyslog},
    wait,
};

use super::{capture, sender::set};

/// Lookups in the capture: more than fits all buffers on the way.
const LOOKUPS: u32 = 30_000;

/// Starts `replay` of a capture with these outputs beside standard output, which goes to a file.
fn replay(folder: &Path, outputs: &str) -> Child {
    let config = folder.join("agent.toml");
    fs::write(&config, format!("[[output]]\ntype = \"stdout\"\n{outputs}")).unwrap();
    let mut command = Command::new(agent::program().unwrap());
    command
        .args(["replay", "--resolver", capture::RESOLVER, "--config"])
        .arg(&config)
        .arg(capture::write(folder, LOOKUPS));
    let file = |name: &str| fs::File::create(folder.join(name)).unwrap();
    command.stdin(Stdio::null()).stdout(file("stdout")).stderr(file("stderr")).spawn().unwrap()
}

/// Waits for its end; the lines on standard output.
fn end(folder: &Path, mut child: Child) -> Vec<String> {
    let status = wait::until("the replay is over", || Ok(child.try_wait()?));
    let told = fs::read_to_string(folder.join("stderr")).unwrap();
    let _gone = child.kill();
    assert!(status.unwrap_or_else(|error| panic!("{error}\n{told}")).success(), "{told}");
    let text = fs::read_to_string(folder.join("stdout")).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn nats_output(port: u16) -> String {
    let (user, password) = nats::USER;
    format!(
        "[[output]]\ntype = \"nats\"\naddress = \"127.0.0.1:{port}\"\nsubject = \"dns.events\"\n\
         user = \"{user}\"\npassword = \"{password}\"\n"
    )
}

#[test]
fn a_capture_becomes_the_same_events_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    super::tls::write(folder, &["127.0.0.1"]);
    let (rsyslog, server) = (Rsyslog::start(folder).unwrap(), Nats::start(folder).unwrap());
    server.make_stream("DNS", "dns.events", -1).unwrap();
    let mut reader = Capture::start(folder, true).unwrap();
    let outputs = format!(
        "[[output]]\ntype = \"relp\"\naddress = \"127.0.0.1:{}\"\n{}\
         [[output]]\ntype = \"dnstap\"\npath = \"{}\"\n",
        rsyslog.relp,
        nats_output(server.port),
        folder.join("dnstap.sock").display(),
    );
    let lines = end(folder, replay(folder, &outputs));
    assert_eq!(lines.len(), LOOKUPS as usize);
    assert_eq!(rsyslog.lines().unwrap(), lines, "RELP, in order");
    assert_eq!(set(server.messages("DNS").unwrap().keys()), set(&lines), "NATS");
    let messages = reader.lines().unwrap();
    assert_eq!(messages.len(), 2 * LOOKUPS as usize, "dnstap");
    assert!(messages[1].contains(" CR 10.0.0.0:40000 <- 10.53.0.53:53 UDP "), "{}", messages[1]);
}

#[test]
fn what_a_stream_misses_while_its_server_is_dead_comes_later() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut server = Nats::start(folder).unwrap();
    server.make_stream("DNS", "dns.events", -1).unwrap();
    let child = replay(folder, &nats_output(server.port));
    wait::until("events arrive", || Ok((server.count("DNS")? > 100).then_some(()))).unwrap();
    server.program.kill().unwrap();
    let lost = || Ok(fs::read_to_string(folder.join("stderr"))?.contains("output nats").then_some(()));
    wait::until("the agent says that the server is gone", lost).unwrap();
    server.again().unwrap();
    let lines = end(folder, child);
    let messages = server.messages("DNS").unwrap();
    assert_eq!(set(messages.keys()), set(&lines));
    assert!(messages.values().all(|count| *count == 1), "each once");
    assert_eq!(messages.len(), LOOKUPS as usize);
}
