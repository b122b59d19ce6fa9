//! What was asked, told by those who should know: the client that asked and BIND's query log.
//!
//! BIND logs no query ids, the client knows its own: only together do they say all.

use std::{
    collections::HashSet,
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream, UdpSocket},
};

use anyhow::{Context, Result, ensure};

use crate::{dns, namespace::Namespace, wait::PATIENCE};

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

/// How many queries of one socket wait for their answer at once. Those of a dozen sockets must fit
/// into the 208 KiB that the socket of an authority buffers: what does not is in no query log.
const WINDOW: usize = 12;

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
    socket.set_read_timeout(Some(PATIENCE))?;
    let send = |message: &[u8]| socket.send(message).map(drop);
    let receive = || {
        let mut buffer = vec![0; 4096];
        let length = socket.recv(&mut buffer)?;
        buffer.truncate(length);
        Ok(buffer)
    };
    converse(socket.local_addr()?, first_id, questions, send, receive)
}

/// As [`ask_all`], over one TCP connection: queries do not wait for answers.
pub fn ask_all_by_tcp(
    host: &Namespace,
    server: SocketAddr,
    first_id: u16,
    questions: &[(String, &'static str)],
) -> Result<Vec<Asked>> {
    let stream = host.inside(move || TcpStream::connect(server))??;
    stream.set_read_timeout(Some(PATIENCE))?;
    let send = |message: &[u8]| {
        let length = u16::try_from(message.len()).unwrap_or(u16::MAX);
        (&stream).write_all(&[&length.to_be_bytes(), message].concat())
    };
    let receive = || {
        let mut length = [0; 2];
        (&stream).read_exact(&mut length)?;
        let mut buffer = vec![0; usize::from(u16::from_be_bytes(length))];
        (&stream).read_exact(&mut buffer).map(|()| buffer)
    };
    converse(stream.local_addr()?, first_id, questions, send, receive)
}

fn converse(
    client: SocketAddr,
    first_id: u16,
    questions: &[(String, &'static str)],
    send: impl Fn(&[u8]) -> io::Result<()>,
    receive: impl Fn() -> io::Result<Vec<u8>>,
) -> Result<Vec<Asked>> {
    let mut waiting = HashSet::new();
    let mut asked = Vec::new();
    for (number, (name, rr_type)) in questions.iter().enumerate() {
        let id = first_id.wrapping_add(u16::try_from(number % 65536)?);
        let code = dns::TYPES.iter().find(|(known, _)| known == rr_type).context("unknown type")?.1;
        send(&dns::query(id, name, code))?;
        waiting.insert(id);
        asked.push(Asked {
            client: client.ip().to_string(),
            port: client.port(),
            id,
            name: name.to_ascii_lowercase(),
            rr_type: (*rr_type).to_owned(),
        });
        let last = asked.len() == questions.len();
        while waiting.len() >= WINDOW || (last && !waiting.is_empty()) {
            let answer = receive().with_context(|| format!("{} queries unanswered", waiting.len()))?;
            let id = dns::id(&answer).context("short answer")?;
            ensure!(waiting.remove(&id), "an answer with id {id}, which was not asked");
        }
    }
    Ok(asked)
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
