//! IPv4 packets by hand: fragments that no kernel would make.

use std::{
    io,
    mem::size_of,
    net::{Ipv4Addr, UdpSocket},
    os::fd::{AsRawFd, FromRawFd, OwnedFd},
};

use anyhow::{Context, Result};

use crate::namespace::Namespace;

const IPV4: usize = 20;
const UDP: usize = 8;

/// Sends a datagram from the port of `socket`, which is in `host`, to port 53 of a server, in two fragments: the first with
/// so many bytes of the datagram, its header included, a multiple of 8. `id` is used once: pieces of a datagram that never
/// becomes whole wait for others of the same id.
pub fn send_in_fragments(
    host: &Namespace,
    socket: &UdpSocket,
    server: Ipv4Addr,
    (id, payload): (u16, &[u8]),
    first: usize,
) -> Result<()> {
    let length = u16::try_from(UDP + payload.len())?;
    let head = [socket.local_addr()?.port(), 53, length, 0]; // without checksum (RFC 768)
    let datagram = [&head.map(u16::to_be_bytes).concat()[..], payload].concat();
    let (one, two) = datagram.split_at_checked(first).context("the datagram is shorter")?;
    const MORE: u16 = 0x2000;
    let offset = u16::try_from(first / 8)?;
    let raw = host.inside(raw_socket)??;
    send(&raw, server, &packet(server, [id, MORE], one)?)?;
    send(&raw, server, &packet(server, [id, offset], two)?)
}

/// Source, checksum and total length are the kernel's to fill in (raw(7)).
fn packet(server: Ipv4Addr, [id, fragment]: [u16; 2], payload: &[u8]) -> Result<Vec<u8>> {
    let mut header = vec![0; IPV4];
    header[0] = 0x45;
    header[2..4].copy_from_slice(&u16::try_from(IPV4 + payload.len())?.to_be_bytes());
    header[4..6].copy_from_slice(&id.to_be_bytes());
    header[6..8].copy_from_slice(&fragment.to_be_bytes());
    header[8] = 64;
    header[9] = 17;
    header[16..20].copy_from_slice(&server.octets());
    Ok([header.as_slice(), payload].concat())
}

fn raw_socket() -> io::Result<OwnedFd> {
    // SAFETY: socket takes three integers, and what it returns is nobody else's.
    match unsafe { libc::socket(libc::AF_INET, libc::SOCK_RAW | libc::SOCK_CLOEXEC, libc::IPPROTO_RAW) } {
        fd if fd < 0 => Err(io::Error::last_os_error()),
        // SAFETY: as above.
        fd => Ok(unsafe { OwnedFd::from_raw_fd(fd) }),
    }
}

fn send(socket: &OwnedFd, to: Ipv4Addr, packet: &[u8]) -> Result<()> {
    // SAFETY: all zeros is an address.
    let mut address: libc::sockaddr_in = unsafe { std::mem::zeroed() };
    address.sin_family = libc::AF_INET as libc::sa_family_t;
    address.sin_addr.s_addr = u32::from_ne_bytes(to.octets());
    let length = size_of::<libc::sockaddr_in>() as libc::socklen_t;
    // SAFETY: packet and address outlive the call, and their sizes go with them.
    let sent = unsafe {
        let address = (&raw const address).cast();
        libc::sendto(socket.as_raw_fd(), packet.as_ptr().cast(), packet.len(), 0, address, length)
    };
    if sent < 0 { Err(io::Error::last_os_error()).context("cannot send a fragment") } else { Ok(()) }
}
