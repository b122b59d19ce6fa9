//! Who watches a run: the agent, and where it is to be kept, `tcpdump`.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};

use super::{kept, site::Run};
use crate::{
    agent,
    named::signal,
    namespace::{Namespace, succeed},
    wait,
};

/// The agent, its events in a file.
#[derive(Debug)]
pub struct Watcher(Child);

impl Watcher {
    /// Starts `dns-monitor run` on `eth0`.
    pub fn start(host: &Namespace, events: &Path, ledger: &Path, arguments: &[&str]) -> Result<Self> {
        let mut command = host.command(agent::program()?);
        command.args(["run", "--interface", "eth0", "--attach", "xdp"]).args(arguments);
        command.stdin(Stdio::null()).stdout(File::create(events)?).stderr(File::create(ledger)?);
        Ok(Self(command.spawn().context("cannot start the agent")?))
    }

    /// Waits until it says that it watches.
    pub fn wait_watching(&mut self, ledger: &Path) -> Result<()> {
        wait::until("the agent watches", || {
            let said = fs::read_to_string(ledger)?;
            if let Some(status) = self.0.try_wait()? {
                bail!("the agent ended: {status}\n{said}");
            }
            Ok(said.contains("watching eth0").then_some(()))
        })
    }

    /// Ends it as Ctrl-C does.
    pub fn stop(mut self) -> Result<()> {
        signal(self.0.id(), libc::SIGINT)?;
        let status = wait::until("the agent ends", || Ok(self.0.try_wait()?))?;
        ensure!(status.success(), "the agent ended: {status}");
        Ok(())
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Keeps what a run left, and a capture, in the folder `DNS_MONITOR_KEEP`.
#[derive(Debug)]
pub struct Recorder(Option<(PathBuf, Child)>);

impl Recorder {
    /// Starts it, if there is such a folder.
    pub fn start(host: &Namespace) -> Result<Self> {
        let Some(folder) = env::var_os("DNS_MONITOR_KEEP").map(PathBuf::from) else { return Ok(Self(None)) };
        fs::create_dir_all(&folder)?;
        let mut command = host.command("tcpdump");
        command.args([
            "-i",
            "eth0",
            "-U",
            "-B",
            "65536",
            "-s",
            "0",
            "--time-stamp-precision=nano",
            "-Z",
            "root",
            "-w",
        ]);
        command
            .arg(folder.join("capture.pcap"))
            .args(["port", "53"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Ok(Self(Some((folder, command.spawn().context("cannot start tcpdump")?))))
    }

    /// Ends it, and puts the rest beside its capture.
    pub fn keep(mut self, run: &Run) -> Result<()> {
        let Some((folder, child)) = &mut self.0 else { return Ok(()) };
        signal(child.id(), libc::SIGINT)?;
        child.wait()?;
        for file in [&run.events, &run.probe, &run.ledger] {
            succeed(Command::new("cp").arg("--sparse=always").arg(file).arg(&*folder))?;
        }
        kept::write(&folder.join("account"), &run.lookups)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if let Some((_, child)) = &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
