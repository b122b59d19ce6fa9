//! Who is at the other end of the control socket, and whether the agent listens to them.

use std::{
    io,
    mem::size_of,
    os::{fd::AsRawFd as _, unix::net::UnixStream},
};

use nix::{
    sys::socket::{getsockopt, sockopt::PeerCredentials},
    unistd::{Group, Uid, User},
};

/// The process at the other end, as it was when it connected (`SO_PEERCRED`, unix(7)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Effective user id.
    pub uid: u32,
    /// Effective group id.
    pub gid: u32,
    /// Process id; 0 where it is of another process namespace.
    pub pid: i32,
}

/// Whom the agent serves: root, the user it runs as, and the members of a group if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// Effective user id of the agent. That user can trace and end the agent anyway.
    pub own: u32,
    /// Group id.
    pub group: Option<u32>,
}

impl Caller {
    /// Asks the kernel.
    ///
    /// # Errors
    /// `getsockopt`'s.
    pub fn of(stream: &UnixStream) -> io::Result<Self> {
        let peer = getsockopt(stream, PeerCredentials)?;
        Ok(Self { uid: peer.uid(), gid: peer.gid(), pid: peer.pid() })
    }

    /// The user's name, if there is one.
    #[must_use]
    pub fn user(&self) -> Option<String> {
        User::from_uid(Uid::from_raw(self.uid)).ok().flatten().map(|user| user.name)
    }
}

impl Access {
    /// For the user that this process runs as, and perhaps a group.
    #[must_use]
    pub fn new(group: Option<u32>) -> Self {
        Self { own: Uid::effective().as_raw(), group }
    }

    /// Whether `caller`, who is a member of `groups` too, is served.
    #[must_use]
    pub fn admits(&self, caller: &Caller, groups: &[u32]) -> bool {
        let is_member = |group| caller.gid == group || groups.contains(&group);
        caller.uid == 0 || caller.uid == self.own || self.group.is_some_and(is_member)
    }
}

/// The id of a group.
///
/// # Errors
/// That of the group database.
pub fn group_id(name: &str) -> io::Result<Option<u32>> {
    Ok(Group::from_name(name)?.map(|group| group.gid.as_raw()))
}

/// The supplementary groups of the process at the other end, as they were when it connected (`SO_PEERGROUPS`).
///
/// # Errors
/// `getsockopt`'s.
pub fn groups(stream: &UnixStream) -> io::Result<Vec<u32>> {
    let mut groups = vec![0_u32; 64];
    loop {
        let room = groups.len() * size_of::<u32>();
        let mut length = libc::socklen_t::try_from(room).map_err(io::Error::other)?;
        // SAFETY: `length` is the size of the memory behind the pointer, and the kernel writes no more than that.
        let result = unsafe {
            let (level, option) = (libc::SOL_SOCKET, libc::SO_PEERGROUPS);
            libc::getsockopt(stream.as_raw_fd(), level, option, groups.as_mut_ptr().cast(), &raw mut length)
        };
        let count = usize::try_from(length).map_err(io::Error::other)? / size_of::<u32>();
        if result == 0 {
            groups.truncate(count);
            return Ok(groups);
        }
        let error = io::Error::last_os_error();
        // The kernel says how much room it wants.
        if error.raw_os_error() != Some(libc::ERANGE) || count <= groups.len() {
            return Err(error);
        }
        groups.resize(count, 0);
    }
}
