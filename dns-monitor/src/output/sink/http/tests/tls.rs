//! Whom requests trust, and what they show.

use std::{fs, io::Write as _, path::PathBuf, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use rustls::{
    RootCertStore, ServerConfig, ServerConnection, StreamOwned, pki_types::PrivateKeyDer,
    server::WebPkiClientVerifier,
};
use tempfile::TempDir;

use super::{
    server::{reply, request},
    *,
};
use crate::{config::output::Tls, output::sink::lab::Behaviour};

struct Authority {
    folder: TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { folder, issuer }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Files of a certificate that shows who a client is.
    fn client(&self) -> (PathBuf, PathBuf) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(["resolver-1".to_owned()]).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let files = (self.file("client.pem"), self.file("client.key"));
        fs::write(&files.0, certificate.pem()).unwrap();
        fs::write(&files.1, key.serialize_pem()).unwrap();
        files
    }

    /// A server for this name; it may want to see who we are.
    fn server(&self, name: &str, mutual: bool) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let builder = if mutual {
            let mut roots = RootCertStore::empty();
            roots.add(self.issuer.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        } else {
            builder.with_no_client_auth()
        };
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        Arc::new(builder.with_single_cert(vec![certificate.der().clone()], key).unwrap())
    }
}

/// Takes one request, if the client lets it.
fn https(config: Arc<ServerConfig>) -> Behaviour<()> {
    Box::new(move |stream| {
        let mut stream = StreamOwned::new(ServerConnection::new(config).unwrap(), stream);
        if request(&mut stream).is_some() {
            stream.write_all(&reply(200, "", "")).unwrap();
            assert!(request(&mut stream).is_none());
        }
    })
}

#[test]
fn trust_is_given_to_the_ca_file_and_to_the_right_name_only() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let (certificate, key) = ours.client();
    let none = Tls::default;
    let ca = || Tls { ca: Some(ours.file("ca.pem")), ..none() };
    let mutual = Tls { certificate: Some(certificate), key: Some(key), ..ca() };
    let cases = [
        ("own authority", ours.server("127.0.0.1", false), ca(), true),
        ("those of the web know nothing of it", ours.server("127.0.0.1", false), none(), false),
        ("another authority", theirs.server("127.0.0.1", false), ca(), false),
        ("another name", ours.server("siem.example", false), ca(), false),
        ("it wants to know who we are", ours.server("127.0.0.1", true), mutual, true),
        ("and we do not say", ours.server("127.0.0.1", true), ca(), false),
    ];
    for (what, server, tls, good) in cases {
        let collector = Collector::start(vec![https(server)]);
        let url = format!("https://127.0.0.1:{}", collector.port);
        let mut sink = http(Web { tls, ..Web::new(&url) }, Settings::Ndjson);
        let result = sink.deliver(&batch(&lines(1)), &Stop::default());
        assert_eq!(result.is_ok(), good, "{what}: {result:?}");
        drop(sink);
        collector.finish();
    }
}
