//! What somebody tries who has taken the agent over: `dns-monitor debug-escape` goes into the sandbox as `run` does, and
//! then tries to get out. For the tests, and for whoever wants to see it on a host of his own.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    net::TcpStream,
    process::Command,
    thread,
};

use serde::Serialize;

/// One way out.
struct Attempt {
    name: &'static str,
    run: fn() -> io::Result<()>,
}

/// What came of it: one line of JSON.
#[derive(Serialize)]
struct Line {
    attempt: &'static str,
    refused: bool,
    /// What the kernel said.
    error: Option<String>,
}

const ATTEMPTS: &[Attempt] = &[
    Attempt { name: "read-shadow", run: || File::open("/etc/shadow").map(drop) },
    Attempt { name: "list-etc", run: || std::fs::read_dir("/etc").map(drop) },
    Attempt { name: "read-home", run: || std::fs::read_dir("/root").map(drop) },
    Attempt { name: "read-other-process", run: || std::fs::read("/proc/1/environ").map(drop) },
    Attempt { name: "write-etc", run: || make("/etc/dns-monitor-was-here") },
    Attempt { name: "write-spool", run: || make("/var/spool/dns-monitor-was-here") },
    Attempt { name: "packet-socket", run: || socket(libc::AF_PACKET, libc::SOCK_RAW, 0) },
    Attempt { name: "raw-socket", run: || socket(libc::AF_INET, libc::SOCK_RAW, libc::IPPROTO_ICMP) },
    Attempt { name: "raw-socket-6", run: || socket(libc::AF_INET6, libc::SOCK_RAW, libc::IPPROTO_ICMPV6) },
    Attempt { name: "firewall", run: || socket(libc::AF_NETLINK, libc::SOCK_RAW, libc::NETLINK_NETFILTER) },
    Attempt {
        name: "run-program",
        run: || Command::new("/bin/true").spawn().and_then(|mut child| child.wait()).map(drop),
    },
    Attempt { name: "become-root", run: || call(libc::SYS_setuid, 0) },
    Attempt { name: "namespace", run: || call(libc::SYS_unshare, libc::CLONE_NEWUSER | libc::CLONE_NEWNET) },
    Attempt { name: "trace", run: || call(libc::SYS_ptrace, libc::PTRACE_DETACH.cast_signed()) },
    Attempt { name: "load-bpf-program", run: || bpf(5) },
    Attempt { name: "find-bpf-programs", run: || bpf(11) },
    Attempt { name: "io-uring", run: || call(libc::SYS_io_uring_setup, 1) },
    Attempt { name: "keyring", run: || call(libc::SYS_keyctl, 0) },
    Attempt { name: "load-module", run: || call(libc::SYS_init_module, 0) },
    Attempt { name: "mount", run: || call(libc::SYS_mount, 0) },
    Attempt { name: "call-home", run: || TcpStream::connect(("127.0.0.1", 4444)).map(drop) },
];

/// Tries everything, on this thread and on one of its own; a line of JSON each. Whether all was refused.
///
/// # Errors
/// `out`'s.
pub fn try_all(out: &mut dyn Write) -> io::Result<bool> {
    let first = attempt_all();
    let second = thread::spawn(attempt_all).join().unwrap_or_default();
    for line in first.iter().chain(&second) {
        serde_json::to_writer(&mut *out, line)?;
        out.write_all(b"\n")?;
    }
    Ok(second.len() == first.len() && first.iter().chain(&second).all(|line| line.refused))
}

fn attempt_all() -> Vec<Line> {
    let line = |attempt: &Attempt| {
        let error = (attempt.run)().err();
        let refused = error.as_ref().is_some_and(is_refusal);
        Line { attempt: attempt.name, refused, error: error.map(|error| error.to_string()) }
    };
    ATTEMPTS.iter().map(line).collect()
}

/// That there is no such file, or nobody listens, is luck and no refusal.
fn is_refusal(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EPERM | libc::EACCES))
}

fn make(path: &str) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).open(path)?;
    std::fs::remove_file(path)
}

fn socket(family: libc::c_int, kind: libc::c_int, protocol: libc::c_int) -> io::Result<()> {
    // SAFETY: of numbers only.
    let fd = unsafe { libc::socket(family, kind, protocol) };
    if fd < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// The other arguments are 0: a call that gets through does no harm.
fn call(number: libc::c_long, argument: libc::c_int) -> io::Result<()> {
    // SAFETY: null pointers, which the kernel refuses with `EFAULT`, and numbers.
    let result = unsafe { libc::syscall(number, argument, 0, 0, 0, 0) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// With attributes that are all zero.
fn bpf(command: libc::c_int) -> io::Result<()> {
    let attributes = [0_u64; 16];
    // SAFETY: attributes of the length given, which the kernel only reads or writes within.
    let result =
        unsafe { libc::syscall(libc::SYS_bpf, command, attributes.as_ptr(), size_of_val(&attributes)) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
