//! The audit log: a JSON line for every command that changes something, and who gave it.

use std::{
    fs::OpenOptions,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::Serialize;
use thiserror::Error;

use super::{
    peer::Caller,
    protocol::{Request, Response},
};

/// Its name in the folder of the agent's state.
const FILE: &str = "audit.log";
const MODE: u32 = 0o640;

/// Where commands are noted.
#[derive(Clone, Debug)]
pub struct Audit {
    file: PathBuf,
}

/// A command is not noted.
#[derive(Debug, Error)]
#[error("{}: {source}: this command is not in the audit log", .file.display())]
pub struct AuditError {
    file: PathBuf,
    source: io::Error,
}

/// One line: `{"time":…,"uid":…,"user":…,"pid":…,"command":…,"name":…,"result":…,"message":…}`.
#[derive(Serialize)]
struct Line<'l> {
    time: Timestamp,
    uid: u32,
    user: Option<String>,
    pid: i32,
    #[serde(flatten)]
    request: &'l Request,
    result: &'static str,
    message: &'l str,
}

impl Audit {
    /// The log in `folder`; nothing is opened yet.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { file: folder.join(FILE) }
    }

    /// Notes what `caller` asked at `time`, and what came of it. On disk when it returns.
    ///
    /// # Errors
    /// The file's.
    pub fn note(
        &self,
        time: Timestamp,
        caller: &Caller,
        request: &Request,
        response: &Response,
    ) -> Result<(), AuditError> {
        let (result, message) = outcome(response);
        let Caller { uid, pid, .. } = *caller;
        let line = Line { time, uid, user: caller.user(), pid, request, result, message };
        self.append(&line).map_err(|source| AuditError { file: self.file.clone(), source })
    }

    /// Opened for every line, so that the log may be rotated; written at once, so that lines do not mix.
    fn append(&self, line: &Line<'_>) -> io::Result<()> {
        let mut line = serde_json::to_vec(line)?;
        line.push(b'\n');
        let mut file = OpenOptions::new().append(true).create(true).mode(MODE).open(&self.file)?;
        if file.write(&line)? != line.len() {
            return Err(io::ErrorKind::WriteZero.into());
        }
        file.sync_all()
    }
}

fn outcome(response: &Response) -> (&'static str, &str) {
    match response {
        Response::Done { message, .. } => ("done", message),
        Response::Error { message, .. } => ("error", message),
        Response::Status(_) | Response::Stats(_) | Response::Explanation(_) | Response::Manual { .. } => {
            ("done", "")
        }
    }
}

#[cfg(test)]
mod tests;
