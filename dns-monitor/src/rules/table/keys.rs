//! Keys of the hash: drawn anew for each set of rules, so that nobody can prepare two names that share a hash.

use std::io;

use dns_monitor_common::rule::{Keys, LANES, MAX_WORDS};

/// Numbers that the keys are made of.
const NUMBERS: usize = MAX_WORDS * LANES * 2;

/// Keys from the kernel's random numbers.
///
/// # Errors
/// Those of getrandom(2): a system without it, or none yet early at boot.
pub fn random() -> io::Result<Box<Keys>> {
    let mut bytes = [0u8; NUMBERS * size_of::<u64>()];
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        // SAFETY: the pointer and the length are those of a slice that is borrowed mutably.
        let got = unsafe { libc::getrandom(rest.as_mut_ptr().cast(), rest.len(), 0) };
        match usize::try_from(got) {
            Ok(got) => filled += got,
            Err(_) => {
                let error = io::Error::last_os_error();
                if error.kind() != io::ErrorKind::Interrupted {
                    return Err(error);
                }
            }
        }
    }
    let (words, _) = bytes.as_chunks();
    let mut words = words.iter();
    Ok(from_fn(|| words.next().map_or(0, |word| u64::from_ne_bytes(*word))))
}

/// Keys that are the same for the same seed: for tests, and where sets of rules are compared.
#[must_use]
pub fn from_seed(seed: u64) -> Box<Keys> {
    let mut state = seed;
    from_fn(|| split_mix(&mut state))
}

/// The next number of the SplitMix64 sequence (Steele, Lea and Flood, 2014).
pub(super) fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

fn from_fn(mut next: impl FnMut() -> u64) -> Box<Keys> {
    Box::new(Keys(std::array::from_fn(|_| std::array::from_fn(|_| std::array::from_fn(|_| next())))))
}
