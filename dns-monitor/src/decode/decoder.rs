//! Samples become messages: whole datagrams pass, fragments and streams are put together.

use std::fmt;

use super::{
    fragments::{FragmentLimits, FragmentReason, Fragments},
    tcp::{StreamLimits, StreamReason, Streams},
};
use crate::{
    config::{Config, nanoseconds},
    ledger::{Tally, reasons},
    sample::{Content, Datagram, Sample},
};

reasons! {
    /// What became of samples that are whole datagrams.
    DatagramReason {
        /// A message.
        Whole "whole" Emitted,
        /// A message cut by the capture length: decoded as far as it goes.
        Cut "cut" Emitted,
    }
}

/// Takes samples of any kind, gives messages.
pub struct Decoder {
    datagrams: Tally<DatagramReason>,
    fragments: Fragments,
    streams: Streams,
}

/// The decoder's books, in samples.
#[derive(Clone, Debug)]
pub struct Books {
    /// Whole datagrams.
    pub datagrams: Tally<DatagramReason>,
    /// Fragments.
    pub fragments: Tally<FragmentReason>,
    /// TCP segments.
    pub segments: Tally<StreamReason>,
}

impl Decoder {
    /// A decoder with the bounds of the configuration.
    pub fn new(config: &Config) -> Self {
        let fragments = FragmentLimits {
            datagrams: config.fragments.max_datagrams,
            bytes: config.fragments.max_bytes,
            timeout: nanoseconds(config.fragments.timeout),
        };
        let streams = StreamLimits {
            streams: config.tcp.max_streams,
            stream_bytes: config.tcp.max_stream_bytes,
            bytes: config.tcp.max_total_bytes,
            ..StreamLimits::default()
        };
        Self {
            datagrams: Tally::default(),
            fragments: Fragments::new(fragments),
            streams: Streams::new(streams),
        }
    }

    /// Takes a sample and gives the messages that it completes.
    #[inline]
    pub fn push(&mut self, sample: &Sample<'_>, mut deliver: impl FnMut(Datagram<'_>)) {
        match sample.content {
            Content::Datagram => {
                self.datagrams.see(1);
                let whole = sample.payload.len() >= sample.length as usize;
                self.datagrams.end(if whole { DatagramReason::Whole } else { DatagramReason::Cut }, 1);
                deliver(Datagram { packet: sample.packet, length: sample.length, bytes: sample.payload });
            }
            Content::Fragment { .. } => self.fragments.push(sample, deliver),
            Content::Segment { .. } => self.streams.push(sample, deliver),
        }
    }

    /// Gives up what has waited too long at `now`, ns since the Unix epoch.
    pub fn expire(&mut self, now: u64, mut deliver: impl FnMut(Datagram<'_>)) {
        self.fragments.expire(now, &mut deliver);
        self.streams.expire(now, &mut deliver);
    }

    /// Gives up everything that waits.
    pub fn finish(&mut self, mut deliver: impl FnMut(Datagram<'_>)) {
        self.fragments.finish(&mut deliver);
        self.streams.finish(&mut deliver);
    }

    /// The books of all three kinds.
    pub fn books(&self) -> Books {
        Books {
            datagrams: self.datagrams,
            fragments: *self.fragments.tally(),
            segments: *self.streams.tally(),
        }
    }

    /// Samples that became no message, or only part of one.
    pub fn lost(&self) -> u64 {
        self.fragments.tally().lost().saturating_add(self.streams.tally().lost())
    }
}

impl Books {
    /// How many samples came in all.
    pub fn seen(&self) -> u64 {
        self.datagrams.seen().saturating_add(self.fragments.seen()).saturating_add(self.segments.seen())
    }

    /// How many should have become messages and did not, or not whole.
    pub fn lost(&self) -> u64 {
        self.datagrams.lost().saturating_add(self.fragments.lost()).saturating_add(self.segments.lost())
    }
}

impl fmt::Display for Books {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  datagrams  {}", self.datagrams)?;
        writeln!(f, "  fragments  {}", self.fragments)?;
        writeln!(f, "  segments   {}", self.segments)
    }
}
