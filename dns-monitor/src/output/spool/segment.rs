//! The files of a spool: `00000000000000001234.seg`, named by the number of the first event that is to be in it.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::frame::{Frame, HEADER, MAGIC};

const SUFFIX: &str = ".seg";

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The number of its first event.
    pub first: u64,
    /// Bytes.
    pub length: u64,
    /// When it was begun, where it was found rather than made.
    pub begun: Option<SystemTime>,
}

impl Segment {
    /// Its file.
    pub fn path(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{:020}{SUFFIX}", self.first))
    }
}

/// All of a folder, the oldest first. What has another name is somebody else's.
pub fn list(folder: &Path) -> io::Result<Vec<Segment>> {
    let mut segments = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let first = entry.file_name().to_str().and_then(|name| {
            let digits = name.strip_suffix(SUFFIX).filter(|digits| digits.len() == 20)?;
            digits.parse().ok()
        });
        if let Some(first) = first {
            let metadata = entry.metadata()?;
            let begun = metadata.created().or_else(|_| metadata.modified()).ok();
            segments.push(Segment { first, length: metadata.len(), begun });
        }
    }
    segments.sort_by_key(|segment| segment.first);
    Ok(segments)
}

/// A batch, and where the next one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its header.
    pub frame: Frame,
    /// Where the next one starts, bytes.
    pub next: u64,
}

/// The first good batch at or behind `offset`, and its bytes in `bytes`; `None` where there is none up to `end`. What is
/// broken is skipped: `least` is the number that the batch has at least, so that what looks like one by chance, or is an
/// old one, is none.
pub fn next(
    file: &File,
    mut offset: u64,
    end: u64,
    least: u64,
    bytes: &mut Vec<u8>,
) -> io::Result<Option<Found>> {
    while offset.saturating_add(HEADER as u64) <= end {
        if let Some(frame) = at(file, offset, end, bytes)?.filter(|frame| frame.first >= least) {
            return Ok(Some(Found { frame, next: offset + frame.size() }));
        }
        match search(file, offset + 1, end)? {
            Some(found) => offset = found,
            None => break,
        }
    }
    Ok(None)
}

/// The batch that starts here, if one does and is whole.
fn at(file: &File, offset: u64, end: u64, bytes: &mut Vec<u8>) -> io::Result<Option<Frame>> {
    let mut header = [0; HEADER];
    file.read_exact_at(&mut header, offset)?;
    let behind = offset + HEADER as u64;
    let frame = Frame::read(&header).filter(|frame| behind.saturating_add(frame.length as u64) <= end);
    let Some(frame) = frame else { return Ok(None) };
    bytes.resize(frame.length, 0);
    file.read_exact_at(bytes, behind)?;
    Ok(frame.fits(bytes).then_some(frame))
}

/// The next place from `offset` on that looks like the start of a batch.
fn search(file: &File, mut offset: u64, end: u64) -> io::Result<Option<u64>> {
    let mut window = vec![0; 64 << 10];
    while offset.saturating_add(HEADER as u64) <= end {
        let room = usize::try_from(end - offset).unwrap_or(usize::MAX).min(window.len());
        let Some(window) = window.get_mut(..room) else { break };
        file.read_exact_at(window, offset)?;
        if let Some(found) = memchr::memmem::find(window, &MAGIC) {
            return Ok(Some(offset + found as u64));
        }
        // It may begin within the last bytes of the window.
        offset += (room - MAGIC.len() + 1) as u64;
    }
    Ok(None)
}
