//! Whom downloads trust.

use std::fs;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::{ServerConfig, pki_types::PrivateKeyDer};

use super::{
    Lab, read,
    server::{Server, ok, redirect},
    told,
};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A server's certificate for `host`, good until the end of `year`.
fn server(authority: &Authority, host: &str, year: i32) -> ServerConfig {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([host.to_owned()]).unwrap();
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(year, 12, 31);
    let certificate = params.signed_by(&key, authority).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap()
}

#[test]
fn certificates() {
    let (known, unknown) = (authority("known"), authority("unknown"));
    // whether the authority is given, its certificate, the name in the server's, until when, what comes of it
    let table = [
        ("good", true, &known, "127.0.0.1", 2090, Ok("secure\n")),
        (
            "an authority of the web is asked for",
            false,
            &known,
            "127.0.0.1",
            2090,
            Err("UnknownIssuer: where the server has"),
        ),
        ("another authority", true, &unknown, "127.0.0.1", 2090, Err("UnknownIssuer")),
        ("another name", true, &known, "other.example", 2090, Err("not valid for name")),
        ("expired", true, &known, "127.0.0.1", 2001, Err("expired")),
    ];
    for (what, given, authority, host, year, expected) in table {
        let mut lab = Lab::new();
        if given {
            fs::write(lab.path("ca.pem"), known.pem()).unwrap();
            lab.settings.ca_file = Some(lab.path("ca.pem"));
        }
        let server = Server::https(server(authority, host, year), [ok("secure\n")]);
        let mut source = lab.url(&server.url("/list"));
        match (source.refresh(false), expected) {
            (Ok(refreshed), Ok(text)) => assert_eq!(read(&Ok(refreshed)).0, text, "{what}"),
            (Err(error), Err(part)) => {
                let error = error.to_string();
                assert!(error.contains("/list: TLS: ") && error.contains(part), "{what}: {error}");
                assert!(server.requests().is_empty(), "{what}: nothing is said to whom is not trusted");
            }
            (other, _) => panic!("{what}: {other:?}"),
        }
    }
}

#[test]
fn redirects_stay_protected() {
    let authority = authority("known");
    let mut lab = Lab::new();
    fs::write(lab.path("ca.pem"), authority.pem()).unwrap();
    lab.settings.ca_file = Some(lab.path("ca.pem"));
    let plain = Server::http([ok("plain\n")]);
    let secure =
        Server::https(server(&authority, "127.0.0.1", 2090), [redirect(&plain.url("/list")), ok("secure\n")]);
    let error = told(lab.url(&secure.url("/list")).refresh(false));
    assert!(error.contains("a redirect from https to http://127.0.0.1:"), "{error}");
    assert!(plain.requests().is_empty());
    let upgrade = Server::http([redirect(&secure.url("/list"))]);
    assert_eq!(read(&lab.url(&upgrade.url("/list")).refresh(false)), ("secure\n".to_owned(), true));
}

#[test]
fn a_ca_file_adds_to_the_web() {
    let lab = Lab::new();
    fs::write(lab.path("ca.pem"), authority("known").pem()).unwrap();
    let config = super::super::tls::config(Some(&lab.path("ca.pem"))).unwrap();
    let ureq::tls::RootCerts::Specific(roots) = config.root_certs() else { panic!("not specific") };
    assert_eq!(roots.len(), webpki_root_certs::TLS_SERVER_ROOT_CERTS.len() + 1);
}

#[test]
fn ca_files_that_are_none() {
    let table = [
        ("missing", None, "No such file"),
        ("empty", Some(""), "no certificate in it: PEM is expected"),
        ("text", Some("hello"), "no certificate in it: PEM is expected"),
    ];
    for (what, contents, expected) in table {
        let mut lab = Lab::new();
        let file = lab.path("ca.pem");
        if let Some(contents) = contents {
            fs::write(&file, contents).unwrap();
        }
        lab.settings.ca_file = Some(file.clone());
        let error = told(lab.url("https://127.0.0.1:1/list").refresh(false));
        assert!(error.contains(&format!("ca_file {}: {expected}", file.display())), "{what}: {error}");
    }
}
