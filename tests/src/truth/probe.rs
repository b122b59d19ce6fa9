//! What the probe in `named` wrote down: see `probe.c`.

use std::{
    fs::File,
    io::{self, Read},
    net::SocketAddr,
    path::Path,
};

use anyhow::{Context, Result};

/// A name, lower-case without the last dot, and the number of a type.
pub type Key = (String, u16);

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A fetch was started, or joined one that asks already.
    Fetch(Fetch),
    /// A fetch is over.
    Done {
        /// When, ns since 1970.
        at: u64,
        /// What asks the servers.
        fctx: u64,
    },
    /// A client is answered.
    Sent {
        /// When, ns since 1970: not later than it leaves.
        at: u64,
        /// Its query, as in [`Fetch::up`].
        client: u64,
    },
    /// An fctx wants the addresses of a name server.
    Wants {
        /// When, ns since 1970.
        at: u64,
        /// Who wants it.
        fctx: u64,
        /// The name server.
        name: String,
    },
}

/// A fetch. Numbers are addresses in the memory of `named`, 0 for none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// When, ns since 1970.
    pub at: u64,
    /// What asks the servers: several fetches may share it.
    pub fctx: u64,
    /// The resolver of a view.
    pub resolver: u64,
    /// The counter that it was handed.
    pub counter: u64,
    /// The counter that was made for it.
    pub new_counter: u64,
    /// The fctx or client's query that needs it; or something else, where another part of `named` does.
    pub up: u64,
    /// `DNS_FETCHOPT_*`.
    pub options: u32,
    /// Where a client has it, if a client's query made it: for what it waits, or for what is renewed.
    pub slot: Option<u64>,
    /// The id of the client's query.
    pub id: u16,
    /// The client.
    pub client: Option<SocketAddr>,
    /// What is fetched.
    pub key: Key,
}

/// Reads what the probe of a living or killed `named` has written.
pub fn read(path: &Path) -> Result<Vec<Line>> {
    let text = written(path).with_context(|| format!("cannot read {}", path.display()))?;
    let text = String::from_utf8(text).context("the probe writes ASCII")?;
    text.lines().map(|text| line(text).with_context(|| format!("not a line of the probe: {text}"))).collect()
}

/// The file up to its hole.
fn written(path: &Path) -> io::Result<Vec<u8>> {
    let (mut file, mut all, mut piece) = (File::open(path)?, Vec::new(), vec![0; 1 << 20]);
    loop {
        let length = file.read(&mut piece)?;
        let piece = piece.get(..length).unwrap_or_default();
        let end = piece.iter().position(|byte| *byte == 0);
        all.extend_from_slice(piece.get(..end.unwrap_or(length)).unwrap_or_default());
        if length == 0 || end.is_some() {
            return Ok(all);
        }
    }
}

fn line(text: &str) -> Option<Line> {
    let mut words = text.split(' ');
    let letter = words.next()?;
    let at = words.next()?.parse().ok()?;
    let fctx = pointer(words.next()?)?;
    match letter {
        "D" => Some(Line::Done { at, fctx }),
        "S" => Some(Line::Sent { at, client: fctx }),
        "A" => Some(Line::Wants { at, fctx, name: name(words.next()?) }),
        "F" => Some(Line::Fetch(Fetch {
            at,
            fctx,
            resolver: pointer(words.next()?)?,
            counter: pointer(words.next()?)?,
            new_counter: pointer(words.next()?)?,
            up: pointer(words.next()?)?,
            options: u32::from_str_radix(words.next()?, 16).ok()?,
            slot: u64::from_str_radix(words.next()?, 16).ok().filter(|slot| *slot != 0),
            id: words.next()?.parse().ok()?,
            client: client(words.next()?),
            key: key(words)?,
        })),
        _ => None,
    }
}

fn key<'a>(mut words: impl Iterator<Item = &'a str>) -> Option<Key> {
    let rr_type = words.next()?.parse().ok()?;
    Some((name(words.next()?), rr_type))
}

/// As events have it: without the last dot, but the root.
fn name(text: &str) -> String {
    let short = text.strip_suffix('.').filter(|short| !short.is_empty());
    short.unwrap_or(text).to_owned()
}

fn pointer(text: &str) -> Option<u64> {
    match text {
        "(nil)" => Some(0),
        _ => u64::from_str_radix(text.strip_prefix("0x")?, 16).ok(),
    }
}

fn client(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once('#')?;
    Some(SocketAddr::new(ip.parse().ok()?, port.parse().ok()?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn reads_lines() {
        let fetch = Fetch {
            at: 17,
            fctx: 0xa0,
            resolver: 0xb0,
            counter: 0,
            new_counter: 0xc0,
            up: 0xd0,
            options: 0x80,
            slot: Some(0x1c0),
            id: 7,
            client: Some("[fd53::1:1]:53228".parse().unwrap()),
            key: ("www.z0001.net".into(), 1),
        };
        for (text, expected) in [
            (
                "F 17 0xa0 0xb0 (nil) 0xc0 0xd0 80 1c0 7 fd53::1:1#53228 1 www.z0001.net.",
                Some(Line::Fetch(fetch)),
            ),
            ("D 18 0xa0", Some(Line::Done { at: 18, fctx: 0xa0 })),
            ("S 19 0xd0", Some(Line::Sent { at: 19, client: 0xd0 })),
            ("A 19 0xa0 .", Some(Line::Wants { at: 19, fctx: 0xa0, name: ".".into() })),
            ("A 19 0xa0", None),
            ("B 19 0xa0 .", None),
        ] {
            assert_eq!(line(text), expected, "{text}");
        }
    }
}
