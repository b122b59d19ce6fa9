//! Says when a network interface has come, gone or changed (rtnetlink).

use std::{
    io,
    os::fd::{AsRawFd, FromRawFd, OwnedFd},
};

/// A subscription to link changes in this network namespace.
pub struct LinkWatch(OwnedFd);

impl LinkWatch {
    /// Subscribes.
    ///
    /// # Errors
    /// What `socket` and `bind` say.
    pub fn subscribe() -> io::Result<Self> {
        let kind = libc::SOCK_RAW | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
        // SAFETY: no memory is involved.
        let fd = unsafe { libc::socket(libc::AF_NETLINK, kind, libc::NETLINK_ROUTE) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: a descriptor that nobody else owns.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        // SAFETY: all zero is a valid address.
        let mut address: libc::sockaddr_nl = unsafe { std::mem::zeroed() };
        address.nl_family = libc::AF_NETLINK as libc::sa_family_t;
        address.nl_groups = libc::RTMGRP_LINK as u32;
        let length = size_of_val(&address) as libc::socklen_t;
        // SAFETY: an address of the length given.
        if unsafe { libc::bind(fd.as_raw_fd(), (&raw const address).cast(), length) } != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(Self(fd))
    }

    /// Whether anything has changed since the last call. What it was, the caller looks up: a lost
    /// notification (`ENOBUFS`) then costs nothing.
    pub fn changed(&self) -> bool {
        let mut changed = false;
        let mut buffer = [0u8; 4096];
        loop {
            // SAFETY: writes into the buffer, no more than its length.
            let read = unsafe { libc::recv(self.0.as_raw_fd(), buffer.as_mut_ptr().cast(), buffer.len(), 0) };
            if read > 0 {
                changed = true;
                continue;
            }
            let overrun = io::Error::last_os_error().raw_os_error() == Some(libc::ENOBUFS);
            return changed || (read < 0 && overrun);
        }
    }
}
