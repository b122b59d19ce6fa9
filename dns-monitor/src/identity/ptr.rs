//! The names of private addresses by the reverse zones of a resolver: PTR records (RFC 1035 §3.5).
//!
//! Only addresses of RFC 1918 and ULAs (RFC 4193) are looked up, never public ones: who asks us would be told to
//! strangers. At most [`RATE`] a second, one socket, and what was answered is not asked again before it must be.
//!
//! Our own lookups cannot go round in circles. The server sees them come from an address of this host; that is looked
//! up once, like any other, and then known. And a pipeline that watches the interface they go over tells them by
//! [`Ptr::is_own`].

mod asker;
mod lookup;

use std::{
    io,
    net::{IpAddr, Ipv6Addr, SocketAddr, UdpSocket},
    sync::mpsc::{SyncSender, sync_channel},
};

use foldhash::fast::RandomState;
use hashlink::LinkedHashMap;

use self::asker::Asker;
use super::feed::{Feed, Shared, Worker};
use crate::ledger::{Tally, reasons};

/// Lookups a second.
pub const RATE: u32 = 50;
/// Addresses that may wait to be looked up.
const QUEUE: usize = 1024;
/// Addresses remembered on either side.
const MAX_KNOWN: usize = 65_536;
/// An address is not handed over again before, ns.
const PATIENCE: u64 = 60_000_000_000;

reasons! {
    /// Why an address that was asked for has no name.
    PtrReason {
        /// It was looked up not long ago.
        Known "known" Filtered,
        /// The zone has no name for it.
        NoName "no-name" Filtered,
        /// No answer in time, or none that helps.
        NoAnswer "no-answer" Lost,
        /// Too many were waiting.
        Busy "busy" Lost,
        /// A packet that answers no question of ours.
        Foreign "foreign" Aside,
    }
}

/// Looks up names until it is dropped.
#[derive(Debug)]
pub struct Ptr {
    own: SocketAddr,
    handed_over: LinkedHashMap<IpAddr, u64, RandomState>,
    busy: u64,
    books: Shared<PtrReason>,
    // Goes before the worker: it ends when nobody can ask any more.
    queue: SyncSender<Wanted>,
    _worker: Worker,
}

/// An address, and when it was seen, ns since the Unix epoch.
type Wanted = (IpAddr, u64);

impl Ptr {
    /// Starts the thread, in the network namespace of the caller.
    ///
    /// # Errors
    /// Where there can be no socket to the server.
    pub fn start(server: SocketAddr, feed: Feed) -> io::Result<Self> {
        let any: IpAddr = if server.is_ipv4() { [0; 4].into() } else { Ipv6Addr::UNSPECIFIED.into() };
        let socket = UdpSocket::bind((any, 0))?;
        socket.connect(server)?;
        socket.set_nonblocking(true)?;
        let own = socket.local_addr()?;
        let books = Shared::default();
        let (queue, wanted) = sync_channel(QUEUE);
        let asker = Asker::new(socket, feed, books.clone());
        let worker = Worker::start("ptr", move |stop| asker.run(&wanted, &stop))?;
        Ok(Self { own, handed_over: LinkedHashMap::default(), busy: 0, books, queue, _worker: worker })
    }

    /// Wants the name of an address that was seen at `time`, ns since the Unix epoch. Never waits; ask for every lookup
    /// of an address whose name is not known.
    pub fn ask(&mut self, address: IpAddr, time: u64) {
        let address = address.to_canonical();
        if !is_private(address) {
            return;
        }
        if let Some(last) = self.handed_over.get(&address)
            && time.saturating_sub(*last) < PATIENCE
        {
            return;
        }
        if self.queue.try_send((address, time)).is_err() {
            self.busy = self.busy.saturating_add(1);
            return;
        }
        self.handed_over.remove(&address);
        if self.handed_over.len() >= MAX_KNOWN {
            self.handed_over.pop_front();
        }
        self.handed_over.insert(address, time);
    }

    /// Whether a query from this address and port is one of our own.
    #[must_use]
    pub fn is_own(&self, address: IpAddr, port: u16) -> bool {
        port == self.own.port() && address.to_canonical() == self.own.ip().to_canonical()
    }

    /// The books, in addresses handed over.
    pub fn tally(&self) -> Tally<PtrReason> {
        let mut tally = self.books.read();
        tally.see(self.busy);
        tally.end(PtrReason::Busy, self.busy);
        tally
    }
}

/// Whether it is an address of nobody's but the operator's.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_private(),
        IpAddr::V6(v6) => v6.is_unique_local(),
    }
}

#[cfg(test)]
mod tests;
