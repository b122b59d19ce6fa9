//! The rings of all CPUs, read as one stream in the order of time.
//!
//! A query and its response usually cross different CPUs. Read ring by ring, half the responses would
//! come before their queries; merged by the kernel's time they come in the order in which they happened.

use std::{cmp::Reverse, collections::BinaryHeap, os::fd::AsFd};

use aya::maps::{MapData, MapError};

use super::{ring::Ring, sample};

/// `BPF_MAP_TYPE_RINGBUF` of `linux/bpf.h`.
const RINGBUF: u32 = 27;

/// One ring a CPU.
pub struct Rings {
    rings: Vec<Ring>,
    maps: Vec<MapData>,
    /// Heads by time; which ring each is of.
    heads: BinaryHeap<Reverse<(u64, usize)>>,
}

impl Rings {
    /// Creates a ring of `size` bytes for each of `cpus` CPUs.
    ///
    /// # Errors
    /// What the kernel says to the creation or mapping of a map.
    pub fn create(cpus: usize, size: u32) -> Result<Self, MapError> {
        let (mut rings, mut maps) = (Vec::with_capacity(cpus), Vec::with_capacity(cpus));
        for _ in 0..cpus {
            let description = aya_obj::Map::new_from_params(RINGBUF, 0, 0, size, 0);
            let map = MapData::create(description, "dns_ring", None)?;
            let ring = Ring::map(map.fd().as_fd(), size as usize).map_err(MapError::IoError)?;
            rings.push(ring);
            maps.push(map);
        }
        Ok(Self { rings, maps, heads: BinaryHeap::with_capacity(cpus) })
    }

    /// The maps, in the order of the CPUs.
    pub fn maps(&self) -> &[MapData] {
        &self.maps
    }

    /// Gives every sample up to `cutoff` (`CLOCK_MONOTONIC`, ns), oldest first, at most `limit`.
    /// Returns how many there were.
    pub fn drain(&mut self, cutoff: u64, limit: usize, mut take: impl FnMut(&[u8])) -> usize {
        self.heads.clear();
        for index in 0..self.rings.len() {
            self.push_head(index, cutoff);
        }
        let mut taken = 0;
        while let Some(Reverse((_, index))) = self.heads.pop() {
            if let Some(ring) = self.rings.get_mut(index) {
                // Up to the next ring's head this ring needs no comparison with the others.
                let until = self.heads.peek().map_or(cutoff, |Reverse((time, _))| *time);
                taken += run(ring, until, limit - taken, &mut take);
            }
            if taken >= limit {
                break;
            }
            self.push_head(index, cutoff);
        }
        self.rings.iter_mut().for_each(Ring::release);
        taken
    }

    fn push_head(&mut self, index: usize, cutoff: u64) {
        let Some(time) = self.rings.get_mut(index).and_then(Ring::peek).map(time_of) else { return };
        if time <= cutoff {
            self.heads.push(Reverse((time, index)));
        }
    }
}

/// Takes a ring's samples up to a time, but the first whatever its time.
fn run(ring: &mut Ring, until: u64, limit: usize, take: &mut impl FnMut(&[u8])) -> usize {
    let mut taken = 0;
    while taken < limit {
        let Some(bytes) = ring.peek() else { break };
        if taken > 0 && time_of(bytes) > until {
            break;
        }
        take(bytes);
        ring.take();
        taken += 1;
    }
    taken
}

fn time_of(bytes: &[u8]) -> u64 {
    sample::time(bytes).unwrap_or_default()
}
