//! VLAN interfaces that need no 802.1Q module: kernels for virtual machines often lack it.
//!
//! The interface is a veth pair in the host. What the host sends there gets its tags and leaves
//! on `eth0`; what arrives on `eth0` with these tags loses them and arrives there. `eth0` itself,
//! where the agent is, carries the same frames as under a VLAN device of the kernel.

use std::{ffi::CString, path::Path};

use anyhow::{Result, ensure};

use crate::{
    bpf::{EXIT, Instruction, SCHED_CLS, call, copy, instruction, load, set, skip_if_equal, with_pinned},
    namespace::{Namespace, succeed},
    topology::ip_batch,
};

/// One tag: the EtherType that announces it, and the VLAN id.
pub type Tag = (u16, u16);

/// EtherType of 802.1Q.
pub const DOT1Q: u16 = 0x8100;
/// EtherType of 802.1ad.
pub const DOT1AD: u16 = 0x88a8;

/// Adds `interface` to the host: all it sends and gets has `tags`, the outermost first.
/// `folder` is for files that are gone when this returns.
pub fn add(host: &Namespace, folder: &Path, interface: &str, tags: &[Tag]) -> Result<()> {
    let inside = format!("{interface}p");
    // One tag is what a frame may exceed the MTU by.
    let mtu = 1504 - 4 * tags.len();
    ip_batch(
        host,
        &format!(
            "link add {interface} mtu {mtu} type veth peer name {inside}\n\
             link set {inside} up\n\
             link set {interface} up\n"
        ),
    )?;
    attach(host, folder, &inside, &tagger(index(host, "eth0")?, tags))?;
    attach(host, folder, "eth0", &untagger(index(host, &inside)?, tags))
}

fn index(host: &Namespace, interface: &str) -> Result<u32> {
    let name = CString::new(interface)?;
    // SAFETY: the name is NUL-terminated and lives until the call returns.
    let index = host.inside(|| unsafe { libc::if_nametoindex(name.as_ptr()) })?;
    ensure!(index != 0, "no interface {interface} in {}", host.name());
    Ok(index)
}

const VLAN_PUSH: i32 = 18;
const VLAN_POP: i32 = 19;
const REDIRECT: i32 = 23;
/// `TC_ACT_UNSPEC`: the next filter, then the host.
const NOT_OURS: i32 = -1;
/// Offset of `vlan_tci` in `struct __sk_buff`; `vlan_present` is before it.
const VLAN_TCI: i16 = 24;

/// Pushes the tags, the innermost first, and sends the frame out of an interface.
fn tagger(out: u32, tags: &[Tag]) -> Vec<Instruction> {
    let mut program = vec![copy(6, 1)];
    for (ether_type, id) in tags.iter().rev() {
        program.extend([
            copy(1, 6),
            set(2, ether_type.to_be().into()),
            set(3, (*id).into()),
            call(VLAN_PUSH),
        ]);
    }
    program.extend([set(1, out.cast_signed()), set(2, 0), call(REDIRECT), EXIT]);
    program
}

/// Takes the tags off a frame whose outermost tag is ours, and sends it to an interface.
fn untagger(to: u32, tags: &[Tag]) -> Vec<Instruction> {
    let outermost = tags.first().map_or(0, |(_, id)| i32::from(*id));
    let mut program = vec![
        copy(6, 1),
        load(7, 6, VLAN_TCI),
        // r7 &= 0xfff: without priority and drop eligibility
        instruction(0x57, 7, 0, 0, 0xfff),
        skip_if_equal(7, outermost, 2),
        set(0, NOT_OURS),
        EXIT,
    ];
    program.extend(tags.iter().flat_map(|_| [copy(1, 6), call(VLAN_POP)]));
    program.extend([set(1, to.cast_signed()), set(2, 0), call(REDIRECT), EXIT]);
    program
}

/// Attaches to the ingress of an interface by clsact, behind whatever the agent attaches (TCX).
fn attach(host: &Namespace, folder: &Path, interface: &str, program: &[Instruction]) -> Result<()> {
    with_pinned(folder, SCHED_CLS, program, |pin| {
        // The qdisc may be there from another VLAN.
        let _exists = host.command("tc").args(["qdisc", "add", "dev", interface, "clsact"]).output()?;
        succeed(
            host.command("tc")
                .args(["filter", "add", "dev", interface, "ingress", "bpf", "direct-action", "object-pinned"])
                .arg(pin),
        )
        .map(drop)
    })
}
