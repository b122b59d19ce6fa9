//! Runs the kernel programs on frames by BPF_PROG_TEST_RUN, and says in one line what came of it.

use std::{
    mem,
    time::{Duration, Instant},
};

use aya::programs::{Program, TcAttachType, TestRun as _, TestRunOptions, tc::qdisc_add_clsact};
use dns_monitor::{
    config::resolved::Capture,
    ledger::Tally,
    sample::Direction,
    source::kernel::{
        clock,
        object::{self, Object},
        sample::{self, Place},
    },
};
use dns_monitor_common::counter::Counter;

use super::{
    frame::{DESTINATION_MAC, Frame, SOURCE_MAC},
    hook::{Hook, is_half_a_tag},
    loopback::Loopback,
    taken::Taken,
};

/// Interface index of `lo`, which every test run comes from.
const LOOPBACK: u32 = 1;

/// The loaded object, on a thread that stays on one CPU.
pub struct Bench {
    pub object: Object,
    pub cpu: u32,
    sequence: u32,
    tally: (Tally<Counter>, u64),
    /// Since `tally` was taken.
    runs: u64,
    /// Where frames go instead of into test runs, and the program that is attached to it.
    loopback: Option<(Loopback, Hook)>,
}

/// Default settings, with a ring of the size the largest frame needs.
pub fn settings() -> Capture {
    Capture { ring_size: 1 << 18, ..Capture::default() }
}

impl Bench {
    /// Loads the agent's object; each program when it first runs.
    pub fn new(settings: &Capture) -> Self {
        // SAFETY: no argument, cannot fail.
        let user = unsafe { libc::geteuid() };
        assert_eq!(
            user, 0,
            "tests of the kernel programs load them: run as root (`sudo -E cargo xtask test`)"
        );
        let cpu = stay_on_this_cpu();
        let object = object::load(settings).unwrap();
        let tally = object.tally().unwrap();
        Self { object, cpu, sequence: 0, tally, runs: 0, loopback: None }
    }

    /// One TC program, attached to a loopback device.
    pub fn on_loopback(settings: &Capture, hook: Hook) -> Self {
        let loopback = Loopback::new();
        let mut bench = Self::new(settings);
        let Some(Program::SchedClassifier(program)) = bench.object.ebpf.program_mut(hook.name()) else {
            panic!("{hook:?} is no TC program")
        };
        let direction = match hook.direction() {
            Direction::In => TcAttachType::Ingress,
            Direction::Out => TcAttachType::Egress,
        };
        qdisc_add_clsact("lo").unwrap(); // for kernels without TCX
        program.load().unwrap();
        program.attach("lo", direction).unwrap();
        bench.loopback = Some((loopback, hook));
        bench
    }

    /// Whether the kernel runs the program on such a frame.
    pub fn takes(&self, hook: Hook, frame: &[u8]) -> bool {
        match &self.loopback {
            Some((_, attached)) => hook == *attached && !(hook == Hook::TcIngress && is_half_a_tag(frame)),
            None => hook.runs(frame),
        }
    }

    /// Runs the program once, which must let the frame pass. `Err`: the kernel does not take such a frame.
    pub fn run(&mut self, hook: Hook, frame: &[u8]) -> Result<(), String> {
        if let Some((loopback, attached)) = &self.loopback {
            assert_eq!(hook, *attached);
            loopback.send(frame);
            self.wait_for_a_fate();
            self.runs += 1;
            return Ok(());
        }
        let (verdict, _) = self.verdict(hook, frame)?;
        assert_eq!(verdict, hook.verdict(), "{hook:?} let the frame pass: {frame:02x?}");
        Ok(())
    }

    /// Runs the program once by test run; what it returns, and what has become of the frame.
    pub fn verdict(&mut self, hook: Hook, frame: &[u8]) -> Result<(u32, Vec<u8>), String> {
        let mut out = vec![0; frame.len() + 256];
        let options =
            TestRunOptions { data_in: Some(frame), data_out: Some(&mut out), ..TestRunOptions::default() };
        let program = self.object.ebpf.program_mut(hook.name()).unwrap();
        let result = match program {
            Program::Xdp(program) => {
                if program.fd().is_err() {
                    program.load().unwrap();
                }
                program.test_run(options)
            }
            Program::SchedClassifier(program) => {
                if program.fd().is_err() {
                    program.load().unwrap();
                }
                program.test_run(options)
            }
            other => panic!("{hook:?} is a {other:?}"),
        };
        let result = result.map_err(|error| format!("{hook:?}, {} bytes: {error:?}", frame.len()))?;
        out.truncate(result.data_size_out as usize);
        Ok((result.return_value, out))
    }

