//! Names of reverse zones are addresses: `1.2.0.192.in-addr.arpa`, `b.a.9.….ip6.arpa` (RFC 1035 §3.5, RFC 3596 §2.5).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::decode::text;

/// How a kind of address is spelled backwards.
struct Zone {
    suffix: &'static [u8],
    /// Bits of a label.
    bits: u32,
    /// Labels of a whole address.
    labels: usize,
    radix: u32,
}

const ZONES: [Zone; 2] = [
    Zone { suffix: b".in-addr.arpa", bits: 8, labels: 4, radix: 10 },
    Zone { suffix: b".ip6.arpa", bits: 4, labels: 32, radix: 16 },
];

/// The name with its address replaced by what `mentioned` makes of it; `None` where there is none, or it stays. Of a
/// part of an address, as zones have it, that part is replaced. What stands before the address stays.
pub(super) fn told(name: &[u8], mentioned: impl Fn(IpAddr) -> IpAddr) -> Option<Vec<u8>> {
    let zone = ZONES.iter().find(|zone| name.ends_with(zone.suffix))?;
    let digits = name.strip_suffix(zone.suffix)?;
    let (mut before, mut address, mut count) = (Some(digits), 0u128, 0);
    while count < zone.labels {
        let Some(rest) = before else { break };
        let dot = rest.iter().rposition(|byte| *byte == b'.');
        let label = rest.get(dot.map_or(0, |dot| dot.saturating_add(1))..).unwrap_or_default();
        let Some(value) = value(label, zone) else { break };
        address = address << zone.bits | u128::from(value);
        count = count.saturating_add(1);
        before = dot.and_then(|dot| rest.get(..dot));
    }
    let missing = zone.bits.saturating_mul(zone.labels.saturating_sub(count) as u32);
    let address = zone.address(address.checked_shl(missing).unwrap_or_default());
    let told = mentioned(address);
    (count > 0 && told != address).then(|| zone.write(before, told, count))
}

fn value(label: &[u8], zone: &Zone) -> Option<u32> {
    let value = u32::from_str_radix(std::str::from_utf8(label).ok()?, zone.radix).ok()?;
    (label.len() <= 3 && value < 1 << zone.bits).then_some(value)
}

impl Zone {
    fn address(&self, bits: u128) -> IpAddr {
        match self.radix {
            10 => IpAddr::V4(Ipv4Addr::from_bits(bits as u32)),
            _ => IpAddr::V6(Ipv6Addr::from_bits(bits)),
        }
    }

    /// The first `count` labels' worth of an address.
    fn write(&self, before: Option<&[u8]>, address: IpAddr, count: usize) -> Vec<u8> {
        let bits = match address {
            IpAddr::V4(address) => u128::from(address.to_bits()),
            IpAddr::V6(address) => address.to_bits(),
        };
        let mut out = before.map_or_else(Vec::new, |before| [before, b"."].concat());
        for label in self.labels.saturating_sub(count)..self.labels {
            let shift = self.bits.saturating_mul(label as u32);
            let value = bits.checked_shr(shift).unwrap_or_default() & ((1 << self.bits) - 1);
            match self.radix {
                10 => text::decimal(value as u64, &mut out),
                _ => out.push(b"0123456789abcdef".get(value as usize).copied().unwrap_or(b'0')),
            }
            out.push(b'.');
        }
        out.pop();
        out.extend_from_slice(self.suffix);
        out
    }
}
