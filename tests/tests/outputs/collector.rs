//! A real rsyslog in the resolver's network, which reads lines over TCP and TLS and writes them to one file.

use std::{
    fs,
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Stdio},
};

use anyhow::{Context, Result};
use dns_monitor_tests::{Lab, wait};

pub const TCP: u16 = 5140;
pub const TLS: u16 = 6514;

const CONFIG: &str = r#"
global(workDirectory="FOLDER" maxMessageSize="64k" parser.escapeControlCharactersOnReceive="off"
       DefaultNetstreamDriver="ossl" DefaultNetstreamDriverCAFile="FOLDER/ca.pem"
       DefaultNetstreamDriverCertFile="FOLDER/NAME.pem" DefaultNetstreamDriverKeyFile="FOLDER/NAME.key")
main_queue(queue.type="direct")
module(load="imptcp")
module(load="imtcp" StreamDriver.Name="ossl" StreamDriver.Mode="1" StreamDriver.AuthMode="anon")
template(name="line" type="list") { property(name="rawmsg") constant(value="\n") }
ruleset(name="events") { action(type="omfile" file="FOLDER/lines-NAME" template="line" asyncWriting="off") }
input(type="imptcp" port="5140" address="127.0.0.1" ruleset="events")
input(type="imtcp" port="6514" address="127.0.0.1" ruleset="events")
"#;

/// A running rsyslog; killed on drop.
pub struct Collector {
    child: Option<Child>,
    folder: PathBuf,
    name: String,
}

impl Collector {
    /// Starts it with the certificate of this name.
    pub fn start(lab: &Lab, folder: &Path, name: &str) -> Result<Self> {
        let mut collector = Self { child: None, folder: folder.to_owned(), name: name.to_owned() };
        let config = CONFIG.replace("FOLDER", &folder.display().to_string()).replace("NAME", name);
        fs::write(collector.file("conf"), config)?;
        collector.again(lab)?;
        Ok(collector)
    }

    /// Starts it again after it was killed.
    pub fn again(&mut self, lab: &Lab) -> Result<()> {
        let _not_there = fs::remove_file(self.file("pid"));
        let log = fs::File::options().create(true).append(true).open(self.file("log"))?;
        let mut command = lab.resolver().command("rsyslogd");
        command.arg("-n").arg("-f").arg(self.file("conf")).arg("-i").arg(self.file("pid"));
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        self.child = Some(command.spawn().context("cannot start rsyslogd")?);
        for port in [TCP, TLS] {
            wait::until("rsyslog listens", || {
                lab.resolver().inside(|| TcpStream::connect(("127.0.0.1", port)).ok())
            })
            .with_context(|| fs::read_to_string(self.file("log")).unwrap_or_default())?;
        }
        Ok(())
    }

    /// Kills it, as the power would.
    pub fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// The lines that it has written.
    pub fn lines(&self) -> Vec<String> {
        let text = fs::read(self.folder.join(format!("lines-{}", self.name))).unwrap_or_default();
        String::from_utf8_lossy(&text).lines().map(str::to_owned).collect()
    }

    fn file(&self, suffix: &str) -> PathBuf {
        self.folder.join(format!("rsyslog-{}.{suffix}", self.name))
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        let _gone = self.kill();
    }
}
