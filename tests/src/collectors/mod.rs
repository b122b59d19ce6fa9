//! Real collectors, as an operator would set them up: started, killed, started again.

pub mod clickhouse;
pub mod fstrm;
pub mod nats;
pub mod rsyslog;

use std::{
    fs::File,
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::wait;

/// A program that is started, killed and started again; killed on drop.
#[derive(Debug)]
pub struct Program {
    name: &'static str,
    arguments: Vec<String>,
    log: PathBuf,
    child: Option<Child>,
}

impl Program {
    /// Starts it; what it says goes to a file in the folder.
    pub fn start(name: &'static str, arguments: Vec<String>, folder: &Path) -> Result<Self> {
        let log = folder.join(format!("{name}.log"));
        let mut program = Self { name, arguments, log, child: None };
        program.again()?;
        Ok(program)
    }

    /// Starts it again, with the same arguments.
    pub fn again(&mut self) -> Result<()> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        let mut command = Command::new(self.name);
        command.args(&self.arguments).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        self.child = Some(command.spawn().with_context(|| format!("cannot start {}", self.name))?);
        Ok(())
    }

    /// Kills it, as the power would.
    pub fn kill(&mut self) -> Result<()> {
        self.end(libc::SIGKILL)
    }

    /// Asks it to end, and waits until it has.
    pub fn stop(&mut self) -> Result<()> {
        self.end(libc::SIGTERM)
    }

    /// Waits until somebody listens on its port.
    pub fn wait_port(&mut self, port: u16) -> Result<()> {
        let name = self.name;
        wait::until(&format!("{name} listens on port {port}"), || {
            self.check()?;
            Ok(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok())
        })
        .map(drop)
        .with_context(|| self.log())
    }

    /// An error if it has ended by itself.
    pub fn check(&mut self) -> Result<()> {
        match self.child.as_mut().map(Child::try_wait).transpose()?.flatten() {
            None => Ok(()),
            Some(status) => bail!("{} ended: {status}\n{}", self.name, self.log()),
        }
    }

    /// What it said.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn end(&mut self, signal: i32) -> Result<()> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        // SAFETY: a signal to a child that was not waited for yet.
        unsafe { libc::kill(i32::try_from(child.id())?, signal) };
        child.wait()?;
        Ok(())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _gone = self.kill();
    }
}

/// A TCP port of this machine on which nobody listens.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
