//! Source, decode, track, identify, judge, emit: what happens to a sample, in one sentence.

use std::{fmt, sync::Arc};

use crate::{
    config::Config,
    decode::Decoder,
    event::{Observer, gap::Hole, id::random_start},
    identity::{self, directory::Directory},
    ledger::{Reason, Tally},
    output::{
        OutputReason,
        emit::{Books, Change, Emitter, Pressure},
        lane::Lane,
    },
    rules::{
        forge,
        judge::{Judge, Outcome},
        ruleset::{Ruleset, learned::Learn},
        verdict::Enforced,
    },
    sample::Sample,
    status::board::Totals,
    track::{
        TrackReason, Tracker,
        cause::Counts,
        lookup::{End, Lookup},
    },
};

/// Everything behind the source, on one thread.
pub struct Pipeline {
    decoder: Decoder,
    tracker: Tracker,
    tail: Tail,
    unseen: Unseen,
}

impl Pipeline {
    /// A pipeline that ends in `lanes`; `directory` knows the clients.
    pub fn new(config: &Config, lanes: Vec<Lane>, pressure: Pressure, directory: Directory) -> Self {
        // What can wait is a file: its events are the same the next time, and so are their ids.
        let start = (pressure != Pressure::Wait).then(random_start);
        let observer = Observer { hostname: config.observer.hostname.clone(), start };
        Self {
            decoder: Decoder::new(config),
            tracker: Tracker::new(&config.track, &config.capture.ports),
            tail: Tail {
                directory,
                judge: Judge::default(),
                learn: Box::new(|_| false),
                forged: Vec::new(),
                emitter: Emitter::new(lanes, &observer, pressure),
            },
            unseen: Unseen::default(),
        }
    }

    /// Takes one sample all the way.
    pub fn take(&mut self, sample: &Sample<'_>) {
        let Self { decoder, tracker, tail, .. } = self;
        decoder.push(sample, |message| {
            tail.directory.expect(&message.packet);
            tracker.push(message, |lookup| tail.take(lookup));
        });
    }

    /// Lets time pass: what has waited too long at `now` (ns since the Unix epoch) is given up.
    pub fn expire(&mut self, now: u64) {
        let Self { decoder, tracker, tail, .. } = self;
        decoder.expire(now, |message| tracker.push(message, |lookup| tail.take(lookup)));
        tracker.expire(now, |lookup| tail.take(lookup));
    }

    /// Takes over what is new of who has which address.
    pub fn tend(&mut self) {
        self.tail.directory.tend();
    }

    /// Says in the stream what was lost since the last time. `kernel` counts from the start.
    pub fn report_loss(&mut self, now: u64, kernel: u64) {
        self.tail.emitter.report(now, kernel, self.decoder.lost());
    }

    /// Has the stream say, with the next report of losses, that nothing was seen for a while.
    pub fn report_hole(&mut self, hole: Hole) {
        self.unseen.add(&hole);
        self.tail.emitter.owe(hole);
    }

    /// Hands the events at hand to the writer.
    pub fn flush(&mut self) {
        self.tail.emitter.flush();
    }

    /// Lookups are judged by these rules from now on.
    pub fn set_rules(&mut self, rules: Arc<Ruleset>) {
        self.tail.judge.replace(rules);
    }

    /// Outputs come and go.
    pub fn change_outputs(&mut self, change: Change) {
        self.tail.emitter.change(change);
    }

    /// Who is told what the kernel should know.
    pub fn set_learner(&mut self, learn: impl FnMut(Learn) -> bool + Send + 'static) {
        self.tail.learn = Box::new(learn);
    }

    /// From now on the source can wait for the reader, or can no longer.
    pub fn set_pressure(&mut self, pressure: Pressure) {
        self.tail.emitter.set_pressure(pressure);
    }

    /// Gives everything that still waits as it is.
    pub fn finish(&mut self) {
        let Self { decoder, tracker, tail, .. } = self;
        decoder.finish(|message| tracker.push(message, |lookup| tail.take(lookup)));
        tracker.finish(|lookup| tail.take(lookup));
        tail.emitter.flush();
    }

    /// No event comes after this.
    pub fn close(&mut self) {
        self.tail.emitter.close();
    }

    /// How the source numbers its interfaces.
    pub fn set_interfaces(&mut self, interfaces: Vec<(u32, String)>) {
        self.tail.emitter.set_interfaces(interfaces);
    }

    /// Whether the reader of the events is gone.
    pub fn is_broken(&self) -> bool {
        self.tail.emitter.is_broken()
    }

    /// The books of every stage.
    pub fn ledger<R: Reason>(&self, packets: Tally<R>, submitted: Option<u64>) -> Ledger<R> {
        Ledger {
            packets,
            submitted,
            unseen: self.unseen,
            decoder: self.decoder.books(),
            tracker: *self.tracker.tally(),
            causes: self.tracker.causes().counts(),
            machines: self.tail.directory.books(),
            outputs: self.tail.emitter.books(),
        }
    }
}

