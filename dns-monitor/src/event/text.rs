//! One aligned line an event, for people: time, client, name, type, response code, latency, verdict and rule.

mod cause;

use self::cause::cause;
use super::{Event, Outcome, gap::Gap, json, time::Clock};
use crate::{
    decode::mnemonics,
    rules::verdict::Verdict,
    track::{cause::told::Cause, role::Role},
};

const RED: &[u8] = b"\x1b[31m";
const YELLOW: &[u8] = b"\x1b[33m";
const DIM: &[u8] = b"\x1b[2m";
const PLAIN: &[u8] = b"\x1b[0m";

/// Widths of the columns, characters; longer values push the rest of their line to the right.
const PEER: usize = 39;
const NAME: usize = 40;
const TYPE: usize = 6;
const RCODE: usize = 9;
const LATENCY: usize = 11;

/// Writes lines.
pub struct Encoder {
    clock: Clock,
    colored: bool,
}

impl Encoder {
    /// Lines with or without colour.
    pub fn new(colored: bool) -> Self {
        Self { clock: Clock::default(), colored }
    }

    /// Appends one line.
    pub fn encode(&mut self, event: &Event<'_>, out: &mut Vec<u8>) {
        let Some(first) = event.lookup.first() else { return };
        self.paint(out, DIM);
        self.clock.write(first.time(), out);
        self.paint(out, PLAIN);
        out.extend_from_slice(match event.lookup.role {
            Role::Client => b"  client    ",
            Role::Resolver => b"  resolver  ",
        });
        // What the resolver asks is told by whom it asks: it is the client of all of them.
        let peer = match event.lookup.role {
            Role::Client => event.client,
            Role::Resolver => event.server,
        };
        column(out, PEER, |out| {
            json::address(out, peer.ip);
            out.push(b'#');
            json::number(out, u64::from(peer.port));
            if let Some(name) = event.who.client.name.filter(|_| event.lookup.role == Role::Client) {
                out.push(b' ');
                printable(name, out);
            }
        });
        question(event, out);
        self.result(event, out);
        column(out, LATENCY, |out| latency(event.lookup.duration(), out));
        self.verdict(event, out);
        if !matches!(event.lookup.cause, Cause::Untold) {
            self.paint(out, DIM);
            cause(event, out);
            self.paint(out, PLAIN);
        }
        if let Some(malformed) = event.malformed {
            self.paint(out, YELLOW);
            json::raw(out, "  malformed: ");
            json::raw(out, malformed);
            self.paint(out, PLAIN);
        }
        out.push(b'\n');
    }

    /// Appends a line that says what is missing; `time` in ns since the Unix epoch.
    pub fn encode_gap(&mut self, time: u64, gap: &Gap<'_>, out: &mut Vec<u8>) {
        self.clock.write(time, out);
        self.paint(out, RED);
        json::raw(out, "  gap       ");
        gap.tell(&mut self.clock, out);
        self.paint(out, PLAIN);
        out.push(b'\n');
    }

    fn result(&self, event: &Event<'_>, out: &mut Vec<u8>) {
        self.paint(
            out,
            match event.outcome() {
                Outcome::Failure => RED,
                Outcome::Success | Outcome::Unknown => b"",
            },
        );
        column(out, RCODE, |out| match event.rcode_name() {
            Some(rcode) => rcode.write(out),
            None => out.extend_from_slice(b"-"),
        });
        self.paint(out, PLAIN);
    }

    fn verdict(&self, event: &Event<'_>, out: &mut Vec<u8>) {
        let verdict = event.verdict();
        let color = match verdict {
            Verdict::Blocked(_) => Some(RED),
            Verdict::Pass | Verdict::Would(_) => event.is_alert().then_some(YELLOW),
        };
        self.paint(out, color.unwrap_or_default());
        json::raw(out, verdict.name());
        if let Some(hit) = &event.judgement.rule {
            json::raw(out, " rule ");
            printable(hit.name, out);
            json::raw(out, " (");
            printable(&hit.id, out);
            json::raw(out, ")");
        }
        if color.is_some() {
            self.paint(out, PLAIN);
        }
    }

    fn paint(&self, out: &mut Vec<u8>, color: &[u8]) {
        if self.colored {
            out.extend_from_slice(color);
        }
    }
}

fn question(event: &Event<'_>, out: &mut Vec<u8>) {
    let question = event.question();
    column(out, NAME, |out| match question {
        Some(question) => question.name.write_lower(out),
        None => out.push(b'-'),
    });
    column(out, TYPE, |out| match question {
        Some(question) => mnemonics::rr_type(question.qtype).write(out),
        None => out.push(b'-'),
    });
}

fn latency(duration: Option<u64>, out: &mut Vec<u8>) {
    match duration {
        Some(ns) => json::raw(out, &format!("{:.3} ms", ns as f64 / 1e6)),
        None => out.push(b'-'),
    }
}

/// Names of rules and files are the operator's, and in a folder of lists somebody else's.
fn printable(text: &str, out: &mut Vec<u8>) {
    let mut utf8 = [0; 4];
    for character in text.chars() {
        match character.is_control() {
            true => json::raw(out, &character.escape_unicode().to_string()),
            false => json::raw(out, character.encode_utf8(&mut utf8)),
        }
    }
}

/// Pads what is written to a width, and adds a gap.
fn column(out: &mut Vec<u8>, width: usize, write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    write(out);
    let written = out.len() - start;
    out.resize(out.len() + width.saturating_sub(written) + 2, b' ');
}
