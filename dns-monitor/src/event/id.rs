//! Which event it is, so that a collector that gets one twice can tell.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use crate::decode::text;

/// Two events are the same exactly if their ids are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Id {
    /// Of the start of the agent: see [`random_start`]. In a replay the time of the first event, ns since the Unix
    /// epoch: a second replay gives the same ids.
    pub start: u64,
    /// +1 per event of this start.
    pub sequence: u64,
}

impl Id {
    /// Appends `17979cfe362a0000-42`: the start as 16 hexadecimal digits, the sequence in decimal.
    #[inline]
    pub fn write(self, out: &mut Vec<u8>) {
        text::hex(&self.start.to_be_bytes(), out);
        out.push(b'-');
        text::decimal(self.sequence, out);
    }
}

/// A number that no other start of an agent has; the host's time may be wrong, and after a reboot the same again.
#[must_use]
pub fn random_start() -> u64 {
    // Keyed by the operating system's random numbers.
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_text_of_one_form() {
        for (id, expected) in [
            (Id { start: 0, sequence: 0 }, "0000000000000000-0"),
            (Id { start: 0x1797_9cfe_362a_0000, sequence: 42 }, "17979cfe362a0000-42"),
            (Id { start: u64::MAX, sequence: u64::MAX }, "ffffffffffffffff-18446744073709551615"),
        ] {
            let mut out = Vec::new();
            id.write(&mut out);
            assert_eq!(String::from_utf8_lossy(&out), expected);
        }
    }

    #[test]
    fn no_start_is_like_another() {
        let starts: std::collections::BTreeSet<_> = (0..1000).map(|_| random_start()).collect();
        assert_eq!(starts.len(), 1000);
    }
}
