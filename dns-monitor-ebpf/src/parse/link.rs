//! Ethernet, 802.1Q and 802.1ad (QinQ).

use dns_monitor_common::{
    counter::Counter,
    sample::{SampleHeader, flag},
};

use crate::packet::{Header, Packet};

const ETHERNET: usize = 14;
const TAG: usize = 4;
const VLAN_ID: u16 = 0x0fff;
/// Tags that are followed.
const MAX_TAGS: usize = 2;

/// What the link layer says.
#[derive(Clone, Copy)]
pub struct Link {
    /// The Ethernet header: destination, source.
    pub header: Header<ETHERNET>,
    /// EtherType behind the tags, host order.
    pub ether_type: u16,
    /// VLAN ids, outer then inner, as far as `flags` says.
    pub vlans: [u16; MAX_TAGS],
    /// [`flag::VLAN`] and [`flag::INNER_VLAN`].
    pub flags: u16,
}

impl Link {
    #[inline(always)]
    fn push(&mut self, id: u16) {
        if self.flags & flag::VLAN == 0 {
            self.vlans[0] = id & VLAN_ID;
            self.flags |= flag::VLAN;
        } else {
            self.vlans[1] = id & VLAN_ID;
            self.flags |= flag::INNER_VLAN;
        }
    }
}

/// `offloaded` is the tag that hardware or the stack has moved out of the frame.
#[inline(always)]
pub fn parse(packet: &mut Packet, offloaded: Option<u16>) -> Result<Link, Counter> {
    let Some(header) = packet.header::<ETHERNET>() else { return Err(Counter::ShortLink) };
    packet.skip(ETHERNET);
    let mut link = Link { header, ether_type: header.be16(12), vlans: [0; MAX_TAGS], flags: 0 };
    if let Some(tag) = offloaded {
        link.push(tag);
    }
    for _ in 0..MAX_TAGS {
        // Wherever the outer tag was, a third one is not followed.
        if !is_tag(link.ether_type) || link.flags & flag::INNER_VLAN != 0 {
            break;
        }
        let Some(tag) = packet.header::<TAG>() else { return Err(Counter::ShortLink) };
        packet.skip(TAG);
        link.push(tag.be16(0));
        link.ether_type = tag.be16(2);
    }
    Ok(link)
}

/// 802.1Q, 802.1ad, and the number QinQ had before its standard.
#[inline(always)]
fn is_tag(ether_type: u16) -> bool {
    matches!(ether_type, 0x8100 | 0x88a8 | 0x9100)
}

impl Link {
    /// Writes both addresses into a sample.
    #[inline(always)]
    pub fn write_macs(&self, sample: &mut SampleHeader) {
        let at = &raw mut sample.source_mac;
        // SAFETY: the two fields are twelve bytes, back to back, 8-byte aligned (asserted in the layout).
        unsafe {
            let to = at.cast::<u16>();
            to.cast::<u32>().write(self.header.get::<u32>(6));
            to.add(2).write(self.header.get(10));
            to.add(3).write(self.header.get(0));
            to.add(4).cast::<u32>().write(self.header.get(2));
        }
    }
}
