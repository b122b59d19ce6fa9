//! Any bytes in the ring: a sample that holds what its header says, or a named error.
#![no_main]

use dns_monitor::source::kernel::sample::{SampleError, parse};
use dns_monitor_common::sample::HEADER_LENGTH;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    match parse(data, 0) {
        Ok((_, sample)) => assert!(HEADER_LENGTH + sample.payload.len() <= data.len()),
        Err(SampleError::Short(length)) => assert!(length == data.len() && length < HEADER_LENGTH),
        Err(SampleError::Length { said, held }) => assert!(said > held),
        Err(SampleError::Protocol(protocol)) => assert!(protocol != 6 && protocol != 17),
    }
});
