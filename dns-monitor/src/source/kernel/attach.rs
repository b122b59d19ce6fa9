//! Programs onto interfaces: native XDP, generic XDP or TC for what comes in, TC for what goes out.

use std::thread;

use aya::{
    Ebpf,
    programs::{
        LinkOrder, Program, ProgramError, SchedClassifier, TcAttachType, Xdp, XdpMode,
        tc::{NlOptions, SchedClassifierLinkId, TcAttachOptions, TcError, qdisc_add_clsact},
        xdp::{XdpError, XdpLinkId},
    },
};
use dns_monitor_common::names;

use super::{
    KernelError, interface,
    pins::{self, Kept},
};
use crate::{config::Attach, log};

/// How what comes in is watched on one interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ingress {
    /// XDP in the driver.
    NativeXdp,
    /// XDP behind the driver: every packet has become an skb first.
    GenericXdp,
    /// TC ingress.
    Tc,
}

impl Ingress {
    /// As messages and `status` say it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NativeXdp => "native XDP",
            Self::GenericXdp => "generic XDP",
            Self::Tc => "TC",
        }
    }
}

/// The programs' places on one interface; they end with the [`Ebpf`] they came from.
pub struct Attachment {
    /// How what comes in is watched.
    pub ingress: Ingress,
    /// What was tried before and why it did not work.
    pub refusals: Vec<String>,
    links: Vec<Link>,
}

