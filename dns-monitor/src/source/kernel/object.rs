//! The eBPF object inside this program: loaded with the operator's settings.

use aya::{
    Ebpf, EbpfLoader,
    maps::{ArrayOfMaps, Map, MapData, PerCpuArray},
    util::online_cpus,
};
use dns_monitor_common::{
    counter::{Counter, Kind},
    names,
};

use super::{KernelError, rings::Rings};
use crate::{config::resolved::Capture, ledger::Tally};

#[repr(C, align(8))]
struct Aligned<T: ?Sized>(T);

static OBJECT: &Aligned<[u8]> = &Aligned(*include_bytes!(env!("DNS_MONITOR_EBPF_OBJECT")));

/// What is loaded, and what is read from it.
pub struct Object {
    /// Programs and maps.
    pub ebpf: Ebpf,
    /// One ring a CPU.
    pub rings: Rings,
    /// The programs' counters.
    pub counters: Map,
    /// Packets that an earlier agent's programs had for nobody.
    pub unread: u64,
}

/// Loads the object and gives every CPU its ring.
///
/// # Errors
/// [`KernelError::Load`] where the kernel refuses the object, [`KernelError::Map`] a map.
pub fn load(capture: &Capture) -> Result<Object, KernelError> {
    raise_memlock();
    let mut ports = [capture.ports.first().copied().unwrap_or(53); names::MAX_PORTS];
    for (slot, port) in ports.iter_mut().zip(&capture.ports) {
        *slot = *port;
    }
    let length = u32::from(capture.capture_length);
    let mut ebpf = EbpfLoader::new()
        .override_global(names::PORTS, &ports[..], true)
        .override_global(names::CAPTURE, &length, true)
        .load(&OBJECT.0)
        .map_err(KernelError::Load)?;
    let rings = create_rings(&mut ebpf, capture.ring_size)?;
    let counters = take(&mut ebpf, names::COUNTERS)?;
    Ok(Object { ebpf, rings, counters, unread: 0 })
}

fn create_rings(ebpf: &mut Ebpf, size: u32) -> Result<Rings, KernelError> {
    let cpus = online_cpus().map_err(|(what, error)| KernelError::Cpus(what, error))?;
    let rings = Rings::create(cpus.len(), size)?;
    // Borrowed, not taken: the programs, loaded later, name the map by its open descriptor.
    let map = ebpf.map_mut(names::RINGS).ok_or(KernelError::Missing(names::RINGS))?;
    let mut array: ArrayOfMaps<_, MapData> = ArrayOfMaps::try_from(map)?;
    for (cpu, map) in cpus.into_iter().zip(rings.maps()) {
        array.set(cpu, map, 0)?;
    }
    Ok(rings)
}

impl Object {
    /// Takes a map out of the object; whoever takes it keeps it open, so that programs loaded later find it.
    ///
    /// # Errors
    /// [`KernelError::Missing`].
    pub fn take(&mut self, name: &'static str) -> Result<Map, KernelError> {
        take(&mut self.ebpf, name)
    }
}

fn take(ebpf: &mut Ebpf, name: &'static str) -> Result<Map, KernelError> {
    ebpf.take_map(name).ok_or(KernelError::Missing(name))
}

impl Object {
    /// The books of the kernel programs, in packets, and how many samples they submitted.
    ///
    /// # Errors
    /// [`KernelError::Map`] where the counters cannot be read.
    pub fn tally(&self) -> Result<(Tally<Counter>, u64), KernelError> {
        let mut tally = Tally::default();
        let mut samples = 0;
        let counters: PerCpuArray<_, u64> = PerCpuArray::try_from(&self.counters)?;
        for counter in Counter::ALL {
            let count = match counter {
                Counter::NoAgent => self.unread,
                _ => counters.get(&(*counter as u32), 0)?.iter().sum(),
            };
            if *counter == Counter::Samples {
                samples = count;
                continue;
            }
            if counter.kind() != Kind::Aside {
                tally.see(count);
            }
            tally.end(*counter, count);
        }
        Ok((tally, samples))
    }
}

/// Kernels before 5.11 charge maps to the locked-memory limit.
fn raise_memlock() {
    let limit = libc::rlimit { rlim_cur: libc::RLIM_INFINITY, rlim_max: libc::RLIM_INFINITY };
    // SAFETY: reads one rlimit. A refusal shows, where it matters, when a map is created.
    unsafe { libc::setrlimit(libc::RLIMIT_MEMLOCK, &raw const limit) };
}
