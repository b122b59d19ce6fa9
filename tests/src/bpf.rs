//! Small eBPF programs that the lab itself needs, written by hand: no compiler, no object file.

use std::{
    ffi::CString,
    fs, io,
    mem::size_of,
    os::fd::{AsRawFd, FromRawFd, OwnedFd},
    path::Path,
    process::Command,
};

use anyhow::{Context, Result};

use crate::namespace::succeed;

/// Program type of TC filters.
pub const SCHED_CLS: u32 = 3;
/// Program type of XDP programs.
pub const XDP: u32 = 6;

/// An eBPF instruction as the kernel reads it (RFC 9669 §3).
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Instruction {
    opcode: u8,
    registers: u8,
    offset: i16,
    immediate: i32,
}

/// Any instruction.
pub const fn instruction(
    opcode: u8,
    destination: u8,
    source: u8,
    offset: i16,
    immediate: i32,
) -> Instruction {
    let registers =
        if cfg!(target_endian = "big") { destination << 4 | source } else { source << 4 | destination };
    Instruction { opcode, registers, offset, immediate }
}

/// `destination = immediate`
pub const fn set(destination: u8, immediate: i32) -> Instruction {
    instruction(0xb7, destination, 0, 0, immediate)
}

/// `destination = source`
pub const fn copy(destination: u8, source: u8) -> Instruction {
    instruction(0xbf, destination, source, 0, 0)
}

/// `destination = *(u32 *)(source + offset)`
pub const fn load(destination: u8, source: u8, offset: i16) -> Instruction {
    instruction(0x61, destination, source, offset, 0)
}

/// `if destination == immediate, skip`
pub const fn skip_if_equal(destination: u8, immediate: i32, skip: i16) -> Instruction {
    instruction(0x15, destination, 0, skip, immediate)
}

/// Calls a helper of the kernel.
pub const fn call(helper: i32) -> Instruction {
    instruction(0x85, 0, 0, 0, helper)
}

/// Returns r0.
pub const EXIT: Instruction = instruction(0x95, 0, 0, 0, 0);
/// Loads a program and calls `attach` with a path where it is pinned meanwhile: attaching is left
/// to `tc` and `ip`. `folder` is for files that are gone when this returns.
pub fn with_pinned(
    folder: &Path,
    program_type: u32,
    program: &[Instruction],
    attach: impl FnOnce(&Path) -> Result<()>,
) -> Result<()> {
    let file_system = folder.join("bpf");
    fs::create_dir_all(&file_system)?;
    succeed(Command::new("mount").args(["-t", "bpf", "bpf"]).arg(&file_system))?;
    let pin = file_system.join("program");
    let attached =
        load_program(program_type, program).and_then(|fd| pin_program(&fd, &pin)).and_then(|()| attach(&pin));
    succeed(Command::new("umount").arg(&file_system))?;
    attached
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

fn load_program(program_type: u32, program: &[Instruction]) -> Result<OwnedFd> {
    const BPF_PROG_LOAD: i32 = 5;
    let mut log = vec![0_u8; 65536];
    let attributes = LoadAttributes {
        program_type,
        count: u32::try_from(program.len())?,
        instructions: program.as_ptr() as u64,
        license: c"GPL".as_ptr() as u64,
        log_level: 1,
        log_size: u32::try_from(log.len())?,
        log: log.as_mut_ptr() as u64,
    };
    let fd = bpf(BPF_PROG_LOAD, &attributes)
        .with_context(|| format!("eBPF program: {}", String::from_utf8_lossy(&log).trim_end_matches('\0')))?;
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
