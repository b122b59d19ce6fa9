//! A long cable: what a host sends arrives later. Kernels for virtual machines often lack `netem`.
//!
//! Between the host and the switch is a namespace in which a thread carries every frame from one side to the other.
//! What the host gets is not delayed: a question and its answer take the delay once.

use std::{
    collections::VecDeque,
    ffi::CString,
    fs, io,
    os::fd::{AsRawFd, FromRawFd, OwnedFd},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use crate::{
    namespace::{Namespace, succeed},
    topology::{connect, ip_batch},
};

/// A cable; cut on drop.
#[derive(Debug)]
pub struct Wire {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<()>>>,
    _namespace: Namespace,
}

impl Wire {
    /// Connects `host` by its new `eth0` with the switch's port of the name `port`.
    pub fn new(lab: &str, switch: &Namespace, host: &Namespace, port: &str, delay: Duration) -> Result<Self> {
        let namespace = Namespace::new(lab, &format!("{port}-wire"))?;
        connect(switch, &namespace, port)?;
        ip_batch(
            &namespace,
            &format!("link add far type veth peer name eth0 netns {}\nlink set far up\n", host.name()),
        )?;
        ip_batch(host, "link set eth0 up\n")?;
        // No frame longer than the MTU, none joined from several.
        for interface in ["eth0", "far"] {
            let offloads = ["-K", interface, "gro", "off", "gso", "off", "tso", "off"];
            succeed(namespace.command("ethtool").args(offloads))?;
            let setting = format!("/proc/sys/net/ipv6/conf/{interface}/disable_ipv6");
            namespace.inside(|| fs::write(&setting, "1"))?.with_context(|| setting.clone())?;
        }
        let (near, far) =
            namespace.inside(|| Ok::<_, anyhow::Error>((packets("eth0")?, packets("far")?)))??;
        let over = Arc::new(AtomicBool::new(false));
        let stop = over.clone();
        let thread = thread::spawn(move || carry(&near, &far, delay, &stop));
        Ok(Self { over, thread: Some(thread), _namespace: namespace })
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ended = self.thread.take().map(JoinHandle::join);
    }
}

/// Every frame that arrives at an interface of this namespace, and none that leaves it.
fn packets(interface: &str) -> Result<OwnedFd> {
    const ALL: u16 = (libc::ETH_P_ALL as u16).to_be();
    let name = CString::new(interface)?;
    // SAFETY: the name is NUL-terminated and lives until the call returns.
    let index = unsafe { libc::if_nametoindex(name.as_ptr()) };
    ensure!(index != 0, "no interface {interface}");
    // SAFETY: socket takes three integers, and what it returns is nobody else's.
    let socket = unsafe {
        let kind = libc::SOCK_RAW | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
        match libc::socket(libc::AF_PACKET, kind, 0) {
            fd if fd < 0 => return Err(io::Error::last_os_error()).context("a packet socket"),
            fd => OwnedFd::from_raw_fd(fd),
        }
    };
    for (level, option, value) in [
        (libc::SOL_PACKET, libc::PACKET_IGNORE_OUTGOING, 1),
        (libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, 64 << 20),
        (libc::SOL_SOCKET, libc::SO_SNDBUFFORCE, 64 << 20),
    ] {
        // SAFETY: the value is an integer that outlives the call.
        let set =
            unsafe { libc::setsockopt(socket.as_raw_fd(), level, option, (&raw const value).cast(), 4) };
        ensure!(set == 0, "option {option}: {}", io::Error::last_os_error());
    }
    // SAFETY: all zeros is an address; it outlives the call and its size goes with it.
    let bound = unsafe {
        let mut at: libc::sockaddr_ll = std::mem::zeroed();
        at.sll_family = libc::AF_PACKET as u16;
        at.sll_protocol = ALL;
        at.sll_ifindex = index.cast_signed();
        libc::bind(socket.as_raw_fd(), (&raw const at).cast(), size_of_val(&at) as libc::socklen_t)
    };
    ensure!(bound == 0, "cannot bind to {interface}: {}", io::Error::last_os_error());
    Ok(socket)
}

fn carry(near: &OwnedFd, far: &OwnedFd, delay: Duration, over: &AtomicBool) -> Result<()> {
    let mut late: VecDeque<(Instant, Vec<u8>)> = VecDeque::new();
    let mut buffer = vec![0; 65_536];
    while !over.load(Ordering::Relaxed) {
        let due = late
            .front()
            .map_or(Duration::from_millis(50), |(due, _)| due.saturating_duration_since(Instant::now()));
        wait(near, far, due)?;
        while let Some(frame) = receive(near, &mut buffer) {
            send(far, frame);
        }
        while let Some(frame) = receive(far, &mut buffer) {
            late.push_back((Instant::now() + delay, frame.to_vec()));
        }
        while let Some((_, frame)) = late.pop_front_if(|(due, _)| *due <= Instant::now()) {
            send(near, &frame);
        }
    }
    Ok(())
}

fn wait(near: &OwnedFd, far: &OwnedFd, at_most: Duration) -> Result<()> {
    let mut both =
        [near, far].map(|fd| libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLIN, revents: 0 });
    let time = libc::timespec {
        tv_sec: i64::try_from(at_most.as_secs())?,
        tv_nsec: i64::from(at_most.subsec_nanos()),
    };
    // SAFETY: two descriptors and a time that outlive the call; no signal mask.
    match unsafe { libc::ppoll(both.as_mut_ptr(), 2, &raw const time, std::ptr::null()) } {
        -1 if io::Error::last_os_error().kind() != io::ErrorKind::Interrupted => {
            Err(io::Error::last_os_error()).context("a wire")
        }
        _ => Ok(()),
    }
}

fn receive<'a>(from: &OwnedFd, buffer: &'a mut [u8]) -> Option<&'a [u8]> {
    // SAFETY: the buffer outlives the call, and its size goes with it.
    let length = unsafe { libc::recv(from.as_raw_fd(), buffer.as_mut_ptr().cast(), buffer.len(), 0) };
    buffer.get(..usize::try_from(length).ok()?)
}

/// A frame that does not fit is lost, as on any wire.
fn send(to: &OwnedFd, frame: &[u8]) {
    // SAFETY: the frame outlives the call, and its size goes with it.
    let _sent = unsafe { libc::send(to.as_raw_fd(), frame.as_ptr().cast(), frame.len(), 0) };
}
