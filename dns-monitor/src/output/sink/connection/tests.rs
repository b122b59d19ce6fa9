//! Whom a connection trusts, and what ends it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    sync::{Arc, Barrier},
    thread::{self, JoinHandle},
};

use nix::sys::socket::{setsockopt, sockopt};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::{
    RootCertStore, ServerConfig, ServerConnection,
    pki_types::PrivateKeyDer,
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
};
use tempfile::TempDir;

use super::*;

const TIMEOUT: Duration = Duration::from_secs(20);

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate for `host`, good until the end of `year`, and its key.
fn certificate(authority: &Authority, host: &str, year: i32) -> (rcgen::Certificate, KeyPair) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([host.to_owned()]).unwrap();
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(year, 12, 31);
    (params.signed_by(&key, authority).unwrap(), key)
}

fn server(authority: &Authority, host: &str, year: i32, clients: Option<&Authority>) -> ServerConfig {
    let (certificate, key) = certificate(authority, host, year);
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let builder = ServerConfig::builder();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(authority) => builder.with_client_cert_verifier(verifier(authority)),
    };
    builder.with_single_cert(vec![certificate.der().clone()], key).unwrap()
}

fn verifier(authority: &Authority) -> Arc<dyn ClientCertVerifier> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.der().clone()).unwrap();
    WebPkiClientVerifier::builder(roots.into()).build().unwrap()
}

/// Takes one connection, and what comes by it.
fn listen(config: ServerConfig) -> (SocketAddr, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = thread::spawn(move || {
        let (socket, _) = listener.accept().unwrap();
        let connection = ServerConnection::new(Arc::new(config)).unwrap();
        let mut bytes = Vec::new();
        let mut buffer = [0; 4096];
        let mut stream = StreamOwned::new(connection, socket);
        while let Ok(read @ 1..) = stream.read(&mut buffer) {
            bytes.extend_from_slice(&buffer[..read]);
        }
        bytes
    });
    (address, thread)
}

fn to(address: SocketAddr) -> Address {
    Address { host: address.ip().to_string(), port: address.port() }
}

fn file(folder: &TempDir, name: &str, contents: &str) -> Option<PathBuf> {
    let path = folder.path().join(name);
    fs::write(&path, contents).unwrap();
    Some(path)
}

#[test]
fn servers_must_be_who_they_should_be() {
    let (known, unknown) = (authority("known"), authority("unknown"));
    let folder = TempDir::new().unwrap();
    let ca = file(&folder, "ca.pem", &known.pem());
    let cases = [
        ("good", &ca, None, server(&known, "127.0.0.1", 2090, None), Ok(())),
        (
            "good by another name",
            &ca,
            Some("siem.example"),
            server(&known, "siem.example", 2090, None),
            Ok(()),
        ),
        ("wrong name", &ca, None, server(&known, "siem.example", 2090, None), Err("not valid for name")),
        (
            "the name that was asked for",
            &ca,
            Some("siem.example"),
            server(&known, "127.0.0.1", 2090, None),
            Err("not valid for name"),
        ),
        ("expired", &ca, None, server(&known, "127.0.0.1", 2001, None), Err("expired")),
        ("unknown authority", &ca, None, server(&unknown, "127.0.0.1", 2090, None), Err("UnknownIssuer")),
        ("not of the web", &None, None, server(&known, "127.0.0.1", 2090, None), Err("UnknownIssuer")),
    ];
    for (what, ca, name, config, expected) in cases {
        let (address, thread) = listen(config);
        let tls = Tls { ca: ca.clone(), server_name: name.map(str::to_owned), ..Tls::default() };
        let stop = Stop::default();
        match (Connection::open(&to(address), Some(&tls), TIMEOUT, &stop), expected) {
            (Ok(mut connection), Ok(())) => {
                connection.write(b"secret\n", &stop).unwrap();
                connection.check().unwrap();
                drop(connection);
                assert_eq!(thread.join().unwrap(), b"secret\n", "{what}");
            }
            (Err(error), Err(part)) => {
                let error = error.to_string();
                let start = format!("cannot connect to {address}: TLS: ");
                assert!(error.starts_with(&start) && error.contains(part), "{what}: {error}");
                assert!(thread.join().unwrap().is_empty(), "{what}: nothing is said to whom is not trusted");
            }
            (Ok(_), Err(_)) => panic!("{what}: trusted"),
            (Err(error), Ok(())) => panic!("{what}: {error}"),
        }
    }
}

