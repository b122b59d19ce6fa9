//! What can go wrong on the way to the text of a list, and what stays in force then.

use std::{fmt, io, path::PathBuf, time::Duration};

use jiff::Timestamp;

use super::fetch::MAX_REDIRECTS;

/// What is used while a list cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stays {
    /// The last good copy, and when it was taken.
    Copy(Timestamp),
    /// What is in the memory of the agent; no copy is on disk.
    Memory,
    /// Nothing.
    Nothing,
}

impl fmt::Display for Stays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Copy(time) => write!(f, "the last good copy, of {time}, stays in force"),
            Self::Memory => f.write_str("what was read before stays in force"),
            Self::Nothing => f.write_str("there is no earlier copy, so the list is empty"),
        }
    }
}

/// Why there is nothing (new) to read, or why it is not kept.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The file or folder cannot be read.
    #[error("{}: {source}; {stays}", .path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
        /// What is used meanwhile.
        stays: Stays,
    },
    /// The files are larger than lists may be.
    #[error("{}: {size} bytes are more than the {limit} that a list may have; {stays}", .path.display())]
    Size {
        /// Which file or folder.
        path: PathBuf,
        /// Bytes.
        size: u64,
        /// Bytes allowed.
        limit: u64,
        /// What is used meanwhile.
        stays: Stays,
    },
    /// The download failed.
    #[error("{url}: {cause}; {stays}; next try in {} s", .retry.as_secs())]
    Fetch {
        /// Without user, password and query.
        url: String,
        /// Why.
        cause: Box<FetchError>,
        /// What is used meanwhile.
        stays: Stays,
        /// Time to the next try.
        retry: Duration,
    },
    /// The download failed, there is no copy, and it is too early to try again.
    #[error("{url}: the last try failed ({cause}); {}; next try in {} s", Stays::Nothing, .retry.as_secs())]
    Waiting {
        /// Without user, password and query.
        url: String,
        /// Why the last try failed.
        cause: String,
        /// Time to the next try.
        retry: Duration,
    },
    /// The list is in force, but the next start will not know it.
    #[error("{}: {source}; the list is in force, but no copy of it is kept: make the state folder writable", .folder.display())]
    NotKept {
        /// Where the copy would be.
        folder: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The list is in force as it was read, and its files are different by now.
    #[error("{}: changed while it was read; no copy is kept, and it is read again at the next look", .path.display())]
    Changed {
        /// Which file or folder.
        path: PathBuf,
    },
}

/// What is odd, and does not keep a list from being used.
#[derive(Debug, thiserror::Error)]
pub enum Warning {
    /// The state file says nothing.
    #[error("{}: {reason}; it is ignored, and so is the last good copy of the list", .file.display())]
    State {
        /// Which.
        file: PathBuf,
        /// Why.
        reason: String,
    },
    /// The copy belongs to what the list was before its path or URL was changed.
    #[error("{}: the last good copy came from {from}; it is ignored", .file.display())]
    Moved {
        /// The state file.
        file: PathBuf,
        /// Where the copy came from.
        from: String,
    },
    /// The copy is not what was put there.
    #[error("{}: the last good copy is damaged or gone; it is ignored", .folder.display())]
    Damaged {
        /// Where it is.
        folder: PathBuf,
    },
    /// The state folder takes nothing; a temporary folder does until the agent ends.
    #[error("{}: {source}; the list is kept in a temporary folder and will be gone after a restart: make the state folder writable", .folder.display())]
    Unwritable {
        /// Which.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Why a download failed.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Not a URL.
    #[error("not a URL ({0}): write it as https://host/path")]
    Url(url::ParseError),
    /// A URL that is not of the web.
    #[error("{0}: URLs are not possible: use http:// or https://, or path for a file")]
    Scheme(String),
    /// The server's answer is no list.
    #[error("the server answers {}{}", .0, hint(.0))]
    Status(u16),
    /// Took too long, in all.
    #[error("not complete after {} s", .0.as_secs_f32())]
    Timeout(Duration),
    /// More bytes (after decompression) than a list may have.
    #[error("more than the {0} bytes that a list may have")]
    Size(u64),
    /// Too many redirects.
    #[error("more than {MAX_REDIRECTS} redirects, the last to {0}")]
    Redirects(String),
    /// A redirect to where it came from.
    #[error("a redirect loop: back to {0}")]
    Loop(String),
    /// A redirect that does not say where to.
    #[error("a redirect to what is no URL ({0})")]
    Location(url::ParseError),
    /// A redirect from https to http.
    #[error("a redirect from https to {0}, which is not protected: refused")]
    Downgrade(String),
    /// The file of certificates cannot be used.
    #[error("ca_file {}: {reason}", .file.display())]
    Ca {
        /// Which.
        file: PathBuf,
        /// Why.
        reason: String,
    },
    /// TLS failed, mostly because the certificate is not to be trusted.
    #[error("TLS: {}{}", .0, ca_hint(.0))]
    Tls(rustls::Error),
    /// No address for the host.
    #[error("the host has no address: is the name right, and does this machine resolve names?")]
    Host,
    /// The connection ended before the list did.
    #[error("the connection was cut before the end")]
    Cut,
    /// The connection failed.
    #[error("{0}")]
    Connection(io::Error),
    /// The server does not speak HTTP as it should.
    #[error("{0}")]
    Protocol(String),
    /// What arrived cannot be written.
    #[error("cannot be written: {0}")]
    Write(io::Error),
}

const fn hint(status: &u16) -> &'static str {
    match status {
        401 | 403 => ": does the URL need a password or a key?",
        404 | 410 => ": has the list moved?",
        429 => ": it is asked too often, use a longer refresh",
        _ => "",
    }
}

fn ca_hint(error: &rustls::Error) -> &'static str {
    use rustls::{CertificateError, Error};
    match error {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            ": where the server has a certificate of your own, give its authority as ca_file"
        }
        _ => "",
    }
}
