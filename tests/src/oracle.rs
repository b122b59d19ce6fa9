//! What was asked, told by those who should know: the client that asked and BIND's query log.
//!
//! BIND logs no query ids, the client knows its own: only together do they say all.

use std::{
    collections::HashMap,
    net::{SocketAddr, UdpSocket},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{dns, namespace::Namespace};

/// One lookup as its client made it. Ordered, so that sets of them compare and print.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Asked {
    /// The client's address.
    pub client: String,
    /// The client's port.
    pub port: u16,
    /// The query id.
    pub id: u16,
    /// Lower-case, without the trailing dot.
    pub name: String,
    /// Such as `AAAA`.
    pub rr_type: String,
}

/// One line of BIND's query log: an [`Asked`] without the id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Logged {
    /// The client's address.
    pub client: String,
    /// The client's port.
    pub port: u16,
    /// As [`Asked::name`].
    pub name: String,
    /// As [`Asked::rr_type`].
    pub rr_type: String,
}

impl From<&Asked> for Logged {
    fn from(asked: &Asked) -> Self {
        let Asked { client, port, id: _, name, rr_type } = asked.clone();
        Self { client, port, name, rr_type }
    }
}

/// Reads BIND's query log: `… client @0x… IP#PORT (name): query: NAME CLASS TYPE FLAGS (server)`.
pub fn read_query_log(text: &str) -> Result<Vec<Logged>> {
    text.lines().map(|line| log_line(line).with_context(|| format!("not a query log line: {line}"))).collect()
}

fn log_line(line: &str) -> Option<Logged> {
    let (before, query) = line.split_once(": query: ")?;
    let client = before.split_once("client @")?.1.split(' ').nth(1)?;
    let (client, port) = client.split_once('#')?;
    let mut words = query.split(' ');
    let (name, _class, rr_type) = (words.next()?, words.next()?, words.next()?);
    Some(Logged {
        client: client.to_owned(),
        port: port.parse().ok()?,
        name: name.to_ascii_lowercase(),
        rr_type: rr_type.to_owned(),
    })
}

/// How many queries wait for their answer at once: below what the sockets can buffer.
const WINDOW: usize = 64;

/// Asks every `(name, type)` over UDP from one socket of `host`, and waits for every answer.
/// Ids count up from `first_id`.
pub fn ask_all(
    host: &Namespace,
    server: SocketAddr,
    first_id: u16,
    questions: &[(String, &'static str)],
) -> Result<Vec<Asked>> {
    let any: SocketAddr = if server.is_ipv4() { ([0; 4], 0).into() } else { ([0; 16], 0).into() };
    let socket = host.inside(|| UdpSocket::bind(any))??;
    socket.connect(server)?;
    socket.set_read_timeout(Some(Duration::from_secs(10)))?;
    let local = socket.local_addr()?;
    let mut waiting = HashMap::new();
    let mut asked = Vec::new();
    for (number, (name, rr_type)) in questions.iter().enumerate() {
        let id = first_id.wrapping_add(u16::try_from(number % 65536)?);
        let code = dns::TYPES.iter().find(|(known, _)| known == rr_type).context("unknown type")?.1;
        socket.send(&dns::query(id, name, code))?;
        waiting.insert(id, Instant::now());
        asked.push(Asked {
            client: local.ip().to_string(),
            port: local.port(),
            id,
            name: name.to_ascii_lowercase(),
            rr_type: (*rr_type).to_owned(),
        });
        while waiting.len() >= WINDOW {
            receive(&socket, &mut waiting)?;
        }
    }
    while !waiting.is_empty() {
        receive(&socket, &mut waiting)?;
    }
    Ok(asked)
}

fn receive(socket: &UdpSocket, waiting: &mut HashMap<u16, Instant>) -> Result<()> {
    let mut buffer = [0; 4096];
    let length = socket.recv(&mut buffer).with_context(|| format!("{} queries unanswered", waiting.len()))?;
    let message = buffer.get(..length).unwrap_or_default();
    let id = dns::id(message).context("short answer")?;
    if waiting.remove(&id).is_none() {
        bail!("an answer with id {id}, which was not asked");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn reads_query_log_lines() {
        let line = "2026-11-24T02:20:11.123Z client @0x7f0c4c000c48 fd53::a#41234 (WWW.lab.example): \
                    query: WWW.lab.example IN AAAA +E(0)K (fd53::2)";
        let expected = Logged {
            client: "fd53::a".into(),
            port: 41234,
            name: "www.lab.example".into(),
            rr_type: "AAAA".into(),
        };
        assert_eq!(read_query_log(line).unwrap(), [expected]);
        assert!(read_query_log("something else").is_err());
    }
}
