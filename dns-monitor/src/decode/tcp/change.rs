//! What one sample changed in what a stream holds back, for the books of all streams.

use super::{Sink, stream::Stream};

/// What a stream holds back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Hold {
    /// Memory, bytes.
    pub(super) cost: usize,
    /// Without progress since, ns since the Unix epoch.
    pub(super) since: Option<u64>,
}

impl Hold {
    fn of(stream: &Stream) -> Self {
        Self { cost: stream.cost(), since: stream.since() }
    }
}

/// What one sample did to a stream.
#[derive(Clone, Copy)]
pub(super) struct Change {
    pub(super) before: Hold,
    pub(super) after: Hold,
    pub(super) is_done: bool,
}

impl Change {
    pub(super) fn of<F>(
        stream: &mut Stream,
        mut sink: Sink<'_, F>,
        change: impl FnOnce(&mut Stream, &mut Sink<'_, F>),
    ) -> Self {
        let before = Hold::of(stream);
        change(stream, &mut sink);
        Self { before, after: Hold::of(stream), is_done: stream.is_done() }
    }

    pub(super) fn holds_more(&self) -> bool {
        self.after.cost > self.before.cost
    }
}
