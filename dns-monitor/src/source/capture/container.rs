//! The two file formats, read as one.

use std::{
    borrow::Cow,
    io::{Chain, Cursor, Read},
};

use pcap_file::{
    TsResolution,
    pcap::PcapReader,
    pcapng::{
        Block, PcapNgReader,
        blocks::{
            enhanced_packet::EnhancedPacketOption,
            interface_description::{InterfaceDescriptionBlock, InterfaceDescriptionOption},
        },
    },
};

use super::{error::Fault, link::LinkType};
use crate::sample::Direction;

/// The block type that a pcapng file begins with (draft-ietf-opsawg-pcapng §4.1).
const SECTION_HEADER: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

/// A host has fewer; a file that claims more wants memory.
const MAX_INTERFACES: usize = 4096;

/// The type in a pcap header shares its word with the length of the frame check sequence.
const LINK_TYPE_MASK: u32 = 0xffff;

/// One packet of a file.
pub(super) struct Frame<'a> {
    /// ns since the Unix epoch.
    pub(super) time: u64,
    pub(super) interface: u32,
    pub(super) link: LinkType,
    /// Where the file says which way it went.
    pub(super) direction: Option<Direction>,
    pub(super) bytes: Cow<'a, [u8]>,
}

/// What is next in a file.
pub(super) enum Next<'a> {
    Frame(Frame<'a>),
    /// A block that is no packet.
    Other,
    End,
}

const SECOND: u64 = 1_000_000_000;

/// What a file says of an interface.
pub(super) struct Interface {
    name: Option<String>,
    link: LinkType,
    units: Units,
}

type Peeked<R> = Chain<Cursor<[u8; 4]>, R>;

/// A file of either format.
pub(super) enum Container<R: Read> {
    Pcap { reader: PcapReader<Peeked<R>>, link: LinkType, nanoseconds: bool },
    PcapNg { reader: PcapNgReader<Peeked<R>>, interfaces: Vec<Interface>, section: usize },
}

impl<R: Read> Container<R> {
    pub(super) fn new(mut from: R) -> Result<Self, Fault> {
        let mut magic = [0; 4];
        from.read_exact(&mut magic).map_err(Fault::Io)?;
        let all = Cursor::new(magic).chain(from);
        if magic == SECTION_HEADER {
            let reader = PcapNgReader::new(all)?;
            return Ok(Self::PcapNg { reader, interfaces: Vec::new(), section: 0 });
        }
        if !is_pcap(magic) {
            return Err(Fault::Format);
        }
        let reader = PcapReader::new(all)?;
        let header = reader.header();
        let link_type = u32::from(header.datalink) & LINK_TYPE_MASK;
        match LinkType::from_number(link_type) {
            LinkType::Other => Err(Fault::LinkType(link_type)),
            link => {
                let nanoseconds = header.ts_resolution == TsResolution::NanoSecond;
                Ok(Self::Pcap { reader, link, nanoseconds })
            }
        }
    }

    /// The names the file gives its interfaces, by number; pcap names none.
    pub(super) fn interfaces(&self) -> Vec<(u32, String)> {
        match self {
            Self::Pcap { .. } => Vec::new(),
            Self::PcapNg { interfaces, .. } => (0..)
                .zip(interfaces)
                .filter_map(|(id, interface)| Some((id, interface.name.clone()?)))
                .collect(),
        }
    }

    /// Reads on by one packet or block.
    pub(super) fn next(&mut self) -> Result<Next<'_>, Fault> {
        match self {
            Self::Pcap { reader, link, nanoseconds } => pcap(reader, *link, *nanoseconds),
            Self::PcapNg { reader, interfaces, section } => pcapng(reader, interfaces, section),
        }
    }
}

/// Either byte order, either resolution (draft-ietf-opsawg-pcap §4).
fn is_pcap(magic: [u8; 4]) -> bool {
    let known = [0xa1b2_c3d4_u32, 0xa1b2_3c4d];
    known.contains(&u32::from_be_bytes(magic)) || known.contains(&u32::from_le_bytes(magic))
}