enum Link {
    Xdp(&'static str, XdpLinkId),
    Tc(&'static str, SchedClassifierLinkId),
    Kept(Kept),
}

/// Where programs go, and whether they stay when the agent goes.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Name of the interface.
    pub interface: &'a str,
    /// Its index.
    pub index: u32,
    /// Whether the links are to outlive the agent.
    pub keep: bool,
}

/// Attempts at XDP, best first.
const ATTEMPTS: [(&str, XdpMode, Ingress); 4] = [
    (names::XDP_FRAGS, XdpMode::Driver, Ingress::NativeXdp),
    (names::XDP, XdpMode::Driver, Ingress::NativeXdp),
    (names::XDP_FRAGS, XdpMode::Skb, Ingress::GenericXdp),
    (names::XDP, XdpMode::Skb, Ingress::GenericXdp),
];

/// Loads the programs that [`attach`] may choose on one of the interfaces: the verifier takes its time over each, so all at
/// once. What it says of one that is never needed is no more than worth knowing; later ones may not be loaded any more.
pub fn preload(ebpf: &mut Ebpf, wanted: Attach, interfaces: &[&str]) {
    let xdp = match wanted {
        Attach::Xdp => true,
        Attach::Tc => false,
        Attach::Auto => !interfaces.iter().all(|name| interface::is_veth(name)),
    };
    let needed = |name: &str| match name {
        names::XDP | names::XDP_FRAGS => xdp,
        names::TC_INGRESS => wanted != Attach::Xdp,
        _ => name == names::TC_EGRESS,
    };
    thread::scope(|scope| {
        for (name, program) in ebpf.programs_mut().filter(|(name, _)| needed(name)) {
            scope.spawn(move || {
                if let Err(error) = load(program) {
                    log::info(format_args!("{name} cannot be used: {}", KernelError::from(error)));
                }
            });
        }
    });
}

fn load(program: &mut Program) -> Result<(), ProgramError> {
    match program {
        Program::Xdp(program) => program.load(),
        Program::SchedClassifier(program) => program.load(),
        _ => Ok(()),
    }
}

/// Attaches both directions on an interface.
///
/// # Errors
/// [`KernelError::Occupied`] where another XDP program is there: it stays. [`KernelError::Attach`] otherwise.
pub fn attach(ebpf: &mut Ebpf, place: Place<'_>, wanted: Attach) -> Result<Attachment, KernelError> {
    // The verifier takes its time: only when all is loaded is anything attached, so that both directions begin
    // together.
    loaded_tc(ebpf, names::TC_EGRESS)?;
    let mut refusals = Vec::new();
    let (ingress, program, link) = match wanted {
        Attach::Tc => tc_ingress(ebpf, place)?,
        Attach::Xdp => xdp(ebpf, place, &mut refusals)?,
        // What XDP sends back by a veth is lost unless the other end has an XDP program, too; and nothing is won: a veth
        // makes a copy of every packet for XDP.
        Attach::Auto if interface::is_veth(place.interface) => tc_ingress(ebpf, place)?,
        Attach::Auto => match xdp(ebpf, place, &mut refusals) {
            Err(KernelError::Attach { .. }) => tc_ingress(ebpf, place)?,
            other => other?,
        },
    };
    let egress = match tc(ebpf, names::TC_EGRESS, place, TcAttachType::Egress) {
        Ok(egress) => egress,
        Err(error) => {
            detach_link(ebpf, link, false);
            return Err(error);
        }
    };
    let used: &[&str] = if place.keep { &[program, names::TC_EGRESS] } else { &[] };
    pins::remove_others(place.interface, used);
    Ok(Attachment { ingress, refusals, links: vec![link, egress] })
}

fn tc_ingress(ebpf: &mut Ebpf, place: Place<'_>) -> Result<(Ingress, &'static str, Link), KernelError> {
    let link = tc(ebpf, names::TC_INGRESS, place, TcAttachType::Ingress)?;
    Ok((Ingress::Tc, names::TC_INGRESS, link))
}

/// Takes the programs off an interface, or forgets the links of one that is gone. Links that are kept stay there with
/// `keep`.
pub fn detach(ebpf: &mut Ebpf, attachment: Attachment, keep: bool) {
    for link in attachment.links {
        detach_link(ebpf, link, keep);
    }
}

/// The kernel has already taken the links of a removed interface; then there is nothing to do.
fn detach_link(ebpf: &mut Ebpf, link: Link, keep: bool) {
    let _gone = match link {
        Link::Xdp(name, id) => program::<Xdp>(ebpf, name).and_then(|program| Ok(program.detach(id)?)),
        Link::Tc(name, id) => {
            program::<SchedClassifier>(ebpf, name).and_then(|program| Ok(program.detach(id)?))
        }
        Link::Kept(_) if keep => Ok(()),
        Link::Kept(kept) => {
            kept.remove();
            Ok(())
        }
    };
}

fn xdp(
    ebpf: &mut Ebpf,
    place: Place<'_>,
    refusals: &mut Vec<String>,
) -> Result<(Ingress, &'static str, Link), KernelError> {
    for (name, mode, ingress) in ATTEMPTS {
        match loaded_xdp(ebpf, name).and_then(|program| attach_xdp(program, name, mode, place)) {
            Ok(link) => return Ok((ingress, name, link)),
            Err(KernelError::Program(error)) if is_occupied(&error) => {
                return Err(KernelError::Occupied { interface: place.interface.to_owned() });
            }
            Err(error @ KernelError::Keep { .. }) => return Err(error),
            Err(error) => refusals.push(format!("{name} ({mode:?}): {}", reason(&error))),
        }
    }
    Err(KernelError::Attach { interface: place.interface.to_owned(), reasons: refusals.join("; ") })
}

fn attach_xdp(
    program: &mut Xdp,
    name: &'static str,
    mode: XdpMode,
    place: Place<'_>,
) -> Result<Link, KernelError> {
    let path = pins::path(place.interface, name);
    let id = match pins::adopt_xdp(program, &path) {
        Some(id) => id,
        None => program.attach_to_if_index(place.index, mode)?,
    };
    if !place.keep {
        return Ok(Link::Xdp(name, id));
    }
    pins::keep_xdp(program, id, path).map(Link::Kept).map_err(|error| cannot_keep(place, &error))
}

fn cannot_keep(place: Place<'_>, error: &ProgramError) -> KernelError {
    KernelError::Keep { interface: place.interface.to_owned(), reason: cause(error) }
}

fn loaded_xdp<'a>(ebpf: &'a mut Ebpf, name: &'static str) -> Result<&'a mut Xdp, KernelError> {
    let program = program::<Xdp>(ebpf, name)?;
    if program.fd().is_err() {
        program.load()?;
    }
    Ok(program)
}

fn loaded_tc<'a>(ebpf: &'a mut Ebpf, name: &'static str) -> Result<&'a mut SchedClassifier, KernelError> {
    let program = program::<SchedClassifier>(ebpf, name)?;
    if program.fd().is_err() {
        program.load()?;
    }
    Ok(program)
}

/// TCX from kernel 6.6, else a filter on the clsact queueing discipline, which may be shared and so stays.
fn tc(
    ebpf: &mut Ebpf,
    name: &'static str,
    place: Place<'_>,
    direction: TcAttachType,
) -> Result<Link, KernelError> {
    let program = loaded_tc(ebpf, name)?;
    let path = pins::path(place.interface, name);
    let id = match pins::adopt_tc(program, &path) {
        Some(id) => id,
        None => attach_tc(program, name, place.interface, direction)?,
    };
    if !place.keep {
        return Ok(Link::Tc(name, id));
    }
    pins::keep_tc(program, id, path).map(Link::Kept).map_err(|error| cannot_keep(place, &error))
}

fn attach_tc(
    program: &mut SchedClassifier,
    name: &str,
    interface: &str,
    direction: TcAttachType,
) -> Result<SchedClassifierLinkId, KernelError> {
    let tcx = TcAttachOptions::TcxOrder(LinkOrder::default());
    let tcx_refusal = match program.attach_with_options(interface, direction, tcx) {
        Ok(id) => return Ok(id),
        Err(error) => error,
    };
    // There may be one already; if it cannot be made, attaching says so.
    let _exists = qdisc_add_clsact(interface);
    let clsact = TcAttachOptions::Netlink(NlOptions::default());
    program.attach_with_options(interface, direction, clsact).map_err(|error| {
        let reasons = format!("{name}: TCX: {}; clsact: {}", cause(&tcx_refusal), cause(&error));
        KernelError::Attach { interface: interface.to_owned(), reasons }
    })
}

fn program<'a, P>(ebpf: &'a mut Ebpf, name: &'static str) -> Result<&'a mut P, KernelError>
where
    &'a mut P: TryFrom<&'a mut Program, Error = ProgramError>,
{
    Ok(ebpf.program_mut(name).ok_or(KernelError::Missing(name))?.try_into()?)
}

fn errno(error: &ProgramError) -> Option<i32> {
    match error {
        ProgramError::SyscallError(error) => error.io_error.raw_os_error(),
        ProgramError::XdpError(XdpError::NetlinkError(error)) => error.raw_os_error(),
        ProgramError::TcError(TcError::NetlinkError(error)) => error.raw_os_error(),
        _ => None,
    }
}

fn is_occupied(error: &ProgramError) -> bool {
    matches!(errno(error), Some(libc::EBUSY | libc::EEXIST))
}

fn reason(error: &KernelError) -> String {
    match error {
        KernelError::Program(error) => cause(error),
        other => other.to_string(),
    }
}

/// The innermost error: what the kernel said, not which of our calls it said it to.
fn cause(error: &ProgramError) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}
