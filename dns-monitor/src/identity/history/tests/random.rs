//! A second opinion: time as a strip of paper for each source, on which every word paints over all that comes later.

use super::{ADDRESS, OPEN, Said, change, machine, unbounded};
use crate::identity::assignment::Source::{self, Lease, Neighbour, Static};

const TIMES: usize = 64;
const NAMES: [&str; 3] = ["", "a", "b"];
const SOURCES: [Source; 3] = [Static, Lease, Neighbour];

type Strip = [Option<(&'static str, u8)>; TIMES];

struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// A machine that goes on under the same MAC keeps its name.
fn paint(strip: &mut Strip, (_, from, until, name, mac): Said) {
    let at = |time: u64| strip.get(usize::try_from(time).ok()?).copied().flatten();
    let before = at(from).or_else(|| at(from.checked_sub(1)?));
    let kept = before.filter(|(_, same)| name.is_empty() && mac != 0 && *same == mac);
    let name = kept.map_or(name, |(name, _)| name);
    for (time, place) in strip.iter_mut().enumerate().skip(from as usize) {
        let is_on = until == OPEN || (time as u64) < until;
        *place = (is_on && (!name.is_empty() || mac != 0)).then_some((name, mac));
    }
}

#[test]
fn both_opinions_agree() {
    let mut chance = Chance(53);
    for round in 0..2000 {
        let mut history = unbounded();
        let mut strips = [[None; TIMES]; SOURCES.len()];
        let mut time = 0;
        for _ in 0..chance.below(24) {
            time += 1 + chance.below(4);
            let which = chance.below(3) as usize;
            let until = if chance.below(3) == 0 { OPEN } else { time + 1 + chance.below(20) };
            let name = NAMES[chance.below(3) as usize];
            let said = (SOURCES[which], time, until, name, chance.below(3) as u8);
            history.apply(change(said));
            paint(&mut strips[which], said);
            for time in 0..TIMES {
                let said: Vec<_> = strips.iter().filter_map(|strip| strip[time]).collect();
                let name = said.iter().map(|(name, _)| *name).find(|name| !name.is_empty());
                let mac = said.iter().map(|(_, mac)| *mac).find(|mac| *mac != 0);
                let expected = machine(name.unwrap_or_default(), mac.unwrap_or_default());
                let at = history.at(ADDRESS.parse().unwrap(), time as u64);
                assert_eq!(at, expected, "round {round}, at {time}");
            }
            assert_eq!(history.tally().held(), history.len() as u64);
            if time as usize >= TIMES - 5 {
                break;
            }
        }
    }
}
