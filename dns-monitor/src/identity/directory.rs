//! All that is known of machines, as the pipeline asks for it: once a lookup, on its own thread, without waiting.

use std::{io, net::IpAddr};

use thiserror::Error;

use super::{
    dhcp::{Dhcp, Taps},
    feed::{Feed, Learned, feed},
    follow::{self, Follower},
    history::{History, Machine},
    link::Link,
    neighbours::Neighbours,
    ptr::Ptr,
    routes::Routes,
    true_client::{Forwarders, TrueClient},
};
use crate::{
    config::Config,
    decode::message::Message,
    log,
    sample::Mac,
    track::{
        lookup::{Lookup, Peer},
        role::Role,
    },
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
}

/// The threads that learn who has an address; they end when this is dropped.
struct Sources {
    leases: Follower,
    learned: Learned,
    routes: Option<Routes>,
    ptr: Option<Ptr>,
    _neighbours: Option<Neighbours>,
    _dhcp: Option<Dhcp>,
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
        if !config.leases.is_empty() {
            let tally = follow::read(&config.leases, &mut history);
            log::info(format_args!("leases: {tally}"));
        }
        Self::new(config, history, None)
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
        Self { history, link: Link::default(), forwarders, sources }
    }

    /// Takes over what is new; call it often.
    pub fn tend(&mut self) {
        let Some(sources) = &mut self.sources else { return };
        sources.leases.poll(&mut self.history);
        sources.learned.poll(&mut self.history);
        if let Some(on_link) = sources.routes.as_ref().and_then(Routes::take) {
            self.link.set_on_link(on_link);
        }
    }

    /// Whether a lookup is one of the agent's own.
    pub fn is_own(&self, lookup: &Lookup<'_>) -> bool {
        let ptr = self.sources.as_ref().and_then(|sources| sources.ptr.as_ref());
        let (Some(ptr), Some((client, _))) = (ptr, lookup.peers()) else { return false };
        ptr.is_own(client.ip, client.port)
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
        let claimed = lookup.query.as_ref().and_then(|query| query.message.as_ref().ok()).and_then(|query| {
            (lookup.role == Role::Client && query.header.additionals > 0)
                .then(|| self.claimed(client.ip, query))?
        });
        if lookup.role == Role::Client {
            self.wonder(&client, time);
        }
        let history = &self.history;
        let known = history.at(client.ip, time);
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

    fn claimed(&mut self, sender: IpAddr, query: &Message<'_>) -> Option<TrueClient> {
        self.forwarders.true_client(sender, &query.edns()?)
    }

    /// Asks for the name of an address that has none.
    fn wonder(&mut self, client: &Peer, time: u64) {
        let Some(ptr) = self.sources.as_mut().and_then(|sources| sources.ptr.as_mut()) else { return };
        if self.history.at(client.ip, time).name.is_none() {
            ptr.ask(client.ip, time);
        }
    }
}

impl Sources {
    fn start(config: &Config, taps: Taps, history: &mut History) -> Result<Self, DirectoryError> {
        let settings = &config.identity;
        let (sender, learned) = feed();
        let leases = Follower::start(&config.leases, history).map_err(DirectoryError::Leases)?;
        if !config.leases.is_empty() {
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
            _neighbours: neighbours.and_then(|source| usual("the neighbour table", source)),
            _dhcp: dhcp,
        })
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
