//! Frames that end anywhere: a reason, or the same sample with less payload. Never a panic.

use std::{env, fs, path::PathBuf};

use super::*;
use crate::decode::{fragments::Fragments, tcp::Streams};

/// Packets of each file.
const FIRST: usize = 50;

/// Every file below the folder of captures.
fn captures() -> Vec<PathBuf> {
    let default = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/captures");
    let root = env::var_os("DNS_MONITOR_CAPTURES").map_or_else(default, PathBuf::from);
    let folders = fs::read_dir(&root).unwrap_or_else(|error| panic!("{}: {error}", root.display()));
    let folders = folders.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|end| end == "pcap" || end == "pcapng")).collect()
}

/// The link type and the frames of a file.
fn frames(path: &PathBuf) -> Vec<(Frame<'static>, Vec<u8>)> {
    let mut container = Container::new(File::open(path).unwrap()).unwrap();
    let mut frames = vec![];
    while frames.len() < FIRST {
        match container.next() {
            Ok(Next::Frame(frame)) => {
                let bytes = frame.bytes.to_vec();
                frames.push((Frame { bytes: Vec::new().into(), ..frame }, bytes));
            }
            Ok(Next::Other) => {}
            _ => break,
        }
    }
    frames
}

fn check(frame: &Frame<'_>, all: &[u8], fragments: &mut Fragments, streams: &mut Streams) -> bool {
    let options = CaptureOptions::default();
    let part = |end| Frame { bytes: all[..end].into(), ..*frame };
    let whole = part(all.len());
    let whole = inspect(&whole, &options);
    for end in 0..all.len() {
        let part = part(end);
        let Ok(sample) = inspect(&part, &options) else { continue };
        let whole = whole.expect("a part of what is not taken is not taken");
        // The direction may need the message's header.
        let packet = Packet { direction: whole.packet.direction, ..sample.packet };
        assert_eq!((packet, sample.content, sample.length), (whole.packet, whole.content, whole.length));
        assert!(whole.payload.starts_with(sample.payload) && sample.payload.len() <= end);
        fragments.push(&sample, |_| {});
        streams.push(&sample, |_| {});
    }
    whole.is_ok()
}

#[test]
fn every_truncation_of_every_captured_frame() {
    let (mut seen, mut taken) = (0, 0);
    for path in captures() {
        let (mut fragments, mut streams) = (Fragments::default(), Streams::default());
        for (frame, bytes) in frames(&path) {
            seen += 1;
            taken += usize::from(check(&frame, &bytes, &mut fragments, &mut streams));
        }
        fragments.finish(|_| {});
        streams.finish(|_| {});
        assert_eq!((fragments.tally().held(), streams.tally().held()), (0, 0), "{}", path.display());
    }
    assert!(seen > 500 && taken > 400, "{taken} of {seen} frames taken: are the captures there?");
}
