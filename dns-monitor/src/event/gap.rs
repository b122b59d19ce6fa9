//! What was lost since the last event, said in the stream itself.

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
}

impl Lost {
    /// Appends it as words, without any character that JSON escapes.
    pub fn tell(&self, out: &mut Vec<u8>) {
        let Self { kernel, decode, sink } = self;
        let words = format!("lost: {kernel} packets in the kernel, {decode} samples, {sink} events");
        out.extend_from_slice(words.as_bytes());
    }
}
