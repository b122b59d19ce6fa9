//! What is said over the control socket: one request and one response a connection, each one JSON object on one line.
//!
//! Every line carries `"version"`. A request is told by `"command"`, a response by `"result"`:
//! `{"version":1,"command":"block","name":"bad.example","action":"nxdomain","for_seconds":7200}`.

mod report;
pub mod rr_type;

use std::net::IpAddr;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use thiserror::Error;

pub use self::report::{Enforcer, Explanation, Learned, ManualRule, Match, OriginStats, Provenance, Stats};
use crate::{rules::action::Block, status::report::Status};

/// The version of this protocol.
pub const VERSION: u64 = 1;
/// The longest request, bytes, its line end included.
pub const MAX_REQUEST: usize = 64 << 10;
/// The longest response, bytes, its line end included.
pub const MAX_RESPONSE: usize = 64 << 20;

/// What is asked of the agent. Names are in presentation form, as the operator types them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// Read lists and rules again.
    Reload {},
    /// How the agent is.
    Status {},
    /// What is in force, and what it did.
    Stats {},
    /// Which rules match a lookup, which wins, and why.
    Explain {
        /// The name looked up.
        name: String,
        /// Query type; in JSON by name, as `AAAA` or `TYPE65280`.
        #[serde(rename = "type", with = "rr_type")]
        qtype: u16,
        /// Who looks it up; `None`: any client.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client: Option<IpAddr>,
    },
    /// Let a name and everything below it pass.
    Allow {
        /// The name.
        name: String,
        /// How long, s; `None`: until it is forgotten.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        for_seconds: Option<u64>,
    },
    /// Block a name and everything below it.
    Block {
        /// The name.
        name: String,
        /// How long, s; `None`: until it is forgotten.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        for_seconds: Option<u64>,
        /// How.
        action: Block,
        /// The root or a top-level domain is meant indeed.
        #[serde(default)]
        i_mean_it: bool,
    },
    /// Remove a manual rule.
    Forget {
        /// The name it was given for.
        name: String,
    },
    /// List the manual rules.
    Manual {},
}

/// What the agent answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum Response {
    /// It is done.
    Done {
        /// What was done.
        message: String,
        /// What went wrong beside it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        warnings: Vec<String>,
    },
    /// To [`Request::Status`].
    Status(Box<Status>),
    /// To [`Request::Stats`].
    Stats(Box<Stats>),
    /// To [`Request::Explain`].
    Explanation(Explanation),
    /// To [`Request::Manual`].
    Manual {
        /// In the order of their names.
        rules: Vec<ManualRule>,
    },
    /// It is not done.
    Error {
        /// Why, and what to do about it.
        message: String,
        /// What went wrong beside it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        warnings: Vec<String>,
    },
}

/// Why a line is no request or response.
#[derive(Debug, Error)]
pub enum ProtocolError {
    /// It is no JSON object.
    #[error("not a JSON object on one line: {0}")]
    Json(serde_json::Error),
    /// The other side is of another version.
    #[error("{}, this side speaks version {VERSION}: use the dns-monitor that the agent runs", spoken(.0.as_ref()))]
    Version(Option<Value>),
    /// It has a field too many or too few, or one with a wrong value.
    #[error("not understood: {0}")]
    Message(serde_json::Error),
}

fn spoken(version: Option<&Value>) -> String {
    version
        .map_or_else(|| "no \"version\"".to_owned(), |version| format!("version {version} of the protocol"))
}

impl Request {
    /// Whether it changes anything: such requests are in the audit log.
    #[must_use]
    pub const fn is_change(&self) -> bool {
        match self {
            Self::Reload {} | Self::Allow { .. } | Self::Block { .. } | Self::Forget { .. } => true,
            Self::Status {} | Self::Stats {} | Self::Explain { .. } | Self::Manual {} => false,
        }
    }
}

impl Response {
    /// It is done.
    #[must_use]
    pub fn done(message: impl Into<String>) -> Self {
        Self::Done { message: message.into(), warnings: Vec::new() }
    }

    /// It is not done.
    #[must_use]
    pub fn error(message: impl Into<String>) -> Self {
        Self::Error { message: message.into(), warnings: Vec::new() }
    }

    /// Adds the answer to another part of the same change; where one is not done, it is said.
    pub fn join(&mut self, other: Self) {
        let (Self::Done { message, warnings } | Self::Error { message, warnings }) = self else { return };
        let (Self::Done { message: more, warnings: others }
        | Self::Error { message: more, warnings: others }) = other
        else {
            return;
        };
        message.push_str("; ");
        message.push_str(&more);
        warnings.extend(others);
    }

    /// Adds a warning to the answer to a change; others have none.
    pub fn warn(&mut self, warning: String) {
        if let Self::Done { warnings, .. } | Self::Error { warnings, .. } = self {
            warnings.push(warning);
        }
    }
}

#[derive(Serialize)]
struct Line<'m, M> {
    version: u64,
    #[serde(flatten)]
    message: &'m M,
}

/// A request or response as its line, with the line end.
///
/// # Errors
/// [`ProtocolError::Message`] where it has no JSON form.
pub fn encode<M: Serialize>(message: &M) -> Result<Vec<u8>, ProtocolError> {
    let line = Line { version: VERSION, message };
    let mut line = serde_json::to_vec(&line).map_err(ProtocolError::Message)?;
    line.push(b'\n');
    Ok(line)
}

/// Reads a line.
///
/// # Errors
/// [`ProtocolError`].
pub fn decode<M: DeserializeOwned>(line: &[u8]) -> Result<M, ProtocolError> {
    let mut object: Map<String, Value> = serde_json::from_slice(line).map_err(ProtocolError::Json)?;
    let version = object.remove("version");
    if version.as_ref().and_then(Value::as_u64) != Some(VERSION) {
        return Err(ProtocolError::Version(version));
    }
    serde_json::from_value(Value::Object(object)).map_err(ProtocolError::Message)
}

#[cfg(test)]
mod tests;
