//! A real `fstrm_capture`, and `dnstap-read` for what it has written.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;

use super::{Program, free_port};
use crate::{namespace::succeed, wait};

/// Where it listens.
#[derive(Clone, Debug)]
pub enum Place {
    /// A Unix socket.
    Unix(PathBuf),
    /// A TCP port of this machine.
    Tcp(u16),
}

/// A running reader of dnstap.
#[derive(Debug)]
pub struct Capture {
    program: Program,
    /// Where it listens.
    pub place: Place,
    /// What it writes.
    pub file: PathBuf,
}

impl Capture {
    /// Starts it on a Unix socket, or on a TCP port.
    pub fn start(folder: &Path, unix: bool) -> Result<Self> {
        let place = if unix { Place::Unix(folder.join("dnstap.sock")) } else { Place::Tcp(free_port()?) };
        Self::start_at(folder, place, "one.fstrm")
    }

    /// Starts another one where this one was, with another file.
    pub fn again(&self, folder: &Path, file: &str) -> Result<Self> {
        Self::start_at(folder, self.place.clone(), file)
    }

    fn start_at(folder: &Path, place: Place, file: &str) -> Result<Self> {
        let file = folder.join(file);
        let mut arguments = vec!["-t".to_owned(), "protobuf:dnstap.Dnstap".to_owned(), "-w".to_owned()];
        arguments.push(file.display().to_string());
        match &place {
            Place::Unix(path) => arguments.extend(["-u".to_owned(), path.display().to_string()]),
            Place::Tcp(port) => {
                arguments.extend(["-a", "127.0.0.1", "-p", &port.to_string()].map(str::to_owned));
            }
        }
        let mut program = Program::start("fstrm_capture", arguments, folder)?;
        match &place {
            Place::Tcp(port) => program.wait_port(*port)?,
            Place::Unix(path) => wait::until("fstrm_capture listens", || {
                program.check()?;
                Ok(std::os::unix::net::UnixStream::connect(path).ok())
            })
            .map(drop)?,
        }
        Ok(Self { program, place, file })
    }

    /// Kills it, as the power would.
    pub fn kill(&mut self) -> Result<()> {
        self.program.kill()
    }

    /// Ends it, so that all it has read is in its file; the lines of `dnstap-read` for that.
    pub fn lines(&mut self) -> Result<Vec<String>> {
        self.program.stop()?;
        let text = succeed(Command::new("dnstap-read").arg(&self.file))?;
        Ok(text.lines().map(str::to_owned).collect())
    }
}
