//! `dns-monitor trace`: from an alert that names the resolver to the machine behind it; and `dns-monitor who`.
//!
//! Read in the order the data flows:
//!
//! 1. [`alert`]: lines of alerts, of whatever sensor, become alerts;
//! 2. [`scan`]: a quick look at every event, for those that alerts may mean;
//! 3. [`event`]: these few, parsed;
//! 4. [`finding`]: which of them an alert means, how sure that is, and which machines they name; or why there are none;
//! 5. [`show`]: all that, for people and for programs.
//!
//! Beside the flow: [`who`], which asks for a name without an alert.

pub mod alert;
pub mod error;
pub mod event;
pub mod finding;
pub mod lines;
pub mod scan;
pub mod show;
pub mod who;

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use self::{
    alert::{
        Alert,
        read::{self, Alerts},
        when::Clock,
    },
    error::TraceError,
    finding::matching::{Findings, Matcher},
    scan::{Scan, input::Input, wanted::Wanted},
    show::Traced,
};
use crate::{config::Format, log};

/// How many bad lines of alerts are told of, each file.
const MOST_TOLD: u64 = 20;

/// What to trace, by what, and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// Files of alerts; `-` is standard input.
    pub alerts: Vec<PathBuf>,
    /// The alert that the command line describes.
    pub asked: Option<Alert>,
    /// Files of events; `-` is standard input.
    pub events: Vec<PathBuf>,
    /// How far from its alert's time a lookup may be, ns, where nothing but time and name says that it is the one.
    pub window: i64,
    /// What times of alerts do not say.
    pub clock: Clock,
    /// For people, or for programs.
    pub format: Format,
}

/// Traces the alerts; what was found goes to `out`, words about it to standard error. Returns whether
/// every line was an alert, and every alert has its lookup.
///
/// # Errors
/// [`TraceError`]; of inputs that can be read in part, that part was traced.
pub fn trace(request: &Request, out: &mut dyn Write) -> Result<bool, TraceError> {
    let is_stdin = |path: &&PathBuf| path.as_os_str() == "-";
    if request.alerts.iter().chain(&request.events).filter(is_stdin).count() > 1 {
        return Err(TraceError::TwoStdins);
    }
    if request.alerts.is_empty() && request.asked.is_none() {
        return Err(TraceError::NoAlerts);
    }
    let (alerts, failed) = read_alerts(request);
    let wanted = Wanted::by(&alerts.alerts, request.window);
    let (scan, failed_events) = read_events(&request.events, &wanted)?;
    let found =
        Matcher::new(&scan, &wanted, request.window).all(&alerts.alerts).map_err(TraceError::Reread)?;
    write(&alerts.alerts, &found, request.format, out).map_err(TraceError::Output)?;
    summary(&alerts, &found, &scan);
    let failed = failed.saturating_add(failed_events);
    if failed > 0 {
        let files = request.alerts.len().saturating_add(request.events.len());
        return Err(TraceError::Input { failed, files });
    }
    Ok(alerts.bad == 0 && found.findings.iter().all(|finding| finding.matched.is_ok()))
}

/// The alerts, and how many files could not be read to their end.
fn read_alerts(request: &Request) -> (Alerts, usize) {
    let mut alerts = Alerts { alerts: request.asked.iter().cloned().collect(), ..Alerts::default() };
    let mut failed = 0_usize;
    for path in &request.alerts {
        let name: Arc<str> = path.display().to_string().into();
        let mut told = 0_u64;
        let mut tell = |place, bad| {
            told = told.saturating_add(1);
            if told <= MOST_TOLD {
                log::warn(format_args!("{place}: {bad}"));
            }
        };
        let result =
            open(path).and_then(|file| read::read(file, &name, &request.clock, &mut alerts, &mut tell));
        if told > MOST_TOLD {
            log::warn(format_args!("{name}: {} more such lines", told.saturating_sub(MOST_TOLD)));
        }
        if let Err(error) = result {
            log::warn(format_args!("{name}: {error}"));
            failed = failed.saturating_add(1);
        }
    }
    (alerts, failed)
}

fn open(path: &Path) -> io::Result<Box<dyn io::Read>> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(io::stdin().lock()));
    }
    Ok(Box::new(File::open(path)?))
}

/// What the events came to, and how many files could not be read to their end.
fn read_events(paths: &[PathBuf], wanted: &Wanted) -> Result<(Scan, usize), TraceError> {
    let (mut inputs, mut names, mut failed) = (Vec::new(), Vec::new(), 0_usize);
    for path in paths {
        match Input::open(path) {
            Ok(input) => {
                inputs.push(input);
                names.push(path.display());
            }
            Err(error) => {
                log::warn(format_args!("{}: {error}", path.display()));
                failed = failed.saturating_add(1);
            }
        }
    }
    let scan = scan::run(inputs, wanted).map_err(TraceError::Temporary)?;
    let name = |input: u32| usize::try_from(input).ok().and_then(|at| names.get(at)).map(ToString::to_string);
    for line in &scan.bad_lines {
        let file = name(line.input).unwrap_or_default();
        log::warn(format_args!("{file}:{}: no event: {}", line.line, line.why));
    }
    for (input, error) in &scan.failed {
        log::warn(format_args!("{}: {error}", name(*input).unwrap_or_default()));
    }
    let failed = failed.saturating_add(scan.failed.len());
    Ok((scan, failed))
}

fn write(alerts: &[Alert], found: &Findings, format: Format, out: &mut dyn Write) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    for (alert, finding) in alerts.iter().zip(&found.findings) {
        let traced = Traced { alert, finding, skew: found.skew };
        let mut text = match format {
            Format::Json => show::json::line(&traced)?,
            Format::Text => String::new(),
        };
        if format == Format::Text {
            show::text::paragraph(&traced, &mut text).map_err(io::Error::other)?;
        } else {
            text.push('\n');
        }
        out.write_all(text.as_bytes())?;
    }
    out.flush()
}

/// Says how many, of what, and what was left out.
fn summary(alerts: &Alerts, found: &Findings, scan: &Scan) {
    let matched = found.findings.iter().filter(|finding| finding.matched.is_ok()).count();
    let all = alerts.alerts.len();
    log::info(format_args!(
        "{all} alerts: {matched} matched, {} not; {} lines unreadable",
        all.saturating_sub(matched),
        alerts.bad
    ));
    let told = [
        (alerts.others, "records of other kinds are left out"),
        (alerts.records, "records of lookups are left out: their file has alerts"),
        (alerts.beyond, "alerts are left out: there are too many"),
        (scan.crowded, "events are left out: there are too many of such names"),
    ];
    for (count, what) in told.into_iter().filter(|(count, _)| *count > 0) {
        log::info(format_args!("{count} {what}"));
    }
    log::info(format_args!(
        "{} events read, {} lines unreadable, {} gaps",
        scan.events,
        scan.bad.saturating_add(found.broken),
        scan.gaps.len()
    ));
    match found.skew {
        Some(skew) => log::info(format_args!("{}", show::text::clock(skew))),
        None => log::info(format_args!("no exact match: how the clocks differ is not known")),
    }
}
