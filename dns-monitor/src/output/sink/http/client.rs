//! One request and its reply.

use std::{
    io::{self, Write as _},
    time::Duration,
};

use data_encoding::BASE64;
use flate2::{Compression, write::GzEncoder};
use ureq::{
    Agent,
    http::{HeaderName, HeaderValue, header},
};

use super::{
    outcome::{Outcome, Reply},
    preset::Splunk,
};
use crate::{
    config::output::{Auth, Encoding, SecretError, Web},
    output::sink::{
        SinkError, Stop,
        connection::{Patience, names},
        fault::{broken, garbage, unauthorised},
        web,
    },
};

/// The longest reply that is read: `_bulk` speaks of each event.
const MAX_REPLY: u64 = 16 << 20;
/// Between two questions whether events are indexed.
const PAUSE: Duration = Duration::from_millis(250);

/// Where and how to post.
pub(super) struct Client {
    settings: Web,
    url: String,
    /// What the preset wants to have in the header.
    headers: Vec<(&'static str, String)>,
    /// How a token is called.
    scheme: &'static str,
    /// Open connections. They go with the first failure, so that new certificates need no restart.
    agent: Option<Agent>,
    body: Vec<u8>,
}

impl Client {
    pub(super) fn new(
        settings: &Web,
        url: String,
        headers: Vec<(&'static str, String)>,
        scheme: &'static str,
    ) -> Self {
        Self { settings: settings.clone(), url, headers, scheme, agent: None, body: Vec::new() }
    }

    /// Whom errors name.
    pub(super) fn to(&self) -> &str {
        &self.settings.url
    }

    /// The longest that a request may take.
    pub(super) fn timeout(&self) -> Duration {
        self.settings.timeout
    }

    /// Posts the body that `write` makes.
    pub(super) fn post(&mut self, stop: &Stop, write: impl FnOnce(&mut Vec<u8>)) -> Result<Reply, SinkError> {
        let mut body = std::mem::take(&mut self.body);
        body.clear();
        write(&mut body);
        let packed = match self.settings.encoding {
            Encoding::None => Ok(None),
            Encoding::Gzip => gzip(&body).map(Some),
            Encoding::Zstd => zstd::bulk::compress(&body, 1).map(Some),
        };
        let packed = packed.map_err(|error| broken(self.to(), error.kind(), &error.to_string()))?;
        let reply = self.send(&self.url.clone(), packed.as_deref().unwrap_or(&body), true, stop);
        self.body = body;
        reply
    }

    /// Asks with a ticket until the events are indexed, or patience ends.
    pub(super) fn redeem(
        &mut self,
        ticket: u64,
        splunk: &Splunk,
        patience: &Patience<'_>,
        stop: &Stop,
    ) -> Result<Outcome, SinkError> {
        let (url, body) = splunk.question(&self.url, ticket);
        loop {
            let reply = self.send(&url, body.as_bytes(), false, stop)?;
            if let Some(outcome) = splunk.indexed(&reply, ticket) {
                return Ok(outcome);
            }
            patience.check().map_err(|error| {
                broken(
                    self.to(),
                    error.kind(),
                    &format!("it has the events, but has not indexed them: {error}"),
                )
            })?;
            std::thread::sleep(PAUSE);
        }
    }

    fn send(&mut self, url: &str, body: &[u8], encoded: bool, stop: &Stop) -> Result<Reply, SinkError> {
        let timeout = stop.left().map_or(self.settings.timeout, |left| left.min(self.settings.timeout));
        let agent = match self.agent.take() {
            Some(agent) => agent,
            None => {
                // Its address may be another by now.
                if let Some(host) = self.settings.host() {
                    names::forget(&host);
                }
                web::agent(&self.settings.tls).map_err(|error| web::fault(self.to(), error))?
            }
        };
        let mut request = agent.post(url);
        for (name, value) in self.lines(encoded)? {
            request = request.header(name, value);
        }
        // Zero would mean for ever.
        let timeout = timeout.max(Duration::from_millis(1));
        let request = request.config().timeout_global(Some(timeout)).build();
        let response = request.send(body).map_err(|error| web::fault(self.to(), error))?;
        let (parts, body) = response.into_parts();
        let body = body.into_with_config().limit(MAX_REPLY).read_to_vec();
        let body = body.map_err(|error| web::fault(self.to(), error))?;
        self.agent = Some(agent);
        Ok(Reply { status: parts.status.as_u16(), headers: parts.headers, body })
    }

    /// Every header line. Secrets are read now, so that new ones need no restart.
    fn lines(&self, encoded: bool) -> Result<Vec<(HeaderName, HeaderValue)>, SinkError> {
        let mut lines = Vec::new();
        for (name, value) in &self.headers {
            lines.push(self.line(name, value, false)?);
        }
        if let Some(auth) = &self.settings.auth {
            let value = authorization(auth, self.scheme);
            let value = value.map_err(|error| unauthorised(self.to(), error.to_string()))?;
            lines.push(self.line(header::AUTHORIZATION.as_str(), &value, true)?);
        }
        match self.settings.encoding {
            Encoding::Gzip if encoded => lines.push(self.line("content-encoding", "gzip", false)?),
            Encoding::Zstd if encoded => lines.push(self.line("content-encoding", "zstd", false)?),
            _ => {}
        }
        for given in &self.settings.headers {
            let line = self.line(&given.name, &given.value, true)?;
            // The operator knows better.
            lines.retain(|(name, _)| *name != line.0);
            lines.push(line);
        }
        Ok(lines)
    }

    fn line(&self, name: &str, value: &str, secret: bool) -> Result<(HeaderName, HeaderValue), SinkError> {
        let (Ok(name), Ok(mut value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) else {
            return Err(garbage(self.to(), format!("header {name:?} cannot be sent")));
        };
        value.set_sensitive(secret);
        Ok((name, value))
    }
}

fn gzip(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(body)?;
    gzip.finish()
}

fn authorization(auth: &Auth, scheme: &str) -> Result<String, SecretError> {
    match auth {
        Auth::Token(token) => Ok(format!("{scheme} {}", token.text()?)),
        Auth::Password { user, password } => {
            Ok(format!("Basic {}", BASE64.encode(format!("{user}:{}", password.text()?).as_bytes())))
        }
    }
}
