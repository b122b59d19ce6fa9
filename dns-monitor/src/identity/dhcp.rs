//! DHCP (RFC 2131) and DHCPv6 (RFC 9915) read off the wire: who got which address, for how long, and under which name.
//!
//! 1. [`tap`]: packets of the DHCP ports, as the kernel hands them over;
//! 2. [`message`]: what one message says;
//! 3. [`grants`]: what messages say together.
//!
//! What counts is the server's word: an ACK or a REPLY. The client's host name comes from it, or else from the request
//! of the same client and transaction. A release ends an assignment if it comes from the client that has it. DHCP
//! proves nothing: who can send on the link can send an ACK.

mod grants;
pub mod message;
mod name;
mod tap;

use std::{
    io,
    os::fd::{AsFd as _, BorrowedFd},
    time::Duration,
};

use self::{grants::Grants, tap::Tap};
use super::{
    assignment::Change,
    feed::{Feed, Shared, Stop, Stopped, Worker},
    neighbours::now,
};
use crate::{
    ledger::{Tally, reasons},
    log,
};

reasons! {
    /// Why a DHCP packet says nothing of an address.
    DhcpReason {
        /// Another kind of message: DISCOVER, OFFER, NAK, INFORM, ADVERTISE.
        Other "other-message" Filtered,
        /// An ACK or a REPLY that grants no address.
        NoAddress "no-address" Filtered,
        /// A release of an address that its sender does not have, as far as we know.
        NotTheirs "not-theirs" Filtered,
        /// Not from the port that may say such a thing, or no DHCP at all.
        NotDhcp "not-dhcp" Filtered,
        /// It ends too early, or contradicts itself.
        Malformed "malformed" Lost,
        /// The kernel had no room for it.
        Overrun "overrun" Lost,
        /// The oldest request had to go: too many wait for a server's word.
        ForgottenRequest "forgotten-request" Aside,
    }
}

/// An interface that could not be watched is tried again.
const RETRY: Duration = Duration::from_secs(5);

/// Reads DHCP until it is dropped.
#[derive(Debug)]
pub struct Dhcp {
    books: Shared<DhcpReason>,
    _worker: Worker,
}

/// Packet sockets, one an interface.
#[derive(Debug, Default)]
pub struct Taps(Vec<Watched>);

/// An interface that should be watched.
#[derive(Debug)]
struct Watched {
    name: String,
    tap: Tap,
    /// Packets come.
    bound: bool,
    /// It was said that it cannot be watched.
    told: bool,
}

impl Taps {
    /// Opens them, in the network namespace of the caller. An interface that is not there now may come.
    ///
    /// # Errors
    /// It takes `CAP_NET_RAW`.
    pub fn open(interfaces: &[String]) -> io::Result<Self> {
        let open = |name: &String| {
            let tap = Tap::open()?;
            let bound = match tap.bind(name) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                result => result.is_ok(),
            };
            Ok(Watched { name: name.clone(), tap, bound, told: false })
        };
        interfaces.iter().map(open).collect::<io::Result<_>>().map(Self)
    }
}

impl Dhcp {
    /// Starts the thread, in the network namespace of the caller.
    ///
    /// # Errors
    /// Where there can be no thread.
    pub fn start(taps: Taps, feed: Feed) -> io::Result<Self> {
        let Taps(watched) = taps;
        let books = Shared::default();
        let shared = books.clone();
        let worker = Worker::start("dhcp", move |stop| watch(watched, &shared, &feed, &stop))?;
        Ok(Self { books, _worker: worker })
    }

    /// The books, in packets.
    pub fn tally(&self) -> Tally<DhcpReason> {
        self.books.read()
    }
}

fn watch(
    mut watched: Vec<Watched>,
    books: &Shared<DhcpReason>,
    feed: &Feed,
    stop: &Stop,
) -> Result<(), Stopped> {
    let (mut grants, mut tally) = (Grants::default(), Tally::default());
    loop {
        let taps: Vec<BorrowedFd<'_>> =
            watched.iter().filter(|one| one.bound).map(|one| one.tap.as_fd()).collect();
        let all = taps.len() == watched.len();
        stop.wait(&taps, (!all).then_some(RETRY))?;
        for one in &mut watched {
            let changes = one.read(&mut grants, &mut tally);
            books.write(tally);
            feed.send(changes, stop)?;
        }
    }
}

impl Watched {
    /// Takes what came; looks for the interface if it is away.
    fn read(&mut self, grants: &mut Grants, tally: &mut Tally<DhcpReason>) -> Vec<Change> {
        let mut changes = Vec::new();
        if !self.bound {
            match self.tap.bind(&self.name) {
                Ok(()) => self.bound = true,
                Err(error) if !self.told && error.kind() != io::ErrorKind::NotFound => {
                    log::warn(format_args!("{}: DHCP cannot be read: {error}", self.name));
                    self.told = true;
                }
                Err(_) => {}
            }
            return changes;
        }
        let result = self.tap.read(|packet| {
            tally.see(1);
            match message::read(packet).and_then(|message| grants.take(message, now(), tally)) {
                Ok(news) => {
                    tally.emit(1);
                    changes.extend(news);
                }
                Err(reason) => tally.end(reason, 1),
            }
        });
        let overrun = self.tap.overrun();
        tally.see(overrun);
        tally.end(DhcpReason::Overrun, overrun);
        if result.is_err() {
            self.bound = false; // the interface is gone, or down for a while
        }
        changes
    }
}

#[cfg(test)]
mod tests;
