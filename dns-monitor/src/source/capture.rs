//! Packet captures: pcap and pcapng in, the samples that the kernel programs would have made out.
//!
//! 1. `container` reads the file format: when, on which interface and link, which bytes;
//! 2. `link`, `network`, `transport` read one header each, as the kernel programs do;
//! 3. `direction` says what a capture does not: which way a packet went.

mod container;
mod direction;
mod error;
mod link;
mod network;
mod reason;
mod transport;

use std::{
    fs::File,
    io::{self, Read},
    net::IpAddr,
    path::Path,
};

pub use self::{error::CaptureError, reason::CaptureReason};
use crate::{
    ledger::Tally,
    sample::{Packet, Sample},
};
use container::{Container, Frame, Next};
use dns_monitor_common::counter::Counter;

/// How a capture is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptureOptions {
    /// The ports that mean DNS.
    pub ports: Vec<u16>,
    /// The resolver's addresses. Where none is given, the side with the DNS port is the resolver,
    /// unless the file says which way a packet went.
    pub resolvers: Vec<IpAddr>,
}

impl Default for CaptureOptions {
    fn default() -> Self {
        Self { ports: vec![53], resolvers: Vec::new() }
    }
}

/// A capture that is being read. Memory is bounded by the largest packet, 8 MB.
pub struct Capture {
    name: String,
    container: Container<Box<dyn Read + Send>>,
    options: CaptureOptions,
    tally: Tally<CaptureReason>,
    ended: bool,
}

impl Capture {
    /// Opens a file, or standard input for `-`.
    ///
    /// # Errors
    /// Where it cannot be read, is neither pcap nor pcapng, or of a link type that is not known.
    pub fn open(path: &Path, options: CaptureOptions) -> Result<Self, CaptureError> {
        if path.as_os_str() == "-" {
            return Self::new("standard input", Box::new(io::stdin()), options);
        }
        let name = path.display().to_string();
        match File::open(path) {
            Ok(file) => Self::new(&name, Box::new(file), options),
            Err(source) => Err(CaptureError::Open { file: name, source }),
        }
    }

    /// Reads a capture from anywhere; `name` is for error messages.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn new(
        name: &str,
        from: Box<dyn Read + Send>,
        options: CaptureOptions,
    ) -> Result<Self, CaptureError> {
        let container = Container::new(from).map_err(|fault| fault.of(name, 0))?;
        Ok(Self { name: name.to_owned(), container, options, tally: Tally::default(), ended: false })
    }

    /// The books, in packets.
    pub fn tally(&self) -> &Tally<CaptureReason> {
        &self.tally
    }

    /// What the file calls its interfaces, by [`Packet::interface`], as far as it was read.
    pub fn interfaces(&self) -> Vec<(u32, String)> {
        self.container.interfaces()
    }

    /// Reads one packet or block, and delivers the packet's sample if it may carry DNS. False: the
    /// file has ended.
    ///
    /// # Errors
    /// Where the file breaks off or is damaged. All before was delivered; nothing follows.
    pub fn read(&mut self, deliver: impl FnOnce(Sample<'_>)) -> Result<bool, CaptureError> {
        if self.ended {
            return Ok(false);
        }
        match self.container.next() {
            Ok(Next::Other) => {}
            Ok(Next::End) => self.ended = true,
            Ok(Next::Frame(frame)) => {
                self.tally.see(1);
                match inspect(&frame, &self.options) {
                    Ok(sample) => {
                        self.tally.end(CaptureReason::Packet(Counter::Sampled), 1);
                        deliver(sample);
                    }
                    Err(reason) => self.tally.end(reason, 1),
                }
            }
            Err(fault) => {
                self.ended = true;
                return Err(fault.of(&self.name, self.tally.seen().wrapping_add(1)));
            }
        }
        Ok(!self.ended)
    }
}

/// The story of one packet, as in the kernel programs.
fn inspect<'a>(frame: &'a Frame<'_>, options: &CaptureOptions) -> Result<Sample<'a>, CaptureReason> {
    let link = link::parse(frame.link, &frame.bytes)?;
    let network = network::parse(link.ether_type, link.rest)?;
    let transport = transport::parse(&network, &options.ports)?;
    let hint = frame.direction.or(link.direction);
    let direction = direction::of(&network, &transport, hint, options).ok_or(CaptureReason::OtherHost)?;
    let payload = transport.payload;
    let packet = Packet {
        time: frame.time,
        interface: frame.interface,
        direction,
        transport: transport.transport,
        source: network.source,
        destination: network.destination,
        source_port: transport.source_port,
        destination_port: transport.destination_port,
        source_mac: link.source,
        destination_mac: link.destination,
        outer_vlan: link.outer_vlan,
        inner_vlan: link.inner_vlan,
        judged: None,
    };
    Ok(Sample { packet, content: transport.content, length: transport.length, payload })
}

#[cfg(test)]
mod tests;
