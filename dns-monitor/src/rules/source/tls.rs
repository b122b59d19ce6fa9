//! Whom downloads trust.

use std::{fs, path::Path, sync::Arc};

use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

use super::error::FetchError;

/// The authorities of the web, and those of `ca_file` (PEM) besides. It is read for each download, so that
/// a new one needs no restart.
pub(super) fn config(ca_file: Option<&Path>) -> Result<TlsConfig, FetchError> {
    let Some(file) = ca_file else { return Ok(TlsConfig::builder().build()) };
    let mut roots: Vec<_> = TLS_SERVER_ROOT_CERTS.iter().map(|der| Certificate::from_der(der)).collect();
    roots.extend(own(file).map_err(|reason| FetchError::Ca { file: file.to_owned(), reason })?);
    Ok(TlsConfig::builder().root_certs(RootCerts::Specific(Arc::new(roots))).build())
}

fn own(file: &Path) -> Result<Vec<Certificate<'static>>, String> {
    let pem = fs::read(file).map_err(|error| error.to_string())?;
    let mut certificates = Vec::new();
    for item in parse_pem(&pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|error| error.to_string())? {
            certificates.push(certificate);
        }
    }
    if certificates.is_empty() {
        return Err("no certificate in it: PEM is expected".to_owned());
    }
    Ok(certificates)
}
