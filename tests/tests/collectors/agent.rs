//! The agent itself, with every collector at once: a capture becomes the same events everywhere.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use dns_monitor_tests::{
    agent,
    collectors::{fstrm::Capture, nats, nats::Nats, rsyslog::Rsyslog},
    dns, wait,
};

use super::sender::set;

/// Lookups in the capture: more than fits all buffers on the way.
const LOOKUPS: u32 = 30_000;

/// A capture (pcap, Ethernet) of lookups, each with a query and a response.
fn capture(folder: &Path) -> PathBuf {
    let mut bytes = Vec::new();
    for number in [0xa1b2_3c4d_u32, 0x0004_0002, 0, 0, 65_535, 1] {
        bytes.extend(number.to_le_bytes());
    }
    for at in 0..LOOKUPS {
        let (client, resolver) = ([10, 0, (at >> 8) as u8, at as u8], [10, 53, 0, 53]);
        let query = dns::query(at as u16, &format!("n{at}.lab.example"), 1);
        let mut response = query.clone();
        response[2..4].copy_from_slice(&[0x81, 0x80]);
        packet(&mut bytes, at * 2, (client, 40_000), (resolver, 53), &query);
        packet(&mut bytes, at * 2 + 1, (resolver, 53), (client, 40_000), &response);
    }
    let file = folder.join("lookups.pcap");
    fs::write(&file, bytes).unwrap();
    file
}

type End = ([u8; 4], u16);

/// The packet `at`: 10 µs after the one before.
fn packet(out: &mut Vec<u8>, at: u32, from: End, to: End, payload: &[u8]) {
    let (udp, ip) = (payload.len() as u16 + 8, payload.len() as u16 + 28);
    let length = u32::from(ip) + 14;
    for number in [1_700_000_000 + at / 100_000, at % 100_000 * 10_000, length, length] {
        out.extend(number.to_le_bytes());
    }
    out.extend([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]);
    out.extend([0x45, 0]);
    out.extend(ip.to_be_bytes());
    out.extend([0, 0, 0, 0, 64, 17, 0, 0]);
    out.extend(from.0);
    out.extend(to.0);
    for number in [from.1, to.1, udp, 0] {
        out.extend(number.to_be_bytes());
    }
    out.extend(payload);
}

/// Starts `replay` of a capture with these outputs beside standard output, which goes to a file.
fn replay(folder: &Path, outputs: &str) -> Child {
    let config = folder.join("agent.toml");
    fs::write(&config, format!("[[output]]\ntype = \"stdout\"\n{outputs}")).unwrap();
    let mut command = Command::new(agent::program().unwrap());
    command.args(["replay", "--resolver", "10.53.0.53", "--config"]).arg(&config).arg(capture(folder));
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
