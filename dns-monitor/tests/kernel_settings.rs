//! What the operator sets, and what happens when there is no room.
#![allow(clippy::unwrap_used, reason = "tests")]

mod kernel_support;

use std::os::fd::{AsFd, AsRawFd};

use dns_monitor::config::resolved::Capture;
use dns_monitor_common::{counter::Counter, names};
use kernel_support::{
    bench::{Bench, settings},
    frame::{Frame, PSH_ACK},
    hook::Hook,
};

/// The least a ring may have.
const PAGE: u32 = 4096;

fn query() -> Vec<u8> {
    Frame::payload(29).udp(40000, 53).ipv4().ethernet().bytes
}

fn stream(length: usize) -> Vec<u8> {
    Frame::payload(length).tcp(40000, 53, PSH_ACK, 0).ipv4().ethernet().bytes
}

#[test]
fn configured_ports_mean_dns_and_no_others() {
    for ports in [vec![5353], vec![53, 853], vec![1, 53, 65_534, 65_535]] {
        let mut bench = Bench::new(&Capture { ports: ports.clone(), ..settings() });
        for port in [0, 1, 53, 443, 853, 5353, 13_568, 65_534, 65_535] {
            let expected = if ports.contains(&port) { Counter::Sampled } else { Counter::OtherPort };
            for (source, destination) in [(40000, port), (port, 40000), (port, port)] {
                let payload = Frame::payload(29);
                let tcp = payload.clone().tcp(source, destination, PSH_ACK, 0).ipv4().ethernet();
                let udp = payload.udp(source, destination).ipv4().ethernet();
                for hook in Hook::ALL {
                    for frame in [&udp, &tcp] {
                        let (fate, _) = bench.fate(hook, &frame.bytes);
                        assert_eq!(fate, expected, "{hook:?}, {ports:?}: {source} to {destination}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_full_ring_is_counted_and_leaves_a_hole() {
    const RUNS: u32 = 40;
    for hook in Hook::ALL {
        let mut bench = Bench::new(&Capture { ring_size: PAGE, ..settings() });
        for _ in 0..RUNS {
            bench.run(hook, &query()).unwrap();
        }
        let sequences: Vec<u32> = bench.drain().iter().map(|taken| taken.place.sequence).collect();
        let held = u32::try_from(sequences.len()).unwrap();
        assert!((20..RUNS).contains(&held), "{hook:?}: {held} samples of 29 bytes in a ring of {PAGE}");
        assert_eq!(sequences, (0..held).collect::<Vec<_>>(), "{hook:?}: the oldest are kept");
        let fates = vec![(Counter::Sampled, u64::from(held)), (Counter::RingFull, u64::from(RUNS - held))];
        assert_eq!(bench.counted(), (fates, u64::from(held)), "{hook:?}");

        bench.run(hook, &query()).unwrap();
        let next: Vec<u32> = bench.drain().iter().map(|taken| taken.place.sequence).collect();
        assert_eq!(next, [RUNS], "{hook:?}: room again, and the hole shows");
    }
}

#[test]
fn a_ring_that_fills_inside_a_segment() {
    let mut bench = Bench::new(&Capture { ring_size: 2 * PAGE, ..settings() });
    bench.run(Hook::XdpFrags, &stream(9000)).unwrap();
    let pieces: Vec<_> =
        bench.drain().iter().map(|taken| (taken.place.sequence, taken.payload.len())).collect();
    assert_eq!(pieces, [(0, 4096)]);
    assert_eq!(
        bench.counted(),
        (vec![(Counter::RingFull, 1)], 1),
        "the packet is lost, though one piece is there"
    );
    bench.run(Hook::XdpFrags, &stream(1)).unwrap();
    assert_eq!(bench.drain()[0].place.sequence, 2);
}

#[test]
fn a_cpu_without_a_ring() {
    for hook in Hook::ALL {
        let mut bench = Bench::new(&settings());
        bench.fate(hook, &query());
        remove_ring(&bench);
        bench.run(hook, &query()).unwrap();
        assert_eq!(bench.counted(), (vec![(Counter::NoRing, 1)], 0), "{hook:?}");
    }
}

/// As if the CPU had come up after the agent.
fn remove_ring(bench: &Bench) {
    /// `BPF_MAP_DELETE_ELEM` and its part of `union bpf_attr`, of `linux/bpf.h`.
    const DELETE: libc::c_int = 3;
    #[repr(C, align(8))]
    struct Attributes {
        map: u32,
        padding: u32,
        key: u64,
        rest: [u64; 2],
    }
    let aya::maps::Map::ArrayOfMaps(map) = bench.object.ebpf.map(names::RINGS).unwrap() else {
        unreachable!("the rings are an array of maps")
    };
    let map = u32::try_from(map.fd().as_fd().as_raw_fd()).unwrap();
    let attributes = Attributes { map, padding: 0, key: (&raw const bench.cpu).addr() as u64, rest: [0; 2] };
    // SAFETY: reads the attributes and the key, which live until it returns.
    let result =
        unsafe { libc::syscall(libc::SYS_bpf, DELETE, &raw const attributes, size_of_val(&attributes)) };
    assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
}
