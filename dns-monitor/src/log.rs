//! Words for the operator, on standard error: standard output belongs to the events.

use std::{
    env,
    fmt::Arguments,
    io::{Write as _, stderr},
    sync::OnceLock,
};

use nix::sys::stat::fstat;

/// How much it matters, as syslog(3) numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Error = 3,
    Warning = 4,
    Info = 6,
}

/// What the operator may want to know.
pub fn info(text: Arguments<'_>) {
    line(Level::Info, text);
}

/// What the operator should look at.
pub fn warn(text: Arguments<'_>) {
    line(Level::Warning, text);
}

/// Why the program ends.
pub fn error(text: Arguments<'_>) {
    line(Level::Error, text);
}

/// A closed standard error must not end the agent, so nothing is done about it.
fn line(level: Level, text: Arguments<'_>) {
    static JOURNAL: OnceLock<bool> = OnceLock::new();
    let text = if *JOURNAL.get_or_init(is_journal) { journal(level, text) } else { plain(level, text) };
    let _closed = stderr().lock().write_all(text.as_bytes());
}

fn plain(level: Level, text: Arguments<'_>) -> String {
    let prefix = match level {
        Level::Error => "error: ",
        Level::Warning => "warning: ",
        Level::Info => "",
    };
    format!("dns-monitor: {prefix}{text}\n")
}

/// The journal takes the level from the start of each line (sd-daemon(3)), and knows who we are.
fn journal(level: Level, text: Arguments<'_>) -> String {
    let text = text.to_string();
    text.lines().map(|line| format!("<{}>{line}\n", level as u8)).collect()
}

/// Whether standard error is the journal's: `JOURNAL_STREAM` names it by device and inode (systemd.exec(5)).
fn is_journal() -> bool {
    let (Ok(stream), Ok(file)) = (env::var("JOURNAL_STREAM"), fstat(stderr())) else { return false };
    stream == format!("{}:{}", file.st_dev, file.st_ino)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_says_how_much_it_matters() {
        let cases = [
            (Level::Info, "one", "dns-monitor: one\n", "<6>one\n"),
            (Level::Warning, "one", "dns-monitor: warning: one\n", "<4>one\n"),
            (Level::Error, "one\n  two", "dns-monitor: error: one\n  two\n", "<3>one\n<3>  two\n"),
        ];
        for (level, text, on_terminal, in_journal) in cases {
            assert_eq!(plain(level, format_args!("{text}")), on_terminal);
            assert_eq!(journal(level, format_args!("{text}")), in_journal);
        }
    }
}
