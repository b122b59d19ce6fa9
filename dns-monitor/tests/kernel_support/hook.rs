//! The programs, by where they are attached, and what the kernel runs them on.

use dns_monitor::sample::Direction;
use dns_monitor_common::names;

const ETHERNET: usize = 14;
/// `XDP_PASS` and `TC_ACT_UNSPEC` of `linux/bpf.h` and `linux/pkt_cls.h`.
const XDP_PASS: u32 = 2;
const XDP_DROP: u32 = 1;
const XDP_TX: u32 = 3;
const TC_ACT_SHOT: u32 = 2;
const TC_ACT_REDIRECT: u32 = 7;
const TC_ACT_UNSPEC: u32 = u32::MAX;

/// A program, by where it is attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    Xdp,
    XdpFrags,
    TcIngress,
    TcEgress,
}

/// Those that judge: what comes in.
pub const HOOKS: [Hook; 3] = [Hook::Xdp, Hook::XdpFrags, Hook::TcIngress];

impl Hook {
    pub const ALL: [Self; 4] = [Self::Xdp, Self::XdpFrags, Self::TcIngress, Self::TcEgress];

    pub fn name(self) -> &'static str {
        match self {
            Self::Xdp => names::XDP,
            Self::XdpFrags => names::XDP_FRAGS,
            Self::TcIngress => names::TC_INGRESS,
            Self::TcEgress => names::TC_EGRESS,
        }
    }

    pub fn is_xdp(self) -> bool {
        matches!(self, Self::Xdp | Self::XdpFrags)
    }

    pub fn verdict(self) -> u32 {
        if self.is_xdp() { XDP_PASS } else { TC_ACT_UNSPEC }
    }

    /// What it returns for a packet that ends here.
    pub fn dropped(self) -> u32 {
        if self.is_xdp() { XDP_DROP } else { TC_ACT_SHOT }
    }

    /// What it returns for a packet that goes back.
    pub fn returned(self) -> u32 {
        if self.is_xdp() { XDP_TX } else { TC_ACT_REDIRECT }
    }

    pub fn direction(self) -> Direction {
        if self == Self::TcEgress { Direction::Out } else { Direction::In }
    }

    /// Whether the kernel puts such a frame into a test run (`net/bpf/test_run.c`). To TC programs all others
    /// go through a loopback device.
    pub fn runs(self, frame: &[u8]) -> bool {
        const PAGE: usize = 4096 - 256 - 320; // without head and tail room
        let most = if self == Self::XdpFrags { PAGE + 17 * 4096 } else { PAGE };
        let least = match frame.get(12..ETHERNET) {
            Some([0x08, 0x00]) if !self.is_xdp() => ETHERNET + 20,
            Some([0x86, 0xdd]) if !self.is_xdp() => ETHERNET + 40,
            _ => ETHERNET,
        };
        (least..=most).contains(&frame.len())
    }
}

/// The stack drops a frame whose tag it cannot take out (`skb_vlan_untag`), before TC ingress.
pub fn is_half_a_tag(frame: &[u8]) -> bool {
    matches!(frame.get(12..ETHERNET), Some([0x81, 0x00] | [0x88, 0xa8])) && frame.len() < ETHERNET + 6
}
