//! Where filter and buckets lie.

use std::{any::Any, io, ops::Deref, ptr::NonNull, sync::atomic::AtomicU64};

use super::BUCKET_WORDS;

/// Whoever gives the memory for a table: zeroed, and as much as is asked for.
pub trait Room {
    /// Memory for so many words of the filter.
    ///
    /// # Errors
    /// There is none, or the kernel refuses.
    fn filter(&mut self, words: u32) -> io::Result<Words>;

    /// Memory for so many buckets of [`BUCKET_WORDS`] words each.
    ///
    /// # Errors
    /// As [`filter`](Self::filter).
    fn buckets(&mut self, buckets: u32) -> io::Result<Words>;
}

/// Words that several threads, or the kernel, read while one writes.
pub enum Words {
    /// The agent's own.
    Heap(Box<[AtomicU64]>),
    /// Somebody else's, mapped.
    Mapped(Mapped),
}

/// Mapped words, and what keeps them mapped.
pub struct Mapped {
    start: NonNull<AtomicU64>,
    length: usize,
    _owner: Box<dyn Any + Send + Sync>,
}

// SAFETY: the words are atomic, and `new` asks that they may be used from any thread as long as the owner lives.
unsafe impl Send for Mapped {}
// SAFETY: as above.
unsafe impl Sync for Mapped {}

impl Mapped {
    /// Takes over `length` words at `start`; `owner` unmaps them when it is dropped.
    ///
    /// # Safety
    /// `start` must be aligned to eight bytes, and `length` words from there on readable and writable, from any thread,
    /// until `owner` is dropped. Whoever else writes them does so atomically.
    pub unsafe fn new(start: NonNull<u64>, length: usize, owner: Box<dyn Any + Send + Sync>) -> Self {
        Self { start: start.cast(), length, _owner: owner }
    }
}

impl Words {
    /// Zeroed words on the heap. The system gives them page by page, when they are first written.
    #[must_use]
    pub fn zeroed(length: usize) -> Self {
        const { assert!(align_of::<AtomicU64>() == align_of::<u64>()) };
        let words = Box::into_raw(vec![0u64; length].into_boxed_slice());
        // SAFETY: both types have the same size and alignment, and any value of one is a value of the other.
        Self::Heap(unsafe { Box::from_raw(words as *mut [AtomicU64]) })
    }
}

impl Deref for Words {
    type Target = [AtomicU64];

    #[inline]
    fn deref(&self) -> &[AtomicU64] {
        match self {
            Self::Heap(words) => words,
            // SAFETY: `Mapped::new` asks for just that.
            Self::Mapped(mapped) => unsafe {
                std::slice::from_raw_parts(mapped.start.as_ptr(), mapped.length)
            },
        }
    }
}

/// Room on the heap: where there is no kernel, as in `replay`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Heap;

impl Room for Heap {
    fn filter(&mut self, words: u32) -> io::Result<Words> {
        Ok(Words::zeroed(words as usize))
    }

    fn buckets(&mut self, buckets: u32) -> io::Result<Words> {
        Ok(Words::zeroed(buckets as usize * BUCKET_WORDS))
    }
}
