//! How long this machine waits for memory: the least that a look into a table can take which no cache holds.

use std::{hint::black_box, time::Instant};

use crate::names::Random;

/// As much as the filter of ten million names.
pub const BYTES: usize = 16 << 20;
const LINE: usize = 64;
const LINES: usize = BYTES / LINE;
/// Other memory that is gone through in between: more than a core's own caches hold.
const BETWEEN: usize = 8 << 20;
/// Reads in a row, of which none is of what another one has read.
const READS: usize = LINES / 8;
const ROUNDS: usize = 30;

/// ns a read, each of which must wait for the one before.
pub fn least() -> f64 {
    let lines = chain();
    let mut between = vec![1u8; BETWEEN];
    let (mut at, mut least) = (0, f64::INFINITY);
    for _ in 0..ROUNDS {
        between.iter_mut().step_by(LINE).for_each(|byte| *byte = byte.wrapping_add(1));
        black_box(&between);
        let start = Instant::now();
        for _ in 0..READS {
            at = lines[at][0];
        }
        black_box(at);
        least = least.min(start.elapsed().as_nanos() as f64 / READS as f64);
    }
    least
}

/// Lines that each name the next, all in one circle, in random order (Sattolo, 1986).
fn chain() -> Vec<[usize; LINE / size_of::<usize>()]> {
    let mut order: Vec<usize> = (0..LINES).collect();
    let mut random = Random(1);
    for last in (1..LINES).rev() {
        order.swap(last, random.below(last as u64) as usize);
    }
    order.into_iter().map(|next| [next; LINE / size_of::<usize>()]).collect()
}
