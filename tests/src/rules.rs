//! Rules under test: a configuration and its lists in a folder of their own, the agent that has them, and the operator's
//! commands to it.

use std::{
    fs::{self, File},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{
    Agent, Lab,
    agent::program,
    bpf,
    namespace::{Namespace, succeed},
};

/// The BPF file system, where systemd has it.
const BPF: &str = "/sys/fs/bpf";
/// Where agents keep the links that outlive them.
const PINS: &str = "/sys/fs/bpf/dns-monitor";
/// What the agent says when a set of rules is in force.
const IN_FORCE: &str = "rules in force: ";

/// The rules of one lab's resolver.
#[derive(Debug)]
pub struct Rules<'l> {
    lab: &'l Lab,
    folder: PathBuf,
}

impl<'l> Rules<'l> {
    /// A folder for them; there is nothing in it yet.
    pub fn new(lab: &'l Lab) -> Result<Self> {
        let folder = lab.folder().join("rules");
        fs::create_dir_all(&folder)?;
        take_returned(lab)?;
        mount_bpf()?;
        Ok(Self { lab, folder })
    }

    /// Writes a file whole: who reads it sees the old one or this one.
    pub fn write(&self, file: &str, text: impl AsRef<[u8]>) -> Result<PathBuf> {
        let (path, draft) = (self.folder.join(file), self.folder.join("draft"));
        fs::write(&draft, text)?;
        fs::rename(&draft, &path)?;
        Ok(path)
    }

    /// The table of a list that is in the file `NAME.txt`.
    pub fn list(&self, name: &str, settings: &str) -> String {
        let path = self.folder.join(format!("{name}.txt"));
        format!("[[list]]\nname = \"{name}\"\npath = \"{}\"\n{settings}\n", path.display())
    }

    /// Writes the configuration: lines of `[rules]`, then the tables of lists and rules.
    pub fn configure(&self, settings: &str, specs: &str) -> Result<PathBuf> {
        let (state, socket) = (self.folder.join("state"), self.socket());
        let text = format!(
            "[rules]\nstate_dir = \"{}\"\n{settings}\n[control]\nsocket = \"{}\"\n{specs}",
            state.display(),
            socket.display()
        );
        self.write("dns-monitor.toml", text)
    }

    /// The configuration.
    pub fn config(&self) -> PathBuf {
        self.folder.join("dns-monitor.toml")
    }

    /// The control socket.
    pub fn socket(&self) -> PathBuf {
        self.folder.join("control.sock")
    }

    /// Starts an agent with the configuration, and waits until it watches and has rules.
    pub fn start(&self, arguments: &[&str]) -> Result<Agent> {
        let config = self.config().display().to_string();
        let arguments = [&["--interface", "eth0", "--config", &config], arguments].concat();
        let mut agent = self.lab.start_agent(&arguments)?;
        agent.wait_stderr(IN_FORCE)?;
        Ok(agent)
    }

    /// `dns-monitor rules …` to the running agent.
    pub fn command(&self, words: &[&str]) -> Result<Command> {
        let mut command = Command::new(program()?);
        command.arg("rules").args(words).arg("--socket").arg(self.socket());
        Ok(command)
    }

    /// Runs a command to its end, however that is.
    pub fn try_tell(&self, words: &[&str]) -> Result<Output> {
        self.command(words)?.output().context("cannot start dns-monitor")
    }

    /// Runs a command that must succeed; returns what it printed.
    pub fn tell(&self, words: &[&str]) -> Result<String> {
        succeed(&mut self.command(words)?)
    }

    /// As [`tell`](Self::tell), for the answer as JSON.
    pub fn ask(&self, words: &[&str]) -> Result<Value> {
        let printed = self.tell(&[words, &["--format", "json"]].concat())?;
        serde_json::from_str(&printed).with_context(|| format!("not JSON: {printed}"))
    }

    /// How often a list or rule has decided.
    pub fn hits(&self, origin: &str) -> Result<u64> {
        let stats = self.ask(&["stats"])?;
        let origins = stats["origins"].as_array().context("no origins")?;
        let found = origins.iter().find(|found| found["name"] == origin);
        found
            .and_then(|found| found["hits"].as_u64())
            .with_context(|| format!("no hits of {origin}: {stats}"))
    }

    /// The lines of the audit log.
    pub fn audit(&self) -> Result<Vec<Value>> {
        let text = fs::read_to_string(self.folder.join("state/audit.log"))?;
        text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
    }

    /// The links of the resolver's interfaces that would outlive an agent.
    pub fn pins(&self) -> Result<Vec<String>> {
        pins(self.lab.resolver())
    }
}

impl Drop for Rules<'_> {
    /// What is pinned is not gone with the lab.
    fn drop(&mut self) {
        for pin in self.pins().unwrap_or_default() {
            let _gone = fs::remove_file(Path::new(PINS).join(pin));
        }
    }
}

/// A veth looks after the frames that an XDP program at its other end returns only where it has one of its own.
pub fn take_returned(lab: &Lab) -> Result<()> {
    const XDP_PASS: i32 = 2;
    bpf::with_pinned(&lab.folder(), bpf::XDP, &[bpf::set(0, XDP_PASS), bpf::EXIT], |pin| {
        let mut ip = lab.switch().command("ip");
        succeed(ip.args(["link", "set", "dev", "resolver", "xdpdrv", "pinned"]).arg(pin)).map(drop)
    })
}

/// Mounts the BPF file system where no systemd has done it; it stays, as any other mount of the host.
fn mount_bpf() -> Result<()> {
    let folder = File::open(BPF)?;
    folder.lock()?; // two mounts would hide what is pinned in the first
    let is_there =
        fs::read_to_string("/proc/mounts")?.lines().any(|line| line.contains(&format!(" {BPF} bpf ")));
    if is_there { Ok(()) } else { succeed(Command::new("mount").args(["-t", "bpf", "bpf", BPF])).map(drop) }
}

fn pins(host: &Namespace) -> Result<Vec<String>> {
    let prefix = format!("{}-", fs::metadata(Path::new("/run/netns").join(host.name()))?.ino());
    let Ok(files) = fs::read_dir(PINS) else { return Ok(Vec::new()) };
    let names = files.map(|file| Ok(file?.file_name().to_string_lossy().into_owned()));
    let names: Vec<_> = names.collect::<Result<_>>()?;
    Ok(names.into_iter().filter(|name| name.starts_with(&prefix)).collect())
}

/// How many sets of rules an agent has put in force.
pub fn installed(agent: &Agent) -> usize {
    agent.stderr().matches(IN_FORCE).count()
}

/// Waits until the agent has put more sets of rules in force than these.
pub fn wait_installed(agent: &mut Agent, before: usize) -> Result<()> {
    crate::wait::until("new rules are in force", || Ok((installed(agent) > before).then_some(())))
        .with_context(|| agent.stderr())
}

/// The value of a field in what `dig` prints: `field(text, "status: ")` of `…, status: NXDOMAIN, id: …`.
pub fn printed<'t>(text: &'t str, field: &str) -> Result<&'t str> {
    let (_, rest) = text.split_once(field).with_context(|| format!("no {field:?} in {text}"))?;
    let end = rest.find([',', ';', '\n']).unwrap_or(rest.len());
    let value = rest[..end].trim();
    ensure!(!value.is_empty(), "nothing behind {field:?} in {text}");
    Ok(value)
}
