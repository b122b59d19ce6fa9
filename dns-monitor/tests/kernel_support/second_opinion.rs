//! The reader of captures, another implementation of the same rules, asked about the same frames.

use std::io::Cursor;

use dns_monitor::source::{
    capture::{Capture, CaptureOptions},
    kernel::sample::Place,
};

use super::taken::Taken;

const LINKTYPE_ETHERNET: u32 = 1;

/// What it makes of each frame.
pub fn of(frames: &[Vec<u8>]) -> Vec<Option<Taken>> {
    let mut capture =
        Capture::new("frames", Box::new(Cursor::new(pcap(frames))), CaptureOptions::default()).unwrap();
    let read = |_: &Vec<u8>| {
        let mut taken = None;
        let place = Place { cpu: 0, sequence: 0 };
        assert!(capture.read(|sample| taken = Some(Taken::of(place, &sample))).unwrap());
        taken
    };
    frames.iter().map(read).collect()
}

/// A file of one packet a frame.
fn pcap(frames: &[Vec<u8>]) -> Vec<u8> {
    let header = [0xa1b2_c3d4, 0x0004_0002, 0, 0, 65_535, LINKTYPE_ETHERNET];
    let mut file: Vec<u8> = header.iter().flat_map(|word: &u32| word.to_le_bytes()).collect();
    for frame in frames {
        let length = u32::try_from(frame.len()).unwrap();
        file.extend([0, 0, length, length].iter().flat_map(|word: &u32| word.to_le_bytes()));
        file.extend(frame);
    }
    file
}
