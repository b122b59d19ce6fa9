//! A real rsyslog: syslog over TCP and TLS, and RELP; what it takes goes to one file.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;

use super::{Program, free_port};

/// Without queues between input and file, so that what is acknowledged is in the file.
const CONFIG: &str = r#"
global(workDirectory="FOLDER" maxMessageSize="64k" DefaultNetstreamDriver="ossl"
       DefaultNetstreamDriverCAFile="FOLDER/ca.pem"
       DefaultNetstreamDriverCertFile="FOLDER/server.pem" DefaultNetstreamDriverKeyFile="FOLDER/server.key")
main_queue(queue.type="direct")
module(load="imptcp")
module(load="imtcp" StreamDriver.Name="ossl" StreamDriver.Mode="1" StreamDriver.AuthMode="anon")
module(load="imudp")
module(load="imrelp" tls.tlslib="openssl")
template(name="event" type="list") { property(name="msg") constant(value="\n") }
template(name="line" type="list") { property(name="rawmsg") constant(value="\n") }
ruleset(name="events") { action(type="omfile" file="FOLDER/events" template="event" asyncWriting="off") }
ruleset(name="lines") { action(type="omfile" file="FOLDER/events" template="line" asyncWriting="off") }
input(type="imptcp" port="TCP" address="127.0.0.1" ruleset="events")
input(type="imtcp" port="TLS" address="127.0.0.1" ruleset="events")
input(type="imtcp" port="LINES" address="127.0.0.1" ruleset="lines")
input(type="imudp" port="UDP" address="127.0.0.1" ruleset="events")
input(type="imrelp" port="RELP" address="127.0.0.1" maxDataSize="64k" ruleset="events")
input(type="imrelp" port="SAFE" address="127.0.0.1" maxDataSize="64k" ruleset="events" tls="on"
      tls.caCert="FOLDER/ca.pem" tls.myCert="FOLDER/server.pem" tls.myPrivKey="FOLDER/server.key")
"#;

/// A running rsyslog.
#[derive(Debug)]
pub struct Rsyslog {
    /// The program.
    pub program: Program,
    folder: PathBuf,
    /// Port of syslog over TCP.
    pub tcp: u16,
    /// Port of syslog over TLS.
    pub tls: u16,
    /// Port of lines over TLS.
    pub lines: u16,
    /// Port of syslog over UDP.
    pub udp: u16,
    /// Port of RELP.
    pub relp: u16,
    /// Port of RELP over TLS.
    pub relp_tls: u16,
}

impl Rsyslog {
    /// Starts it; the folder has `ca.pem`, `server.pem` and `server.key`.
    pub fn start(folder: &Path) -> Result<Self> {
        let [tcp, tls, udp] = [free_port()?, free_port()?, free_port()?];
        let [relp, relp_tls, lines] = [free_port()?, free_port()?, free_port()?];
        let mut config = CONFIG.replace("FOLDER", &folder.display().to_string());
        let ports =
            [("TCP", tcp), ("TLS", tls), ("LINES", lines), ("UDP", udp), ("RELP", relp), ("SAFE", relp_tls)];
        for (name, port) in ports {
            config = config.replace(&format!("\"{name}\""), &format!("\"{port}\""));
        }
        let file = folder.join("rsyslog.conf");
        fs::write(&file, config)?;
        let pid = folder.join("rsyslog.pid");
        let arguments = ["-n", "-f", &file.display().to_string(), "-i", &pid.display().to_string()];
        let program = Program::start("rsyslogd", arguments.map(str::to_owned).to_vec(), folder)?;
        let mut rsyslog = Self { program, folder: folder.to_owned(), tcp, tls, lines, udp, relp, relp_tls };
        rsyslog.wait()?;
        Ok(rsyslog)
    }

    /// Starts it again after it was killed.
    pub fn again(&mut self) -> Result<()> {
        let _not_there = fs::remove_file(self.folder.join("rsyslog.pid"));
        self.program.again()?;
        self.wait()
    }

    /// The lines that it has written.
    pub fn lines(&self) -> Result<Vec<String>> {
        match fs::read_to_string(self.folder.join("events")) {
            Ok(text) => Ok(text.lines().map(str::to_owned).collect()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }

    fn wait(&mut self) -> Result<()> {
        for port in [self.tcp, self.tls, self.lines, self.relp, self.relp_tls] {
            self.program.wait_port(port)?;
        }
        Ok(())
    }
}
