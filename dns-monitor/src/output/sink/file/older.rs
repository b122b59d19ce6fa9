//! The files that were full or old: `events.json.20261126T205714.123Z`, and `.gz` or `.zst` behind that.

use std::{
    fmt::Display,
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use jiff::{SignedDuration, Timestamp};

use crate::log;

/// Behind what is not complete yet.
pub const PART: &str = ".part";

const MILLISECOND: SignedDuration = SignedDuration::from_millis(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// All that belong to one file.
#[derive(Clone, Debug)]
pub struct Older {
    path: PathBuf,
}

/// One of them.
#[derive(Clone, Debug)]
pub struct One {
    pub path: PathBuf,
    /// Its name, which has the time when it was begun.
    name: String,
    /// When it was last written.
    modified: SystemTime,
    length: u64,
}

impl One {
    /// Neither packed, nor about to be.
    pub fn is_plain(&self) -> bool {
        !self.name.ends_with(".gz") && !self.name.ends_with(".zst") && !self.is_part()
    }

    pub fn is_part(&self) -> bool {
        self.name.ends_with(PART)
    }
}

impl Older {
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// Whether the file itself has its name.
    pub fn is_there(&self) -> bool {
        self.path.exists()
    }

    /// The file itself becomes an older one.
    pub fn add(&self, begun: SystemTime) -> io::Result<()> {
        let mut time = Timestamp::try_from(begun).unwrap_or(Timestamp::UNIX_EPOCH);
        let taken: Vec<String> = self.all().into_iter().map(|one| one.name).collect();
        let prefix = self.prefix();
        loop {
            let name = format!("{prefix}{}", named(time));
            // Packed, it has the same name and something behind it.
            if !taken.iter().any(|other| other.starts_with(&name)) {
                return fs::rename(&self.path, self.path.with_file_name(name));
            }
            // Two within a millisecond: names stay in the order of time.
            time = time.checked_add(MILLISECOND).map_err(io::Error::other)?;
        }
    }

    /// All of them, the oldest first. What is of tomorrow was written when the clock was wrong, and nobody knows how long ago
    /// that is: it stands before all others, so that what comes now does not go before it.
    pub fn all(&self) -> Vec<One> {
        let prefix = self.prefix();
        let folder = self.path.parent().map(fs::read_dir);
        let entries = folder.and_then(Result::ok).into_iter().flatten().filter_map(Result::ok);
        let mut all: Vec<One> = entries
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                is_time(name.strip_prefix(&prefix)?).then_some(())?;
                let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
                let modified = metadata.modified().ok()?;
                Some(One { path: entry.path(), name, modified, length: metadata.len() })
            })
            .collect();
        let tomorrow = Timestamp::now().checked_add(DAY).unwrap_or(Timestamp::MAX);
        let tomorrow = format!("{prefix}{}", named(tomorrow));
        all.sort_by(|one, other| {
            let key = |one: &One| one.name <= tomorrow;
            key(one).cmp(&key(other)).then_with(|| one.name.cmp(&other.name))
        });
        all
    }

    /// Deletes what is older, or more, than is to be kept. The file itself counts, and stays.
    pub fn delete_old(&self, keep: Option<Duration>, keep_size: Option<usize>) {
        let all = self.all();
        let own = fs::metadata(&self.path).map_or(0, |metadata| metadata.len());
        let mut total = all.iter().fold(own, |sum, one| sum.saturating_add(one.length));
        for one in all.iter().filter(|one| !one.is_part()) {
            let age = one.modified.elapsed().unwrap_or_default();
            let too_old = keep.is_some_and(|keep| age > keep);
            let too_much = keep_size.is_some_and(|most| total > most as u64);
            if (too_old || too_much) && delete(one) {
                total = total.saturating_sub(one.length);
            }
        }
    }

    /// Deletes the oldest; false where there is none.
    pub fn delete_oldest(&self) -> bool {
        self.all().iter().find(|one| !one.is_part()).is_some_and(delete)
    }

    fn prefix(&self) -> String {
        let name = self.path.file_name().map(|name| name.to_string_lossy().into_owned());
        format!("{}.", name.unwrap_or_default())
    }
}

/// As names have it.
fn named(time: Timestamp) -> impl Display {
    time.strftime("%Y%m%dT%H%M%S.%3fZ")
}

fn delete(one: &One) -> bool {
    match fs::remove_file(&one.path) {
        Ok(()) => true,
        Err(error) => {
            log::warn(format_args!("cannot delete {}: {error}", one.path.display()));
            false
        }
    }
}

/// Whether a text begins as `20261126T205714.123Z` does: nobody else's file is touched.
fn is_time(text: &str) -> bool {
    let form = b"00000000T000000.000Z";
    text.len() >= form.len()
        && text.bytes().zip(form).all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            letter => byte == *letter,
        })
}
