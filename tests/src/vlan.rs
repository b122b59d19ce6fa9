//! VLAN interfaces that need no 802.1Q module: kernels for virtual machines often lack it.
//!
//! The interface is a veth pair in the host. What the host sends there gets its tags and leaves
//! on `eth0`; what arrives on `eth0` with these tags loses them and arrives there. `eth0` itself,
//! where the agent is, carries the same frames as under a VLAN device of the kernel.

use std::{
    ffi::CString,
    fs, io,
    mem::size_of,
    os::fd::{AsRawFd, FromRawFd, OwnedFd},
    path::Path,
    process::Command,
};

use anyhow::{Context, Result, ensure};

use crate::{
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

/// An eBPF instruction as the kernel reads it (RFC 9669 §3).
#[repr(C)]
#[derive(Clone, Copy)]
struct Instruction {
    opcode: u8,
    registers: u8,
    offset: i16,
    immediate: i32,
}

const fn instruction(opcode: u8, destination: u8, source: u8, offset: i16, immediate: i32) -> Instruction {
    let registers =
        if cfg!(target_endian = "big") { destination << 4 | source } else { source << 4 | destination };
    Instruction { opcode, registers, offset, immediate }
}

/// `destination = immediate`
const fn set(destination: u8, immediate: i32) -> Instruction {
    instruction(0xb7, destination, 0, 0, immediate)
}

/// `destination = source`
const fn copy(destination: u8, source: u8) -> Instruction {
    instruction(0xbf, destination, source, 0, 0)
}

/// `destination = *(u32 *)(source + offset)`
const fn load(destination: u8, source: u8, offset: i16) -> Instruction {
    instruction(0x61, destination, source, offset, 0)
}

/// `if destination == immediate, skip`
const fn skip_if_equal(destination: u8, immediate: i32, skip: i16) -> Instruction {
    instruction(0x15, destination, 0, skip, immediate)
}

const fn call(helper: i32) -> Instruction {
    instruction(0x85, 0, 0, 0, helper)
}

const EXIT: Instruction = instruction(0x95, 0, 0, 0, 0);
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
    let file_system = folder.join("bpf");
    fs::create_dir_all(&file_system)?;
    succeed(Command::new("mount").args(["-t", "bpf", "bpf"]).arg(&file_system))?;
    let pin = file_system.join("program");
    let attached = load_program(program).and_then(|fd| pin_program(&fd, &pin)).and_then(|()| {
        // The qdisc may be there from another VLAN.
        let _exists = host.command("tc").args(["qdisc", "add", "dev", interface, "clsact"]).output()?;
        succeed(
            host.command("tc")
                .args(["filter", "add", "dev", interface, "ingress", "bpf", "direct-action", "object-pinned"])
                .arg(&pin),
        )
    });
    succeed(Command::new("umount").arg(&file_system))?;
    attached.map(drop)
}

/// `union bpf_attr` of BPF_PROG_LOAD, as far as it is used.
#[repr(C)]
#[derive(Default)]
struct LoadAttributes {
    program_type: u32,
    count: u32,
    instructions: u64,
    license: u64,
    log_level: u32,
    log_size: u32,
    log: u64,
}

/// `union bpf_attr` of BPF_OBJ_PIN.
#[repr(C)]
struct PinAttributes {
    path: u64,
    fd: u32,
    flags: u32,
}

fn load_program(program: &[Instruction]) -> Result<OwnedFd> {
    const BPF_PROG_LOAD: i32 = 5;
    const SCHED_CLS: u32 = 3;
    let mut log = vec![0_u8; 65536];
    let attributes = LoadAttributes {
        program_type: SCHED_CLS,
        count: u32::try_from(program.len())?,
        instructions: program.as_ptr() as u64,
        license: c"GPL".as_ptr() as u64,
        log_level: 1,
        log_size: u32::try_from(log.len())?,
        log: log.as_mut_ptr() as u64,
    };
    let fd = bpf(BPF_PROG_LOAD, &attributes)
        .with_context(|| format!("VLAN program: {}", String::from_utf8_lossy(&log).trim_end_matches('\0')))?;
    // SAFETY: a descriptor that the kernel has just made for us.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

fn pin_program(program: &OwnedFd, path: &Path) -> Result<()> {
    const BPF_OBJ_PIN: i32 = 6;
    let name = CString::new(path.as_os_str().as_encoded_bytes())?;
    let fd = u32::try_from(program.as_raw_fd())?;
    let attributes = PinAttributes { path: name.as_ptr() as u64, fd, flags: 0 };
    bpf(BPF_OBJ_PIN, &attributes).with_context(|| format!("cannot pin to {}", path.display())).map(drop)
}

fn bpf<T>(command: i32, attributes: &T) -> io::Result<i32> {
    // SAFETY: the attributes and what they point to outlive the call; their size goes with them.
    let result = unsafe { libc::syscall(libc::SYS_bpf, command, attributes, size_of::<T>()) };
    i32::try_from(result).ok().filter(|result| *result >= 0).ok_or_else(io::Error::last_os_error)
}
