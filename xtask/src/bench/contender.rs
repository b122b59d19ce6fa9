//! Ways to record a resolver's traffic: ours, BIND's own, and a capture.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use dns_monitor_tests::{Lab, LabOptions, agent, named::Recursion, namespace::succeed, wait};

use crate::process::say;

/// One way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contender {
    /// Nothing is recorded.
    Bare,
    /// `dns-monitor run`: joined lookups as JSON. Native XDP on virtual Ethernet copies every packet.
    DnsMonitor,
    /// The same on TC ingress.
    DnsMonitorTc,
    /// `dnscap`: packets into a pcap file.
    Dnscap,
    /// BIND's dnstap, both client messages, to `fstrm_capture`.
    Dnstap,
    /// BIND's query log.
    Querylog,
}

impl Contender {
    /// All, the bare resolver first.
    pub const ALL: [Self; 6] =
        [Self::Bare, Self::DnsMonitor, Self::DnsMonitorTc, Self::Dnscap, Self::Dnstap, Self::Querylog];

    /// As the table says it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare resolver",
            Self::DnsMonitor => "dns-monitor (XDP)",
            Self::DnsMonitorTc => "dns-monitor (TC)",
            Self::Dnscap => "dnscap",
            Self::Dnstap => "dnstap",
            Self::Querylog => "querylog",
        }
    }

    /// A lab whose resolver records this way, if recording is its business.
    pub fn lab(self) -> LabOptions {
        let recursion = Recursion {
            query_log: self == Self::Querylog,
            dnstap: self == Self::Dnstap,
            ..Recursion::default()
        };
        LabOptions { recursion }
    }
}

/// A contender at work, writing into a file in memory.
pub struct Recorder {
    contender: Contender,
    child: Option<Child>,
    file: PathBuf,
    before: u64,
}

impl Recorder {
    /// Starts it beside the lab's resolver, and waits until it works. The file is a configuration for our own.
    pub fn start(contender: Contender, lab: &Lab, memory: &Path, config: Option<&Path>) -> Result<Self> {
        let file = memory.join(contender.name().replace(' ', "-"));
        let mut recorder = Self { contender, child: None, file, before: 0 };
        match contender {
            Contender::Bare => {}
            Contender::DnsMonitor => recorder.start_agent(lab, "xdp", config)?,
            Contender::DnsMonitorTc => recorder.start_agent(lab, "tc", config)?,
            Contender::Dnscap => recorder.start_dnscap(lab)?,
            Contender::Dnstap => recorder.start_dnstap(lab)?,
            Contender::Querylog => {
                recorder.file = lab.resolver_named().query_log_path();
                recorder.before = recorder.lookups()?;
            }
        }
        Ok(recorder)
    }

    fn start_agent(&mut self, lab: &Lab, attach: &str, config: Option<&Path>) -> Result<()> {
        let log = self.agent_log();
        let mut command = lab.resolver().command(agent::program()?);
        command.args(["run", "--interface", "eth0", "--attach", attach]);
        if let Some(config) = config {
            command.arg("--config").arg(config);
        }
        self.spawn(command.stdout(File::create(&self.file)?).stderr(File::create(&log)?))?;
        wait::until("the agent watches", || {
            Ok(fs::read_to_string(&log)?.contains("watching eth0").then_some(()))
        })
    }

    /// Where the agent's words go, and with them its ledger.
    fn agent_log(&self) -> PathBuf {
        self.file.with_extension("stderr")
    }

    fn start_dnscap(&mut self, lab: &Lab) -> Result<()> {
        let mut command = lab.resolver().command("dnscap");
        command.args(["-i", "eth0", "-w", "-"]).stderr(Stdio::null());
        self.spawn(command.stdout(File::create(&self.file)?))?;
        // It writes the file's header with the first packets.
        wait::until("dnscap writes", || {
            lab.ask(0, &["www.lab.example", "A"])?;
            Ok((fs::metadata(&self.file).map_or(0, |file| file.len()) > 0).then_some(()))
        })
    }

    /// The socket must be there before `named` looks for it; it tries again every few seconds.
    fn start_dnstap(&mut self, lab: &Lab) -> Result<()> {
        let mut command = Command::new("fstrm_capture");
        command.args(["-t", "protobuf:dnstap.Dnstap", "-u"]).arg(lab.resolver_named().dnstap_path());
        self.spawn(command.arg("-w").arg(&self.file).stderr(Stdio::null()).stdout(Stdio::null()))?;
        wait::until("named writes dnstap", || {
            lab.ask(0, &["www.lab.example", "A"])?;
            Ok((fs::metadata(&self.file).map_or(0, |file| file.len()) > 4096).then_some(()))
        })
    }

    fn spawn(&mut self, command: &mut Command) -> Result<()> {
        self.child =
            Some(command.stdin(Stdio::null()).spawn().with_context(|| format!("cannot start {command:?}"))?);
        Ok(())
    }

    /// Process id, where it is a process of its own.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// The most memory it had resident, MB; nothing where it is no process of its own.
    pub fn peak_resident(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.as_ref()?.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? / 1000)
    }

    /// Ends it, and says how many lookups of clients it has recorded since it started.
    pub fn stop(mut self) -> Result<u64> {
        if let Some(child) = &mut self.child {
            dns_monitor_tests::named::signal(child.id(), libc::SIGINT)?;
            ensure!(child.wait().is_ok(), "{:?} cannot be waited for", self.contender);
        }
        if matches!(self.contender, Contender::DnsMonitor | Contender::DnsMonitorTc) {
            say(fs::read_to_string(self.agent_log())?.trim());
        }
        Ok(self.lookups()? - self.before)
    }

    fn lookups(&self) -> Result<u64> {
        match self.contender {
            Contender::Bare => Ok(0),
            Contender::DnsMonitor | Contender::DnsMonitorTc => {
                lines(&self.file, r#""dns_monitor":{"role":"client""#)
            }
            Contender::Querylog => lines(&self.file, ""),
            Contender::Dnstap => frames(&self.file).map(|frames| frames / 2),
            Contender::Dnscap => packets(&self.file).map(|packets| packets / 2),
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _gone = child.kill();
            let _waited = child.wait();
        }
    }
}

fn lines(file: &Path, with: &str) -> Result<u64> {
    let mut count = 0;
    for line in BufReader::new(File::open(file)?).lines() {
        count += u64::from(line?.contains(with));
    }
    Ok(count)
}

/// Data frames of a Frame Streams file: a length, then as many bytes; length 0 announces a control frame.
fn frames(file: &Path) -> Result<u64> {
    let mut bytes = Vec::new();
    File::open(file)?.read_to_end(&mut bytes)?;
    let (mut rest, mut count, mut control) = (bytes.as_slice(), 0, false);
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        count += u64::from(length > 0 && !control);
        control = length == 0;
        rest = after.get(length..).unwrap_or_default();
    }
    Ok(count)
}

fn packets(file: &Path) -> Result<u64> {
    let text = succeed(Command::new("capinfos").args(["-c", "-M", "-T", "-r"]).arg(file))?;
    text.split_whitespace()
        .last()
        .and_then(|word| word.parse().ok())
        .with_context(|| format!("capinfos: {text}"))
}
