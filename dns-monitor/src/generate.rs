//! Manual pages and shell completions, out of the definition of the command line: for the packages.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::{Command, CommandFactory as _};
use clap_complete::{Shell, generate_to};

use crate::cli::Cli;

/// Where shells look, below `/usr/share`.
const SHELLS: [(Shell, &str, &str); 3] = [
    (Shell::Bash, "bash-completion/completions", "dns-monitor"),
    (Shell::Zsh, "zsh/vendor-completions", "_dns-monitor"),
    (Shell::Fish, "fish/vendor_completions.d", "dns-monitor.fish"),
];

/// Writes all of them below `share`; returns which.
///
/// # Errors
/// The files'.
pub fn generate(share: &Path) -> io::Result<Vec<PathBuf>> {
    let man = share.join("man/man1");
    fs::create_dir_all(&man)?;
    let mut written = Vec::new();
    let mut command = Cli::command();
    command.build();
    pages(&command, &man, &mut written)?;
    for (shell, folder, name) in SHELLS {
        let folder = share.join(folder);
        fs::create_dir_all(&folder)?;
        let made = generate_to(shell, &mut Cli::command(), "dns-monitor", &folder)?;
        let path = folder.join(name);
        fs::rename(made, &path)?;
        written.push(path);
    }
    Ok(written)
}

/// `dns-monitor-rules-block.1` and so on: a page for each command.
fn pages(command: &Command, folder: &Path, written: &mut Vec<PathBuf>) -> io::Result<()> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    let path = folder.join(format!("{name}.1"));
    fs::write(&path, page)?;
    written.push(path);
    let below =
        command.get_subcommands().filter(|command| !command.is_hide_set() && command.get_name() != "help");
    for command in below {
        pages(command, folder, written)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
    use super::*;

    #[test]
    fn every_command_has_a_page_and_every_shell_its_completions() {
        let folder = tempfile::tempdir().unwrap();
        let written = generate(folder.path()).unwrap();
        let name = |path: &PathBuf| path.strip_prefix(folder.path()).unwrap().display().to_string();
        let names: Vec<String> = written.iter().map(name).collect();
        for expected in [
            "man/man1/dns-monitor.1",
            "man/man1/dns-monitor-run.1",
            "man/man1/dns-monitor-rules-block.1",
            "bash-completion/completions/dns-monitor",
            "zsh/vendor-completions/_dns-monitor",
            "fish/vendor_completions.d/dns-monitor.fish",
        ] {
            assert!(names.iter().any(|name| name == expected), "{expected} of {names:?}");
        }
        assert!(!names.iter().any(|name| name.contains("escape") || name.contains("generate")), "{names:?}");
        let page = fs::read_to_string(folder.path().join("man/man1/dns-monitor-run.1")).unwrap();
        assert!(page.contains("no\\-sandbox"), "{page}");
    }
}
