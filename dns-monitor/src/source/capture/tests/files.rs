//! The two formats, whole and broken.

use pcap_file::{
    DataLink, Endianness,
    pcapng::{
        PcapNgBlock, PcapNgWriter,
        blocks::{
            enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption},
            interface_description::{InterfaceDescriptionBlock, InterfaceDescriptionOption},
            section_header::SectionHeaderBlock,
            simple_packet::SimplePacketBlock,
        },
    },
};
use std::{collections::BTreeMap, time::Duration};

use super::*;

/// IPv4, 192.0.2.1:40000 to 192.0.2.53:53, and the payload.
fn frame() -> Vec<u8> {
    let headers = "45 00 0028 0001 0000 40 11 0000 c0000201 c0000235 9c40 0035 0014 0000";
    [hex(headers), PAYLOAD.to_vec()].concat()
}

fn times(file: &[u8]) -> (Vec<u64>, Option<String>) {
    let mut capture = match open(file, CaptureOptions::default()) {
        Ok(capture) => capture,
        Err(error) => return (vec![], Some(error.to_string())),
    };
    let (taken, error) = read_all(&mut capture);
    assert!(!capture.read(|_| {}).unwrap(), "an error is the end");
    (taken.iter().map(|(packet, ..)| packet.time).collect(), error.map(|error| error.to_string()))
}

/// What it is, the file, times of its packets, and the error.
type Case = (&'static str, Vec<u8>, &'static [u64], Option<&'static str>);

#[test]
fn pcap_files() {
    let whole = pcap(101, &[&frame(), &frame()]);
    let patched = |at: usize, bytes: &[u8]| {
        let mut file = whole.clone();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        file
    };
    let cases: [Case; 11] = [
        ("two packets", whole.clone(), &[1_000_005_000, 2_000_005_000], None),
        ("no packets", pcap(101, &[]), &[], None),
        ("nanoseconds", patched(0, &0xa1b2_3c4d_u32.to_le_bytes()), &[1_000_000_005, 2_000_000_005], None),
        (
            "a packet longer than the snapshot length, cut",
            patched(36, &[255, 255, 1, 0]),
            &[1_000_005_000, 2_000_005_000],
            None,
        ),
        (
            "the length of the FCS beside the type",
            patched(23, &[0x14]),
            &[1_000_005_000, 2_000_005_000],
            None,
        ),
        (
            "cut within the second packet",
            whole[..whole.len() - 1].to_vec(),
            &[1_000_005_000],
            Some("it breaks off within packet 2"),
        ),
        ("a packet of 4 GB", patched(32, &[255; 4]), &[], Some("it breaks off within packet 1")),
        ("half a header", whole[..9].to_vec(), &[], Some("it breaks off within packet 0")),
        ("nothing", vec![], &[], Some("it breaks off within packet 0")),
        (
            "text",
            b"; <<>> DiG 9.18 <<>> example".to_vec(),
            &[],
            Some("it is neither a pcap nor a pcapng file"),
        ),
        (
            "802.11",
            patched(20, &[105]),
            &[],
            Some(
                "it has link type 105: Ethernet, Linux cooked (SLL, SLL2), raw IP and BSD loopback can be read",
            ),
        ),
    ];
    for (what, file, seconds, error) in cases {
        assert_eq!(times(&file), (seconds.to_vec(), error.map(str::to_owned)), "{what}");
    }
}

fn interface(
    link: DataLink,
    options: Vec<InterfaceDescriptionOption<'static>>,
) -> InterfaceDescriptionBlock<'static> {
    InterfaceDescriptionBlock { linktype: link, snaplen: 0, options }
}

fn packet(interface_id: u32, time: u64, flags: Option<u32>) -> EnhancedPacketBlock<'static> {
    EnhancedPacketBlock {
        interface_id,
        timestamp: Duration::from_nanos(time),
        original_len: 40,
        data: frame().into(),
        options: flags.map(EnhancedPacketOption::Flags).into_iter().collect(),
    }
}

fn pcapng(endianness: Endianness, write: impl FnOnce(&mut PcapNgWriter<Vec<u8>>)) -> Vec<u8> {
    let mut writer = PcapNgWriter::with_endianness(vec![], endianness).unwrap();
    write(&mut writer);
    writer.into_inner()
}

fn put<'a>(writer: &mut PcapNgWriter<Vec<u8>>, block: impl PcapNgBlock<'a>) {
    writer.write_block(&block.into_block()).unwrap();
}

#[test]
fn pcapng_interfaces_sections_and_times() {
    use InterfaceDescriptionOption::{IfName, IfTsOffset, IfTsResol};
    for endianness in [Endianness::Big, Endianness::Little] {
        let file = pcapng(endianness, |file| {
            put(file, interface(DataLink::RAW, vec![IfName("eth0".into())]));
            put(file, interface(DataLink::RAW, vec![IfName("eth1".into()), IfTsResol(9)]));
            put(file, interface(DataLink::USB_LINUX, vec![]));
            put(file, packet(0, 7, None));
            put(file, packet(1, 7, Some(2)));
            put(file, packet(2, 7, None));
            put(file, SimplePacketBlock { original_len: 40, data: frame().into() });
            put(file, SectionHeaderBlock { endianness, ..Default::default() });
            put(file, interface(DataLink::RAW, vec![IfTsResol(0x80 | 1), IfTsOffset(10)]));
            put(file, packet(0, 7, Some(1)));
        });
        let mut capture = open(&file, CaptureOptions::default()).unwrap();
        let (taken, error) = read_all(&mut capture);
        assert!(error.is_none(), "{error:?}");
        let names: BTreeMap<_, _> = capture.interfaces().into_iter().collect();
        let name = |interface| names.get(&interface).map(String::as_str);
        let seen: Vec<_> = taken
            .iter()
            .map(|(packet, ..)| (name(packet.interface), packet.time, packet.direction))
            .collect();
        let expected = [
            (Some("eth0"), 7_000, Direction::In),
            (Some("eth1"), 7, Direction::Out),
            (Some("eth0"), 0, Direction::In),
            (None, 13_500_000_000, Direction::In),
        ];
        assert_eq!(seen, expected);
        let books = "seen 5 = emitted 4 + filtered 1 (other-link-type 1) + lost 0";
        assert_eq!(capture.tally().to_string(), books);
    }
}

#[test]
fn pcapng_damage() {
    let good = pcapng(Endianness::Little, |file| put(file, interface(DataLink::RAW, vec![])));
    let many = |blocks: usize| {
        pcapng(Endianness::Little, |file| {
            (0..blocks).for_each(|_| put(file, interface(DataLink::RAW, vec![])));
        })
    };
    let lying = [good.clone(), hex("06000000 f0ffffff")].concat();
    let orphan =
        [&good[..28], &hex("06000000 20000000 05000000 00000000 00000000 00000000 00000000 20000000")]
            .concat();
    let cases: [(&str, Vec<u8>, Option<&str>); 5] = [
        ("an interface and no packet", good.clone(), None),
        ("cut within a block", good[..good.len() - 1].to_vec(), Some("it breaks off within packet 1")),
        ("a block of 4 GB", lying, Some("it breaks off within packet 1")),
        (
            "a packet of an interface that is not there",
            orphan,
            Some("it is damaged at packet 1: no interface 5"),
        ),
        ("interfaces without end", many(70_000), Some("it is damaged at packet 1: too many interfaces")),
    ];
    for (what, file, error) in cases {
        assert_eq!(times(&file), (vec![], error.map(str::to_owned)), "{what}");
    }
}
