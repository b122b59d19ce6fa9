//! Delivers what comes past the spool, and what is in it.

use std::{
    collections::VecDeque,
    sync::mpsc::{Receiver, RecvTimeoutError},
};

use super::{Common, Message};
use crate::{
    log,
    output::{
        queue::{Batch, Fates},
        sink::Events,
        spool::Spool,
        worker::{TEND, Tended, delivery::Delivery},
    },
};

/// The most bytes that are delivered at a time, about.
const DELIVERY: usize = 512 << 10;

/// Delivers.
pub struct Courier {
    pub common: Common,
    pub receiver: Receiver<Message>,
    pub delivery: Delivery,
    pub tended: Tended,
    /// What was read of the spool.
    pub buffer: Vec<u8>,
    /// Neither the collector nor the disk has taken them.
    pub in_hand: VecDeque<Batch>,
}

impl Courier {
    pub fn run(mut self) {
        loop {
            // What is on its way past the spool is older than what is in it.
            while let Ok(message) = self.receiver.try_recv() {
                self.take(message);
            }
            if !self.deliver_in_hand() || !self.deliver_kept() {
                break;
            }
            self.tended.tend(&mut self.delivery);
            match self.receiver.recv_timeout(TEND) {
                Ok(message) => self.take(message),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.end();
    }

    fn take(&mut self, message: Message) {
        if let Message::Batch(batch) = message {
            self.deliver_direct(batch);
        }
    }

    /// Past the spool; where that fails, this batch and those behind it go there.
    fn deliver_direct(&mut self, batch: Batch) {
        if !self.in_hand.is_empty() {
            return self.in_hand.push_back(batch);
        }
        let events = Events { bytes: &batch.bytes, count: batch.events, framing: self.common.framing };
        self.common.gauge.set_at_hand(batch.since);
        match self.delivery.attempt(&events) {
            Ok(()) => {
                self.common.gauge.set_at_hand(None);
                self.common.done.take(batch);
            }
            Err(pause) => {
                self.keep_all([batch]);
                self.delivery.wait(pause);
            }
        }
    }

    /// What the disk refused, as without a spool; false where the output's time is over before.
    fn deliver_in_hand(&mut self) -> bool {
        while let Some(batch) = self.in_hand.front() {
            let events = Events { bytes: &batch.bytes, count: batch.events, framing: self.common.framing };
            match self.delivery.attempt(&events) {
                Ok(()) => self.in_hand.pop_front().into_iter().for_each(|batch| self.common.done.take(batch)),
                Err(pause) => {
                    // It may be writable again.
                    let again = std::mem::take(&mut self.in_hand);
                    self.keep_all(again);
                    if !self.delivery.wait(pause) {
                        return false;
                    }
                }
            }
            self.common.gauge.set_at_hand(self.in_hand.front().and_then(|batch| batch.since));
        }
        true
    }

    /// These into the spool, and those behind them.
    fn keep_all(&mut self, first: impl IntoIterator<Item = Batch>) {
        let behind = self.receiver.try_iter().filter_map(|message| match message {
            Message::Batch(batch) => Some(batch),
            Message::Look => None,
        });
        self.in_hand = self.common.keep(first.into_iter().chain(behind));
        self.common.gauge.set_at_hand(self.in_hand.front().and_then(|batch| batch.since));
    }

    /// What is in the spool, all of it; false where the output's time is over before.
    fn deliver_kept(&mut self) -> bool {
        let mut buffer = std::mem::take(&mut self.buffer);
        let all = loop {
            buffer.clear();
            let Some(read) = self.common.with(|spool| match spool.pending() {
                0 => Ok(None),
                _ => spool.read(DELIVERY, &mut buffer),
            }) else {
                break true;
            };
            if !self.insist(&Events { bytes: &buffer, count: read.events, framing: read.framing }) {
                break false;
            }
            self.common.with(Spool::acknowledge);
            // A collector that takes one batch after the other would go on taking them, and nobody would count what is left.
            if self.delivery.is_over() {
                break false;
            }
            self.tended.tend(&mut self.delivery);
        };
        self.buffer = buffer;
        all
    }

    /// Tries until it is delivered; false where the output's time is over before.
    fn insist(&mut self, events: &Events<'_>) -> bool {
        while let Err(pause) = self.delivery.attempt(events) {
            // It may take long: nothing must wait in memory.
            let in_hand = std::mem::take(&mut self.in_hand);
            self.keep_all(in_hand);
            if !self.delivery.wait(pause) {
                return false;
            }
        }
        true
    }

    /// The agent stops: what is left is for the next start.
    fn end(self) {
        // The other thread is at its end when it lets go of its end of the channel.
        while let Ok(message) = self.receiver.recv_timeout(TEND) {
            if let Message::Batch(batch) = message {
                // What the disk refuses has no fate: it is lost with the agent.
                let _refused = self.common.keep([batch]);
            }
        }
        // Counted first: a disk that is busy may take longer than there is time, and what is written is kept all the same.
        let kept = self.common.lock().spool.pending();
        Fates::add(&self.common.done.fates.kept, kept);
        self.common.with(Spool::close);
        if kept > 0 {
            log::info(format_args!(
                "output {}: {kept} events stay in the spool for the next start",
                self.common.name
            ));
        }
    }
}
