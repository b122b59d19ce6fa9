//! Connections for HTTP: whom they trust, and what can go wrong with them.

use std::{fs, io, net::SocketAddr, path::Path, sync::Arc};

use ureq::{
    Agent,
    config::Config,
    http::{Uri, uri::Scheme},
    tls::{Certificate, ClientCert, PemItem, RootCerts, TlsConfig, parse_pem},
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

use super::{SinkError, connection::names};
use crate::config::output::Tls;

/// As many as a request tries.
const MAX_ADDRESSES: usize = 16;

/// An agent that follows no redirect: events go where the operator said. Files are read now.
pub(super) fn agent(tls: &Tls) -> Result<Agent, ureq::Error> {
    let config = Agent::config_builder()
        .tls_config(config(tls)?)
        .user_agent(concat!("dns-monitor/", env!("CARGO_PKG_VERSION")))
        .accept("*/*")
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .proxy(None);
    Ok(Agent::with_parts(config.build(), DefaultConnector::default(), Names))
}

/// Names are looked up as for all outputs.
#[derive(Debug)]
struct Names;

impl Resolver for Names {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let (host, port) = (uri.host().unwrap_or_default(), uri.port_u16());
        let port = port.unwrap_or(if uri.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 });
        if let Some(known) = names::known(host) {
            let mut addresses = self.empty();
            known.into_iter().take(MAX_ADDRESSES).for_each(|ip| addresses.push(SocketAddr::new(ip, port)));
            return Ok(addresses);
        }
        let addresses = DefaultResolver::default().resolve(uri, config, timeout)?;
        names::remember(host, addresses.iter().map(SocketAddr::ip).collect());
        Ok(addresses)
    }
}

fn config(tls: &Tls) -> io::Result<TlsConfig> {
    let roots = match &tls.ca {
        Some(file) => pem(file)?.0,
        None => TLS_SERVER_ROOT_CERTS.iter().map(|der| Certificate::from_der(der)).collect(),
    };
    let config = TlsConfig::builder().root_certs(RootCerts::Specific(Arc::new(roots)));
    let (Some(certificate), Some(key)) = (&tls.certificate, &tls.key) else { return Ok(config.build()) };
    let (chain, _) = pem(certificate)?;
    let Some(key) = pem(key)?.1 else { return Err(named(key, "no private key in it: PEM is expected")) };
    Ok(config.client_cert(Some(ClientCert::new_with_certs(&chain, key))).build())
}

/// The certificates of a file, and its key.
type Pem = (Vec<Certificate<'static>>, Option<ureq::tls::PrivateKey<'static>>);

fn pem(file: &Path) -> io::Result<Pem> {
    let text = fs::read(file).map_err(|error| named(file, error))?;
    let (mut certificates, mut key) = (Vec::new(), None);
    for item in parse_pem(&text) {
        match item.map_err(|error| named(file, error))? {
            PemItem::Certificate(certificate) => certificates.push(certificate),
            PemItem::PrivateKey(found) => key = Some(found),
            _ => {}
        }
    }
    if certificates.is_empty() && key.is_none() {
        return Err(named(file, "neither certificate nor key in it: PEM is expected"));
    }
    Ok((certificates, key))
}

fn named(file: &Path, error: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("{}: {error}", file.display()))
}

/// What it means for the events.
pub(super) fn fault(to: &str, error: ureq::Error) -> SinkError {
    use ureq::Timeout;
    let to = to.to_owned();
    match error {
        ureq::Error::Timeout(during @ (Timeout::Resolve | Timeout::Connect)) => {
            SinkError::Connect { to, source: io::Error::new(io::ErrorKind::TimedOut, during.to_string()) }
        }
        ureq::Error::Timeout(_) => {
            SinkError::Broken { to, source: io::Error::new(io::ErrorKind::TimedOut, "no reply in time") }
        }
        ureq::Error::Io(source) if is_connecting(&source) => SinkError::Connect { to, source },
        ureq::Error::Io(source) => SinkError::Broken { to, source },
        error @ (ureq::Error::HostNotFound
        | ureq::Error::ConnectionFailed
        | ureq::Error::Tls(_)
        | ureq::Error::Pem(_)
        | ureq::Error::Rustls(_)) => SinkError::Connect { to, source: io::Error::other(error) },
        error @ (ureq::Error::BodyExceedsLimit(_)
        | ureq::Error::LargeResponseHeader(..)
        | ureq::Error::Protocol(_)
        | ureq::Error::Decompress(..)) => SinkError::Garbage { to, reason: error.to_string() },
        error => SinkError::Broken { to, source: io::Error::other(error) },
    }
}

/// How the system begins what it says of names that it cannot look up: that has no kind of its own.
const LOOKUP: &str = "failed to lookup address";

/// Nobody there, or a handshake that failed: that comes as an I/O error around the real one.
fn is_connecting(error: &io::Error) -> bool {
    use io::ErrorKind::{
        AddrNotAvailable, ConnectionRefused, HostUnreachable, InvalidInput, NetworkUnreachable,
    };
    matches!(
        error.kind(),
        AddrNotAvailable | ConnectionRefused | HostUnreachable | InvalidInput | NetworkUnreachable
    ) || error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>())
        || error.to_string().starts_with(LOOKUP)
}
