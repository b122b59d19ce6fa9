//! Older files are packed by a thread of its own, so that writing goes on.

use std::{
    fs, io,
    path::Path,
    sync::mpsc::{SyncSender, sync_channel},
    thread,
};

use flate2::{Compression as Level, write::GzEncoder};

use super::older::{Older, PART};
use crate::{config::output::Compression, log};

/// Fast, and small enough.
const ZSTD_LEVEL: i32 = 3;

/// Packs older files.
pub struct Packer {
    compression: Compression,
    older: Older,
    thread: Option<SyncSender<()>>,
}

impl Packer {
    pub fn new(compression: Compression, older: Older) -> Self {
        Self { compression, older, thread: None }
    }

    /// All older files that are not packed will be.
    pub fn pack_all(&mut self) {
        if self.compression == Compression::None {
            return;
        }
        if self.thread.is_none() {
            self.thread = self.start();
        }
        // Told already, it finds this one as well.
        let _told = self.thread.as_ref().map(|thread| thread.try_send(()));
    }

    fn start(&self) -> Option<SyncSender<()>> {
        let (sender, receiver) = sync_channel(1);
        let (compression, older) = (self.compression, self.older.clone());
        let run = move || {
            for one in older.all().iter().filter(|one| one.is_part()) {
                // Of an agent that ended within its work.
                let _gone = fs::remove_file(&one.path);
            }
            while receiver.recv().is_ok() {
                for one in older.all().iter().filter(|one| one.is_plain()) {
                    if let Err(error) = pack(&one.path, compression) {
                        log::warn(format_args!("cannot pack {}: {error}", one.path.display()));
                    }
                }
            }
        };
        thread::Builder::new().name("pack".into()).spawn(run).ok().map(|_| sender)
    }
}

/// Packs one file, which then is gone. At no time is there neither.
pub fn pack(path: &Path, compression: Compression) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let suffix = match compression {
        Compression::None => return Ok(()),
        Compression::Gzip => ".gz",
        Compression::Zstd => ".zst",
    };
    let part = path.with_file_name(format!("{name}{suffix}{PART}"));
    let mut from = fs::File::open(path)?;
    let result = fs::File::create(&part).and_then(|to| {
        let to = match compression {
            Compression::None => to,
            Compression::Gzip => {
                let mut encoder = GzEncoder::new(to, Level::default());
                io::copy(&mut from, &mut encoder)?;
                encoder.finish()?
            }
            Compression::Zstd => {
                zstd::stream::copy_encode(&mut from, &to, ZSTD_LEVEL)?;
                to
            }
        };
        // Retention goes by the age of the events.
        to.set_modified(from.metadata()?.modified()?)?;
        to.sync_all()?;
        fs::rename(&part, path.with_file_name(format!("{name}{suffix}")))
    });
    match result {
        Ok(()) => fs::remove_file(path),
        Err(error) => {
            let _gone = fs::remove_file(&part);
            Err(error)
        }
    }
}
