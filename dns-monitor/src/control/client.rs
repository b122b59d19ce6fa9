//! The operator's end of the control socket.

use std::{
    io::{self, ErrorKind, Write},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use thiserror::Error;

use super::{
    line::{self, LineError},
    protocol::{self, MAX_RESPONSE, ProtocolError, Request, Response},
    show,
};
use crate::config::Format;

/// How long the agent may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it may take to load rules: there may be millions.
const LOAD_PATIENCE: Duration = Duration::from_secs(600);

/// Why a command is not carried out.
#[derive(Debug, Error)]
pub enum ClientError {
    /// Nobody listens.
    #[error(
        "no agent listens on {}: start one (dns-monitor run), or give --socket PATH as its configuration has it",
        .0.display()
    )]
    NoAgent(PathBuf),
    /// The operator is not allowed to.
    #[error(
        "{}: permission denied: only root, or a member of the group that the agent's configuration names, may command it",
        .0.display()
    )]
    Denied(PathBuf),
    /// The agent does not answer in time.
    #[error("{}: no answer within {} s: is the agent stopped, or very busy?", .0.display(), .1.as_secs())]
    Silent(PathBuf, Duration),
    /// The agent has ended the connection.
    #[error("{}: the agent closed the connection without an answer: its messages may say why", .0.display())]
    Closed(PathBuf),
    /// Anything else about the socket.
    #[error("{}: {}", .0.display(), .1)]
    Socket(PathBuf, io::Error),
    /// The answer is none.
    #[error("{}: the agent's answer: {}", .0.display(), .1)]
    Protocol(PathBuf, ProtocolError),
    /// The agent says no.
    #[error("{0}")]
    Refused(String),
    /// Standard output.
    #[error("standard output: {0}")]
    Output(io::Error),
}

/// Asks the agent that listens on `socket`, and prints what it answers to `out`; warnings to `err`.
///
/// # Errors
/// [`ClientError`]; as JSON, the answer is printed even where it is a refusal.
pub fn run(
    socket: &Path,
    request: &Request,
    format: Format,
    (out, err): (&mut dyn Write, &mut dyn Write),
) -> Result<(), ClientError> {
    let (response, line) = ask(socket, request)?;
    if format == Format::Json {
        out.write_all(&line).and_then(|()| out.write_all(b"\n")).map_err(ClientError::Output)?;
    } else {
        let (text, warnings) = show::response(&response, Timestamp::now());
        out.write_all(text.as_bytes()).map_err(ClientError::Output)?;
        // Standard error may be closed.
        let _closed = err.write_all(warnings.as_bytes());
    }
    match response {
        Response::Error { message, .. } => Err(ClientError::Refused(message)),
        _ => Ok(()),
    }
}

/// Asks the agent that listens on `socket`: the answer, and its line as the agent wrote it.
///
/// # Errors
/// [`ClientError`].
pub fn ask(socket: &Path, request: &Request) -> Result<(Response, Vec<u8>), ClientError> {
    let patience = match request {
        Request::Status {} | Request::Stats {} | Request::Explain { .. } | Request::Manual {} => PATIENCE,
        _ => LOAD_PATIENCE,
    };
    let protocol = |error| ClientError::Protocol(socket.to_owned(), error);
    let request = protocol::encode(request).map_err(protocol)?;
    let stream = UnixStream::connect(socket).map_err(|error| connecting(socket, error))?;
    let sent = line::write(&stream, &request, PATIENCE);
    // An agent that refuses does so before it has read everything: its answer says more than the broken pipe.
    let line = match (line::read(&stream, MAX_RESPONSE, patience), sent) {
        (Ok(line), _) => line,
        (Err(_), Err(error)) if error.kind() != ErrorKind::BrokenPipe => {
            return Err(ClientError::Socket(socket.to_owned(), error));
        }
        (Err(error), _) => return Err(hearing(socket, error, patience)),
    };
    Ok((protocol::decode(&line).map_err(protocol)?, line))
}

fn connecting(socket: &Path, error: io::Error) -> ClientError {
    let socket = socket.to_owned();
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::ConnectionRefused => ClientError::NoAgent(socket),
        ErrorKind::PermissionDenied => ClientError::Denied(socket),
        _ => ClientError::Socket(socket, error),
    }
}

fn hearing(socket: &Path, error: LineError, patience: Duration) -> ClientError {
    let socket = socket.to_owned();
    match error {
        LineError::Closed => ClientError::Closed(socket),
        LineError::TooLong(_) => ClientError::Socket(socket, io::Error::other(error)),
        LineError::Io(error) => match error.kind() {
            ErrorKind::TimedOut => ClientError::Silent(socket, patience),
            ErrorKind::ConnectionReset => ClientError::Closed(socket),
            _ => ClientError::Socket(socket, error),
        },
    }
}

#[cfg(test)]
mod tests;
