//! What the kernel says about a network interface.

use std::{fs, io, path::Path};

/// Ethernet and loopback, of `linux/if_arp.h`: links with an Ethernet header.
const ETHERNET_LIKE: [u32; 2] = [1, 772];

/// The index of an interface, as packets name it; `None` where there is none of that name.
pub fn index(name: &str) -> Option<u32> {
    let name = std::ffi::CString::new(name).ok()?;
    // SAFETY: a terminated string.
    match unsafe { libc::if_nametoindex(name.as_ptr()) } {
        0 => None,
        index => Some(index),
    }
}

/// The name that the interface of this index has now; `None` where there is none, in this network namespace.
pub fn name(index: u32) -> Option<String> {
    let mut buffer = [0; libc::IFNAMSIZ];
    // SAFETY: room for the longest name, as the call wants it.
    let name = unsafe { libc::if_indextoname(index, buffer.as_mut_ptr()) };
    if name.is_null() {
        return None;
    }
    let bytes =
        buffer.iter().map(|byte| byte.to_ne_bytes()[0]).take_while(|byte| *byte != 0).collect::<Vec<_>>();
    String::from_utf8(bytes).ok()
}

/// Whether frames of the interface begin with an Ethernet header.
pub fn is_ethernet(name: &str) -> bool {
    let Ok(kind) = fs::read_to_string(Path::new("/sys/class/net").join(name).join("type")) else {
        return true; // another mount namespace's /sys: let the attachment decide
    };
    kind.trim().parse().is_ok_and(|kind: u32| ETHERNET_LIKE.contains(&kind))
}

/// The names of all interfaces.
pub fn names() -> Vec<String> {
    // SAFETY: the list is freed below, and nothing of it is kept.
    unsafe {
        let list = libc::if_nameindex();
        let mut names = Vec::new();
        let mut entry = list;
        while !entry.is_null() && (*entry).if_index != 0 {
            names.push(std::ffi::CStr::from_ptr((*entry).if_name).to_string_lossy().into_owned());
            entry = entry.add(1);
        }
        if !list.is_null() {
            libc::if_freenameindex(list);
        }
        names
    }
}

/// Whether the hardware takes VLAN tags out of frames before XDP sees them (`ethtool -K IF rxvlan`).
///
/// # Errors
/// Where the interface does not answer `ETHTOOL_GFLAGS`.
pub fn strips_vlan(name: &str) -> io::Result<bool> {
    const ETHTOOL_GFLAGS: u32 = 0x25;
    const ETH_FLAG_RXVLAN: u32 = 1 << 8;
    let mut value = [ETHTOOL_GFLAGS, 0];
    ethtool(name, value.as_mut_ptr().cast())?;
    let [_, flags] = value;
    Ok(flags & ETH_FLAG_RXVLAN != 0)
}

/// Whether it is one end of a virtual Ethernet pair.
pub fn is_veth(name: &str) -> bool {
    const ETHTOOL_GDRVINFO: u32 = 3;
    /// `struct ethtool_drvinfo`, as far as it matters; all of it is 196 bytes.
    #[repr(C)]
    struct DriverInfo {
        command: u32,
        driver: [u8; 32],
        rest: [u8; 160],
    }
    let mut info = DriverInfo { command: ETHTOOL_GDRVINFO, driver: [0; 32], rest: [0; 160] };
    ethtool(name, (&raw mut info).cast()).is_ok() && info.driver.starts_with(b"veth\0")
}

/// Whether packets can cross it: it is up, and has a carrier. Where that cannot be known, they can.
pub fn carries(name: &str) -> bool {
    const NEEDED: libc::c_short = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
    let mut request = request(name);
    ask(libc::SIOCGIFFLAGS as _, &mut request).is_err() || {
        // SAFETY: the call has written the flags.
        let flags = unsafe { request.ifr_ifru.ifru_flags };
        flags & NEEDED == NEEDED
    }
}

/// A number that no other network namespace has; before Linux 5.14 no other that exists.
pub fn namespace() -> u64 {
    const SO_NETNS_COOKIE: libc::c_int = 71;
    let mut cookie = 0_u64;
    let mut length = size_of::<u64>() as libc::socklen_t;
    let known = socket().is_ok_and(|socket| {
        // SAFETY: writes no more than the length given into the number.
        let result = unsafe {
            libc::getsockopt(
                std::os::fd::AsRawFd::as_raw_fd(&socket),
                libc::SOL_SOCKET,
                SO_NETNS_COOKIE,
                (&raw mut cookie).cast(),
                &raw mut length,
            )
        };
        result == 0
    });
    if known { cookie } else { super::pins::namespace() }
}

/// `value` is what the command at its start reads and writes.
fn ethtool(name: &str, value: *mut libc::c_char) -> io::Result<()> {
    let mut request = request(name);
    request.ifr_ifru.ifru_data = value;
    ask(libc::SIOCETHTOOL as _, &mut request)
}

fn request(name: &str) -> libc::ifreq {
    // SAFETY: a zeroed request is valid.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().take(libc::IFNAMSIZ - 1).zip(name.bytes()) {
        *to = libc::c_char::from_ne_bytes([from]);
    }
    request
}

fn ask(command: libc::Ioctl, request: &mut libc::ifreq) -> io::Result<()> {
    let socket = socket()?;
    // SAFETY: the request names an interface and a value that outlive the call.
    let result = unsafe { libc::ioctl(std::os::fd::AsRawFd::as_raw_fd(&socket), command, &raw mut *request) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// A socket to ask by. Not on loopback, which may be down.
fn socket() -> io::Result<std::net::UdpSocket> {
    std::net::UdpSocket::bind((std::net::Ipv4Addr::UNSPECIFIED, 0))
}
