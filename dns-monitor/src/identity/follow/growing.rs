//! A file that grows at its end: only what is new is read.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::{FileExt as _, MetadataExt as _},
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{books::OfFile, files::Settings};
use crate::identity::lease::{Context, Format, MAX_LINE, Reader};

/// Bytes that are read at once.
const CHUNK: usize = 256 << 10;
/// Bytes before the place where reading goes on that must still be the same.
const TAIL: usize = 64;

/// What Kea's clean-up (LFC) puts leases aside in, in the order in which they were written. Where the first is there, it
/// has all of the others.
const KEA_DONE: &str = ".completed";
const KEA_ASIDE: [&str; 2] = [".2", ".1"];

/// A file that grows at its end.
pub(super) struct Growing {
    path: PathBuf,
    format: Format,
    open: Option<Open>,
    /// Whether it was open before: what stands beside it has been read.
    was_open: bool,
}

/// A file as far as it was read. It stays open, so that it can be read to its end after it was renamed or removed.
struct Open {
    file: File,
    /// Device and inode.
    id: (u64, u64),
    /// Bytes that were read.
    offset: u64,
    /// The last of them.
    tail: Vec<u8>,
    /// Those of them that are half a line.
    rest: Vec<u8>,
    reader: Reader,
}

impl Growing {
    pub fn new(path: &Path, format: Format) -> Self {
        Self { path: path.to_owned(), format, open: None, was_open: false }
    }

    /// Reads what is new.
    pub fn look(&mut self, settings: &Settings, now: u64, sink: &mut OfFile<'_, '_>) -> io::Result<()> {
        let there = fs::metadata(&self.path);
        if let Some(open) = &mut self.open {
            let is_same = there.as_ref().is_ok_and(|there| (there.dev(), there.ino()) == open.id);
            let context = settings.context(modified(&open.file)?, now);
            if !open.is_intact()? {
                open.reader.finish(&open.rest, &context, sink);
                open.restart(self.format);
            }
            open.read(&context, sink)?;
            if is_same {
                return Ok(());
            }
            // Renamed or removed: it has been read to its end.
            let _is_there = there?;
            open.reader.finish(&open.rest, &context, sink);
            self.open = None;
        }
        self.open(settings, now, sink)
    }

    /// What is half written now stays so.
    pub fn finish(&mut self, context: &Context, sink: &mut OfFile<'_, '_>) {
        if let Some(open) = &mut self.open {
            open.reader.finish(&open.rest, context, sink);
        }
    }

    fn open(&mut self, settings: &Settings, now: u64, sink: &mut OfFile<'_, '_>) -> io::Result<()> {
        let mut open = Open::new(&self.path, self.format)?;
        if self.format == Format::Kea && !self.was_open {
            self.aside(settings, now, sink);
        }
        self.was_open = true;
        let context = settings.context(modified(&open.file)?, now);
        let result = open.read(&context, sink);
        self.open = Some(open);
        result
    }

    /// Reads what Kea put aside, as it does itself when it starts.
    fn aside(&self, settings: &Settings, now: u64, sink: &mut OfFile<'_, '_>) {
        let beside = |end: &str| {
            let mut name = self.path.clone().into_os_string();
            name.push(end);
            Open::new(Path::new(&name), self.format)
        };
        let files = match beside(KEA_DONE) {
            Ok(done) => vec![Ok(done)],
            Err(_) => KEA_ASIDE.map(beside).into_iter().collect(),
        };
        // One that is not there is the usual case, and of one that cannot be read the rest counts.
        for mut open in files.into_iter().flatten() {
            let Ok(modified) = modified(&open.file) else { continue };
            let context = settings.context(modified, now);
            let _read = open.read(&context, sink);
            open.reader.finish(&open.rest, &context, sink);
        }
    }
}

impl Open {
    fn new(path: &Path, format: Format) -> io::Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        let id = (metadata.dev(), metadata.ino());
        Ok(Self { file, id, offset: 0, tail: Vec::new(), rest: Vec::new(), reader: Reader::new(format) })
    }

    fn restart(&mut self, format: Format) {
        (self.offset, self.reader) = (0, Reader::new(format));
        self.tail.clear();
        self.rest.clear();
    }

    /// Whether what was read still stands there: a file may be cut and written anew in place.
    fn is_intact(&self) -> io::Result<bool> {
        let length = self.file.metadata()?.len();
        if length < self.offset {
            return Ok(false);
        }
        let mut tail = vec![0; self.tail.len()];
        let start = self.offset.saturating_sub(tail.len() as u64);
        match self.file.read_exact_at(&mut tail, start) {
            Ok(()) => Ok(tail == self.tail),
            // Cut since we asked for its length.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Reads to the end.
    fn read(&mut self, context: &Context, sink: &mut OfFile<'_, '_>) -> io::Result<()> {
        let mut chunk = vec![0; CHUNK];
        while !sink.books.is_closed() {
            let count = self.file.read_at(&mut chunk, self.offset)?;
            let Some(new) = chunk.get(..count).filter(|new| !new.is_empty()) else { break };
            self.offset = self.offset.saturating_add(count as u64);
            self.remember(new);
            self.rest.extend_from_slice(new);
            let read = self.reader.read(&self.rest, context, sink);
            self.rest.drain(..read);
            // No more than it takes to know that the line is too long.
            self.rest.truncate(MAX_LINE.saturating_add(CHUNK));
        }
        Ok(())
    }

    fn remember(&mut self, new: &[u8]) {
        self.tail.extend_from_slice(new.get(new.len().saturating_sub(TAIL)..).unwrap_or(new));
        let surplus = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..surplus);
    }
}

fn modified(file: &File) -> io::Result<SystemTime> {
    file.metadata()?.modified()
}
