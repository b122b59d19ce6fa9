//! The RPM package, installed by `rpm` into a tree with a database of its own: comes, is verified, is upgraded, goes.
//!
//! The tree is a small Debian, because its shell and its `useradd` are at hand: no mirror of an RPM system is needed. So
//! dependencies are not looked at; scripts, files, modes, owners and settings are.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::Path,
    process::{Command, Output},
};

use dns_monitor_tests::{
    debian::{Debian, Size, package},
    namespace::succeed,
};

const CONFIG: &str = "etc/dns-monitor/dns-monitor.toml";
const UNIT: &str = "usr/lib/systemd/system/dns-monitor.service";

/// Folders that other packages have on an RPM system, but not on Debian.
const SHARED: [&str; 6] = [
    "/usr/lib/sysusers.d",
    "/usr/share/fish",
    "/usr/share/fish/vendor_completions.d",
    "/usr/share/licenses",
    "/usr/share/zsh",
    "/usr/share/zsh/site-functions",
];

struct Host(Debian);

impl Host {
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("rpm");
        command
            .arg("--root")
            .arg(&self.0.root)
            .args(["--dbpath", "/var/lib/rpm", "--force-debian"])
            .args(words);
        command
    }

    /// What it prints. It must not complain, but of what is expected.
    fn rpm(&self, words: &[&str], complaint: &str) -> String {
        let Output { status, stdout, stderr } = self.command(words).output().unwrap();
        let said = String::from_utf8_lossy(&stderr).into_owned();
        assert!(status.success() && said.trim() == complaint, "{words:?}: {status}\n{said}");
        String::from_utf8(stdout).unwrap()
    }

    fn inside(&self, words: &[&str]) -> String {
        succeed(Command::new("chroot").arg(&self.0.root).args(words)).unwrap()
    }

    /// Everything but the databases of packages and users.
    fn files(&self) -> BTreeSet<String> {
        let own = [
            "/var/lib/rpm",
            "/etc/passwd",
            "/etc/group",
            "/etc/shadow",
            "/etc/gshadow",
            "/etc/subuid",
            "/etc/subgid",
        ];
        let found = self.inside(&["find", "/", "-xdev", "-print"]);
        let theirs = |path: &&str| !own.iter().any(|own| path.starts_with(own)) && *path != "/etc/.pwd.lock";
        found.lines().filter(theirs).map(str::to_owned).collect()
    }

    fn mode(&self, path: &str) -> (u32, u32) {
        let metadata = fs::metadata(self.0.root.join(path)).unwrap();
        (metadata.permissions().mode() & 0o7777, metadata.uid())
    }
}

fn rpm(version: &str) -> String {
    package("rpm", version).unwrap().display().to_string()
}

#[test]
fn the_rpm_comes_is_verified_is_upgraded_and_goes() {
    let folder = tempfile::tempdir().unwrap();
    let host = Host(Debian::new(Size::Small, &folder.path().join("tree")).unwrap());
    fs::create_dir_all(host.0.root.join("var/lib/rpm")).unwrap();
    let files = host.files();
    host.rpm(&["--install", "--nodeps", &rpm("0.5.0")], "");
    // As the database has it: sizes, sums, modes, owners.
    assert_eq!(host.rpm(&["--verify", "--nodeps", "dns-monitor"], ""), "");
    let account = host.inside(&["getent", "passwd", "dns-monitor"]);
    assert!(account.ends_with(":/var/lib/dns-monitor:/usr/sbin/nologin\n"), "{account}");
    for (path, mode) in [("usr/bin/dns-monitor", 0o755), (UNIT, 0o644), (CONFIG, 0o644)] {
        assert_eq!(host.mode(path), (mode, 0), "{path}");
    }
    for path in ["usr/share/man/man1/dns-monitor.1.gz", "usr/share/zsh/site-functions/_dns-monitor"] {
        assert!(host.0.root.join(path).is_file(), "{path}");
    }
    host.inside(&["dns-monitor", "check", "--config", &format!("/{CONFIG}")]);
    // The operator's settings stay through an upgrade.
    let config = host.0.root.join(CONFIG);
    let settings = fs::read_to_string(&config).unwrap().replace("#interfaces", "interfaces");
    fs::write(&config, &settings).unwrap();
    host.rpm(&["--upgrade", "--nodeps", &rpm("0.6.0")], "");
    assert_eq!(fs::read_to_string(&config).unwrap(), settings);
    assert_eq!(
        host.rpm(&["--query", "dns-monitor"], "").trim(),
        format!("dns-monitor-0.6.0-1.{}", std::env::consts::ARCH)
    );
    let verified = host.command(&["--verify", "--nodeps", "dns-monitor"]).output().unwrap();
    let changed = String::from_utf8(verified.stdout).unwrap();
    assert!(changed.lines().count() == 1 && changed.contains(&format!("c /{CONFIG}")), "{changed}");

    let aside = format!("warning: /{CONFIG} saved as /{CONFIG}.rpmsave");
    host.rpm(&["--erase", "dns-monitor"], &aside);
    let left: Vec<_> =
        host.files().difference(&files).filter(|path| !SHARED.contains(&path.as_str())).cloned().collect();
    // Settings that were changed are put aside, never removed; accounts and events stay, as is the custom of RPM systems.
    let stays =
        ["/etc/dns-monitor".to_owned(), format!("/{CONFIG}.rpmsave"), "/var/log/dns-monitor".to_owned()];
    assert_eq!(left, stays);
    assert!(!Path::new(&host.0.root.join(UNIT)).exists());
}
