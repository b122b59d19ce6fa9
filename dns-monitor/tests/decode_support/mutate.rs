//! Mutations that are the same on every run.

use std::ops::Range;

/// SplitMix64 (Steele, Lea, Flood 2014): a seed in, the same numbers out on every machine.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).unwrap()
    }
}

/// Bytes that matter to a DNS parser.
const TELLING: [u8; 16] =
    [0x00, 0x01, 0x3f, 0x40, 0x41, 0x5c, 0x2e, 0x7f, 0x80, 0xc0, 0xc0, 0xff, 0x0c, 0x29, 0x1c, 0x05];

/// Changes one or two places of `message`: a bit, a telling byte, a piece cut out, doubled or
/// cut off at the end.
pub fn mutate(message: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = message.to_vec();
    for _ in 0..=random.below(2) {
        if bytes.is_empty() {
            break;
        }
        let at = random.below(bytes.len());
        let end = at + random.below((bytes.len() - at).min(12)) + 1;
        damage(&mut bytes, at..end, &TELLING, random);
    }
    bytes
}

/// One change: a bit or a telling byte at the start of `piece`, or the piece cut out, doubled, or all cut off from it.
pub fn damage(bytes: &mut Vec<u8>, piece: Range<usize>, telling: &[u8], random: &mut Random) {
    let at = piece.start;
    match random.below(8) {
        0..=2 => bytes[at] ^= 1 << random.below(8),
        3..=4 => bytes[at] = telling[random.below(telling.len())],
        5 => drop(bytes.drain(piece)),
        6 => {
            let piece = bytes[piece].to_vec();
            drop(bytes.splice(at..at, piece));
        }
        _ => bytes.truncate(at),
    }
}
