//! hickory-proto and we read the same out of any bytes, but for the reasons on the list.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/decode_support/mod.rs"]
mod decode_support;

fuzz_target!(|data: &[u8]| {
    if let Err(difference) = decode_support::hickory::compare(data) {
        panic!("{difference}");
    }
});
