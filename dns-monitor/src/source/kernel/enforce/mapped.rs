//! An array in the kernel that is also memory of ours.

use std::{
    io,
    os::fd::{AsFd, AsRawFd},
    ptr::NonNull,
    sync::atomic::AtomicU64,
};

use aya::maps::{MapData, MapError};

/// `BPF_MAP_TYPE_ARRAY` of `linux/bpf.h`.
const ARRAY: u32 = 2;
/// `BPF_F_MMAPABLE` (Linux 5.5) and `BPF_F_INNER_MAP` (5.10): mapped, and as long as it must be.
const FLAGS: u32 = 1 << 10 | 1 << 12;

/// A mapped array; unmapped on drop. The kernel frees it when no program can see it any more.
pub struct MappedArray {
    map: MapData,
    at: NonNull<u8>,
    length: usize,
}

// SAFETY: the memory belongs to no thread; who writes it does so with atomic operations, or before any program sees it.
unsafe impl Send for MappedArray {}
// SAFETY: as above.
unsafe impl Sync for MappedArray {}

impl MappedArray {
    /// Creates an array of `count` elements (at least one) of `size` bytes, a multiple of eight; all zero.
    ///
    /// # Errors
    /// What the kernel says: no memory, or no right to it.
    pub fn create(name: &str, size: u32, count: u32) -> Result<Self, MapError> {
        let count = count.max(1);
        let description = aya_obj::Map::new_from_params(ARRAY, 4, size, count, FLAGS);
        Self::of(MapData::create(description, name, None)?, size as usize * count as usize)
    }

    /// Maps an array that exists: `length` bytes, a multiple of eight.
    ///
    /// # Errors
    /// What mmap(2) says.
    pub fn of(map: MapData, length: usize) -> Result<Self, MapError> {
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        let fd = map.fd().as_fd().as_raw_fd();
        // SAFETY: the kernel chooses the place; nothing of ours is there.
        let at = unsafe { libc::mmap(std::ptr::null_mut(), length, protection, libc::MAP_SHARED, fd, 0) };
        if at == libc::MAP_FAILED {
            return Err(MapError::IoError(io::Error::last_os_error()));
        }
        let at =
            NonNull::new(at.cast()).ok_or_else(|| MapError::IoError(io::Error::other("mmap gave null")))?;
        Ok(Self { map, at, length })
    }

    /// The map.
    pub fn map(&self) -> &MapData {
        &self.map
    }

    /// Where it begins; aligned to a page.
    pub fn start(&self) -> NonNull<u64> {
        self.at.cast()
    }

    /// Its length, bytes.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Writes an element of the array's type, before a program can see it or where nothing refers to it yet; false: there
    /// is no such element.
    pub fn write<T: Copy>(&self, index: usize, value: &T) -> bool {
        let end = index.checked_add(1).and_then(|count| count.checked_mul(size_of::<T>()));
        if end.is_none_or(|end| end > self.length) {
            return false;
        }
        // SAFETY: within the mapping, as just seen, and aligned: elements are multiples of eight bytes.
        unsafe { self.at.cast::<T>().add(index).write(*value) };
        true
    }

    /// A word that programs read at any time; the offset is a multiple of eight and within the array.
    pub fn word(&self, offset: usize) -> &AtomicU64 {
        debug_assert!(offset.is_multiple_of(8) && offset < self.length);
        // SAFETY: within the mapping and aligned, as the caller has made sure; written atomically, by us alone.
        unsafe { AtomicU64::from_ptr(self.start().as_ptr().byte_add(offset)) }
    }
}

impl Drop for MappedArray {
    fn drop(&mut self) {
        // SAFETY: our own mapping, and nothing borrows from it any more.
        unsafe { libc::munmap(self.at.as_ptr().cast(), self.length) };
    }
}
