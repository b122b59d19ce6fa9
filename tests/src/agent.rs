//! The agent as a process under test: what it was told, what it said.

use std::{
    env,
    ffi::OsStr,
    io::{BufRead, BufReader, Write},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::{named::signal, namespace::Namespace, wait};

/// Lines that a thread collects from a pipe.
type Lines = Arc<Mutex<Vec<String>>>;

/// A running agent; killed on drop.
#[derive(Debug)]
pub struct Agent {
    child: Child,
    stdout: Lines,
    stderr: Lines,
    stalled: Option<ChildStdout>,
    readers: Vec<JoinHandle<()>>,
    interfaces: Vec<String>,
}

/// What an agent left when it ended.
#[derive(Debug)]
pub struct Ended {
    /// Exit status.
    pub status: ExitStatus,
    /// Standard output.
    pub lines: Vec<String>,
    /// Standard error.
    pub stderr: String,
}

impl Ended {
    /// Every line of standard output, parsed.
    pub fn events(&self) -> Result<Vec<Value>> {
        parse(&self.lines)
    }
}

impl Agent {
    /// Starts `dns-monitor run` in the namespace and waits until it watches.
    pub fn start(namespace: &Namespace, arguments: &[impl AsRef<OsStr>]) -> Result<Self> {
        let mut agent = Self::start_stalled(namespace, arguments)?;
        agent.read_on()?;
        agent.wait_watching()?;
        Ok(agent)
    }

    /// As [`start`](Self::start), but nobody reads standard output until [`read_on`](Self::read_on).
    pub fn start_stalled(namespace: &Namespace, arguments: &[impl AsRef<OsStr>]) -> Result<Self> {
        Self::start_in(namespace.command("env"), arguments)
    }

    /// As [`start_stalled`](Self::start_stalled), by a program that runs what its further arguments say.
    pub fn start_in(mut runner: Command, arguments: &[impl AsRef<OsStr>]) -> Result<Self> {
        let program = program()?;
        let mut child = runner
            .arg(&program)
            .arg("run")
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Out of the terminal's reach: whoever owns the agent decides when it ends.
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let stalled = child.stdout.take();
        let stderr = Lines::default();
        let reader = collect(child.stderr.take().context("no standard error")?, &stderr, |_| ());
        let words: Vec<_> =
            arguments.iter().map(|word| word.as_ref().to_string_lossy().into_owned()).collect();
        let interfaces =
            words.windows(2).filter(|pair| pair[0] == "--interface").map(|pair| pair[1].clone()).collect();
        Ok(Self { child, stdout: Lines::default(), stderr, stalled, readers: vec![reader], interfaces })
    }

    /// As [`start`](Self::start), and prints what it says as it comes, each stream to our own.
    pub fn start_shown(namespace: &Namespace, arguments: &[impl AsRef<OsStr>]) -> Result<Self> {
        let mut agent = Self::start_stalled(namespace, arguments)?;
        let pipe = agent.stalled.take().context("no standard output")?;
        agent.readers.push(collect(pipe, &agent.stdout, |line| {
            // Whoever reads us may have gone: the lines are still collected.
            let _ = writeln!(std::io::stdout(), "{line}");
        }));
        agent.wait_watching()?;
        Ok(agent)
    }

    /// Begins to read standard output.
    pub fn read_on(&mut self) -> Result<()> {
        let pipe = self.stalled.take().context("already reading")?;
        self.readers.push(collect(pipe, &self.stdout, |_| ()));
        Ok(())
    }

    /// Closes standard output unread, as a pipe whose reader has gone.
    pub fn hang_up(&mut self) {
        self.stalled = None;
    }

    /// Waits until the agent says that it watches every interface it was given.
    pub fn wait_watching(&mut self) -> Result<()> {
        for interface in self.interfaces.clone() {
            self.wait_stderr(&format!("watching {interface}"))?;
        }
        Ok(())
    }

    /// Waits for a line on standard error that contains `text`.
    pub fn wait_stderr(&mut self, text: &str) -> Result<()> {
        wait::until(&format!("the agent says {text:?}"), || {
            if self.stderr().contains(text) {
                return Ok(Some(()));
            }
            self.check().map(|()| None)
        })
    }

    /// Process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it wrote to standard error so far.
    pub fn stderr(&self) -> String {
        lock(&self.stderr).join("\n")
    }

    /// Every line of standard output so far.
    pub fn lines(&self) -> Vec<String> {
        lock(&self.stdout).clone()
    }

    /// Every event so far.
    pub fn events(&self) -> Result<Vec<Value>> {
        parse(&lock(&self.stdout))
    }

    /// Waits for the first event that fits.
    pub fn wait_event(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Result<Value> {
        Ok(self.wait_events(what, 1, fits)?.swap_remove(0))
    }

    /// Waits until at least `count` events fit, and returns those that do.
    pub fn wait_events(
        &mut self,
        what: &str,
        count: usize,
        fits: impl Fn(&Value) -> bool,
    ) -> Result<Vec<Value>> {
        let mut fitting = Vec::new();
        let mut seen = 0;
        let result = wait::until(&format!("{count} events: {what}"), || {
            let new = lock(&self.stdout).get(seen..).unwrap_or_default().to_vec();
            seen += new.len();
            fitting.extend(parse(&new)?.into_iter().filter(|event| fits(event)));
            if fitting.len() >= count {
                return Ok(Some(()));
            }
            self.check().map(|()| None)
        });
        result.with_context(|| format!("{} of {seen} events fit; {}", fitting.len(), self.stderr()))?;
        Ok(fitting)
    }

    /// Waits until all events so far satisfy a condition.
    pub fn wait_until(&mut self, what: &str, mut condition: impl FnMut(&[Value]) -> bool) -> Result<()> {
        let result = wait::until(what, || {
            if condition(&self.events()?) {
                return Ok(Some(()));
            }
            self.check().map(|()| None)
        });
        result.with_context(|| format!("{:#?}\n{}", self.events(), self.stderr()))
    }

    /// Sends a signal.
    pub fn signal(&self, number: i32) -> Result<()> {
        signal(self.pid(), number)
    }

    /// Ends it as Ctrl-C does, and collects everything it said.
    pub fn stop(self) -> Result<Ended> {
        self.signal(libc::SIGINT)?;
        self.wait()
    }

    /// Waits for it to end by itself.
    pub fn wait(mut self) -> Result<Ended> {
        if self.stalled.is_some() {
            self.read_on()?;
        }
        let status = wait::until("the agent ends", || Ok(self.child.try_wait()?))?;
        for reader in self.readers.drain(..) {
            ensure!(reader.join().is_ok(), "a reader panicked");
        }
        Ok(Ended { status, lines: self.lines(), stderr: self.stderr() })
    }

    fn check(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("the agent ended: {status}\n{}", self.stderr()),
        }
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `DNS_MONITOR_AGENT`, or what `cargo xtask build` leaves.
pub fn program() -> Result<PathBuf> {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/release/dns-monitor");
    let program = env::var_os("DNS_MONITOR_AGENT").map_or(built, PathBuf::from);
    ensure!(program.is_file(), "no agent at {}: run `cargo xtask build`", program.display());
    Ok(program)
}

fn collect(
    pipe: impl std::io::Read + Send + 'static,
    lines: &Lines,
    mut show: impl FnMut(&str) + Send + 'static,
) -> JoinHandle<()> {
    let lines = Arc::clone(lines);
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            show(&line);
            lock(&lines).push(line);
        }
    })
}

fn lock(lines: &Lines) -> std::sync::MutexGuard<'_, Vec<String>> {
    lines.lock().unwrap_or_else(PoisonError::into_inner)
}

fn parse(lines: &[String]) -> Result<Vec<Value>> {
    let parse = |line: &String| {
        serde_json::from_str(line).with_context(|| format!("standard output holds something else: {line}"))
    };
    lines.iter().map(parse).collect()
}
