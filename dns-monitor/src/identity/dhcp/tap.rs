//! A packet socket for the DHCP ports of one interface, both ways.

use std::{
    io,
    os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd},
};

use super::message::Packet;
use crate::{sample::Mac, source::kernel::interface};

/// More than any DHCP packet that is not fragmented.
const BUFFER: usize = 9216;
/// Packets read at one go.
const BURST: usize = 1024;

/// The socket.
#[derive(Debug)]
pub(super) struct Tap {
    socket: OwnedFd,
    buffer: Vec<u8>,
}

impl Tap {
    /// Opens it, for no interface yet: this takes `CAP_NET_RAW`, the rest nothing.
    pub(super) fn open() -> io::Result<Self> {
        let kind = libc::SOCK_DGRAM | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
        // Protocol 0: nothing comes before the filter is there.
        // SAFETY: no memory is involved.
        let fd = unsafe { libc::socket(libc::AF_PACKET, kind, 0) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: a descriptor that nobody else owns.
        let tap = Self { socket: unsafe { OwnedFd::from_raw_fd(fd) }, buffer: vec![0; BUFFER] };
        tap.filter()?;
        Ok(tap)
    }

    fn filter(&self) -> io::Result<()> {
        let mut filter = FILTER;
        let program = libc::sock_fprog { len: FILTER.len() as u16, filter: filter.as_mut_ptr() };
        let length = size_of_val(&program) as libc::socklen_t;
        let (level, option) = (libc::SOL_SOCKET, libc::SO_ATTACH_FILTER);
        // SAFETY: a program of the length given, which the kernel copies.
        let result = unsafe {
            libc::setsockopt(self.socket.as_raw_fd(), level, option, (&raw const program).cast(), length)
        };
        if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    /// From now on the packets of this interface come, also where those of one that is gone came before:
    /// [`io::ErrorKind::NotFound`] where there is none.
    pub(super) fn bind(&self, name: &str) -> io::Result<()> {
        let index = interface::index(name).ok_or(io::ErrorKind::NotFound)?;
        // SAFETY: all zero is a valid address.
        let mut address: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
        address.sll_family = libc::AF_PACKET as u16;
        // All protocols: only so what this host sends is seen too.
        address.sll_protocol = (libc::ETH_P_ALL as u16).to_be();
        address.sll_ifindex = i32::try_from(index).map_err(io::Error::other)?;
        let length = size_of_val(&address) as libc::socklen_t;
        // SAFETY: an address of the length given.
        let result = unsafe { libc::bind(self.socket.as_raw_fd(), (&raw const address).cast(), length) };
        if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    /// Takes what is there; never waits.
    pub(super) fn read(&mut self, mut take: impl FnMut(&Packet<'_>)) -> io::Result<()> {
        for _ in 0..BURST {
            match self.receive() {
                Ok((length, sender)) => {
                    let bytes = self.buffer.get(..length).unwrap_or_default();
                    take(&Packet { bytes, sender });
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// One packet from the IP header on: its length, and the MAC that sent it.
    fn receive(&mut self) -> io::Result<(usize, Option<Mac>)> {
        // SAFETY: all zero is a valid address.
        let mut address: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
        let mut length = size_of_val(&address) as libc::socklen_t;
        // SAFETY: writes into buffer and address, no more than their lengths.
        let read = unsafe {
            libc::recvfrom(
                self.socket.as_raw_fd(),
                self.buffer.as_mut_ptr().cast(),
                self.buffer.len(),
                0,
                (&raw mut address).cast(),
                &raw mut length,
            )
        };
        let read = usize::try_from(read).map_err(|_| io::Error::last_os_error())?;
        let sent = address.sll_addr.first_chunk().copied();
        Ok((read, sent.filter(|_| usize::from(address.sll_halen) == size_of::<Mac>())))
    }

    /// Packets since the last call that the kernel had no room for.
    pub(super) fn overrun(&self) -> u64 {
        let mut statistics = libc::tpacket_stats { tp_packets: 0, tp_drops: 0 };
        let mut length = size_of_val(&statistics) as libc::socklen_t;
        let (level, option) = (libc::SOL_PACKET, libc::PACKET_STATISTICS);
        // SAFETY: writes no more than the length given.
        let result = unsafe {
            libc::getsockopt(
                self.socket.as_raw_fd(),
                level,
                option,
                (&raw mut statistics).cast(),
                &raw mut length,
            )
        };
        if result == 0 { u64::from(statistics.tp_drops) } else { 0 }
    }
}

impl AsFd for Tap {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

const LOAD_BYTE: u32 = libc::BPF_LD | libc::BPF_B | libc::BPF_ABS;
const LOAD_HALF: u32 = libc::BPF_LD | libc::BPF_H | libc::BPF_ABS;
const LOAD_HALF_BEHIND_HEADER: u32 = libc::BPF_LD | libc::BPF_H | libc::BPF_IND;
const HEADER_LENGTH: u32 = libc::BPF_LDX | libc::BPF_B | libc::BPF_MSH;
const AND: u32 = libc::BPF_ALU | libc::BPF_AND | libc::BPF_K;
const EQUAL: u32 = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
const ANY_BIT: u32 = libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K;
const RETURN: u32 = libc::BPF_RET | libc::BPF_K;

/// UDP to port 67 or 68 that is no later fragment, and to 546 or 547 right behind an IPv6 header. Jumps are relative:
/// how many steps further if so, and if not.
const FILTER: [libc::sock_filter; 19] = [
    step(LOAD_BYTE, 0, 0, 0),
    step(AND, 0xf0, 0, 0),
    step(EQUAL, 0x60, 9, 0), // IPv6: to the next header
    step(EQUAL, 0x40, 0, 14),
    step(LOAD_BYTE, 9, 0, 0), // protocol
    step(EQUAL, 17, 0, 12),
    step(LOAD_HALF, 6, 0, 0), // fragment offset
    step(ANY_BIT, 0x1fff, 10, 0),
    step(HEADER_LENGTH, 0, 0, 0),
    step(LOAD_HALF_BEHIND_HEADER, 2, 0, 0), // destination port
    step(EQUAL, 67, 6, 0),
    step(EQUAL, 68, 5, 6),
    step(LOAD_BYTE, 6, 0, 0), // next header
    step(EQUAL, 17, 0, 4),
    step(LOAD_HALF, 42, 0, 0), // destination port
    step(EQUAL, 546, 1, 0),
    step(EQUAL, 547, 0, 1),
    step(RETURN, BUFFER as u32, 0, 0),
    step(RETURN, 0, 0, 0),
];

const fn step(code: u32, k: u32, jt: u8, jf: u8) -> libc::sock_filter {
    libc::sock_filter { code: code as u16, jt, jf, k }
}
