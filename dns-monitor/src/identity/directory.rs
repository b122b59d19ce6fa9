//! All that is known of machines, as the pipeline asks for it: once a lookup, on its own thread, without waiting.

use std::{io, net::IpAddr};

use thiserror::Error;

use super::{
    books::{Assignments, Books},
    dhcp::{Dhcp, Taps},
    feed::{Feed, Learned, feed},
    follow::{self, Follower, LeaseReason},
    history::{History, Machine},
    link::Link,
    neighbours::Neighbours,
    ptr::Ptr,
    routes::Routes,
    true_client::{Forwarders, TrueClient},
};
use crate::{
    config::Config,
    ledger::Tally,
    log,
    sample::{Direction, Mac, Packet},
    track::{lookup::Lookup, role::Role},
};

/// Why a source of names cannot be had.
#[derive(Debug, Error)]
pub enum DirectoryError {
    /// The thread that follows lease files.
    #[error("cannot follow lease files: {0}")]
    Leases(#[source] io::Error),
    /// What the configuration turns on.
    #[error("identity.{setting}: {error}")]
    Source {
        /// The setting.
        setting: &'static str,
        /// What is wrong.
        error: io::Error,
    },
}

/// Who is who.
pub struct Directory {
    history: History,
    link: Link,
    forwarders: Forwarders,
    sources: Option<Sources>,
    /// Of files that were read once.
    leases: Option<Tally<LeaseReason>>,
}

/// The threads that learn who has an address; they end when this is dropped.
struct Sources {
    leases: Option<Follower>,
    learned: Learned,
    routes: Option<Routes>,
    ptr: Option<Ptr>,
    neighbours: Option<Neighbours>,
    dhcp: Option<Dhcp>,
}

/// What is known of the machines of one lookup.
#[derive(Clone, Copy, Default)]
pub struct Who<'a> {
    /// The machine that asked.
    pub client: Machine<'a>,
    /// The one that it asked for.
    pub true_client: Option<Behind<'a>>,
    history: Option<&'a History>,
}

/// A machine behind a forwarder.
#[derive(Clone, Copy)]
pub struct Behind<'a> {
    /// Its address, where the forwarder says it.
    pub ip: Option<IpAddr>,
    /// What is known of it.
    pub machine: Machine<'a>,
}

impl<'a> Who<'a> {
    /// A machine of which nothing is known but the MAC that its packet came with.
    pub fn stranger(mac: Option<Mac>) -> Self {
        Self { client: Machine { name: None, mac }, ..Self::default() }
    }

    /// Who had an address at another time, ns since the Unix epoch.
    pub fn at(&self, address: IpAddr, time: u64) -> Machine<'a> {
        self.history.map_or_else(Machine::default, |history| history.at(address, time))
    }
}

impl Directory {
    /// What the files of the configuration say, read once.
    pub fn of_files(config: &Config) -> Self {
        let mut history = History::new(&config.identity);
        let leases = (!config.leases.is_empty()).then(|| follow::read(&config.leases, &mut history));
        if let Some(tally) = &leases {
            log::info(format_args!("leases: {tally}"));
        }
        Self { leases, ..Self::new(config, history, None) }
    }

    /// What is known already.
    pub fn of_history(config: &Config, history: History) -> Self {
        Self::new(config, history, None)
    }

    /// Opens what takes a right: the packet sockets for DHCP, if the configuration wants them.
    ///
    /// # Errors
    /// [`DirectoryError::Source`].
    pub fn taps(config: &Config) -> Result<Taps, DirectoryError> {
        if !config.identity.dhcp {
            return Ok(Taps::default());
        }
        Taps::open(&config.capture.interfaces)
            .map_err(|error| DirectoryError::Source { setting: "dhcp", error })
    }

    /// The same as [`Directory::of_files`], and what changes; `taps` are [`Directory::taps`].
    ///
    /// # Errors
    /// [`DirectoryError`], where something that was asked for cannot be had.
    pub fn live(config: &Config, taps: Taps) -> Result<Self, DirectoryError> {
        let mut history = History::new(&config.identity);
        let sources = Sources::start(config, taps, &mut history)?;
        Ok(Self::new(config, history, Some(sources)))
    }

    fn new(config: &Config, history: History, sources: Option<Sources>) -> Self {
        let forwarders = Forwarders::new(&config.identity.forwarders);
        Self { history, link: Link::default(), forwarders, sources, leases: None }
    }

    /// Takes over what is new; call it often.
    pub fn tend(&mut self) {
        let Some(sources) = &mut self.sources else { return };
        sources.learned.poll(&mut self.history);
        if let Some(on_link) = sources.routes.as_ref().and_then(Routes::take) {
            self.link.set_on_link(on_link);
        }
    }

