//! The kernel as a source of samples; the only place that names aya.
//!
//! Read [`object`] (loaded), [`attach`] (attached), [`rings`] (drained), [`sample`] (understood),
//! [`watch`] (attached again), [`watched`] (or not), [`handover`] (from one agent to the next).

pub mod attach;
pub mod clock;
pub mod enforce;
pub mod error;
pub mod handover;
pub mod interface;
pub mod object;
pub mod pins;
pub mod ring;
pub mod rings;
pub mod sample;
pub mod watch;
pub mod watched;

use dns_monitor_common::counter::Counter;
pub use error::KernelError;

use self::{
    attach::Place,
    enforce::Enforcer,
    object::Object,
    watch::LinkWatch,
    watched::{Interface, Watched},
};
use crate::{
    config::{Attach, resolved::Capture},
    event::gap::Hole,
    ledger::Tally,
    log,
    sample::Sample,
};

/// A sample younger than this may still be overtaken by an older one of another CPU, ns.
const SETTLE: u64 = 50_000;
/// How often rings are looked into at the end: programs that are kept fill them all the time.
const LAST_LOOKS: usize = 100;
/// How often the wall clock is compared with the monotonic one, ns.
const CLOCK_CHECK: u64 = 1_000_000_000;

/// Programs in the kernel, and the interfaces they watch.
pub struct Kernel {
    object: Object,
    interfaces: Vec<Interface>,
    attach: Attach,
    keep: bool,
    watch: LinkWatch,
    epoch: u64,
    clock_checked: u64,
    /// When the interfaces were last looked after.
    checked: u64,
    /// What is over, and not told yet.
    holes: Vec<Hole>,
    /// Samples that were drained.
    drained: u64,
    /// The books, once they are closed.
    closed: Option<(Tally<Counter>, u64)>,
}

impl Kernel {
    /// Loads the programs; nothing is attached yet. With `keep` they will stay when the agent goes.
    ///
    /// # Errors
    /// [`KernelError`].
    pub fn load(capture: &Capture, keep: bool) -> Result<Self, KernelError> {
        for name in &capture.interfaces {
            if interface::index(name).is_none() {
                return Err(KernelError::NoInterface { name: name.clone(), known: interface::names() });
            }
            if !interface::is_ethernet(name) {
                return Err(KernelError::NotEthernet(name.clone()));
            }
        }
        let watch = LinkWatch::subscribe().map_err(KernelError::Watch)?;
        let object = object::load(capture)?;
        let interfaces = capture.interfaces.iter().map(|name| Interface::new(name)).collect();
        let now = clock::monotonic();
        Ok(Self {
            object,
            interfaces,
            attach: capture.attach,
            keep,
            watch,
            epoch: clock::epoch(),
            clock_checked: now,
            checked: now,
            holes: Vec::new(),
            drained: 0,
            closed: None,
        })
    }

    /// Loads every program that may be attached, now or when an interface comes back: this takes `CAP_BPF`,
    /// `CAP_NET_ADMIN` and `CAP_PERFMON`, attaching does not. What the kernel refuses is told where it is missed.
    pub fn preload(&mut self) {
        let interfaces: Vec<_> = self.interfaces.iter().map(|interface| interface.name.as_str()).collect();
        attach::preload(&mut self.object.ebpf, self.attach, &interfaces);
        pins::open(self.keep);
    }

    /// Attaches to every interface; takes over what an earlier agent has kept there.
    ///
    /// # Errors
    /// [`KernelError`]; whatever was attached before the error is detached again on drop.
    pub fn attach(&mut self) -> Result<(), KernelError> {
        self.attach_missing(true)?;
        self.checked = clock::monotonic();
        self.look();
        Ok(())
    }

    /// Whether an earlier agent's programs are at work, which are to be replaced only when there are rules.
    pub fn has_predecessor(&self) -> bool {
        self.interfaces.iter().any(|interface| pins::are_there(&interface.name))
    }

    /// What puts rules in force. To be asked once.
    ///
    /// # Errors
    /// [`KernelError::Missing`] or [`KernelError::Map`].
    pub fn enforcer(&mut self) -> Result<Enforcer, KernelError> {
        Enforcer::new(&mut self.object)
    }

    /// Up to when samples are due now, `CLOCK_MONOTONIC` ns: none older can still come.
    pub fn due(&self) -> u64 {
        clock::monotonic().saturating_sub(SETTLE)
    }

