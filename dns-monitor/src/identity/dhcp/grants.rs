//! What DHCP messages say together: a request names the client, the server's word gives it an address.

use std::net::IpAddr;

use foldhash::fast::RandomState;
use hashlink::LinkedHashMap;

use super::{
    DhcpReason,
    message::{Client, Message},
};
use crate::{
    identity::assignment::{Assignment, Change, Source},
    ledger::Tally,
    sample::Mac,
};

/// Requests that may wait for a server's word. Each is some hundred bytes.
pub(super) const MAX_REQUESTS: usize = 4096;
/// Addresses whose client is remembered, so that nobody else can give them back.
pub(super) const MAX_HELD: usize = 65_536;
const SECOND: u64 = 1_000_000_000;

/// Requests without an answer, and who has what. Oldest first.
#[derive(Default)]
pub(super) struct Grants {
    requests: LinkedHashMap<(Client, u32), Known, RandomState>,
    held: LinkedHashMap<IpAddr, Held, RandomState>,
}

/// What is known of a client.
#[derive(Clone, Default)]
struct Known {
    name: Option<Box<str>>,
    mac: Option<Mac>,
}

struct Held {
    client: Client,
    known: Known,
}

impl Grants {
    /// What a message says of addresses; `now` is when it came, ns since the Unix epoch.
    pub(super) fn take(
        &mut self,
        message: Message,
        now: u64,
        tally: &mut Tally<DhcpReason>,
    ) -> Result<Vec<Change>, DhcpReason> {
        match message {
            Message::Asked { client, transaction, name, mac } => {
                if self.requests.len() >= MAX_REQUESTS && self.requests.pop_front().is_some() {
                    tally.end(DhcpReason::ForgottenRequest, 1);
                }
                self.requests.insert((client, transaction), Known { name, mac });
                Ok(Vec::new())
            }
            Message::Granted { client, transaction, addresses, name, mac } => {
                let key = (client, transaction);
                let asked = self.requests.remove(&key).unwrap_or_default();
                let known = Known { name, mac }.or(&asked);
                Ok(addresses.into_iter().map(|given| self.grant(&key.0, given, now, &known)).collect())
            }
            Message::Released { client, addresses } => {
                let ended: Vec<_> =
                    addresses.into_iter().filter(|address| self.release(&client, address)).collect();
                if ended.is_empty() {
                    return Err(DhcpReason::NotTheirs);
                }
                Ok(ended.into_iter().map(|address| ended_at(address, now)).collect())
            }
        }
    }

    /// `given` is an address and for how long, seconds.
    fn grant(&mut self, client: &Client, given: (IpAddr, Option<u32>), now: u64, known: &Known) -> Change {
        let (address, time) = given;
        let before = self.held.remove(&address).filter(|held| held.client == *client);
        if time == Some(0) {
            return ended_at(address, now);
        }
        // A renewal may be seen without its request, or say less.
        let known = before.map_or_else(|| known.clone(), |before| known.clone().or(&before.known));
        if self.held.len() >= MAX_HELD {
            self.held.pop_front();
        }
        self.held.insert(address, Held { client: client.clone(), known: known.clone() });
        let until = time.map(|seconds| now.saturating_add(u64::from(seconds).saturating_mul(SECOND)));
        let Known { name, mac } = known;
        Change::Assigned(Assignment { address, from: now, until, name, mac, source: Source::Dhcp })
    }

    /// Whether it was theirs.
    fn release(&mut self, client: &Client, address: &IpAddr) -> bool {
        let theirs = self.held.get(address).is_some_and(|held| held.client == *client);
        theirs && self.held.remove(address).is_some()
    }
}

impl Known {
    /// What is not known here, as it was known there.
    fn or(self, other: &Self) -> Self {
        Self { name: self.name.or_else(|| other.name.clone()), mac: self.mac.or(other.mac) }
    }
}

fn ended_at(address: IpAddr, at: u64) -> Change {
    Change::Ended { address, at, source: Source::Dhcp }
}
