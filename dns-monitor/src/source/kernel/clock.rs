//! The kernel programs know `CLOCK_MONOTONIC`; events speak UTC.

/// Reads one of the kernel's clocks, ns.
fn read(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes one timespec; the clocks used here always exist.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    u64::try_from(time.tv_sec).unwrap_or_default() * 1_000_000_000
        + u64::try_from(time.tv_nsec).unwrap_or_default()
}

/// `CLOCK_MONOTONIC`, ns.
pub fn monotonic() -> u64 {
    read(libc::CLOCK_MONOTONIC)
}

/// The wall clock (UTC, ns since the Unix epoch) at monotonic zero. Moves only when the wall clock is set:
/// the kernel slews both clocks alike.
pub fn epoch() -> u64 {
    // The tightest of a few readings: the thread may be interrupted between the two clocks.
    let reading = |_| {
        let before = monotonic();
        let wall = read(libc::CLOCK_REALTIME);
        let after = monotonic();
        (after - before, wall.wrapping_sub(before + (after - before) / 2))
    };
    (0..4).map(reading).min().map_or(0, |(_, epoch)| epoch)
}
