//! Random lookups, near to what is listed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use dns_monitor::rules::subject::Subject;

use super::{
    chance::Chance,
    reference::{Listed, canonical},
};

/// Few labels, so that names meet; some that only differ at their edges, and some that are no host names.
const LABELS: [&[u8]; 10] = [b"a", b"b", b"xa", b"a-b", b"ab", b"com", b"\xff\xc1", b"a.b", b"\0", b"xn--a"];
pub const TYPES: [u16; 10] = [1, 28, 16, 15, 65, 255, 2, 6, 33, 35];
pub const CLASSES: [u16; 3] = [1, 3, 255];
pub const MACS: [[u8; 6]; 3] = [[2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2], [2, 0, 0, 0, 1, 1]];
pub const VLANS: [u16; 3] = [0, 10, 4094];
/// The longest name, without the root label.
const MAX_NAME: usize = 254;

/// A lookup that is kept.
#[derive(Clone, Debug)]
pub struct Asked {
    pub name: Vec<u8>,
    pub qtype: u16,
    pub qclass: u16,
    pub client: IpAddr,
    pub mac: Option<[u8; 6]>,
    pub vlan: Option<u16>,
}

impl Asked {
    pub fn subject(&self) -> Subject<'_> {
        let Self { name, qtype, qclass, client, mac, vlan } = self;
        Subject { name, qtype: *qtype, qclass: *qclass, client: *client, mac: *mac, vlan: *vlan, time: 0 }
    }

    /// The query as a client sends it, its letters in any case.
    pub fn message(&self, chance: &mut Chance) -> Vec<u8> {
        let mut message = vec![0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        message.extend(self.name.iter().map(|byte| match byte {
            b'a'..=b'z' if chance.once_in(2) => byte.to_ascii_uppercase(),
            _ => *byte,
        }));
        message.push(0);
        message.extend([self.qtype.to_be_bytes(), self.qclass.to_be_bytes()].concat());
        message
    }
}

/// A lookup; mostly of a listed name, or of one that differs in a label.
pub fn lookup(chance: &mut Chance, listed: &[Listed]) -> Asked {
    Asked {
        name: canonical(&asked_name(chance, listed)),
        qtype: *chance.pick(&TYPES),
        qclass: if chance.once_in(8) { *chance.pick(&CLASSES) } else { 1 },
        client: client(chance),
        mac: (!chance.once_in(4)).then(|| *chance.pick(&MACS)),
        vlan: (!chance.once_in(4)).then(|| *chance.pick(&VLANS)),
    }
}

fn asked_name(chance: &mut Chance, listed: &[Listed]) -> Vec<Vec<u8>> {
    if listed.is_empty() || chance.once_in(8) {
        return name(chance);
    }
    let mut labels = chance.pick(listed).name.clone().map_or_else(|| name(chance), |(labels, _)| labels);
    match chance.below(8) {
        0 | 1 => {}
        2 | 3 => labels.insert(0, label(chance)),
        4 => drop(labels.drain(..labels.len().min(1))),
        5 if !labels.is_empty() => {
            let at = chance.below(labels.len());
            labels[at] = label(chance);
        }
        // `a.b` is not `xa.b`.
        6 if !labels.is_empty() && labels[0].len() < 63 => labels[0].insert(0, b'x'),
        _ => labels = [name(chance), labels].concat(),
    }
    while canonical(&labels).len() > MAX_NAME {
        labels.remove(0);
    }
    labels
}

/// A name of up to five labels, now and then as long, or of as many labels, as can be.
pub fn name(chance: &mut Chance) -> Vec<Vec<u8>> {
    let labels = match chance.below(40) {
        0 => vec![vec![*chance.pick(b"ab"); 1]; 126 + chance.below(2)],
        1 => vec![
            vec![*chance.pick(b"ab"); 63],
            vec![b'b'; 63],
            vec![b'c'; 63],
            vec![b'd'; 60 + chance.below(2)],
        ],
        2 => (0..20 + chance.below(40)).map(|_| label(chance)).collect(),
        3 => vec![label(chance), vec![b'y'; 1 + chance.below(63)]],
        _ => (0..1 + chance.below(5)).map(|_| label(chance)).collect(),
    };
    let mut labels: Vec<Vec<u8>> = labels;
    while canonical(&labels).len() > MAX_NAME {
        labels.remove(0);
    }
    labels
}

fn label(chance: &mut Chance) -> Vec<u8> {
    let few = if chance.once_in(3) { LABELS.len() } else { 3 };
    LABELS[chance.below(few)].to_vec()
}

/// A client of a few networks.
pub fn client(chance: &mut Chance) -> IpAddr {
    let (net, host) = (chance.below(3) as u8, chance.below(4) as u8);
    match chance.once_in(3) {
        true => IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, u16::from(net), 0, 0, 0, 0, u16::from(host))),
        false => IpAddr::V4(Ipv4Addr::new(10, net, 0, host)),
    }
}
