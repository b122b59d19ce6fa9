//! Which files and TCP ports a configuration needs.
//!
//! A right goes with the file, not with its name, and most files are replaced rather than written: so the right is to the
//! folder. But a folder at the top, such as /etc, is everybody's: there the file alone is meant.

use std::{
    env,
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf, absolute},
};

use nix::unistd::{AccessFlags, access};
use url::Url;

use crate::{
    config::{
        Config, Output,
        output::Needs,
        rules::{Source, Spec},
    },
    log,
    source::kernel::pins,
};

/// What the C library reads to look up hosts, users and time zones; what the kernel says of this process and of interfaces.
const SYSTEM: &[&str] = &[
    "/dev/null",
    "/dev/urandom",
    "/etc/gai.conf",
    "/etc/group",
    "/etc/host.conf",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/resolv.conf",
    "/etc/services",
    "/lib",
    "/lib64",
    "/proc/self",
    "/proc/sys/kernel",
    "/run/systemd/resolve",
    "/sys/class/net",
    "/sys/devices",
    "/sys/fs/cgroup",
    "/usr/lib",
    "/usr/lib64",
    "/usr/share/zoneinfo",
];
/// Where lists and rules are usually put: a reload may name new ones there.
const USUAL: &str = "/etc/dns-monitor";
/// A proxy that `HTTP_PROXY` and the like may name.
const PROXIES: [&str; 6] =
    ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
/// Names of servers may be looked up over TCP; a list may move from http to https, or to the usual port.
const USUAL_PORTS: [u16; 3] = [53, 80, 443];

/// What a configuration needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paths {
    /// Files and folders that are read.
    pub read: Vec<PathBuf>,
    /// Folders in which files are made, written and removed.
    pub write: Vec<PathBuf>,
    /// Folders from which a socket of ours is removed.
    pub sockets: Vec<PathBuf>,
    /// TCP ports of others.
    pub ports: Vec<u16>,
}

impl Paths {
    /// Of this configuration, which is in `file`.
    #[must_use]
    pub fn of(config: &Config, file: Option<&Path>) -> Self {
        let mut paths = Self::default();
        paths.read.extend(SYSTEM.iter().map(PathBuf::from));
        paths.read.push(USUAL.into());
        let lists = config.specs.iter().filter_map(|spec| match spec {
            Spec::List(list) => Some(&list.source),
            Spec::Rule(_) => None,
        });
        let mut urls = Vec::new();
        let mut files: Vec<&Path> = file.into_iter().chain(config.rules.ca_file.as_deref()).collect();
        files.extend(config.leases.iter().map(|leases| leases.path.as_path()));
        for source in lists {
            match source {
                Source::Path(path) => files.push(path),
                Source::Url { url, .. } => urls.push(url.as_str()),
            }
        }
        files.into_iter().for_each(|file| paths.read.extend(around(file)));
        for Needs { read, write, ports, .. } in config.outputs.iter().map(Output::needs) {
            read.iter().for_each(|file| paths.read.extend(around(file)));
            paths.write.extend(write);
            paths.ports.extend(ports);
        }
        paths.write(config);
        paths.ports(&urls);
        paths
    }

    fn write(&mut self, config: &Config) {
        let state = &config.rules.state_dir;
        self.write.push(state.clone());
        // Lists are kept there where the state folder takes nothing.
        if access(state, AccessFlags::W_OK).is_err() {
            self.write.push(env::temp_dir());
        }
        // Links to be kept, and those that an earlier agent has left.
        self.write.push(pins::FOLDER.into());
        self.sockets.extend(config.control.socket.as_deref().and_then(Path::parent).map(Path::to_owned));
    }

    fn ports(&mut self, urls: &[&str]) {
        self.ports.extend(USUAL_PORTS);
        let proxies: Vec<String> = PROXIES.iter().filter_map(|name| env::var(name).ok()).collect();
        let urls = urls.iter().copied().chain(proxies.iter().map(String::as_str));
        self.ports.extend(urls.filter_map(|url| Url::parse(url).ok()?.port()));
        self.ports.sort_unstable();
        self.ports.dedup();
    }
}

/// The folder of a file, or a folder itself; and the same of what it is a link to.
fn around(path: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in [absolute(path), fs::canonicalize(path)].into_iter().filter_map(io::Result::ok) {
        let wanted = if path.is_dir() { path.clone() } else { folder(&path) };
        if wanted != Path::new("/") && !found.contains(&wanted) {
            found.push(wanted);
        }
    }
    found
}

fn folder(file: &Path) -> PathBuf {
    let parent = file.parent().unwrap_or(file);
    // `/` and one name.
    if parent.components().count() > 2 {
        if !parent.is_dir() {
            log::warn(format_args!(
                "{}: there is no such folder; what comes there later is seen from the next start on",
                parent.display()
            ));
        }
        return parent.to_owned();
    }
    log::info(format_args!(
        "{} is not in a folder of its own: once it is replaced, it is read again from the next start on",
        file.file_name().unwrap_or(OsStr::new("a file")).display()
    ));
    file.to_owned()
}
