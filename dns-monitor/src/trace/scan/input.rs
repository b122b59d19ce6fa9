//! Where events come from: files, which threads share, and streams, which one thread reads.

use std::{
    fs::File,
    io::{self, Read, Stdin},
    os::unix::fs::FileExt as _,
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use super::Text;

/// How much of a file a thread takes at once, bytes.
const PART: u64 = 32 << 20;

/// One input.
#[derive(Debug)]
pub enum Input {
    /// A file whose bytes can be read in any order.
    File {
        /// The file.
        file: File,
        /// Bytes, when it was opened: what is written behind it later is not read.
        length: u64,
    },
    /// Standard input, or a file that gives its bytes once: a pipe.
    Stream(Mutex<Stream>),
}

/// What gives its bytes once.
#[derive(Debug)]
pub enum Stream {
    /// Standard input.
    Stdin(Stdin),
    /// A pipe.
    Pipe(File),
}

/// What a thread takes at once: lines that begin from `start` on, and before `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which input.
    pub input: u32,
    /// First byte.
    pub start: u64,
    /// Behind the last one; of a stream, all.
    pub end: u64,
}

impl Input {
    /// Opens a file; `-` is standard input.
    ///
    /// # Errors
    /// Those of opening it.
    pub fn open(path: &Path) -> io::Result<Self> {
        if path.as_os_str() == "-" {
            return Ok(Self::Stream(Mutex::new(Stream::Stdin(io::stdin()))));
        }
        let file = File::open(path)?;
        let about = file.metadata()?;
        match about.is_file() {
            true => Ok(Self::File { file, length: about.len() }),
            false if about.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            false => Ok(Self::Stream(Mutex::new(Stream::Pipe(file)))),
        }
    }

    /// Cuts it; `input` is its number.
    pub fn parts(&self, input: u32) -> impl Iterator<Item = Part> + use<> {
        let (length, size) = match self {
            Self::File { length, .. } => (*length, PART),
            Self::Stream(_) => (1, u64::MAX),
        };
        let count = length.div_ceil(size);
        (0..count).map(move |number| {
            let start = number.saturating_mul(size);
            let end = start.saturating_add(size).min(if size == PART { length } else { u64::MAX });
            Part { input, start, end }
        })
    }
}

impl Read for Stream {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stdin(stdin) => stdin.read(room),
            Self::Pipe(file) => file.read(room),
        }
    }
}

/// A file from some byte on, read without moving a position that threads would share.
pub struct From<'f> {
    file: &'f File,
    at: u64,
}

impl<'f> From<'f> {
    /// From the byte on.
    #[must_use]
    pub fn new(file: &'f File, at: u64) -> Self {
        Self { file, at }
    }
}

impl Read for From<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(room, self.at)?;
        self.at = self.at.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        Ok(read)
    }
}

/// The inputs, and a file for what is kept of those that cannot be read twice.
#[derive(Debug, Default)]
pub struct Texts {
    inputs: Vec<Input>,
    /// Nameless: gone when the program ends, however it ends.
    kept: Option<File>,
    kept_bytes: AtomicU64,
}

impl Texts {
    /// # Errors
    /// A stream is among the inputs, and there is no room for temporary files.
    pub fn new(inputs: Vec<Input>) -> io::Result<Self> {
        let has_stream = inputs.iter().any(|input| matches!(input, Input::Stream(_)));
        let kept = has_stream.then(tempfile::tempfile).transpose()?;
        Ok(Self { inputs, kept, kept_bytes: AtomicU64::new(0) })
    }

    /// The input.
    #[must_use]
    pub fn input(&self, number: u32) -> Option<&Input> {
        self.inputs.get(usize::try_from(number).ok()?)
    }

    /// Keeps the text of a line of a stream; returns where.
    ///
    /// # Errors
    /// The disk is full.
    pub fn keep(&self, text: &[u8]) -> io::Result<u64> {
        let Some(file) = &self.kept else { return Err(io::ErrorKind::Unsupported.into()) };
        let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
        let at = self.kept_bytes.fetch_add(length, Ordering::Relaxed);
        file.write_all_at(text, at)?;
        Ok(at)
    }

    /// Reads a text again.
    ///
    /// # Errors
    /// The file has become shorter, or cannot be read.
    pub fn read(&self, text: Text, into: &mut Vec<u8>) -> io::Result<()> {
        into.clear();
        into.resize(usize::try_from(text.length).map_err(io::Error::other)?, 0);
        let file = match self.input(text.input) {
            Some(Input::File { file, .. }) => Some(file),
            Some(Input::Stream(_)) => self.kept.as_ref(),
            None => None,
        };
        file.ok_or(io::ErrorKind::NotFound)?.read_exact_at(into, text.at)
    }
}

/// Locks a stream, whatever happened to who had it before.
pub fn lock(stream: &Mutex<Stream>) -> std::sync::MutexGuard<'_, Stream> {
    stream.lock().unwrap_or_else(PoisonError::into_inner)
}