/// What every lookup comes to.
struct Tail {
    directory: Directory,
    judge: Judge,
    /// Takes what the kernel should know from now on; false: it cannot.
    learn: Box<dyn FnMut(Learn) -> bool + Send>,
    /// The answer that the kernel programs gave to the lookup at hand.
    forged: Vec<u8>,
    emitter: Emitter,
}

impl Tail {
    fn take(&mut self, lookup: &Lookup<'_>) {
        if self.directory.is_own(lookup) {
            return self.emitter.leave_out();
        }
        if lookup.end == End::Blocked {
            return self.take_blocked(lookup);
        }
        let Outcome { mut judgement, learn } = self.judge.judge(lookup);
        if let Some(learn) = learn
            && (self.learn)(learn)
            && judgement.enforced == Some(Enforced::No)
        {
            judgement.enforced = Some(Enforced::Next);
        }
        self.emitter.emit(lookup, &judgement, &self.directory.who(lookup));
    }

    #[cold]
    fn take_blocked(&mut self, lookup: &Lookup<'_>) {
        let Self { directory, judge, forged, emitter, learn } = self;
        let lookup = match judge.effect(lookup) {
            Some(effect) => forge::answered(lookup, &effect, forged),
            None => *lookup,
        };
        let outcome = judge.judge(&lookup);
        if let Some(lesson) = outcome.learn {
            // Refused or not: this packet is blocked already.
            let _refused = learn(lesson);
        }
        emitter.emit(&lookup, &outcome.judgement, &directory.who(&lookup));
    }
}

/// How often nothing was seen on an interface, and for how long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unseen {
    /// How often.
    pub holes: u64,
    /// How long in all, ns; what began at an unknown time is not in it.
    pub time: u64,
}

impl Unseen {
    fn add(&mut self, hole: &Hole) {
        self.holes = self.holes.saturating_add(1);
        self.time = self.time.saturating_add(hole.length());
    }
}

/// The books of every stage, each in its own unit; `R` are the source's reasons.
#[derive(Clone, Debug)]
pub struct Ledger<R> {
    /// What the source saw, in packets.
    pub packets: Tally<R>,
    /// Samples that the kernel programs handed over; a capture has no such count.
    pub submitted: Option<u64>,
    /// When there was nothing to see, or nobody to see it.
    pub unseen: Unseen,
    /// Samples to messages.
    pub decoder: crate::decode::Books,
    /// Messages to lookups.
    pub tracker: Tally<TrackReason>,
    /// How the resolver's lookups were explained.
    pub causes: Counts,
    /// Who is who.
    pub machines: identity::books::Books,
    /// Lookups to events, of each output.
    pub outputs: Vec<Books>,
}

impl<R: Reason> Ledger<R> {
    /// The sum of it, for a status line.
    #[must_use]
    pub fn line(&self) -> String {
        let Totals { packets, events, lost } = self.totals();
        format!("{packets} packets seen, {events} events written, {lost} lost")
    }

    /// Sums since the start. An event counts once for each output.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let sum = |of: fn(&Tally<OutputReason>) -> u64| {
            self.outputs.iter().map(|books| of(&books.tally)).fold(0, u64::saturating_add)
        };
        let lost = self.packets.lost().saturating_add(self.decoder.lost()).saturating_add(sum(Tally::lost));
        Totals { packets: self.packets.seen(), events: sum(Tally::emitted), lost }
    }

    /// Closes the books: the agent ends, and what an output has not taken it will not get.
    pub fn settle(&mut self) {
        self.machines.settle();
        for Books { tally, .. } in &mut self.outputs {
            tally.end(OutputReason::Unread, tally.held());
        }
    }
}

impl<R: Reason> fmt::Display for Ledger<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "ledger")?;
        writeln!(f, "  packets    {}", self.packets)?;
        if let Some(aside) = self.packets.aside() {
            writeln!(f, "  aside      {aside}")?;
        }
        if self.unseen.holes > 0 {
            let Unseen { holes, time } = self.unseen;
            writeln!(f, "  unseen     {:.3} s in {holes} holes", time as f64 / 1e9)?;
        }
        write!(f, "{}", self.decoder)?;
        writeln!(f, "  messages   {}", self.tracker)?;
        writeln!(f, "  causes     {}", self.causes)?;
        write!(f, "{}", self.machines)?;
        match self.outputs.as_slice() {
            [Books { tally, .. }] => write!(f, "  events     {tally}")?,
            outputs => {
                let lines =
                    outputs.iter().map(|Books { name, tally }| format!("  events of {name}  {tally}"));
                f.write_str(&lines.collect::<Vec<_>>().join("\n"))?;
            }
        }
        match self.submitted {
            Some(submitted) if submitted != self.decoder.seen() => {
                write!(
                    f,
                    "\n  WRONG: the kernel handed over {submitted} samples, {} came",
                    self.decoder.seen()
                )
            }
            _ => Ok(()),
        }
    }
}
