//! One download: asked with the validators of the last copy (RFC 9110 §13.1), bounded in bytes, time
//! and redirects.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::Path,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ureq::{
    Agent, Body,
    http::{HeaderMap, HeaderName, Response, header},
};

use super::{Fetching, address::Address, error::FetchError, files::hex, tls};

/// Redirects that are followed.
pub const MAX_REDIRECTS: usize = 5;

/// Bytes read at once.
const CHUNK: usize = 64 << 10;

/// What the server said of a copy, to be asked whether there is a newer one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Validators {
    /// `ETag`, as received.
    pub(super) etag: Option<String>,
    /// `Last-Modified`, as received.
    pub(super) last_modified: Option<String>,
}

/// What came of a download.
#[derive(Debug)]
pub(super) enum Answer {
    /// The copy is still the newest.
    Unchanged,
    /// The whole text is in the file.
    Text {
        /// SHA-256 of it, in hexadecimal.
        digest: String,
        /// For the next time.
        validators: Validators,
    },
}

/// Downloads what is at `address` to `file`, unless it is what `known` tells of. The file is to be thrown
/// away after an error: it may be there in part.
pub(super) fn fetch(
    address: &Address,
    known: &Validators,
    settings: &Fetching,
    file: &Path,
) -> Result<Answer, FetchError> {
    // Before the request: a full or read-only disk is then found without a server's work.
    let file = File::create(file).map_err(FetchError::Write)?;
    let download = Download { settings, known, deadline: Instant::now() + settings.timeout };
    let response = download.follow(address.clone())?;
    match response.status().as_u16() {
        304 => Ok(Answer::Unchanged),
        _ => download.save(response, file),
    }
}

struct Download<'a> {
    settings: &'a Fetching,
    known: &'a Validators,
    deadline: Instant,
}

impl Download<'_> {
    /// Asks, and asks again where the server sends to.
    fn follow(&self, mut address: Address) -> Result<Response<Body>, FetchError> {
        let agent = self.agent()?;
        let mut visited: Vec<Address> = Vec::new();
        loop {
            let response = self.ask(&agent, &address)?;
            match response.status().as_u16() {
                200 => return Ok(response),
                304 if self.known.any() => return Ok(response),
                301 | 302 | 303 | 307 | 308 => {}
                status => return Err(FetchError::Status(status)),
            }
            let location = text(response.headers(), header::LOCATION).unwrap_or_default();
            let next = address.follow(&location)?;
            visited.push(address);
            if visited.contains(&next) {
                return Err(FetchError::Loop(next.to_string()));
            }
            if visited.len() > MAX_REDIRECTS {
                return Err(FetchError::Redirects(next.to_string()));
            }
            address = next;
        }
    }

    fn agent(&self) -> Result<Agent, FetchError> {
        let config = Agent::config_builder()
            .tls_config(tls::config(self.settings.ca_file.as_deref())?)
            .user_agent(concat!("dns-monitor/", env!("CARGO_PKG_VERSION")))
            .accept("*/*")
            // Redirects are followed here: a downgrade is refused, and all of them share one deadline.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false);
        let config = if self.settings.proxy_from_env { config } else { config.proxy(None) };
        Ok(config.build().new_agent())
    }

    fn ask(&self, agent: &Agent, address: &Address) -> Result<Response<Body>, FetchError> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(FetchError::Timeout(self.settings.timeout));
        }
        let mut request = agent.get(address.as_str());
        if let Some(etag) = &self.known.etag {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        if let Some(time) = &self.known.last_modified {
            request = request.header(header::IF_MODIFIED_SINCE, time);
        }
        let request = request.config().timeout_global(Some(left)).build();
        request.call().map_err(|error| failure(error, self.settings.timeout))
    }

    /// Writes the body, and gives up at the first byte too many. `Content-Length` only saves the trouble
    /// where it admits to be too large. A body that plain HTTP ends by closing the connection cannot be known
    /// to be cut (RFC 9112 §8): the number of entries has to show it.
    fn save(&self, response: Response<Body>, mut file: File) -> Result<Answer, FetchError> {
        let limit = self.settings.max_bytes;
        let validators = Validators::of(response.headers());
        let declared = text(response.headers(), header::CONTENT_LENGTH).and_then(|text| text.parse().ok());
        if declared.is_some_and(|declared: u64| declared > limit) {
            return Err(FetchError::Size(limit));
        }
        let mut body = response.into_body().into_with_config().limit(u64::MAX).reader();
        let mut hash = Sha256::new();
        let mut chunk = vec![0; CHUNK];
        let mut written = 0_u64;
        loop {
            let count = match body.read(&mut chunk) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(failure(error.into(), self.settings.timeout)),
            };
            let bytes = chunk.get(..count).unwrap_or_default();
            written = written.saturating_add(bytes.len() as u64);
            if written > limit {
                return Err(FetchError::Size(limit));
            }
            hash.update(bytes);
            file.write_all(bytes).map_err(FetchError::Write)?;
        }
        file.sync_all().map_err(FetchError::Write)?;
        Ok(Answer::Text { digest: hex(&hash.finalize()), validators })
    }
}

impl Validators {
    fn of(headers: &HeaderMap) -> Self {
        Self { etag: text(headers, header::ETAG), last_modified: text(headers, header::LAST_MODIFIED) }
    }

    /// Whether there is anything to ask with.
    const fn any(&self) -> bool {
        self.etag.is_some() || self.last_modified.is_some()
    }
}

/// A header that is plain ASCII.
fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// What the operator is told of it: never the URL, which may hold a secret.
fn failure(error: ureq::Error, timeout: Duration) -> FetchError {
    match error {
        ureq::Error::Timeout(_) => FetchError::Timeout(timeout),
        ureq::Error::HostNotFound => FetchError::Host,
        ureq::Error::Rustls(error) => FetchError::Tls(error),
        ureq::Error::Io(error) => broken(error),
        ureq::Error::Decompress(_, error) if error.kind() == io::ErrorKind::UnexpectedEof => FetchError::Cut,
        ureq::Error::BadUri(_) => FetchError::Protocol("not a URL that can be asked for".to_owned()),
        other => FetchError::Protocol(other.to_string()),
    }
}

fn broken(error: io::Error) -> FetchError {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    if matches!(error.kind(), UnexpectedEof | ConnectionReset | ConnectionAborted | BrokenPipe) {
        return FetchError::Cut;
    }
    // A handshake that fails arrives as an I/O error around the real one.
    match error.downcast::<rustls::Error>() {
        Ok(tls) => FetchError::Tls(tls),
        Err(error) => FetchError::Connection(error),
    }
}
