//! Which files there are, and what is known of each.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
    time::SystemTime,
};

use jiff::tz::TimeZone;

use super::{
    books::{Books, OfFile, Told},
    growing::Growing,
    nanoseconds,
    whole::Whole,
};
use crate::{
    config::{Leases, identity::Zone},
    identity::lease::{Context, Format, HEAD, detect},
};

/// Leases from later than this are from the future, ns.
const AHEAD: u64 = 24 * 3600 * 1_000_000_000;

/// The logs of the DHCP server of Windows.
const WINDOWS: [&str; 2] = ["dhcpsrvlog-", ".log"];

/// Every `[[leases]]`.
pub(super) struct Files(Vec<Place>);

/// One `[[leases]]`: a file, or a folder of them.
struct Place {
    path: PathBuf,
    settings: Settings,
    files: BTreeMap<PathBuf, Followed>,
    /// What could not be done the last time.
    trouble: Option<io::ErrorKind>,
}

/// How the files of one place are read.
pub(super) struct Settings {
    pub format: Format,
    zone: TimeZone,
    lease_time: Option<u64>,
}

struct Followed {
    state: State,
    told: Told,
    trouble: Option<io::ErrorKind>,
}

enum State {
    /// Not there, or nothing in it yet that says what it is.
    Unknown,
    Growing(Growing),
    Whole(Whole),
}

impl Files {
    pub fn new(leases: &[Leases]) -> Self {
        Self(leases.iter().map(Place::new).collect())
    }

    /// Reads what is new.
    pub fn look(&mut self, now: u64, books: &mut Books<'_>) {
        self.0.iter_mut().for_each(|place| place.look(now, books));
    }

    /// Nothing more will be read: what is half written stays so.
    pub fn finish(&mut self, now: u64, books: &mut Books<'_>) {
        for place in &mut self.0 {
            let context = place.settings.context(SystemTime::now(), now);
            for (path, followed) in &mut place.files {
                let mut sink = OfFile { books, path, told: &mut followed.told };
                if let State::Growing(growing) = &mut followed.state {
                    growing.finish(&context, &mut sink);
                }
            }
        }
    }
}

impl Place {
    fn new(leases: &Leases) -> Self {
        let zone = leases.zone.as_ref().map_or_else(TimeZone::system, |zone: &Zone| zone.time_zone().clone());
        let settings = Settings {
            format: leases.format,
            zone,
            lease_time: leases.lease_time.map(crate::config::nanoseconds),
        };
        Self { path: leases.path.clone(), settings, files: BTreeMap::new(), trouble: None }
    }

    fn look(&mut self, now: u64, books: &mut Books<'_>) {
        let paths = match fs::metadata(&self.path) {
            Ok(metadata) if metadata.is_dir() => logs(&self.path),
            _ => Ok(vec![self.path.clone()]),
        };
        let paths = told(paths, &self.path, &mut self.trouble, books).unwrap_or_default();
        for path in paths {
            if books.is_closed() {
                return;
            }
            let followed = self.files.entry(path.clone()).or_insert_with(Followed::new);
            let result = followed.look(&path, &self.settings, now, books);
            told(result, &path, &mut followed.trouble, books);
        }
    }
}

impl Settings {
    /// What there is to know of a file that was changed at that time.
    pub fn context(&self, modified: SystemTime, now: u64) -> Context {
        Context {
            seen: nanoseconds(modified).min(now),
            future: now.saturating_add(AHEAD),
            zone: self.zone.clone(),
            lease_time: self.lease_time,
        }
    }
}

impl Followed {
    fn new() -> Self {
        Self { state: State::Unknown, told: Told::default(), trouble: None }
    }

    fn look(&mut self, path: &Path, settings: &Settings, now: u64, books: &mut Books<'_>) -> io::Result<()> {
        if let State::Unknown = self.state {
            let Some(format) = format(path, settings.format)? else { return Ok(()) };
            self.state = if format.grows() {
                State::Growing(Growing::new(path, format))
            } else {
                State::Whole(Whole::new(path, format))
            };
        }
        let mut sink = OfFile { books, path, told: &mut self.told };
        match &mut self.state {
            State::Unknown => Ok(()),
            State::Growing(growing) => growing.look(settings, now, &mut sink),
            State::Whole(whole) => whole.look(settings, now, &mut sink),
        }
    }
}

/// Notes an error when it is a new one.
fn told<T>(
    result: io::Result<T>,
    path: &Path,
    trouble: &mut Option<io::ErrorKind>,
    books: &mut Books<'_>,
) -> Option<T> {
    match result {
        Ok(value) => {
            *trouble = None;
            Some(value)
        }
        Err(error) => {
            if trouble.replace(error.kind()) != Some(error.kind()) {
                books.note(format!("leases {}: {error}; it is looked for again and again", path.display()));
            }
            None
        }
    }
}

/// The format of a file, where that can be told.
fn format(path: &Path, given: Format) -> io::Result<Option<Format>> {
    let file = File::open(path)?;
    if given != Format::Auto {
        return Ok(Some(given));
    }
    let mut head = Vec::new();
    file.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(detect(&head))
}

/// The logs of a folder, the oldest first.
fn logs(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut logs = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().to_ascii_lowercase();
        let [start, end] = WINDOWS;
        if name.starts_with(start) && name.ends_with(end) {
            logs.push((entry.metadata()?.modified()?, entry.path()));
        }
    }
    logs.sort();
    Ok(logs.into_iter().map(|(_, path)| path).collect())
}
