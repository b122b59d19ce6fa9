//! What is missing from the stream, said in the stream itself: what was lost, and when nothing could be seen.

use super::{
    json::{escaped, raw},
    time::Clock,
};

/// What one gap event says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gap<'a> {
    /// What was lost since the gap event before.
    pub lost: Lost,
    /// When nothing was seen, if that is the news.
    pub hole: Option<&'a Hole>,
}

/// Losses by stage, in the unit of the stage: packets, samples, events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// Packets the kernel programs could not hand over.
    pub kernel: u64,
    /// Samples that became no message, or only part of one.
    pub decode: u64,
    /// Events that the output could not take.
    pub sink: u64,
}

/// A time in which nothing was seen on an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole {
    /// The interface.
    pub interface: String,
    /// Why nothing was seen.
    pub why: Why,
    /// Since when at the latest everything before was seen, ns since the Unix epoch; `None`: nobody knows.
    pub from: Option<u64>,
    /// From when on everything is seen again, or until when it is known that nothing was; ns since the Unix epoch.
    pub to: u64,
}

/// Why nothing was seen on an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It was removed, is somebody else's now, or refused the programs.
    Away,
    /// It was there, but down or without carrier.
    Down,
    /// An agent had ended, and the next one did not watch yet.
    Restart,
}

impl Why {
    /// As events, `status` and messages say it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Away => "interface-away",
            Self::Down => "interface-down",
            Self::Restart => "agent-restart",
        }
    }
}

impl Hole {
    /// How long it was, ns; 0 where nobody knows.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.from.map_or(0, |from| self.to.saturating_sub(from))
    }

    /// Appends it as words, escaped for JSON.
    fn tell(&self, clock: &mut Clock, out: &mut Vec<u8>) {
        raw(out, "nothing was seen on ");
        escaped(out, self.interface.as_bytes());
        if let Some(from) = self.from {
            raw(out, " from ");
            clock.write(from, out);
        }
        raw(out, " to ");
        clock.write(self.to, out);
        raw(out, ": ");
        raw(out, self.why.name());
    }
}

impl Lost {
    /// What is new against an earlier count; `None` where nothing is.
    pub fn since(&self, earlier: &Self) -> Option<Self> {
        let new = Self {
            kernel: self.kernel.saturating_sub(earlier.kernel),
            decode: self.decode.saturating_sub(earlier.decode),
            sink: self.sink.saturating_sub(earlier.sink),
        };
        (new != Self::default()).then_some(new)
    }

    /// As words.
    #[must_use]
    pub fn words(&self) -> String {
        let Self { kernel, decode, sink } = self;
        format!("{kernel} packets in the kernel, {decode} samples, {sink} events")
    }
}

impl Gap<'_> {
    /// Appends it as words, escaped for JSON.
    pub fn tell(&self, clock: &mut Clock, out: &mut Vec<u8>) {
        if let Some(hole) = self.hole {
            hole.tell(clock, out);
            if self.lost == Lost::default() {
                return;
            }
            raw(out, "; ");
        }
        raw(out, "lost: ");
        raw(out, &self.lost.words());
    }
}
