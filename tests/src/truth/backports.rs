//! BIND 9.20 from bookworm-backports, beside the installed 9.18: unpacked into a folder, not installed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};

use crate::namespace::{Namespace, succeed};

const FOLDER: &str = "/var/cache/dns-monitor-lab/bind-9.20";
const LIBRARIES: &str = "usr/lib/x86_64-linux-gnu";
const SOURCE: &str = "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] \
    http://deb.debian.org/debian bookworm-backports main\n\
    deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm main\n";

/// A command that starts it in a namespace.
pub fn named(host: &Namespace) -> Result<Command> {
    let folder = unpacked()?;
    let mut command = host.command(folder.join("usr/sbin/named"));
    command.env("LD_LIBRARY_PATH", folder.join(LIBRARIES));
    Ok(command)
}

/// Its version, such as `BIND 9.20.23-…`.
pub fn version() -> Result<String> {
    let folder = unpacked()?;
    let mut command = Command::new(folder.join("usr/sbin/named"));
    succeed(command.env("LD_LIBRARY_PATH", folder.join(LIBRARIES)).arg("-v"))
}

/// Where it is; downloads it the first time.
fn unpacked() -> Result<PathBuf> {
    let folder = Path::new(FOLDER);
    if folder.join("usr/sbin/named").is_file() {
        return Ok(folder.to_path_buf());
    }
    download(folder).context(
        "BIND 9.20 is not here and cannot be had: it needs Debian 12 on amd64 and its mirror deb.debian.org",
    )?;
    Ok(folder.to_path_buf())
}

fn download(folder: &Path) -> Result<()> {
    let apt = folder.with_file_name("apt");
    let parts = ["lists/partial", "cache/archives/partial"];
    parts.iter().try_for_each(|part| fs::create_dir_all(apt.join(part)))?;
    fs::write(apt.join("sources.list"), SOURCE)?;
    let get = || {
        let mut command = Command::new("apt-get");
        let settings = [
            ("Dir::Etc::SourceList", apt.join("sources.list")),
            ("Dir::Etc::SourceParts", "/dev/null".into()),
            ("Dir::State::Lists", apt.join("lists")),
            ("Dir::Cache", apt.join("cache")),
            ("APT::Sandbox::User", "root".into()),
        ];
        for (name, value) in settings {
            command.arg("-o").arg(format!("{name}={}", value.display()));
        }
        command.current_dir(&apt);
        command
    };
    succeed(get().arg("update"))?;
    let wanted = ["bind9", "bind9-libs"].map(|package| format!("{package}/bookworm-backports"));
    succeed(get().arg("download").args(wanted).arg("liburcu8"))?;
    let partial = folder.with_extension("partial");
    let _gone = fs::remove_dir_all(&partial);
    for entry in fs::read_dir(&apt)? {
        let file = entry?.path();
        if file.extension().is_some_and(|extension| extension == "deb") {
            succeed(Command::new("dpkg").arg("-x").arg(&file).arg(&partial))?;
        }
    }
    ensure!(partial.join("usr/sbin/named").is_file(), "the packages hold no named");
    if let Err(error) = fs::rename(&partial, folder)
        && !folder.exists()
    {
        bail!("cannot rename {}: {error}", partial.display());
    }
    Ok(())
}
