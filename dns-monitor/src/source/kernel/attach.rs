//! Programs onto interfaces: native XDP, generic XDP or TC for what comes in, TC for what goes out.

use aya::{
    Ebpf,
    programs::{
        LinkOrder, ProgramError, SchedClassifier, TcAttachType, Xdp, XdpMode,
        tc::{NlOptions, SchedClassifierLinkId, TcAttachOptions, TcError, qdisc_add_clsact},
        xdp::{XdpError, XdpLinkId},
    },
};
use dns_monitor_common::names;

use super::KernelError;
use crate::config::Attach;

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

/// The programs' places on one interface; they end with the [`Ebpf`] they came from.
pub struct Attachment {
    /// How what comes in is watched.
    pub ingress: Ingress,
    /// What was tried before and why it did not work.
    pub refusals: Vec<String>,
    links: Vec<LinkId>,
}

enum LinkId {
    Xdp(&'static str, XdpLinkId),
    Tc(&'static str, SchedClassifierLinkId),
}

/// Attempts at XDP, best first.
const ATTEMPTS: [(&str, XdpMode, Ingress); 4] = [
    (names::XDP_FRAGS, XdpMode::Driver, Ingress::NativeXdp),
    (names::XDP, XdpMode::Driver, Ingress::NativeXdp),
    (names::XDP_FRAGS, XdpMode::Skb, Ingress::GenericXdp),
    (names::XDP, XdpMode::Skb, Ingress::GenericXdp),
];

/// Attaches both directions on an interface.
///
/// # Errors
/// [`KernelError::Occupied`] where another XDP program is there: it stays. [`KernelError::Attach`] otherwise.
pub fn attach(
    ebpf: &mut Ebpf,
    interface: &str,
    index: u32,
    wanted: Attach,
) -> Result<Attachment, KernelError> {
    // The verifier takes its time: only when all is loaded is anything attached, so that both directions begin
    // together.
    loaded_tc(ebpf, names::TC_EGRESS)?;
    let mut refusals = Vec::new();
    let (ingress, link) = match wanted {
        Attach::Tc => (Ingress::Tc, tc(ebpf, names::TC_INGRESS, interface, TcAttachType::Ingress)?),
        Attach::Xdp => xdp(ebpf, interface, index, &mut refusals)?,
        Attach::Auto => match xdp(ebpf, interface, index, &mut refusals) {
            Err(KernelError::Attach { .. }) => {
                (Ingress::Tc, tc(ebpf, names::TC_INGRESS, interface, TcAttachType::Ingress)?)
            }
            other => other?,
        },
    };
    let egress = match tc(ebpf, names::TC_EGRESS, interface, TcAttachType::Egress) {
        Ok(egress) => egress,
        Err(error) => {
            detach_link(ebpf, link);
            return Err(error);
        }
    };
    Ok(Attachment { ingress, refusals, links: vec![link, egress] })
}

/// Takes the programs off an interface, or forgets the links of one that is gone.
pub fn detach(ebpf: &mut Ebpf, attachment: Attachment) {
    for link in attachment.links {
        detach_link(ebpf, link);
    }
}

/// The kernel has already taken the links of a removed interface; then there is nothing to do.
fn detach_link(ebpf: &mut Ebpf, link: LinkId) {
    let _gone = match link {
        LinkId::Xdp(name, id) => program::<Xdp>(ebpf, name).and_then(|program| Ok(program.detach(id)?)),
        LinkId::Tc(name, id) => {
            program::<SchedClassifier>(ebpf, name).and_then(|program| Ok(program.detach(id)?))
        }
    };
}

fn xdp(
    ebpf: &mut Ebpf,
    interface: &str,
    index: u32,
    refusals: &mut Vec<String>,
) -> Result<(Ingress, LinkId), KernelError> {
    for (name, mode, ingress) in ATTEMPTS {
        let attempt = loaded_xdp(ebpf, name).and_then(|program| Ok(program.attach_to_if_index(index, mode)?));
        match attempt {
            Ok(id) => return Ok((ingress, LinkId::Xdp(name, id))),
            Err(KernelError::Program(error)) if is_occupied(&error) => {
                return Err(KernelError::Occupied { interface: interface.to_owned() });
            }
            Err(error) => refusals.push(format!("{name} ({mode:?}): {}", reason(&error))),
        }
    }
    Err(KernelError::Attach { interface: interface.to_owned(), reasons: refusals.join("; ") })
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
    interface: &str,
    direction: TcAttachType,
) -> Result<LinkId, KernelError> {
    let program = loaded_tc(ebpf, name)?;
    let tcx = TcAttachOptions::TcxOrder(LinkOrder::default());
    let tcx_refusal = match program.attach_with_options(interface, direction, tcx) {
        Ok(id) => return Ok(LinkId::Tc(name, id)),
        Err(error) => error,
    };
    // There may be one already; if it cannot be made, attaching says so.
    let _exists = qdisc_add_clsact(interface);
    let clsact = TcAttachOptions::Netlink(NlOptions::default());
    match program.attach_with_options(interface, direction, clsact) {
        Ok(id) => Ok(LinkId::Tc(name, id)),
        Err(error) => {
            let reasons = format!("{name}: TCX: {}; clsact: {}", cause(&tcx_refusal), cause(&error));
            Err(KernelError::Attach { interface: interface.to_owned(), reasons })
        }
    }
}

fn program<'a, P>(ebpf: &'a mut Ebpf, name: &'static str) -> Result<&'a mut P, KernelError>
where
    &'a mut P: TryFrom<&'a mut aya::programs::Program, Error = ProgramError>,
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
