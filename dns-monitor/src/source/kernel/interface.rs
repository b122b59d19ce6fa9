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
    #[repr(C)]
    struct Value {
        command: u32,
        data: u32,
    }
    let mut value = Value { command: ETHTOOL_GFLAGS, data: 0 };
    // SAFETY: a zeroed request is valid; name and pointer are set below.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().take(libc::IFNAMSIZ - 1).zip(name.bytes()) {
        *to = libc::c_char::from_ne_bytes([from]);
    }
    request.ifr_ifru.ifru_data = (&raw mut value).cast();
    let socket = std::net::UdpSocket::bind(("127.0.0.1", 0))?;
    // SAFETY: the request names an interface and a value that outlive the call.
    let result = unsafe {
        libc::ioctl(std::os::fd::AsRawFd::as_raw_fd(&socket), libc::SIOCETHTOOL as _, &raw mut request)
    };
    if result != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(value.data & ETH_FLAG_RXVLAN != 0)
}
