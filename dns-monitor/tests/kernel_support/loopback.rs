//! A loopback device of a network namespace of this thread's own, for what a test run cannot do: frames of any
//! length, with little more than the Ethernet header in the linear part, and tags that the stack takes out.

use std::{
    fs,
    io::Error,
    mem,
    os::fd::{AsRawFd, FromRawFd, OwnedFd},
};

/// More than any frame of the tests.
const MTU: libc::c_int = 1 << 17;
/// Of `lo` in every namespace.
const INDEX: libc::c_int = 1;
const NAME: &[u8; 2] = b"lo";

/// The namespace ends with the thread.
pub struct Loopback {
    packets: OwnedFd,
}

impl Loopback {
    pub fn new() -> Self {
        // SAFETY: concerns this thread alone, which is a test's own.
        let unshared = unsafe { libc::unshare(libc::CLONE_NEWNET) };
        assert_eq!(unshared, 0, "a network namespace: {}", Error::last_os_error());
        // What the stack itself sends would be counted, too.
        fs::write("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1").unwrap_or_default();
        let control = socket(libc::AF_INET, libc::SOCK_DGRAM, 0);
        set(&control, libc::SIOCSIFMTU, libc::__c_anonymous_ifr_ifru { ifru_mtu: MTU });
        let up = libc::c_short::try_from(libc::IFF_UP).unwrap();
        set(&control, libc::SIOCSIFFLAGS, libc::__c_anonymous_ifr_ifru { ifru_flags: up });
        Self { packets: socket(libc::AF_PACKET, libc::SOCK_RAW, 0) }
    }

    /// Sends a frame out and so in again.
    pub fn send(&self, frame: &[u8]) {
        // SAFETY: zero is a value of every field.
        let mut to: libc::sockaddr_ll = unsafe { mem::zeroed() };
        to.sll_family = libc::AF_PACKET as u16;
        to.sll_ifindex = INDEX;
        let length = size_of_val(&to) as u32;
        // SAFETY: reads the frame and the address.
        let sent = unsafe {
            libc::sendto(
                self.packets.as_raw_fd(),
                frame.as_ptr().cast(),
                frame.len(),
                0,
                (&raw const to).cast(),
                length,
            )
        };
        assert_eq!(sent, frame.len() as isize, "{} bytes: {}", frame.len(), Error::last_os_error());
    }
}

fn socket(family: i32, kind: i32, protocol: i32) -> OwnedFd {
    // SAFETY: a new descriptor, owned from here on.
    unsafe {
        let fd = libc::socket(family, kind | libc::SOCK_CLOEXEC, protocol);
        assert!(fd >= 0, "a socket: {}", Error::last_os_error());
        OwnedFd::from_raw_fd(fd)
    }
}

fn set(control: &OwnedFd, what: libc::Ioctl, value: libc::__c_anonymous_ifr_ifru) {
    let mut request = libc::ifreq { ifr_name: [0; libc::IFNAMSIZ], ifr_ifru: value };
    for (to, from) in request.ifr_name.iter_mut().zip(NAME) {
        *to = *from as libc::c_char;
    }
    // SAFETY: reads the request.
    let result = unsafe { libc::ioctl(control.as_raw_fd(), what, &raw const request) };
    assert_eq!(result, 0, "lo: {}", Error::last_os_error());
}
