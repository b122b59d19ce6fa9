//! The collectors that are put under load, all in the same way.

use std::{collections::BTreeSet, path::Path};

use dns_monitor_tests::collectors::{
    clickhouse::{self, Clickhouse},
    nats::{self, Nats},
    rsyslog::Rsyslog,
};
use serde_json::Value;

/// Which collector, and over which protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    Syslog,
    Tls,
    Relp,
    Nats,
    Clickhouse,
}

/// A running collector.
pub struct Target {
    protocol: Protocol,
    server: Server,
    ca: String,
}

enum Server {
    Rsyslog(Rsyslog),
    Nats(Nats),
    Clickhouse(Clickhouse),
}

const TABLE: &str =
    "CREATE TABLE events (ts Float64, uid String, query String) ENGINE = MergeTree ORDER BY query";

impl Target {
    /// Starts it; it has no place for events yet.
    pub fn start(protocol: Protocol, folder: &Path) -> Self {
        super::tls::write(folder, &["127.0.0.1"]);
        let server = match protocol {
            Protocol::Syslog | Protocol::Tls | Protocol::Relp => {
                Server::Rsyslog(Rsyslog::start(folder).unwrap())
            }
            Protocol::Nats => Server::Nats(Nats::start(folder).unwrap()),
            Protocol::Clickhouse => Server::Clickhouse(Clickhouse::start(folder).unwrap()),
        };
        Self { protocol, server, ca: folder.join("ca.pem").display().to_string() }
    }

    /// Makes the place for events, where the protocol has such a thing.
    pub fn make_place(&self) {
        match &self.server {
            Server::Rsyslog(_) => {}
            Server::Nats(nats) => nats.make_stream("DNS", "dns.events", -1).unwrap(),
            Server::Clickhouse(clickhouse) => drop(clickhouse.query(TABLE).unwrap()),
        }
    }

    /// As the power would.
    pub fn kill(&mut self) {
        let program = match &mut self.server {
            Server::Rsyslog(rsyslog) => &mut rsyslog.program,
            Server::Nats(nats) => &mut nats.program,
            Server::Clickhouse(clickhouse) => &mut clickhouse.program,
        };
        program.kill().unwrap();
    }

    pub fn again(&mut self) {
        match &mut self.server {
            Server::Rsyslog(rsyslog) => rsyslog.again(),
            Server::Nats(nats) => nats.again(),
            Server::Clickhouse(clickhouse) => clickhouse.again(),
        }
        .unwrap();
    }

    /// The port that the agent is told.
    pub fn port(&self) -> u16 {
        match (&self.server, self.protocol) {
            (Server::Nats(nats), _) => nats.port,
            (Server::Clickhouse(clickhouse), _) => clickhouse.port,
            (Server::Rsyslog(rsyslog), Protocol::Tls) => rsyslog.lines,
            (Server::Rsyslog(rsyslog), Protocol::Relp) => rsyslog.relp,
            (Server::Rsyslog(rsyslog), _) => rsyslog.tcp,
        }
    }

    /// Whether it says what it has taken.
    pub fn acknowledges(&self) -> bool {
        !matches!(self.protocol, Protocol::Syslog | Protocol::Tls)
    }

    /// The output that sends to it.
    pub fn output(&self) -> String {
        let place = format!("address = '127.0.0.1:{}'", self.port());
        let settings = match self.protocol {
            Protocol::Syslog => format!("type = 'syslog'\n{place}\ntransport = 'tcp'"),
            Protocol::Tls => format!("type = 'tls'\n{place}\nca = '{}'", self.ca),
            Protocol::Relp => format!("type = 'relp'\n{place}"),
            Protocol::Nats => {
                let (user, password) = nats::USER;
                format!(
                    "type = 'nats'\n{place}\nsubject = 'dns.events'\nuser = '{user}'\npassword = '{password}'"
                )
            }
            Protocol::Clickhouse => {
                let (user, password) = clickhouse::USER;
                format!(
                    "type = 'http'\npreset = 'clickhouse'\nurl = 'http://127.0.0.1:{}'\nschema = 'zeek'\n\
                     table = 'events'\ntimeout = '2s'\nuser = '{user}'\npassword = '{password}'",
                    self.port()
                )
            }
        };
        format!("[[output]]\nname = 'lab'\n{settings}\n")
    }

    /// The lookups whose event has arrived, by the number in their name.
    pub fn arrived(&self) -> BTreeSet<u32> {
        match &self.server {
            Server::Rsyslog(rsyslog) => {
                rsyslog.lines().unwrap().iter().filter_map(|line| number(line)).collect()
            }
            Server::Nats(nats) => {
                nats.messages("DNS").unwrap().keys().filter_map(|line| number(line)).collect()
            }
            Server::Clickhouse(clickhouse) => {
                let names = clickhouse.column("events", "query").unwrap();
                names.keys().filter_map(|name| of_name(name)).collect()
            }
        }
    }
}

/// Of an event, which may be glued to one that was cut.
fn number(line: &str) -> Option<u32> {
    let event: Value = serde_json::from_str(line.get(line.rfind("{\"@timestamp\"")?..)?).ok()?;
    of_name(event["dns"]["question"]["name"].as_str()?)
}

fn of_name(name: &str) -> Option<u32> {
    name.strip_prefix('n')?.strip_suffix(".lab.example")?.parse().ok()
}
