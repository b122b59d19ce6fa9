//! Child processes: announced, never silent about failure, never on standard output.

use std::{
    ffi::{OsStr, OsString},
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

/// One line on standard error: what happens next, or what is there already.
pub fn say(step: impl AsRef<str>) {
    eprintln!("==> {}", step.as_ref());
}

/// Runs to the end; what the child prints to standard output goes to standard error, which
/// leaves standard output to the events.
pub fn run(command: &mut Command) -> Result<()> {
    let status =
        command.stdout(io::stderr()).status().with_context(|| format!("cannot start `{}`", line(command)))?;
    if !status.success() {
        bail!("`{}` failed: {status}", line(command));
    }
    Ok(())
}

/// Runs to the end and returns standard output.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start `{}`", line(command)))?;
    if !output.status.success() {
        bail!("`{}` failed: {}", line(command), output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{}` printed no UTF-8", line(command)))
}

/// The command as one would type it in a shell.
pub fn line(command: &Command) -> String {
    let words: Vec<_> =
        std::iter::once(command.get_program()).chain(command.get_args()).map(quoted).collect();
    words.join(" ")
}

fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=+,./:@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// The cargo that runs this xtask, in the workspace root.
pub fn cargo() -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command.current_dir(workspace());
    command
}

/// The workspace root.
pub fn workspace() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// A path under the workspace's target folder.
pub fn target(path: &str) -> PathBuf {
    workspace().join("target").join(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_can_be_pasted_into_a_shell() {
        for (words, expected) in [
            (&["ls"][..], "ls"),
            (&["ls", "-l", "/a/b.c"], "ls -l /a/b.c"),
            (&["echo", "two words", ""], "echo 'two words' ''"),
            (&["echo", "it's", "$HOME"], r"echo 'it'\''s' '$HOME'"),
        ] {
            assert_eq!(line(Command::new(words[0]).args(&words[1..])), expected);
        }
    }

    #[test]
    fn a_failing_child_is_an_error_that_names_it() {
        let error = run(Command::new("sh").args(["-c", "exit 3"])).map_err(|e| e.to_string());
        assert_eq!(error, Err("`sh -c 'exit 3'` failed: exit status: 3".into()));
    }
}