fn pcap<R: Read>(reader: &mut PcapReader<R>, link: LinkType, nanoseconds: bool) -> Result<Next<'_>, Fault> {
    // Raw: the checked variant refuses packets that the capture cut.
    let Some(packet) = reader.next_raw_packet() else { return Ok(Next::End) };
    let packet = packet?;
    let fraction = u64::from(packet.ts_frac).saturating_mul(if nanoseconds { 1 } else { 1000 });
    let time = u64::from(packet.ts_sec).saturating_mul(SECOND).saturating_add(fraction);
    Ok(Next::Frame(Frame { time, interface: 0, link, direction: None, bytes: packet.data }))
}

fn pcapng<'a, R: Read>(
    reader: &'a mut PcapNgReader<R>,
    interfaces: &mut Vec<Interface>,
    section: &mut usize,
) -> Result<Next<'a>, Fault> {
    let Some(block) = reader.next_block() else { return Ok(Next::End) };
    let (id, time, direction, bytes) = match block? {
        // Interfaces are numbered anew in each section.
        Block::SectionHeader(_) => {
            *section = interfaces.len();
            return Ok(Next::Other);
        }
        Block::InterfaceDescription(_) if interfaces.len() >= MAX_INTERFACES => {
            return Err(Fault::TooManyInterfaces);
        }
        Block::InterfaceDescription(block) => {
            interfaces.push(Interface::new(&block));
            return Ok(Next::Other);
        }
        Block::EnhancedPacket(block) => {
            let time = u64::try_from(block.timestamp.as_nanos()).unwrap_or(u64::MAX);
            (block.interface_id, Some(time), direction(&block.options), block.data)
        }
        Block::Packet(block) => (u32::from(block.interface_id), Some(block.timestamp), None, block.data),
        Block::SimplePacket(block) => (0, None, None, block.data),
        _ => return Ok(Next::Other),
    };
    let place = usize::try_from(id).ok().and_then(|id| section.checked_add(id));
    let place = place.and_then(|place| Some((u32::try_from(place).ok()?, interfaces.get(place)?)));
    let (interface, known) = place.ok_or(Fault::Interface(id))?;
    let time = time.map(|time| known.units.nanoseconds(time)).unwrap_or_default();
    Ok(Next::Frame(Frame { time, interface, link: known.link, direction, bytes }))
}

fn direction(options: &[EnhancedPacketOption<'_>]) -> Option<Direction> {
    options.iter().find_map(|option| match option {
        EnhancedPacketOption::Flags(flags) => match flags & 3 {
            1 => Some(Direction::In),
            2 => Some(Direction::Out),
            _ => None,
        },
        _ => None,
    })
}

impl Interface {
    fn new(block: &InterfaceDescriptionBlock<'_>) -> Self {
        let (mut name, mut units) = (None, Units::default());
        for option in &block.options {
            match option {
                InterfaceDescriptionOption::IfName(text) if !text.is_empty() => name = Some(text.to_string()),
                InterfaceDescriptionOption::IfTsResol(resolution) => units.resolution = *resolution,
                // Signed in the format, unsigned in the library.
                InterfaceDescriptionOption::IfTsOffset(offset) => units.offset = offset.cast_signed(),
                _ => {}
            }
        }
        Self { name, link: LinkType::from_number(u32::from(block.linktype)), units }
    }
}

/// What an interface's timestamps mean.
struct Units {
    /// if_tsresol: a power of ten, or of two where the highest bit is set.
    resolution: u8,
    /// if_tsoffset, seconds.
    offset: i64,
}

impl Default for Units {
    fn default() -> Self {
        Self { resolution: 6, offset: 0 }
    }
}

impl Units {
    fn nanoseconds(&self, time: u64) -> u64 {
        let base: u128 = if self.resolution & 0x80 == 0 { 10 } else { 2 };
        let second = base.checked_pow(u32::from(self.resolution & 0x7f)).unwrap_or(u128::MAX);
        let time =
            u128::from(time).saturating_mul(u128::from(SECOND)).checked_div(second).unwrap_or_default();
        let offset = i128::from(self.offset).saturating_mul(i128::from(SECOND));
        u64::try_from(time.saturating_add_signed(offset)).unwrap_or(u64::MAX)
    }
}
