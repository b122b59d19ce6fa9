//! A real NATS server with JetStream, and a reader of its streams.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    path::Path,
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::{Program, free_port};
use crate::wait::PATIENCE;

/// A running server; only who knows the password may do anything.
#[derive(Debug)]
pub struct Nats {
    /// The program.
    pub program: Program,
    /// Its port.
    pub port: u16,
}

/// The user and the password.
pub const USER: (&str, &str) = ("dns", "s3cret");

impl Nats {
    /// Starts it.
    pub fn start(folder: &Path) -> Result<Self> {
        Self::start_with(folder, &[])
    }

    /// Starts it with TLS; the folder has `server.pem` and `server.key`.
    pub fn start_tls(folder: &Path) -> Result<Self> {
        let file = |name| folder.join(name).display().to_string();
        let (certificate, key) = (file("server.pem"), file("server.key"));
        Self::start_with(folder, &["--tls", "--tlscert", &certificate, "--tlskey", &key])
    }

    fn start_with(folder: &Path, more: &[&str]) -> Result<Self> {
        let port = free_port()?;
        let (user, password) = USER;
        let store = folder.join("jetstream").display().to_string();
        let arguments = [
            "-a",
            "127.0.0.1",
            "-p",
            &port.to_string(),
            "-js",
            "-sd",
            &store,
            "--user",
            user,
            "--pass",
            password,
        ];
        let arguments = arguments.iter().chain(more).map(|argument| (*argument).to_owned()).collect();
        let program = Program::start("nats-server", arguments, folder)?;
        let mut nats = Self { program, port };
        nats.program.wait_port(port)?;
        Ok(nats)
    }

    /// Starts it again after it was killed.
    pub fn again(&mut self) -> Result<()> {
        self.program.again()?;
        self.program.wait_port(self.port)
    }

    /// Makes a stream for a subject, on disk, with room for so many messages.
    pub fn make_stream(&self, stream: &str, subject: &str, max_messages: i64) -> Result<()> {
        let config = json!({
            "name": stream, "subjects": [subject], "storage": "file", "retention": "limits", "discard": "new",
            "num_replicas": 1, "max_msgs": max_messages, "max_bytes": -1, "max_age": 0, "max_consumers": -1,
            "duplicate_window": 120_000_000_000_u64,
        });
        Client::new(self.port)?.ask(&format!("$JS.API.STREAM.CREATE.{stream}"), &config).map(drop)
    }

    /// How many messages a stream has.
    pub fn count(&self, stream: &str) -> Result<u64> {
        let info = Client::new(self.port)?.ask(&format!("$JS.API.STREAM.INFO.{stream}"), &json!({}))?;
        info["state"]["messages"].as_u64().context("a stream without a count")
    }

    /// Every message of a stream: how often each came.
    pub fn messages(&self, stream: &str) -> Result<BTreeMap<String, u64>> {
        let count = self.count(stream)?;
        let mut client = Client::new(self.port)?;
        client.say("SUB lab.all 2\r\n")?;
        let config = json!({"deliver_subject": "lab.all", "deliver_policy": "all", "ack_policy": "none"});
        let consumer = json!({"stream_name": stream, "config": config});
        client.put(&format!("$JS.API.CONSUMER.CREATE.{stream}"), &consumer)?;
        let mut messages = BTreeMap::new();
        let mut seen = 0;
        while seen < count {
            let (sid, payload) = client.message()?;
            if sid == "2" {
                seen += 1;
                *messages.entry(payload).or_default() += 1;
            }
        }
        Ok(messages)
    }
}

/// A client that asks the server about its streams.
struct Client(BufReader<TcpStream>);

impl Client {
    fn new(port: u16) -> Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut client = Self(BufReader::new(stream));
        let (user, pass) = USER;
        let connect =
            json!({"verbose": false, "pedantic": false, "headers": true, "user": user, "pass": pass});
        client.say(&format!("CONNECT {connect}\r\nSUB lab.reply 1\r\n"))?;
        Ok(client)
    }

    fn say(&mut self, text: &str) -> Result<()> {
        Ok(self.0.get_mut().write_all(text.as_bytes())?)
    }

    fn put(&mut self, subject: &str, payload: &Value) -> Result<()> {
        let payload = payload.to_string();
        self.say(&format!("PUB {subject} lab.reply {}\r\n{payload}\r\n", payload.len()))
    }

    fn ask(&mut self, subject: &str, payload: &Value) -> Result<Value> {
        self.put(subject, payload)?;
        let answer: Value = serde_json::from_str(&self.message()?.1)?;
        if answer["error"].is_object() {
            bail!("{subject}: {answer}");
        }
        Ok(answer)
    }

    /// The next message: to which subscription, and its payload.
    fn message(&mut self) -> Result<(String, String)> {
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line)? == 0 {
                bail!("the server is gone");
            }
            let words: Vec<&str> = line.split_whitespace().collect();
            let (sid, header, total) = match words.as_slice() {
                ["MSG", _, sid, .., total] => (*sid, 0, *total),
                ["HMSG", _, sid, .., header, total] => (*sid, header.parse()?, *total),
                ["PING"] => {
                    self.say("PONG\r\n")?;
                    continue;
                }
                ["-ERR", ..] => bail!("{line}"),
                _ => continue,
            };
            let mut payload = vec![0; total.parse::<usize>()? + 2];
            self.0.read_exact(&mut payload)?;
            let text = payload.get(header..payload.len() - 2).context("a header beyond its message")?;
            return Ok((sid.to_owned(), String::from_utf8(text.to_vec())?));
        }
    }
}
