//! Capabilities (capabilities(7)): what of root's rights is kept.

use std::io;

use super::{SandboxError, refused};

/// A set of capabilities, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities(u64);

/// Those that a start may have, by their numbers in `linux/capability.h`.
const NAMES: [(u32, &str); 9] = [
    (0, "cap_chown"),
    (1, "cap_dac_override"),
    (6, "cap_setgid"),
    (7, "cap_setuid"),
    (12, "cap_net_admin"),
    (13, "cap_net_raw"),
    (21, "cap_sys_admin"),
    (38, "cap_perfmon"),
    (39, "cap_bpf"),
];

/// `_LINUX_CAPABILITY_VERSION_3`: sets of 64 bits, in two halves.
const VERSION: u32 = 0x2008_0522;

#[repr(C)]
struct Header {
    version: u32,
    pid: libc::c_int,
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Half {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

impl Capabilities {
    /// None.
    pub const NONE: Self = Self(0);
    /// `CAP_NET_ADMIN`: filters on queueing disciplines, by rtnetlink.
    pub const NET_ADMIN: Self = Self(1 << 12);
    /// `CAP_BPF`: maps are created, programs loaded.
    pub const BPF: Self = Self(1 << 39);

    /// Those that this thread may use.
    ///
    /// # Errors
    /// capget(2)'s.
    pub fn permitted() -> Result<Self, SandboxError> {
        let (mut header, mut halves) = (Header::OWN, [Half::default(); 2]);
        // SAFETY: header and two halves, as this version of the call has them.
        let result = unsafe { libc::syscall(libc::SYS_capget, &raw mut header, halves.as_mut_ptr()) };
        if result != 0 {
            return Err(refused("capget")(io::Error::last_os_error()));
        }
        let [low, high] = halves;
        Ok(Self(u64::from(low.permitted) | u64::from(high.permitted) << 32))
    }

    /// What is in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of the others are in it.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// As capsh(1) and getpcaps(8) write them; all of root's rights are `all`.
    #[must_use]
    pub fn names(self) -> Vec<String> {
        if self.0.count_ones() > 30 {
            return vec!["all".to_owned()];
        }
        let name = |bit: u32| {
            let known = NAMES.iter().find(|(number, _)| *number == bit);
            known.map_or_else(|| format!("cap_{bit}"), |(_, name)| (*name).to_owned())
        };
        (0..u64::BITS).filter(|bit| self.0 >> bit & 1 == 1).map(name).collect()
    }
}

impl Header {
    const OWN: Self = Self { version: VERSION, pid: 0 };
}

/// Bounds what any later thread or program may get. Without the right to (`CAP_SETPCAP`) the bound stays: then
/// no_new_privs does the same for programs.
pub fn bound(kept: Capabilities) {
    for number in 0..u64::BITS {
        // SAFETY: of numbers only.
        unsafe {
            if libc::prctl(libc::PR_CAPBSET_READ, number, 0, 0, 0) < 0 {
                return;
            }
            if kept.0 >> number & 1 == 0 {
                libc::prctl(libc::PR_CAPBSET_DROP, number, 0, 0, 0);
            }
        }
    }
}

/// Lets go of all others, for good.
///
/// # Errors
/// capset(2)'s, or where the kernel says that there are others still.
pub fn keep_only(kept: Capabilities) -> Result<(), SandboxError> {
    let half = |bits: u64| Half { effective: bits as u32, permitted: bits as u32, inheritable: 0 };
    let (mut header, halves) = (Header::OWN, [half(kept.0), half(kept.0 >> 32)]);
    // SAFETY: header and two halves, as this version of the call has them; the rest is of numbers only.
    let result = unsafe {
        libc::prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
        libc::syscall(libc::SYS_capset, &raw mut header, halves.as_ptr())
    };
    if result != 0 {
        return Err(refused("capset")(io::Error::last_os_error()));
    }
    if Capabilities::permitted()? != kept {
        return Err(refused("capset")(io::Error::other("the kernel has left some")));
    }
    Ok(())
}
