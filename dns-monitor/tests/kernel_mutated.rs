//! Frames that chance has damaged: one counted fate each, and the sample that the reader of captures makes of them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

#[allow(dead_code, reason = "frames are mutated in other ways than messages")]
mod decode_support {
    pub mod mutate;
}
mod kernel_support;

use decode_support::mutate::{Random, damage};
use dns_monitor::{
    sample::{Direction, Packet},
    source::kernel::sample::Place,
};
use dns_monitor_common::counter::{Counter, Kind};
use kernel_support::{
    bench::{Bench, settings},
    cases,
    hook::Hook,
    second_opinion,
    taken::Taken,
    truncation::LEAST,
};

const FRAMES: usize = 200_000;
const BATCH: usize = 1000;

/// Bytes that matter to a parser of headers: versions and lengths, EtherTypes, protocols, flags.
const TELLING: [u8; 22] = [
    0x00, 0x01, 0x07, 0x08, 0x45, 0x46, 0x4f, 0x60, 0x81, 0x88, 0xa8, 0x86, 0xdd, 17, 6, 44, 51, 60, 43,
    0x20, 53, 0xff,
];

#[test]
fn mutated_frames() {
    let bases: Vec<Vec<u8>> = cases::all().into_iter().map(|(_, frame, _)| frame.bytes).collect();
    let mut bench = Bench::new(&settings());
    let mut random = Random(20_251);
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..FRAMES / BATCH {
        let frames: Vec<_> =
            (0..BATCH).map(|_| mutate(&bases[random.below(bases.len())], &mut random)).collect();
        let opinions = second_opinion::of(&frames);
        taken += opinions.iter().flatten().count();
        for hook in [Hook::XdpFrags, Hook::TcEgress] {
            refused += run(&mut bench, hook, &frames, &opinions);
        }
    }
    assert!(
        taken > FRAMES / 4 && taken < FRAMES * 3 / 4,
        "{taken} taken: mutations are too tame or too wild"
    );
    assert!(refused < FRAMES / 8, "the kernel refused {refused} test runs");
}

/// Returns how many frames the kernel would not put into a test run.
fn run(bench: &mut Bench, hook: Hook, frames: &[Vec<u8>], opinions: &[Option<Taken>]) -> usize {
    let (mut runs, mut sampled) = (0, 0);
    for (frame, opinion) in frames.iter().zip(opinions).filter(|(frame, _)| hook.runs(frame)) {
        let mut taken = bench.taken(hook, frame);
        runs += 1;
        sampled += u64::from(!taken.is_empty());
        assert!(taken.len() < 2, "{hook:?}: {frame:02x?}\n{taken:?}");
        let taken = taken.pop();
        assert_eq!(
            taken.as_ref().map(comparable),
            opinion.as_ref().map(comparable),
            "{hook:?}: {frame:02x?}"
        );
    }
    let (fates, samples) = bench.counted();
    assert_eq!(
        fates.iter().map(|(_, count)| count).sum::<u64>(),
        runs,
        "{hook:?}: one fate a run: {fates:?}"
    );
    assert!(fates.iter().all(|(fate, _)| fate.kind() != Kind::Lost), "{hook:?}: {fates:?}");
    let counted = fates.iter().find(|(fate, _)| *fate == Counter::Sampled).map_or(0, |(_, count)| *count);
    assert_eq!((counted, samples), (sampled, sampled), "{hook:?}");
    frames.len() - usize::try_from(runs).unwrap()
}

/// Without what a capture does not know: it has its own clock, and guesses the direction.
fn comparable(taken: &Taken) -> Taken {
    let place = Place { cpu: 0, sequence: 0 };
    let packet = Packet { time: 0, interface: 0, direction: Direction::In, ..taken.packet };
    Taken { place, packet, ..taken.clone() }
}

/// Changes one to three places of the headers: a bit, a telling byte, a piece cut out, doubled or cut off at the end.
fn mutate(frame: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = frame.to_vec();
    for _ in 0..=random.below(3) {
        let at = 12 + random.below(bytes.len().saturating_sub(12));
        let end = (at + random.below(12) + 1).min(bytes.len());
        damage(&mut bytes, at..end, &TELLING, random);
        bytes.resize(bytes.len().max(LEAST), 0);
    }
    bytes
}