    /// The books of what is on.
    pub fn books(&self) -> Books {
        let sources = self.sources.as_ref();
        let follower = sources.and_then(|sources| sources.leases.as_ref());
        let leases = follower.map(Follower::tally).or(self.leases);
        let knows = leases.is_some() || sources.is_some_and(Sources::is_any_on);
        Books {
            leases,
            dhcp: sources.and_then(|sources| sources.dhcp.as_ref()).map(Dhcp::tally),
            ptr: sources.and_then(|sources| sources.ptr.as_ref()).map(Ptr::tally),
            assignments: knows.then(|| Assignments::of(&self.history)),
            macs: Some(*self.link.tally()).filter(|tally| tally.seen() > 0),
            unbelieved: self.forwarders.is_asked_for().then(|| self.forwarders.unbelieved()),
        }
    }

    /// Whether a lookup is one of the agent's own.
    pub fn is_own(&self, lookup: &Lookup<'_>) -> bool {
        let ptr = self.sources.as_ref().and_then(|sources| sources.ptr.as_ref());
        let (Some(ptr), Some((client, _))) = (ptr, lookup.peers()) else { return false };
        ptr.is_own(client.ip, client.port)
    }

    /// A message has come: its sender will be asked for when its lookup is over.
    #[inline]
    pub fn expect(&self, packet: &Packet) {
        if packet.direction == Direction::In {
            self.history.prefetch(packet.source);
        }
    }

    /// Who asked.
    pub fn who(&mut self, lookup: &Lookup<'_>) -> Who<'_> {
        let (Some(first), Some((client, server))) = (lookup.first(), lookup.peers()) else {
            return Who::default();
        };
        let (packet, time) = (&first.datagram.packet, first.time());
        let mac = match lookup.role {
            Role::Client => self.link.mac(packet, &client),
            // Its own; but the servers of the internet all have the router's.
            Role::Resolver => {
                let _router = self.link.mac(packet, &server);
                client.mac
            }
        };
        let claimed = self.claimed(client.ip, lookup);
        let history = &self.history;
        let known = history.at(client.ip, time);
        if lookup.role == Role::Client
            && known.name.is_none()
            && let Some(ptr) = self.sources.as_mut().and_then(|sources| sources.ptr.as_mut())
        {
            ptr.ask(client.ip, time);
        }
        let behind = |claimed: TrueClient| {
            let known = claimed.ip.map_or_else(Machine::default, |ip| history.at(ip, time));
            Behind { ip: claimed.ip, machine: Machine { mac: claimed.mac.or(known.mac), ..known } }
        };
        Who {
            client: Machine { mac: mac.or(known.mac), ..known },
            true_client: claimed.map(behind),
            history: Some(history),
        }
    }

    fn claimed(&mut self, sender: IpAddr, lookup: &Lookup<'_>) -> Option<TrueClient> {
        let query = lookup.query.as_ref().filter(|_| lookup.role == Role::Client)?.message.as_ref().ok()?;
        if query.header.additionals == 0 {
            return None;
        }
        self.forwarders.true_client(sender, &query.edns()?)
    }
}

impl Sources {
    fn start(config: &Config, taps: Taps, history: &mut History) -> Result<Self, DirectoryError> {
        let settings = &config.identity;
        let (sender, learned) = feed();
        let leases =
            (!config.leases.is_empty()).then(|| Follower::start(&config.leases, sender.clone(), history));
        let leases = leases.transpose().map_err(DirectoryError::Leases)?;
        if let Some(leases) = &leases {
            log::info(format_args!("leases: {}", leases.tally()));
        }
        let neighbours = settings.neighbours.then(|| Neighbours::start(sender.clone()));
        let asked = |setting| move |error| DirectoryError::Source { setting, error };
        let dhcp = start(settings.dhcp, &sender, |feed| Dhcp::start(taps, feed)).map_err(asked("dhcp"))?;
        let ptr = start(settings.ptr, &sender, |feed| Ptr::start(settings.ptr_server, feed))
            .map_err(asked("ptr"))?;
        Ok(Self {
            leases,
            learned,
            routes: usual("which networks are on our links", Routes::start()),
            ptr,
            neighbours: neighbours.and_then(|source| usual("the neighbour table", source)),
            dhcp,
        })
    }

    fn is_any_on(&self) -> bool {
        self.leases.is_some() || self.ptr.is_some() || self.neighbours.is_some() || self.dhcp.is_some()
    }
}

fn start<T>(
    is_wanted: bool,
    feed: &Feed,
    start: impl FnOnce(Feed) -> io::Result<T>,
) -> io::Result<Option<T>> {
    is_wanted.then(|| start(feed.clone())).transpose()
}

/// What nobody asked for is not worth to end for.
fn usual<T>(what: &str, source: io::Result<T>) -> Option<T> {
    source.inspect_err(|error| log::warn(format_args!("cannot follow {what}: {error}"))).ok()
}