    /// Incoming frames may be left to a kernel thread.
    fn wait_for_a_fate(&self) {
        let start = Instant::now();
        while self.object.tally().unwrap().0.seen() == self.tally.0.seen() + self.runs {
            assert!(start.elapsed() < Duration::from_secs(10), "the frame reached no program");
        }
    }

    /// Everything in the rings.
    pub fn drain(&mut self) -> Vec<Taken> {
        let mut taken = vec![];
        self.object.rings.drain(u64::MAX, usize::MAX, |bytes| {
            let (place, sample) = sample::parse(bytes, 0).unwrap();
            taken.push(Taken::of(place, &sample));
        });
        taken
    }

    /// What was counted since the last call: the packets' fates, and how many samples.
    pub fn counted(&mut self) -> (Vec<(Counter, u64)>, u64) {
        let (tally, samples) = self.object.tally().unwrap();
        self.runs = 0;
        let (before, samples_before) = mem::replace(&mut self.tally, (tally, samples));
        let fates =
            tally.reasons().zip(before.reasons()).map(|((fate, now), (_, before))| (fate, now - before));
        (fates.filter(|(_, count)| *count > 0).collect(), samples - samples_before)
    }

    /// What one run puts into the ring; its fate is still to be [`Self::counted`].
    pub fn taken(&mut self, hook: Hook, frame: &[u8]) -> Vec<Taken> {
        let before = clock::monotonic();
        self.run(hook, frame).unwrap();
        let after = clock::monotonic();
        let taken = self.drain();
        for sample in &taken {
            self.check(hook, sample);
            assert!(
                (before..=after).contains(&sample.packet.time),
                "{hook:?}: the time of the run: {sample:?}"
            );
        }
        taken
    }

    /// One frame, one fate, and samples where it was taken.
    pub fn fate(&mut self, hook: Hook, frame: &[u8]) -> (Counter, Vec<Taken>) {
        let taken = self.taken(hook, frame);
        let (fates, samples) = self.counted();
        let [(fate, 1)] = fates[..] else { panic!("{hook:?}: one fate, not {fates:?}: {frame:02x?}") };
        assert_eq!(samples, taken.len() as u64, "{hook:?} counts its samples: {frame:02x?}");
        assert_eq!(fate == Counter::Sampled, !taken.is_empty(), "{hook:?} {fate:?}: {taken:?}");
        (fate, taken)
    }

    /// What all samples of a bench have in common.
    fn check(&mut self, hook: Hook, sample: &Taken) {
        let Taken { place, packet, .. } = sample;
        assert_eq!(*place, Place { cpu: self.cpu, sequence: self.sequence }, "{hook:?}");
        self.sequence = self.sequence.wrapping_add(1);
        assert_eq!((packet.interface, packet.direction), (LOOPBACK, hook.direction()), "{hook:?}");
    }

    /// The frame's fate in one line for each sample, or the reason; payload and MACs are those of the frame.
    pub fn line(&mut self, hook: Hook, frame: &Frame) -> String {
        let (fate, taken) = self.fate(hook, &frame.bytes);
        let mut at = frame.payload;
        for sample in &taken {
            let macs = (sample.packet.source_mac, sample.packet.destination_mac);
            assert_eq!(macs, (Some(SOURCE_MAC), Some(DESTINATION_MAC)), "{hook:?}");
            let there = &frame.bytes[at..at + sample.payload.len()];
            assert!(sample.payload == there, "{hook:?}: payload is that of the frame: {sample:02x?}");
            at += sample.payload.len();
        }
        if taken.is_empty() {
            return fate.name().to_owned();
        }
        taken.iter().map(Taken::line).collect::<Vec<_>>().join("\n")
    }
}

/// Lets a thread that a bench's thread has started run where it likes.
pub fn run_on_any_cpu() {
    // SAFETY: all bits of a local set, which the kernel reads.
    unsafe {
        let all: libc::cpu_set_t = mem::transmute([u8::MAX; size_of::<libc::cpu_set_t>()]);
        assert_eq!(libc::sched_setaffinity(0, size_of_val(&all), &raw const all), 0);
    }
}

/// Rings and sequence numbers are per CPU, and a test run runs on the CPU of its caller.
fn stay_on_this_cpu() -> u32 {
    // SAFETY: sets only bits of a local set, which the kernel reads.
    unsafe {
        let cpu = usize::try_from(libc::sched_getcpu()).unwrap();
        let mut set: libc::cpu_set_t = mem::zeroed();
        libc::CPU_SET(cpu, &mut set);
        assert_eq!(libc::sched_setaffinity(0, size_of_val(&set), &raw const set), 0, "CPU {cpu}");
        u32::try_from(cpu).unwrap()
    }
}
