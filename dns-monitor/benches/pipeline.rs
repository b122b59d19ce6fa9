//! What the agent costs on one core, in ns a lookup (query and response), from the ring buffer to JSON on a pipe.
//!
//! Real samples in real rings, made by the kernel programs. Each row does what the row before does and one thing
//! more; its own cost is the difference. What is counted is the CPU time of the whole process, the thread that
//! writes included: other processes of the machine then cost only cache. Prints a Markdown table.

#![allow(clippy::print_stdout, reason = "the table is what a benchmark is for")]

#[path = "support/mod.rs"]
mod support;

use std::{
    hint::black_box,
    os::fd::AsRawFd as _,
    process::{ChildStdin, Command, Stdio},
    time::Duration,
};

use aya::programs::{SchedClassifier, Xdp};
use dns_monitor::{
    config::Config,
    decode::{Decoder, message::Message},
    identity::directory::Directory,
    output::{emit::Pressure, lane::Lane, queue::queue, stdout::Writer},
    pipeline::Pipeline,
    sample::Sample,
    source::kernel::{
        object::{self, Object},
        sample,
    },
    track::Tracker,
};
use dns_monitor_common::names;
use support::{Result, capture, name, query, response, to_client, to_resolver};

/// Lookups in a round.
const LOOKUPS: u16 = 20_000;
const ROUNDS: usize = 30;
const RING: u32 = 16 << 20;

fn main() -> Result<()> {
    let mut bench = Bench::new()?;
    let mut rows = vec![("drain", bench.least(|object| drain(object, |_| {}))?)];
    rows.push(("+ read the sample", bench.least(|object| drain(object, |sample| _ = black_box(sample)))?));
    rows.push(("+ decode the message", bench.least(|object| drain(object, decode))?));
    rows.push(("+ reassemble and join", bench.least(track)?));
    rows.push(("+ encode as JSON, all", bench.least(|object| pipeline(object, None))?));
    let mut reader = Command::new("wc").arg("-c").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let pipe = reader.stdin.take().ok_or("no pipe")?;
    rows.push(("+ write to a pipe", bench.least(|object| pipeline(object, Some(&pipe)))?));
    drop(pipe);
    let bytes: u64 = String::from_utf8(reader.wait_with_output()?.stdout)?.trim().parse()?;
    println!("| stage | ns a lookup, all so far | ns a lookup, this stage |");
    println!("|---|---:|---:|");
    let mut before = 0.0;
    for (what, ns) in rows {
        println!("| {what} | {ns:.0} | {:.0} |", ns - before);
        before = ns;
    }
    let lookups = u64::from(LOOKUPS) * (ROUNDS as u64 + 1);
    println!(
        "\n{:.2} M lookups a second, all in all; {} bytes of JSON a lookup; {} MB resident at the peak with rings of {} MiB.",
        1e3 / before,
        bytes / lookups,
        peak_resident()? / 1000,
        RING >> 20
    );
    Ok(())
}

struct Bench {
    object: Object,
    queries: Vec<Vec<u8>>,
    responses: Vec<Vec<u8>>,
}

impl Bench {
    fn new() -> Result<Self> {
        let mut object = object::load(&capture(RING))?;
        let program: &mut Xdp = object.ebpf.program_mut(names::XDP_FRAGS).ok_or("XDP")?.try_into()?;
        program.load()?;
        let program: &mut SchedClassifier =
            object.ebpf.program_mut(names::TC_EGRESS).ok_or("TC")?.try_into()?;
        program.load()?;
        let (mut queries, mut responses) = (Vec::new(), Vec::new());
        for number in 0..LOOKUPS {
            let name = name(30, u32::from(number));
            queries.push(to_resolver(1024 + number, &query(number, &name))?);
            responses.push(to_client(1024 + number, &response(number, &name, 2, 0))?);
        }
        Ok(Self { object, queries, responses })
    }

    /// The least time of a round, in ns a lookup; the rings are filled before the clock starts.
    fn least(&mut self, mut work: impl FnMut(&mut Object) -> Result<Duration>) -> Result<f64> {
        let mut least = Duration::MAX;
        for _ in 0..=ROUNDS {
            self.fill()?;
            least = least.min(work(&mut self.object)?);
        }
        Ok(least.as_nanos() as f64 / f64::from(LOOKUPS))
    }

    fn fill(&self) -> Result<()> {
        let xdp: &Xdp = self.object.ebpf.program(names::XDP_FRAGS).ok_or("XDP")?.try_into()?;
        let tc: &SchedClassifier = self.object.ebpf.program(names::TC_EGRESS).ok_or("TC")?.try_into()?;
        // Some lookups are always under way, as behind a real resolver.
        for chunk in 0..self.queries.len().div_ceil(500) {
            let range = chunk * 500..((chunk + 1) * 500).min(self.queries.len());
            for frame in self.queries.get(range.clone()).unwrap_or_default() {
                support::xdp(xdp, frame, 1)?;
            }
            for frame in self.responses.get(range).unwrap_or_default() {
                support::tc(tc, frame, 1)?;
            }
        }
        Ok(())
    }
}

fn drain(object: &mut Object, mut work: impl FnMut(&Sample<'_>)) -> Result<Duration> {
    timed(object, |object| {
        object.rings.drain(u64::MAX, usize::MAX, |bytes| {
            if let Ok((_, sample)) = sample::parse(bytes, 0) {
                work(&sample);
            }
        })
    })
}

fn decode(sample: &Sample<'_>) {
    _ = black_box(Message::parse_captured(sample.payload, sample.length as usize));
}

fn track(object: &mut Object) -> Result<Duration> {
    let config = Config::default();
    let (mut decoder, mut tracker) =
        (Decoder::new(&config), Tracker::new(&config.track, &config.capture.ports));
    let mut lookups = 0;
    let time = drain(object, |sample| {
        decoder.push(sample, |message| {
            tracker.push(message, |lookup| lookups += usize::from(lookup.response.is_some()))
        });
    })?;
    if lookups == usize::from(LOOKUPS) { Ok(time) } else { Err(format!("{lookups} lookups joined").into()) }
}

/// Without a pipe the batches go to a thread that throws them away.
fn pipeline(object: &mut Object, pipe: Option<&ChildStdin>) -> Result<Duration> {
    let config = Config::default();
    let (output, _) = config.stdout().ok_or("no standard output")?;
    let (queue, batches) = queue(output.queue_bytes);
    let writer = match pipe {
        Some(pipe) => Some(Writer::start_on(batches, pipe.as_raw_fd())?),
        None => {
            std::thread::spawn(move || {
                while let Some(batch) = batches.next() {
                    batches.done(batch)
                }
            });
            None
        }
    };
    let mut pipeline = Pipeline::new(
        &config,
        vec![Lane::new(output, false, queue)],
        Pressure::Wait,
        Directory::of_files(&config),
    );
    let start = support::process_time();
    drain(object, |sample| pipeline.take(sample))?;
    pipeline.close();
    if let Some(writer) = writer {
        writer.finish(Duration::from_secs(10));
    }
    Ok(support::process_time() - start)
}

fn timed(object: &mut Object, work: impl FnOnce(&mut Object) -> usize) -> Result<Duration> {
    let start = support::process_time();
    let taken = work(object);
    let time = support::process_time() - start;
    if taken == 2 * usize::from(LOOKUPS) {
        Ok(time)
    } else {
        Err(format!("{taken} samples in the rings").into())
    }
}

/// Peak resident memory, kB.
fn peak_resident() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
