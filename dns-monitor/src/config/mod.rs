//! What the operator asked for: the configuration file, checked and with every default filled in.
//!
//! 1. `raw`: the file as written, a table of values that know their line and column;
//! 2. `value`: how one setting is read and written, the same in the file and on the command line;
//! 3. [`resolved`]: the settings as used, plain types within their bounds;
//! 4. `read`: from the one to the other, key by key;
//! 5. [`rules`]: the same for lists and rules, which stand in any number and in an order that counts;
//! 6. [`identity`]: and for what says who had an address;
//! 7. [`output`]: and for where events go;
//! 8. [`host`]: how the agent lives on its host;
//! 9. [`error`]: what can be wrong, where, and what would be right.

pub mod error;
pub mod host;
pub mod identity;
pub mod output;
mod raw;
mod read;
pub mod resolved;
pub mod rules;
#[cfg(test)]
mod tests;
pub(crate) mod value;

use std::path::Path;

pub use error::{ConfigError, Position};
pub use identity::{Identity, Leases};
use output::BadOutput;
pub use output::Output;
pub use resolved::{Attach, Color, Config, Format, Schema, nanoseconds};
pub use rules::{Control, Rules, Spec};

impl Config {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// [`ConfigError::Read`] where there is no such text, [`ConfigError::Invalid`] with all
    /// that is wrong in it.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let file = path.display().to_string();
        Self::parse(&file, &text(path)?)
    }

    /// Checks the text of a file; `file` is what errors call it.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] with all that is wrong.
    pub fn parse(file: &str, text: &str) -> Result<Self, ConfigError> {
        let mut document = raw::Document::parse(file, text)?;
        let Reread { config, bad, .. } = Self::read(&mut document);
        document.give_back(bad.into_iter().flat_map(|bad| bad.problems));
        document.finish()?;
        Ok(config)
    }

    /// The settings as a file that gives the same settings again.
    ///
    /// # Errors
    /// [`ConfigError::Write`] if a setting has no TOML form.
    pub fn to_toml(&self) -> Result<String, ConfigError> {
        let mut text = toml::to_string(self)?;
        for spec in &self.specs {
            text.push('\n');
            text.push_str(&spec.to_toml()?);
        }
        Ok(text)
    }
}

/// A configuration that was read again, beside a running agent: one bad output is no reason to leave out the others.
#[derive(Debug)]
pub struct Reread {
    /// What can be used of it.
    pub config: Config,
    /// The file as the operator named it.
    pub file: String,
    /// Where each of its outputs stands.
    pub places: Vec<Position>,
    /// Outputs that cannot be used.
    pub bad: Vec<BadOutput>,
}

impl Reread {
    /// Reads a file.
    ///
    /// # Errors
    /// As [`Config::load`], but not where no more than outputs are wrong.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::parse(&path.display().to_string(), &text(path)?)
    }

    /// Checks the text of a file; `file` is what errors call it.
    ///
    /// # Errors
    /// As [`Config::parse`], but not where no more than outputs are wrong.
    pub fn parse(file: &str, text: &str) -> Result<Self, ConfigError> {
        let mut document = raw::Document::parse(file, text)?;
        let reread = Self { file: file.to_owned(), ..Config::read(&mut document) };
        document.finish()?;
        Ok(reread)
    }
}

fn text(path: &Path) -> Result<String, ConfigError> {
    let failed = |source| ConfigError::Read { file: path.display().to_string(), source };
    std::fs::read_to_string(path).map_err(failed)
}
