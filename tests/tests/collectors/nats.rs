//! NATS JetStream.

use std::cell::RefCell;

use dns_monitor::{
    config::output::{Auth, Endpoint, Kind, Nats as Settings, Secret, Tls, Transport},
    output::sink::SinkError,
};
use dns_monitor_tests::collectors::nats::{Nats, USER};

use super::sender::{Sender, endpoint, events, fails, set, while_killed};

fn nats(port: u16, subject: &str, password: &str) -> Kind {
    let auth = Auth::Password { user: USER.0.to_owned(), password: Secret::given("password", password) };
    Kind::Nats(Settings {
        endpoint: endpoint(port),
        subject: subject.to_owned(),
        window: 256,
        auth: Some(auth),
    })
}

#[test]
fn a_stream_has_each_event_once_though_the_server_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Nats::start(folder.path()).unwrap();
    server.make_stream("DNS", "dns.events", -1).unwrap();
    let (port, sent) = (server.port, events(20_000));
    let cell = RefCell::new(&mut server);
    let receipt = while_killed(
        &nats(port, "dns.events", USER.1),
        &sent,
        || cell.borrow_mut().program.kill().unwrap(),
        || cell.borrow_mut().again().unwrap(),
    );
    assert_eq!((receipt.taken, receipt.refused), (20_000, 0));
    let messages = server.messages("DNS").unwrap();
    assert_eq!(set(messages.keys()), set(sent));
    assert!(messages.values().all(|count| *count == 1), "the id tells duplicates");
}

#[test]
fn a_server_that_refuses_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let server = Nats::start(folder.path()).unwrap();
    let error = fails(&nats(server.port, "dns.events", "wrong"));
    assert!(
        matches!(&error, SinkError::Unauthorised { reason, .. } if reason.contains("Authorization")),
        "{error}"
    );
    assert!(!error.to_string().contains("wrong"), "{error}");
    let error = fails(&nats(server.port, "nobody.listens", USER.1));
    assert!(matches!(&error, SinkError::Busy { reason, .. } if reason.contains("no stream")), "{error}");
    // A stream that is full takes the rest when there is room.
    server.make_stream("SMALL", "small", 3).unwrap();
    let kind = nats(server.port, "small", USER.1);
    assert_eq!(Sender::up_to(3).send(&kind, &events(3)).taken, 3);
    let error = fails(&kind);
    assert!(
        matches!(&error, SinkError::Busy { reason, .. } if reason.contains("maximum messages")),
        "{error}"
    );
    assert_eq!(server.count("SMALL").unwrap(), 3);
}

/// The server speaks first, and only then TLS begins.
#[test]
fn a_server_with_tls_is_trusted_only_by_its_authority() {
    let folder = tempfile::tempdir().unwrap();
    super::tls::write(folder.path(), &["127.0.0.1"]);
    let server = Nats::start_tls(folder.path()).unwrap();
    let with = |transport| {
        let auth = Auth::Password { user: USER.0.to_owned(), password: Secret::given("password", USER.1) };
        let endpoint = Endpoint { transport, ..endpoint(server.port) };
        Kind::Nats(Settings { endpoint, subject: "dns".to_owned(), window: 9, auth: Some(auth) })
    };
    let error = fails(&with(Transport::Tls(Tls::default())));
    assert!(matches!(error, SinkError::Connect { .. }), "{error}");
    let error = fails(&with(Transport::Tcp));
    assert!(
        matches!(&error, SinkError::Unauthorised { reason, .. } if reason.contains("wants TLS")),
        "{error}"
    );
    let ca = Tls { ca: Some(folder.path().join("ca.pem")), ..Tls::default() };
    // It lets us in: that there is no stream is all it has to say.
    let error = fails(&with(Transport::Tls(ca)));
    assert!(matches!(&error, SinkError::Busy { reason, .. } if reason.contains("no stream")), "{error}");
}
