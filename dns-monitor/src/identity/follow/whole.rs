//! A file that is written anew when something changes: it is read whole, and compared with what it said before.
//!
//! Such a file may be looked at while it is written, when it lacks what comes later. What is in it is believed at once;
//! that something is not in it any more, only when nobody has written for a while.

use std::{
    collections::{HashMap, hash_map::Entry},
    fs::{self, File, Metadata},
    io::{self, Read as _},
    mem,
    net::IpAddr,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::{books::OfFile, files::Settings, nanoseconds};
use crate::{
    config,
    identity::{
        assignment::{Assignment, Change, Source},
        lease::{Bad, Context, Format, Reader, Sink},
    },
};

/// A file that changed less than this ago may still be written.
const SETTLE: Duration = Duration::from_secs(1);
/// The largest file that is read, bytes.
const MAX_BYTES: u64 = 1 << 30;

/// A file that is written anew when something changes.
pub(super) struct Whole {
    path: PathBuf,
    format: Format,
    /// As it was when it was last read, and when it was first seen so, ns since the Unix epoch.
    read: Option<(Mark, u64)>,
    /// Whether nobody was writing then.
    is_settled: bool,
    /// What it said.
    known: HashMap<IpAddr, Assignment>,
}

/// What changes when a file does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    modified: SystemTime,
    size: u64,
    inode: u64,
}

impl Whole {
    pub fn new(path: &Path, format: Format) -> Self {
        Self { path: path.to_owned(), format, read: None, is_settled: false, known: HashMap::new() }
    }

    /// Reads it if it changed.
    pub fn look(&mut self, settings: &Settings, now: u64, sink: &mut OfFile<'_, '_>) -> io::Result<()> {
        let mark = match fs::metadata(&self.path) {
            // systemd-networkd removes the file with the last lease.
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.format == Format::Networkd => {
                self.compare(HashMap::new(), true, now, sink);
                return Ok(());
            }
            metadata => Mark::of(&metadata?)?,
        };
        let since = self.read.filter(|(read, _)| *read == mark).map(|(_, since)| since);
        // The first time it is read while nobody follows it: later looks put right what is not there yet.
        let is_settled = self.read.is_none()
            || rested(nanoseconds(mark.modified), now)
            || since.is_some_and(|since| rested(since, now));
        if since.is_some() && (self.is_settled || !is_settled) {
            return Ok(());
        }
        let text = self.text()?;
        let context = settings.context(mark.modified, now);
        let found = read(self.format, &text, &context, is_settled, sink);
        // What was read is what is there only if nobody wrote meanwhile.
        let is_settled = is_settled && Mark::of(&fs::metadata(&self.path)?)? == mark;
        self.compare(found, is_settled, context.seen, sink);
        (self.read, self.is_settled) = (Some((mark, since.unwrap_or(now))), is_settled);
        Ok(())
    }

    fn text(&self) -> io::Result<Vec<u8>> {
        let file = File::open(&self.path)?;
        if file.metadata()?.len() > MAX_BYTES {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "more than 1 GiB"));
        }
        let mut text = Vec::new();
        file.take(MAX_BYTES).read_to_end(&mut text)?;
        Ok(text)
    }

    /// Tells what is new, and what is over.
    fn compare(
        &mut self,
        found: HashMap<IpAddr, (u64, Assignment)>,
        is_settled: bool,
        seen: u64,
        sink: &mut OfFile<'_, '_>,
    ) {
        let is_first = self.read.is_none();
        let before = mem::take(&mut self.known);
        for (address, (line, mut assignment)) in found {
            let known = before.get(&address);
            if known.is_some_and(|known| is_same(known, &assignment)) {
                self.known.insert(address, assignment);
                continue;
            }
            if !is_first {
                // What a table says without a time, it says from its change on.
                assignment.from = if assignment.from == 0 { seen } else { assignment.from };
            }
            sink.change(line, Change::Assigned(assignment.clone()));
            self.known.insert(address, assignment);
        }
        for (address, assignment) in before {
            let Entry::Vacant(gone) = self.known.entry(address) else { continue };
            if is_settled {
                sink.change(0, Change::Ended { address, at: seen, source: assignment.source });
            } else {
                gone.insert(assignment);
            }
        }
    }
}

impl Mark {
    fn of(metadata: &Metadata) -> io::Result<Self> {
        Ok(Self { modified: metadata.modified()?, size: metadata.len(), inode: metadata.ino() })
    }
}

/// Whether `since` is long enough ago.
fn rested(since: u64, now: u64) -> bool {
    now.saturating_sub(since) >= config::nanoseconds(SETTLE)
}

/// Whether the same is said of the same machine, since whenever.
fn is_same(known: &Assignment, new: &Assignment) -> bool {
    known.name == new.name && known.mac == new.mac && known.until == new.until
}

/// What stands in the text. Faults count when nobody is writing it any more.
fn read(
    format: Format,
    text: &[u8],
    context: &Context,
    is_settled: bool,
    sink: &mut OfFile<'_, '_>,
) -> HashMap<IpAddr, (u64, Assignment)> {
    let mut found = Found { machines: HashMap::new(), sink: is_settled.then_some(sink) };
    let mut reader = Reader::new(format);
    let length = reader.read(text, context, &mut found);
    if is_settled || format == Format::Networkd {
        reader.finish(text.get(length..).unwrap_or_default(), context, &mut found);
    }
    found.machines
}

/// What stands in a file, by address.
struct Found<'f, 'b, 't> {
    /// The line, and what it says.
    machines: HashMap<IpAddr, (u64, Assignment)>,
    sink: Option<&'f mut OfFile<'b, 't>>,
}

impl Sink for Found<'_, '_, '_> {
    fn change(&mut self, line: u64, change: Change) {
        let Change::Assigned(assignment) = change else { return };
        match self.machines.entry(assignment.address) {
            // As `gethostbyaddr` has it: of a hosts file, the first line counts.
            Entry::Occupied(_) if assignment.source == Source::Hosts => {}
            Entry::Occupied(mut entry) => _ = entry.insert((line, assignment)),
            Entry::Vacant(entry) => _ = entry.insert((line, assignment)),
        }
    }

    fn bad(&mut self, line: u64, why: Bad, whole: bool) {
        if let Some(sink) = &mut self.sink {
            sink.bad(line, why, whole);
        }
    }
}
