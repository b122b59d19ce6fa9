#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use super::*;

fn notifier(socket: UnixDatagram, watchdog: Option<Duration>) -> Notifier {
    Notifier { socket: Some(socket), watchdog, ..Notifier::default() }
}

fn heard(socket: &UnixDatagram) -> Vec<String> {
    socket.set_nonblocking(true).unwrap();
    let mut buffer = [0; 512];
    let mut all = Vec::new();
    while let Ok(length) = socket.recv(&mut buffer) {
        all.push(String::from_utf8(buffer[..length].to_vec()).unwrap());
    }
    all
}

#[test]
fn it_is_told_in_the_words_of_sd_notify() {
    let (ours, theirs) = UnixDatagram::pair().unwrap();
    let mut notifier = notifier(ours, Some(Duration::from_secs(3600)));
    notifier.ready();
    notifier.beat(|| Some("watching\neth0".to_owned()));
    notifier.beat(|| Some("too soon".to_owned()));
    notifier.stopping();
    assert_eq!(heard(&theirs), ["READY=1", "WATCHDOG=1", "STATUS=watching eth0", "STOPPING=1"]);
    notifier.reloading();
    let said = heard(&theirs).concat();
    let (first, since) = said.split_once('\n').unwrap();
    assert_eq!(first, "RELOADING=1");
    assert!(since.strip_prefix("MONOTONIC_USEC=").unwrap().parse::<u64>().unwrap() > 0);
}

#[test]
fn without_a_watchdog_it_is_not_beaten() {
    let (ours, theirs) = UnixDatagram::pair().unwrap();
    notifier(ours, None).beat(|| None);
    assert_eq!(heard(&theirs), Vec::<String>::new());
}

#[test]
fn both_kinds_of_address_are_known() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let by_path = UnixDatagram::bind(&path).unwrap();
    connect(path.to_str().unwrap()).unwrap().send(b"READY=1").unwrap();
    assert_eq!(heard(&by_path), ["READY=1"]);
    let name = format!("dns-monitor-test-{}", process::id());
    let by_name = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
    connect(&format!("@{name}")).unwrap().send(b"READY=1").unwrap();
    assert_eq!(heard(&by_name), ["READY=1"]);
}

#[test]
fn a_manager_that_does_not_listen_holds_nobody_up() {
    let (ours, theirs) = UnixDatagram::pair().unwrap();
    ours.set_nonblocking(true).unwrap();
    let notifier = notifier(ours, None);
    for _ in 0..10_000 {
        notifier.ready();
    }
    drop(theirs);
    notifier.stopping();
}
