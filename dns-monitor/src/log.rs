//! Words for the operator, on standard error: standard output belongs to the events.

use std::{
    fmt::Arguments,
    io::{Write as _, stderr},
};

/// What the operator may want to know.
pub fn info(text: Arguments<'_>) {
    line("", text);
}

/// What the operator should look at.
pub fn warn(text: Arguments<'_>) {
    line("warning: ", text);
}

/// Why the program ends.
pub fn error(text: Arguments<'_>) {
    line("error: ", text);
}

/// A closed standard error must not end the agent, so nothing is done about it.
fn line(prefix: &str, text: Arguments<'_>) {
    let _closed = writeln!(stderr().lock(), "dns-monitor: {prefix}{text}");
}
