//! CPU time that processes spend. Interrupts they are interrupted by are in it: what a packet costs is on the account of
//! whoever sends it.

use std::{io, time::Duration};

use anyhow::{Context, Result};

/// What each of these processes has spent so far, all threads.
pub fn of_each(processes: &[u32]) -> Result<Vec<Duration>> {
    processes.iter().map(|process| of(*process)).collect()
}

fn of(process: u32) -> Result<Duration> {
    let mut clock = 0;
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes a number, and by means of that a time.
    let failed = unsafe {
        libc::clock_getcpuclockid(i32::try_from(process)?, &raw mut clock) != 0
            || libc::clock_gettime(clock, &raw mut time) != 0
    };
    if failed {
        return Err(io::Error::last_os_error()).context(format!("CPU time of process {process}"));
    }
    Ok(Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec)?))
}

/// What children that have ended had spent, and theirs.
pub fn of_children() -> Result<Duration> {
    // SAFETY: all zero is a value of the type, and one is written.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: as above.
    if unsafe { libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut usage) } != 0 {
        return Err(io::Error::last_os_error()).context("CPU time of children");
    }
    let of = |time: libc::timeval| {
        Duration::from_secs(time.tv_sec.unsigned_abs()) + Duration::from_micros(time.tv_usec.unsigned_abs())
    };
    Ok(of(usage.ru_utime) + of(usage.ru_stime))
}
