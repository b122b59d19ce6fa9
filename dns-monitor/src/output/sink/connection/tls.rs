//! TLS: whom we trust, what we show, and the handshake within a time.

use std::{io, net::TcpStream, path::Path, sync::Arc, time::Duration};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _},
};
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

use super::Patience;
use crate::{config::output::Tls, output::sink::Stop};

/// What rustls needs to know. The files are read now.
///
/// # Errors
/// A file cannot be read, has nothing in it that it should have, or the key does not fit the certificate.
pub fn client(tls: &Tls) -> io::Result<Arc<ClientConfig>> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_root_certificates(roots(tls.ca.as_deref())?);
    let config = match (&tls.certificate, &tls.key) {
        (Some(certificate), Some(key)) => {
            let chain = certificates(certificate)?;
            let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| named("key", key, error))?;
            builder.with_client_auth_cert(chain, secret).map_err(|error| named("key", key, error))?
        }
        _ => builder.with_no_client_auth(),
    };
    Ok(Arc::new(config))
}

fn roots(ca: Option<&Path>) -> io::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    match ca {
        None => drop(roots.add_parsable_certificates(TLS_SERVER_ROOT_CERTS.iter().cloned())),
        Some(file) => {
            for certificate in certificates(file)? {
                roots.add(certificate).map_err(|error| named("ca", file, error))?;
            }
        }
    }
    Ok(roots)
}

fn certificates(file: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let certificates = read.map_err(|error| named("certificates", file, error))?;
    if certificates.is_empty() {
        return Err(named("certificates", file, "no certificate in it: PEM is expected"));
    }
    Ok(certificates)
}

fn named(what: &str, file: &Path, error: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("{what} {}: {error}", file.display()))
}

/// Protects a connection to `host`, or to who has the name of the settings.
///
/// # Errors
/// Those of [`client`]; the certificate of the other side is not to be trusted; it broke, or took too long.
pub fn handshake(
    mut socket: TcpStream,
    tls: &Tls,
    host: &str,
    timeout: Duration,
    stop: &Stop,
) -> io::Result<StreamOwned<ClientConnection, TcpStream>> {
    let name = tls.server_name.as_deref().unwrap_or(host);
    let name = ServerName::try_from(name.to_owned())
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, format!("{name:?} is no server name")))?;
    let mut connection = ClientConnection::new(client(tls)?, name).map_err(io::Error::other)?;
    let patience = Patience::new(timeout, stop);
    while connection.is_handshaking() {
        match connection.complete_io(&mut socket) {
            Ok(_) => {}
            Err(error) => {
                patience.wait(error).map_err(|error| io::Error::new(error.kind(), format!("TLS: {error}")))?
            }
        }
    }
    Ok(StreamOwned::new(connection, socket))
}