#[test]
fn we_show_a_certificate_where_that_is_asked_for() {
    let (servers, clients) = (authority("servers"), authority("clients"));
    let folder = TempDir::new().unwrap();
    let (shown, key) = certificate(&clients, "agent", 2090);
    let tls = Tls {
        ca: file(&folder, "ca.pem", &servers.pem()),
        server_name: None,
        certificate: file(&folder, "client.pem", &shown.pem()),
        key: file(&folder, "client.key", &key.serialize_pem()),
    };
    let none = Tls { certificate: None, key: None, ..tls.clone() };
    for (tls, expected) in [(&tls, b"lines\n".as_slice()), (&none, b"")] {
        let (address, thread) = listen(server(&servers, "127.0.0.1", 2090, Some(&clients)));
        let stop = Stop::default();
        // That we showed none, the server says only after the handshake.
        if let Ok(mut connection) = Connection::open(&to(address), Some(tls), TIMEOUT, &stop) {
            let _refused = connection.write(b"lines\n", &stop);
        }
        assert_eq!(thread.join().unwrap(), expected);
    }
}

#[test]
fn files_that_are_not_what_they_should_be_are_named() {
    let folder = TempDir::new().unwrap();
    let known = authority("known");
    let (certificate, _) = certificate(&known, "agent", 2090);
    let other = KeyPair::generate().unwrap();
    let text = file(&folder, "text", "hello");
    let pem = file(&folder, "client.pem", &certificate.pem());
    let key = file(&folder, "other.key", &other.serialize_pem());
    let cases = [
        ("missing", Tls { ca: Some("/no/ca.pem".into()), ..Tls::default() }, "certificates /no/ca.pem: "),
        ("no PEM", Tls { ca: text.clone(), ..Tls::default() }, "text: no certificate in it: PEM is expected"),
        ("no key", Tls { certificate: pem.clone(), key: text, ..Tls::default() }, "text: "),
        (
            "another's key",
            Tls { certificate: pem, key, ..Tls::default() },
            "other.key: keys may not be consistent",
        ),
    ];
    for (what, tls, expected) in cases {
        let error = tls::client(&tls).unwrap_err().to_string();
        assert!(error.contains(expected), "{what}: {error}");
    }
}

/// Nobody answers at an address of TEST-NET-1 (RFC 5737), or the way there is closed at once.
#[test]
fn the_end_of_the_agent_ends_a_connect() {
    let stop = Stop::default();
    stop.by(Instant::now());
    let address = Address { host: "192.0.2.1".into(), port: 9 };
    assert!(matches!(Connection::open(&address, None, TIMEOUT, &stop), Err(SinkError::Connect { .. })));
}

#[test]
fn a_name_that_does_not_exist_is_said() {
    let address = Address { host: "siem.invalid".into(), port: 9 };
    let error = Connection::open(&address, None, TIMEOUT, &Stop::default()).err().unwrap();
    assert!(error.to_string().starts_with("cannot connect to siem.invalid:9: "), "{error}");
}

#[test]
fn who_has_gone_is_noticed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let stop = Stop::default();
    let mut connection = Connection::open(&to(listener.local_addr().unwrap()), None, TIMEOUT, &stop).unwrap();
    let (socket, _) = listener.accept().unwrap();
    connection.check().unwrap();
    drop(socket);
    let start = Instant::now();
    while connection.check().is_ok() {
        assert!(start.elapsed() < TIMEOUT);
        thread::sleep(Duration::from_millis(1));
    }
    assert!(matches!(connection.read(&mut [0; 10], &stop), Err(SinkError::Broken { .. })));
}

/// Tickets of a server that is late come when everything is written and the connection is over.
#[test]
fn what_was_written_is_not_lost_where_the_server_says_something_late() {
    const SIZE: usize = 200_000;
    let authority = authority("ours");
    let config = server(&authority, "127.0.0.1", 2100, None);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    // What it has not read is still on our side.
    setsockopt(&listener, sockopt::RcvBuf, &8192).unwrap();
    let address = to(listener.local_addr().unwrap());
    let written = Arc::new(Barrier::new(2));
    let is_written = Arc::clone(&written);
    let late = thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut connection = ServerConnection::new(Arc::new(config)).unwrap();
        connection.read_tls(&mut socket).unwrap();
        connection.process_new_packets().unwrap();
        while connection.wants_write() {
            connection.write_tls(&mut socket).unwrap();
        }
        is_written.wait();
        // Until the client has let go, or would have.
        thread::sleep(Duration::from_millis(100));
        let (mut stream, mut bytes) = (StreamOwned::new(connection, socket), Vec::new());
        let _end = stream.read_to_end(&mut bytes);
        bytes.len()
    });
    let folder = TempDir::new().unwrap();
    let ca = folder.path().join("ca.pem");
    fs::write(&ca, authority.pem()).unwrap();
    let tls = Tls { ca: Some(ca), ..Tls::default() };
    let stop = Stop::default();
    let mut connection = Connection::open(&address, Some(&tls), TIMEOUT, &stop).unwrap();
    connection.write(&[b'x'; SIZE], &stop).unwrap();
    written.wait();
    drop(connection);
    assert_eq!(late.join().unwrap(), SIZE);
}
