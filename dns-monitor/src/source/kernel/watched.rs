//! One interface that is to be watched: what it is called, whether the programs are on it, and since when it shows nothing.

use super::{
    Kernel,
    attach::{Attachment, Ingress},
    clock, interface,
};
use crate::{
    event::gap::{Hole, Why},
    log,
};

/// An interface of the configuration.
pub(super) struct Interface {
    /// As the configuration has it.
    pub name: String,
    /// As it is called now, if that is another name.
    pub now: Option<String>,
    /// As packets name it.
    pub index: u32,
    /// The programs' places on it; `None`: it is away, or refused them.
    pub attachment: Option<Attachment>,
    /// How often it was attached to.
    pub times: u64,
    lack: Option<Lack>,
}

/// Nothing can be seen.
#[derive(Clone, Copy, Debug)]
struct Lack {
    why: Why,
    /// `CLOCK_MONOTONIC`, ns.
    since: u64,
}

/// How an interface is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// Its name.
    pub name: String,
    /// Where ingress is watched; `None`: it is away.
    pub ingress: Option<Ingress>,
    /// How often it was attached to, beyond the first time.
    pub reattached: u64,
    /// Why nothing can be seen on it, and since when, ns since the Unix epoch.
    pub unseen: Option<(Why, u64)>,
}

impl Interface {
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), now: None, index: 0, attachment: None, times: 0, lack: None }
    }

    pub fn called(&self) -> &str {
        self.now.as_deref().unwrap_or(&self.name)
    }

    /// Looks whether anything can be seen now. Up to `checked` (`CLOCK_MONOTONIC`, ns) it was as it was known to be; what
    /// is over is given, in the time that begins at `epoch`.
    pub fn look(&mut self, checked: u64, epoch: u64) -> Option<Hole> {
        match (self.trouble(), self.lack) {
            (Some(why), None) => {
                self.lack = Some(Lack { why, since: checked });
                if why == Why::Down {
                    log::warn(format_args!(
                        "{} is down, or has no carrier: there is nothing to see",
                        self.called()
                    ));
                }
                None
            }
            (None, Some(_)) => {
                let hole = self.end(epoch)?;
                let seconds = hole.length() as f64 / 1e9;
                log::info(format_args!("{}: {} for {seconds:.1} s", hole.interface, hole.why.name()));
                Some(hole)
            }
            _ => None,
        }
    }

    /// What is not over yet, up to now; it is told no second time.
    pub fn end(&mut self, epoch: u64) -> Option<Hole> {
        let Lack { why, since } = self.lack.take()?;
        let (from, to) = (Some(since.wrapping_add(epoch)), clock::monotonic().wrapping_add(epoch));
        Some(Hole { interface: self.called().to_owned(), why, from, to })
    }

    fn trouble(&self) -> Option<Why> {
        match self.attachment {
            None => Some(Why::Away),
            Some(_) if !interface::carries(self.called()) => Some(Why::Down),
            Some(_) => None,
        }
    }

    pub fn watched(&self, epoch: u64) -> Watched {
        Watched {
            name: self.called().to_owned(),
            ingress: self.attachment.as_ref().map(|attachment| attachment.ingress),
            reattached: self.times.saturating_sub(1),
            unseen: self.lack.map(|lack| (lack.why, lack.since.wrapping_add(epoch))),
        }
    }
}

impl Kernel {
    /// Looks at all interfaces.
    pub(super) fn look(&mut self) {
        let Self { interfaces, holes, checked, epoch, .. } = self;
        holes.extend(interfaces.iter_mut().filter_map(|interface| interface.look(*checked, *epoch)));
    }

    /// When nothing was seen, as far as it is over and was not given before.
    pub fn holes(&mut self) -> Vec<Hole> {
        std::mem::take(&mut self.holes)
    }

    /// The same at the end, and what is not over: up to now.
    pub fn last_holes(&mut self) -> Vec<Hole> {
        let Self { interfaces, holes, epoch, .. } = self;
        holes.extend(interfaces.iter_mut().filter_map(|interface| interface.end(*epoch)));
        self.holes()
    }
}

impl Attachment {
    /// Says how the interface is watched, and what to know of that.
    pub fn report(&self, name: &str, first: bool) {
        let how = self.ingress.name();
        let again = if first { "" } else { " again" };
        log::info(format_args!("watching {name}{again}: ingress on {how}, egress on TC"));
        if self.ingress == Ingress::GenericXdp {
            let refusals = self.refusals.join("; ");
            log::warn(format_args!(
                "{name} has no native XDP ({refusals}); generic XDP sees packets only after the kernel has built a \
             socket buffer for each: `--attach tc` costs no more"
            ));
        }
        if self.ingress != Ingress::Tc && interface::is_veth(name) {
            log::warn(format_args!(
                "{name} is a veth: what XDP answers by it is lost unless its other end has an XDP program, too; where rules \
             block, use `--attach tc`"
            ));
        }
        if self.ingress != Ingress::Tc && interface::strips_vlan(name).unwrap_or(false) {
            log::info(format_args!(
                "{name} may take VLAN tags out of frames before XDP sees them; where events lack VLANs: \
             `ethtool -K {name} rxvlan off`, or `--attach tc`"
            ));
        }
    }
}
