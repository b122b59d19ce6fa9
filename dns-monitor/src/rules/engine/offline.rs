//! Rules without a running agent: what a configuration comes to.

use std::io::{self, Write};

use thiserror::Error;

use super::{
    load::{LoadError, Loader, Note},
    report::{self, Last},
};
use crate::{
    cli::rules::Question,
    config::{Config, Format},
    control::{
        protocol::{self, ProtocolError, Response},
        show,
    },
    log,
    rules::table::memory::Heap,
};

/// Why a configuration could not be looked at, or is not in order.
#[derive(Debug, Error)]
pub enum OfflineError {
    /// There is no set of rules.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// Something has to be mended; each was named.
    #[error("{0} errors in lists and rules")]
    Errors(u64),
    /// Nobody reads what is printed.
    #[error("standard output: {0}")]
    Output(#[from] io::Error),
    /// It has no JSON form.
    #[error(transparent)]
    Json(#[from] ProtocolError),
}

/// Reads all lists and rules; prints every line that is no part of them, then what there is of each.
///
/// # Errors
/// [`OfflineError::Errors`] where anything cannot be read or is refused.
pub fn check(config: &Config, out: &mut dyn Write) -> Result<(), OfflineError> {
    let (mut errors, mut broken) = (0, None);
    let mut print = |line: String| {
        if broken.is_none() {
            broken = writeln!(out, "{line}").err();
        }
    };
    let loaded = Loader::default().look(config, &mut Heap, &mut |note| match note {
        Note::Problem(problem) => {
            errors += u64::from(problem.is_error);
            let what = if problem.is_error { "error" } else { "ignored" };
            print(format!("{what}: {}: {}: {}", problem.origin, problem.place, problem.why));
        }
        Note::Warning(text) => {
            errors += 1;
            print(format!("error: {text}"));
        }
        Note::Progress(list, entries) => log::info(format_args!("{list}: {entries} entries so far")),
    })?;
    if let Some(error) = broken {
        return Err(error.into());
    }
    errors += (loaded.report.rejected - loaded.report.first_rejected.len()) as u64;
    for state in &loaded.origins {
        let (entries, unreadable) = (state.totals.entries, state.totals.unreadable);
        let ignored = state.ignored;
        writeln!(
            out,
            "{} {}: {}, {entries} entries, {unreadable} lines unreadable, {ignored} without meaning here",
            state.kind, state.name, state.action
        )?;
    }
    let hidden = loaded.report.hidden;
    let last = Last::of(loaded.report, loaded.origins, loaded.took);
    writeln!(out, "all: {}", last.line())?;
    if hidden > 0 {
        writeln!(out, "{hidden} entries are hidden by stronger ones of the same name")?;
    }
    if errors == 0 { Ok(()) } else { Err(OfflineError::Errors(errors)) }
}

/// Tells which rules of a configuration match a lookup, which wins, and why.
///
/// # Errors
/// [`OfflineError`].
pub fn explain(
    config: &Config,
    question: &Question,
    format: Format,
    out: &mut dyn Write,
) -> Result<(), OfflineError> {
    let loaded = Loader::default().look(config, &mut Heap, &mut |note| {
        if let Note::Warning(text) = note {
            log::warn(format_args!("{text}"));
        }
    })?;
    let Question { name, qtype, client } = question;
    let explanation = report::explanation(&loaded.ruleset, name, *qtype, *client);
    match format {
        Format::Text => out.write_all(show::explanation(&explanation).as_bytes())?,
        Format::Json => out.write_all(&protocol::encode(&Response::Explanation(explanation))?)?,
    }
    Ok(())
}
