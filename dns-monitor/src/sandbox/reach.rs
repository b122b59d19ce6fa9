//! What is within the fence, for outputs that come while the agent runs.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf, absolute},
};

use thiserror::Error;

use super::paths::Paths;
use crate::config::output::Needs;

/// What the sandbox lets the agent have.
#[derive(Clone, Debug, Default)]
pub struct Reach(Option<Paths>);

/// Why an output cannot have what it needs.
#[derive(Debug, Error)]
pub enum ReachError {
    /// A port of others.
    #[error("needs TCP port {0}, which the sandbox did not know at start: restart the agent")]
    Port(u16),
    /// A folder.
    #[error("needs to write in {}, which the sandbox did not know at start: restart the agent", .0.display())]
    Write(PathBuf),
    /// A file that is there, perhaps.
    #[error("needs to read {}, which the sandbox did not know at start: restart the agent", .0.display())]
    Read(PathBuf),
    /// A file that is not there, or not for us.
    #[error("cannot read {}: {why}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
}

impl Reach {
    /// Behind a fence with these gates. What is not there yet has none.
    #[must_use]
    pub fn fenced(mut paths: Paths) -> Self {
        for list in [&mut paths.read, &mut paths.write] {
            *list = list.iter().filter_map(|path| fs::canonicalize(path).ok()).collect();
        }
        Self(Some(paths))
    }

    /// Whether an output can have what it needs.
    ///
    /// # Errors
    /// [`ReachError`]: the first thing that it cannot have.
    pub fn check(&self, needs: &Needs) -> Result<(), ReachError> {
        if let Some(paths) = &self.0 {
            if let Some(port) = needs.ports.iter().find(|port| !paths.ports.contains(port)) {
                return Err(ReachError::Port(*port));
            }
            if let Some(folder) = needs.write.iter().find(|folder| !is_within(folder, &paths.write)) {
                return Err(ReachError::Write(folder.clone()));
            }
            let is_readable = |file: &&PathBuf| is_within(file, &paths.read) || is_within(file, &paths.write);
            if let Some(file) = needs.read.iter().find(|file| !is_readable(file)) {
                return Err(ReachError::Read(file.clone()));
            }
        }
        for path in &needs.read {
            File::open(path).map_err(|why| ReachError::File { path: path.clone(), why })?;
        }
        Ok(())
    }
}

/// Whether a path is one of these, or below one. Of a path that is not there, what is there of it counts.
fn is_within(path: &Path, granted: &[PathBuf]) -> bool {
    let Ok(path) = absolute(path) else { return false };
    let real = path.ancestors().find_map(|above| {
        let real = fs::canonicalize(above).ok()?;
        Some(real.join(path.strip_prefix(above).ok()?))
    });
    real.is_some_and(|real| granted.iter().any(|folder| real.starts_with(folder)))
}
