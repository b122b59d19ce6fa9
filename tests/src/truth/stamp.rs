//! When a datagram or a piece of a stream arrived, by the kernel: a process that is not run for a while knows it too late (socket(7)).

use std::{io, mem::MaybeUninit, os::fd::AsRawFd, ptr};

/// Lets the kernel note the times.
pub fn enable(socket: &impl AsRawFd) -> io::Result<()> {
    let on: libc::c_int = 1;
    // SAFETY: the value is an integer that outlives the call, and its size goes with it.
    let set = unsafe {
        let value = (&raw const on).cast();
        libc::setsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, value, 4)
    };
    if set == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// What comes next: its length, and when it came, ns since 1970, where the kernel says so; `None`: there is nothing.
pub fn receive(socket: &impl AsRawFd, buffer: &mut [u8]) -> Option<(usize, Option<u64>)> {
    let mut data = libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() };
    let mut control = MaybeUninit::<[u64; 16]>::uninit();
    // SAFETY: all zeros is a message header.
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    message.msg_iov = &raw mut data;
    message.msg_iovlen = 1;
    message.msg_control = control.as_mut_ptr().cast();
    message.msg_controllen = size_of_val(&control);
    // SAFETY: both buffers outlive the call, and their sizes go with them.
    let length = unsafe { libc::recvmsg(socket.as_raw_fd(), &raw mut message, 0) };
    Some((usize::try_from(length).ok()?, time(&message)))
}

fn time(message: &libc::msghdr) -> Option<u64> {
    // SAFETY: the kernel has filled in the header and the control data it points to.
    let first = unsafe { libc::CMSG_FIRSTHDR(message).as_ref() }?;
    if (first.cmsg_level, first.cmsg_type) != (libc::SOL_SOCKET, libc::SCM_TIMESTAMPNS) {
        return None;
    }
    // SAFETY: data of this type is a timespec; it need not be aligned.
    let time: libc::timespec = unsafe { ptr::read_unaligned(libc::CMSG_DATA(first).cast()) };
    let (seconds, nanoseconds) = (u64::try_from(time.tv_sec).ok()?, u64::try_from(time.tv_nsec).ok()?);
    seconds.checked_mul(1_000_000_000)?.checked_add(nanoseconds)
}
