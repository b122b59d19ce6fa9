//! The source of the standard library: `core` has no prebuilt copy for BPF targets.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, anyhow, bail};

use crate::{
    process::{output, run, say, target},
    toolchain::{Toolchain, has_core},
};

/// A way to get rust-src: what it is called, and how.
type Source<'a> = (&'static str, &'a dyn Fn() -> Result<()>);

/// Makes sure that the toolchain has rust-src; does nothing if it does.
pub fn ensure(toolchain: &Toolchain) -> Result<()> {
    let folder = toolchain.library_source();
    if has_core(&folder) {
        say("rust-src: there");
        return Ok(());
    }
    let rustup = || run(Command::new("rustup").args(["component", "add", "rust-src"]));
    let debian = || from_debian(&toolchain.release, &folder);
    first_that_works(&[("rustup", &rustup), ("Debian's package rust-src", &debian)])?;
    if !has_core(&folder) {
        bail!("rust-src was installed, but {} holds no library/core", folder.display());
    }
    Ok(())
}

/// Tries each source in turn; if none works, the error tells what each one said.
fn first_that_works(sources: &[Source]) -> Result<()> {
    let mut reasons = String::new();
    for (name, get) in sources {
        say(format!("rust-src: missing, asking {name}"));
        match get() {
            Ok(()) => return Ok(()),
            Err(error) => {
                say(format!("rust-src: {name} refused: {error:#}"));
                reasons.push_str(&format!("\n  {name}: {error:#}"));
            }
        }
    }
    Err(anyhow!("rust-src is missing and cannot be had:{reasons}"))
}

/// Where Debian keeps compilers newer than its stable release.
const SUITE: &str = "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] \
                     http://deb.debian.org/debian trixie-backports main\n";

/// Unpacks Debian's rust-src of the same release into the toolchain. apt runs on lists of its
/// own, so that the machine's package sources stay as they are, and checks the signature.
fn from_debian(release: &str, destination: &Path) -> Result<()> {
    let work = target("tools/rust-src");
    let apt = Apt::new(&work)?;
    run(apt.command("apt-get").arg("update").arg("--quiet"))?;
    let offered = output(apt.command("apt-cache").args(["madison", "rust-src"]))?;
    let version = matching_version(&offered, release)
        .with_context(|| format!("trixie-backports has no rust-src {release}"))?;
    run(apt.command("apt-get").arg("--quiet").arg("download").arg(format!("rust-src={version}")))?;
    let package = fs::read_dir(&work)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .context("apt-get download left no package")?;
    run(Command::new("dpkg-deb").arg("--extract").args([&package, &work.join("unpacked")]))?;
    let library = work.join(format!("unpacked/usr/src/rustc-{release}/library"));
    fs::create_dir_all(destination)?;
    run(Command::new("cp")
        .arg("--recursive")
        .arg("--no-target-directory")
        .args([&library, &destination.join("library")]))?;
    fs::remove_dir_all(&work).with_context(|| format!("cannot remove {}", work.display()))
}

/// The offered package version whose upstream part is `release`, from `apt-cache madison`.
fn matching_version<'a>(offered: &'a str, release: &str) -> Option<&'a str> {
    offered
        .lines()
        .filter_map(|line| line.split('|').nth(1))
        .map(str::trim)
        .find(|version| version.strip_prefix(release).is_some_and(|rest| rest.starts_with(['+', '-', '~'])))
}

/// apt with sources, lists and cache in a folder of its own.
struct Apt(PathBuf);

impl Apt {
    fn new(folder: &Path) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        for needed in ["lists/partial", "archives/partial"] {
            fs::create_dir_all(folder.join(needed))?;
        }
        fs::write(folder.join("sources.list"), SUITE)?;
        Ok(Self(folder.to_path_buf()))
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let at = |path: &str| self.0.join(path).display().to_string();
        command.current_dir(&self.0).env("LC_ALL", "C");
        command.arg(format!("-oDir::Etc::SourceList={}", at("sources.list")));
        command.arg("-oDir::Etc::SourceParts=/dev/null");
        command.arg(format!("-oDir::State::Lists={}", at("lists")));
        command.arg(format!("-oDir::Cache={}", at("")));
        command.arg("-oAPT::Sandbox::User=root");
        command
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn the_first_source_that_works_is_the_last_one_asked() {
        let works: fn() -> Result<()> = || Ok(());
        let refuses: fn() -> Result<()> = || Err(anyhow!("403 Forbidden"));
        for (rustup, debian, asked, succeeds) in [
            (works, works, &["rustup"][..], true),
            (refuses, works, &["rustup", "Debian"], true),
            (refuses, refuses, &["rustup", "Debian"], false),
        ] {
            let calls = RefCell::new(Vec::new());
            let first = || {
                calls.borrow_mut().push("rustup");
                rustup()
            };
            let second = || {
                calls.borrow_mut().push("Debian");
                debian()
            };
            let result = first_that_works(&[("rustup", &first), ("Debian", &second)]);
            assert_eq!(result.is_ok(), succeeds);
            assert_eq!(calls.into_inner(), asked);
        }
    }

    #[test]
    fn when_every_source_refuses_the_error_gives_every_reason() {
        let error = first_that_works(&[("A", &|| Err(anyhow!("no route"))), ("B", &|| Err(anyhow!("404")))]);
        let text = error.err().map(|e| e.to_string()).unwrap_or_default();
        assert!(text.contains("A: no route") && text.contains("B: 404"), "{text}");
    }

    #[test]
    fn only_a_package_of_the_same_release_will_do() {
        let offered = " rust-src | 1.96.1+dfsg1-2~bpo13+1 | http://d trixie-backports/main amd64 Packages\n \
                       rust-src | 1.95.0+dfsg1-2~bpo13+1 | http://d trixie-backports/main amd64 Packages\n";
        for (release, expected) in [
            ("1.95.0", Some("1.95.0+dfsg1-2~bpo13+1")),
            ("1.96.1", Some("1.96.1+dfsg1-2~bpo13+1")),
            ("1.9", None),
            ("1.97.0", None),
        ] {
            assert_eq!(matching_version(offered, release), expected, "{release}");
        }
    }
}
