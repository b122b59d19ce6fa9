//! Any file: no panic, every packet has one fate, and after an error comes the end.
#![no_main]

use std::io::Cursor;

use dns_monitor::source::capture::{Capture, CaptureOptions};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let file = Box::new(Cursor::new(data.to_vec()));
    let Ok(mut capture) = Capture::new("input", file, CaptureOptions::default()) else { return };
    let mut samples = 0;
    let mut take = || {
        capture.read(|sample| {
            assert!(sample.payload.len() <= sample.length as usize);
            assert!(sample.payload.len() <= data.len());
            samples += 1;
        })
    };
    // A block has twelve bytes at the least, a packet sixteen.
    let limit = data.len();
    let end = (0..limit).map(|_| take()).find(|more| !matches!(more, Ok(true)));
    assert!(end.is_some(), "more packets than bytes");
    if end.is_some_and(|end| end.is_err()) {
        assert!(matches!(capture.read(|_| {}), Ok(false)));
    }
    assert_eq!((capture.tally().emitted(), capture.tally().held()), (samples, 0));
});