    /// Gives the samples up to a time, oldest first, at most `limit`; returns how many there were.
    pub fn drain(&mut self, due: u64, limit: usize, mut take: impl FnMut(&Sample<'_>)) -> usize {
        self.drain_until(due, limit, &mut take)
    }

    /// Gives every sample that is there and closes the books: at the end, when nothing can overtake any more. What kept
    /// programs count from now on is the next agent's.
    ///
    /// # Errors
    /// [`KernelError::Map`] where the counters cannot be read.
    pub fn drain_rest(&mut self, mut take: impl FnMut(&Sample<'_>)) -> Result<(), KernelError> {
        for _ in 0..LAST_LOOKS {
            self.drain_until(u64::MAX, usize::MAX, &mut take);
            let (tally, submitted) = self.object.tally()?;
            self.closed = Some((tally, submitted));
            if submitted == self.drained {
                break;
            }
        }
        Ok(())
    }

    fn drain_until(&mut self, cutoff: u64, limit: usize, take: &mut impl FnMut(&Sample<'_>)) -> usize {
        let epoch = self.epoch;
        let taken = self.object.rings.drain(cutoff, limit, |bytes| {
            // Only an object that is not ours writes what cannot be read: the ledger then shows that samples
            // were handed over that never came.
            if let Ok((_, sample)) = sample::parse(bytes, epoch) {
                take(&sample);
            }
        });
        self.drained = self.drained.wrapping_add(taken as u64);
        taken
    }

    /// Looks after the clock and the interfaces, to be called a few times a second; says whether
    /// [`Kernel::interfaces`] may have changed.
    pub fn tend(&mut self) -> bool {
        let now = clock::monotonic();
        if now - self.clock_checked >= CLOCK_CHECK {
            self.epoch = clock::epoch();
            self.clock_checked = now;
        }
        let changed = self.watch.changed();
        if changed {
            self.detach_gone();
            self.look();
            if let Err(error) = self.attach_missing(false) {
                log::warn(format_args!("{error}"));
            }
            self.look();
        }
        self.checked = now;
        changed
    }

    /// An interface that only has another name is the same one; but another one that now has the name is the one meant.
    fn detach_gone(&mut self) {
        for interface in &mut self.interfaces {
            if interface.attachment.is_none() || interface::index(&interface.name) == Some(interface.index) {
                interface.now = None;
                continue;
            }
            let now =
                interface::name(interface.index).filter(|_| interface::index(&interface.name).is_none());
            if now.is_some() {
                if now != interface.now {
                    let new = now.as_deref().unwrap_or_default();
                    log::warn(format_args!(
                        "{} is called {new} now, and still watched: a new start will look for {}",
                        interface.name, interface.name
                    ));
                }
                interface.now = now;
                continue;
            }
            interface.now = None;
            if let Some(attachment) = interface.attachment.take() {
                attach::detach(&mut self.object.ebpf, attachment, false);
                log::warn(format_args!("{} is gone; waiting for it to come back", interface.name));
            }
        }
    }

    fn attach_missing(&mut self, first: bool) -> Result<(), KernelError> {
        for interface in self.interfaces.iter_mut().filter(|interface| interface.attachment.is_none()) {
            let Some(index) = interface::index(&interface.name) else { continue };
            let place = Place { interface: &interface.name, index, keep: self.keep };
            let attachment = attach::attach(&mut self.object.ebpf, place, self.attach)?;
            attachment.report(&interface.name, first);
            interface.index = index;
            interface.attachment = Some(attachment);
            interface.times = interface.times.saturating_add(1);
        }
        Ok(())
    }

    /// Takes the programs off all interfaces, but those that are to be kept: what comes now is no longer seen.
    pub fn detach(&mut self) {
        for interface in &mut self.interfaces {
            if let Some(attachment) = interface.attachment.take() {
                attach::detach(&mut self.object.ebpf, attachment, self.keep);
            }
        }
    }

    /// The interfaces, as samples number them.
    pub fn interfaces(&self) -> Vec<(u32, String)> {
        self.interfaces.iter().map(|interface| (interface.index, interface.called().to_owned())).collect()
    }

    /// How the interfaces are watched.
    pub fn watched(&self) -> Vec<Watched> {
        self.interfaces.iter().map(|interface| interface.watched(self.epoch)).collect()
    }

    /// How many samples were drained so far.
    pub fn drained(&self) -> u64 {
        self.drained
    }

    /// The wall clock now, as samples have it, ns since the Unix epoch.
    pub fn now(&self) -> u64 {
        clock::monotonic().wrapping_add(self.epoch)
    }

    /// The programs' books, in packets, and how many samples they submitted.
    ///
    /// # Errors
    /// [`KernelError::Map`] where the counters cannot be read.
    pub fn tally(&self) -> Result<(Tally<Counter>, u64), KernelError> {
        match &self.closed {
            Some(closed) => Ok(*closed),
            None => self.object.tally(),
        }
    }
}
