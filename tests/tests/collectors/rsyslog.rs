//! rsyslog: syslog over TCP, TLS and UDP, and RELP.

use std::{path::Path, time::Duration};

use dns_monitor::config::output::{
    Endpoint, Kind, Relp, Syslog, SyslogHeader, SyslogTransport, Tls, Transport,
};
use dns_monitor_tests::{collectors::rsyslog::Rsyslog, wait};

use super::{
    cut::arrived,
    sender::{Sender, address, endpoint, events, fails, set, while_killed},
};

fn syslog(port: u16, transport: SyslogTransport) -> Kind {
    let timeout = Duration::from_secs(5);
    Kind::Syslog(Syslog { address: address(port), timeout, transport, header: SyslogHeader::default() })
}

fn relp(port: u16, transport: Transport) -> Kind {
    let endpoint = Endpoint { transport, ..endpoint(port) };
    Kind::Relp(Relp { endpoint, window: 64, header: SyslogHeader::default() })
}

fn start(folder: &Path, names: &[&str]) -> Rsyslog {
    super::tls::write(folder, names);
    Rsyslog::start(folder).unwrap()
}

#[test]
fn syslog_messages_arrive_as_they_were_sent() {
    let folder = tempfile::tempdir().unwrap();
    let rsyslog = start(folder.path(), &["127.0.0.1"]);
    let tls = Tls { ca: Some(folder.path().join("ca.pem")), ..Tls::default() };
    let ways = [
        ("tcp", syslog(rsyslog.tcp, SyslogTransport::Tcp), 5000),
        ("tls", syslog(rsyslog.tls, SyslogTransport::Tls(tls)), 5000),
        // No more than a socket's buffer holds: nobody says where a datagram ends.
        ("udp", syslog(rsyslog.udp, SyslogTransport::Udp { max_bytes: 8192 }), 50),
    ];
    let mut expected = Vec::new();
    for (way, kind, count) in ways {
        let sent: Vec<_> = events(count).iter().map(|event| event.replace("lab-", way)).collect();
        assert_eq!(Sender::up_to(usize::MAX).send(&kind, &sent).taken, count as u64, "{way}");
        expected.extend(sent);
        let written = || Ok((rsyslog.lines()?.len() >= expected.len()).then_some(()));
        wait::until("rsyslog has written all", written).unwrap();
    }
    let mut written = rsyslog.lines().unwrap();
    assert_eq!(written.len(), expected.len());
    // Each way is a connection, and keeps its order.
    written.truncate(5000);
    assert_eq!(written, expected[..5000]);
    assert_eq!(set(rsyslog.lines().unwrap()), set(expected));
}

#[test]
fn a_certificate_for_another_name_is_not_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let rsyslog = start(folder.path(), &["siem.example"]);
    let ca = Tls { ca: Some(folder.path().join("ca.pem")), ..Tls::default() };
    let error = fails(&syslog(rsyslog.tls, SyslogTransport::Tls(ca.clone()))).to_string();
    assert!(error.contains("cannot connect") && error.contains("not valid for name"), "{error}");
    let named = Tls { server_name: Some("siem.example".to_owned()), ..ca };
    Sender::up_to(1).send(&syslog(rsyslog.tls, SyslogTransport::Tls(named)), &events(1));
}

#[test]
fn syslog_goes_on_after_rsyslog_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut rsyslog = start(folder.path(), &["127.0.0.1"]);
    let (port, sent) = (rsyslog.tcp, events(20_000));
    let rsyslog_cell = std::cell::RefCell::new(&mut rsyslog);
    let receipt = while_killed(
        &syslog(port, SyslogTransport::Tcp),
        &sent,
        || rsyslog_cell.borrow_mut().program.kill().unwrap(),
        || rsyslog_cell.borrow_mut().again().unwrap(),
    );
    assert_eq!(receipt.taken, 20_000);
    // What was on its way when it was killed is lost, and nobody can know: it does not acknowledge.
    let written = arrived(&rsyslog.lines().unwrap(), &set(sent)).unwrap();
    assert!(written.len() > 10_000, "{} arrived", written.len());
}

#[test]
fn relp_messages_arrive_once_over_tls_too() {
    let folder = tempfile::tempdir().unwrap();
    let rsyslog = start(folder.path(), &["127.0.0.1"]);
    let ca = Tls { ca: Some(folder.path().join("ca.pem")), ..Tls::default() };
    let sent = events(2000);
    let kind = relp(rsyslog.relp_tls, Transport::Tls(ca));
    assert_eq!(Sender::up_to(usize::MAX).send(&kind, &sent).taken, 2000);
    assert_eq!(rsyslog.lines().unwrap(), sent);
    let error = fails(&relp(rsyslog.relp_tls, Transport::Tls(Tls::default())));
    assert!(error.to_string().contains("cannot connect"), "{error}");
}

#[test]
fn what_relp_acknowledged_is_there_though_rsyslog_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut rsyslog = start(folder.path(), &["127.0.0.1"]);
    let (port, sent) = (rsyslog.relp, events(20_000));
    let cell = std::cell::RefCell::new(&mut rsyslog);
    let receipt = while_killed(
        &relp(port, Transport::Tcp),
        &sent,
        || cell.borrow_mut().program.kill().unwrap(),
        || cell.borrow_mut().again().unwrap(),
    );
    assert_eq!((receipt.taken, receipt.refused), (20_000, 0));
    // The line that was cut was not acknowledged, and came again.
    let sent = set(sent);
    assert_eq!(arrived(&rsyslog.lines().unwrap(), &sent).unwrap(), sent);
}
