//! Files and frames as data.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod files;
mod frames;
mod truncated;

use std::io::Cursor;

use super::*;
use crate::sample::{Content, Direction};

/// A query for the root, without more than its header.
const PAYLOAD: [u8; 12] = *b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0";

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<_> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
}

/// A pcap file of microseconds, little-endian; the packets are of second 1, 2, …
fn pcap(link_type: u32, frames: &[&[u8]]) -> Vec<u8> {
    let header = [0xa1b2_c3d4, 0x0004_0002, 0, 0, 65_535, link_type];
    let mut file: Vec<u8> = header.iter().flat_map(|word: &u32| word.to_le_bytes()).collect();
    for (second, frame) in (1..).zip(frames) {
        let length = frame.len() as u32;
        file.extend([second, 5, length, length].iter().flat_map(|word: &u32| word.to_le_bytes()));
        file.extend(*frame);
    }
    file
}

fn open(file: &[u8], options: CaptureOptions) -> Result<Capture, CaptureError> {
    Capture::new("it", Box::new(Cursor::new(file.to_vec())), options)
}

/// What there is to a sample, and its own copy of the payload.
type Taken = (Packet, Content, u32, Vec<u8>);

/// Reads to the end or the first error.
fn read_all(capture: &mut Capture) -> (Vec<Taken>, Option<CaptureError>) {
    let mut taken = vec![];
    loop {
        match capture.read(|s| taken.push((s.packet, s.content, s.length, s.payload.to_vec()))) {
            Ok(true) => {}
            Ok(false) => return (taken, None),
            Err(error) => return (taken, Some(error)),
        }
    }
}
