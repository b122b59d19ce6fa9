//! A capture through our own reader, reassembly and decoder.

use std::path::Path;

use anyhow::Result;
use dns_monitor::{
    decode::{fragments::Fragments, message, tcp::Streams},
    sample::{Content, Datagram},
    source::capture::{Capture, CaptureOptions},
};

use super::Message;

pub fn read(path: &Path) -> Result<Vec<Message>> {
    let mut capture = Capture::open(path, CaptureOptions::default())?;
    let (mut fragments, mut streams) = (Fragments::default(), Streams::default());
    let mut messages = vec![];
    let mut take = |datagram: Datagram<'_>| messages.extend(decode(&datagram));
    while capture.read(|sample| match sample.content {
        Content::Datagram => {
            take(Datagram { packet: sample.packet, length: sample.length, bytes: sample.payload });
        }
        Content::Fragment { .. } => fragments.push(&sample, &mut take),
        Content::Segment { .. } => streams.push(&sample, &mut take),
    })? {}
    fragments.finish(&mut take);
    streams.finish(&mut take);
    Ok(messages)
}

fn decode(datagram: &Datagram<'_>) -> Option<Message> {
    let message = message::Message::parse_captured(datagram.bytes, datagram.length as usize).ok()?;
    let question = message.question.map(|question| {
        let mut name = vec![];
        question.name.write_lower(&mut name);
        (String::from_utf8_lossy(&name).into_owned(), question.qtype)
    });
    let header = message.header;
    let rcode = if header.qr() { header.rcode() } else { 0 };
    Some(Message { id: header.id, response: header.qr(), question, rcode })
}
