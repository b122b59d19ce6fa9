//! Memory that is far away: a read that no cache answers takes as long as a hundred nanoseconds of work.
//!
//! Here: what is needed soon is brought near, and large tables are laid out in large pages. [`table`]: a hash table that needs one such read, and can be told before.

pub mod table;

/// The bytes that come together from memory.
const LINE: usize = 64;

/// Has a value brought into the caches while other work is done. A hint: where the processor has none, nothing is done.
#[inline]
pub fn prefetch<T>(value: &T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let start = std::ptr::from_ref(value).cast::<i8>();
        for offset in (0..size_of::<T>()).step_by(LINE) {
            // SAFETY: a prefetch reads nothing that the program could see, and the address is within `value`.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(start.wrapping_add(offset)) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _hint = (value, LINE);
}

/// A large page.
const HUGE_PAGE: usize = 2 << 20;

/// Asks for large pages where a vector has more than a few: each page of 4 KiB that is read anew costs one read of memory
/// more to find it, and in a virtual machine several. Call it when the vector has moved. A hint.
pub fn use_huge_pages<T>(items: &Vec<T>) {
    let start = (items.as_ptr() as usize).next_multiple_of(HUGE_PAGE);
    let end = items.as_ptr() as usize + items.capacity() * size_of::<T>();
    let length = end.saturating_sub(start) / HUGE_PAGE * HUGE_PAGE;
    if length >= 2 * HUGE_PAGE {
        // SAFETY: the range lies within what the vector has allocated, and the advice changes nothing that it holds.
        unsafe { libc::madvise(start as *mut libc::c_void, length, libc::MADV_HUGEPAGE) };
    }
}
