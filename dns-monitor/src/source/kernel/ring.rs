//! One BPF ring buffer, read in place (`kernel/bpf/ringbuf.c`, kernel 5.8).
//!
//! The library's reader consumes what it shows; merging the rings of all CPUs by time needs to look
//! without taking, and one consumer position a batch instead of one a sample spares the cache line.

use std::{
    io,
    os::fd::{AsRawFd, BorrowedFd},
    ptr::{self, NonNull},
    slice,
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
};

const BUSY: u32 = 1 << 31;
const DISCARDED: u32 = 1 << 30;
const RECORD_HEADER: u64 = 8;

/// The reader of one ring buffer.
pub struct Ring {
    consumer: Mapping,
    producer: Mapping,
    page: usize,
    mask: u64,
    /// Where the reader is; published to the kernel by [`Ring::release`].
    position: u64,
    /// What the producer had written when last looked.
    written: u64,
}

impl Ring {
    /// Maps the ring buffer of `size` bytes behind a map descriptor.
    ///
    /// # Errors
    /// What `mmap` says.
    pub fn map(fd: BorrowedFd<'_>, size: usize) -> io::Result<Self> {
        // SAFETY: no memory is involved.
        let page = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096);
        let consumer = Mapping::new(fd, page, libc::PROT_READ | libc::PROT_WRITE, 0)?;
        // The kernel maps the data twice in a row, so that no record wraps.
        let producer = Mapping::new(fd, page + 2 * size, libc::PROT_READ, page)?;
        let position = consumer.position().load(Ordering::Acquire);
        Ok(Self { consumer, producer, page, mask: size as u64 - 1, position, written: position })
    }

    /// The oldest sample that is not taken yet, without taking it.
    pub fn peek(&mut self) -> Option<&[u8]> {
        loop {
            if self.position == self.written {
                self.written = self.producer.position().load(Ordering::Acquire);
                if self.position == self.written {
                    return None;
                }
            }
            let header = self.record_length(Ordering::Acquire);
            if header & BUSY != 0 {
                return None;
            }
            if header & DISCARDED == 0 {
                return Some(self.record(header as usize));
            }
            self.position += advance(header & !DISCARDED);
        }
    }

    /// Takes what [`Ring::peek`] has shown. Its bytes stay valid until [`Ring::release`].
    pub fn take(&mut self) {
        let header = self.record_length(Ordering::Relaxed);
        self.position += advance(header);
    }

    /// Gives the kernel back the room of everything taken.
    pub fn release(&mut self) {
        let published = self.consumer.position();
        if published.load(Ordering::Relaxed) != self.position {
            published.store(self.position, Ordering::Release);
        }
    }

    fn offset(&self) -> usize {
        self.page + (self.position & self.mask) as usize
    }

    fn record_length(&self, order: Ordering) -> u32 {
        // SAFETY: the position is 8-byte aligned and below the mapped size; the kernel writes whole words.
        unsafe { AtomicU32::from_ptr(self.producer.at.as_ptr().add(self.offset()).cast()) }.load(order)
    }

    fn record(&self, length: usize) -> &[u8] {
        // SAFETY: the kernel has committed `length` bytes behind the record's header and does not touch
        // them before `release`; the double mapping makes them contiguous.
        unsafe {
            let start = self.producer.at.as_ptr().add(self.offset() + RECORD_HEADER as usize);
            slice::from_raw_parts(start, length)
        }
    }
}

fn advance(length: u32) -> u64 {
    (u64::from(length) + RECORD_HEADER).next_multiple_of(8)
}

struct Mapping {
    at: NonNull<u8>,
    length: usize,
}

// SAFETY: shared memory that only atomics and committed, read-only bytes are read from.
unsafe impl Send for Mapping {}

impl Mapping {
    fn new(fd: BorrowedFd<'_>, length: usize, protection: i32, offset: usize) -> io::Result<Self> {
        let offset = libc::off_t::try_from(offset).map_err(io::Error::other)?;
        // SAFETY: a new mapping wherever the kernel likes.
        let at = unsafe {
            libc::mmap(ptr::null_mut(), length, protection, libc::MAP_SHARED, fd.as_raw_fd(), offset)
        };
        if at == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let at = NonNull::new(at.cast()).ok_or_else(|| io::Error::other("mmap returned null"))?;
        Ok(Self { at, length })
    }

    /// The position both sides keep at the start of their first page.
    fn position(&self) -> &AtomicU64 {
        // SAFETY: mapped as long as `self` lives, page-aligned, written atomically by the kernel.
        unsafe { AtomicU64::from_ptr(self.at.as_ptr().cast()) }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: our own mapping, and nothing borrows from it any more.
        unsafe { libc::munmap(self.at.as_ptr().cast(), self.length) };
    }
}
