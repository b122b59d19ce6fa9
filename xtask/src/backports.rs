//! Packages that Debian's stable release does not have, or not any more: from its backports.

use std::{fs, process::Command};

use anyhow::{Context, Result};

use crate::{
    packages::apt,
    process::{output, run, target},
};

/// Of these packages, those that the machine's package sources do not offer.
pub fn not_offered<'p>(packages: &[&'p str]) -> Result<Vec<&'p str>> {
    let offered = |package: &&&str| {
        let policy = output(Command::new("apt-cache").env("LC_ALL", "C").arg("policy").arg(package))?;
        Ok::<_, anyhow::Error>(has_candidate(&policy))
    };
    let mut missing = Vec::new();
    for package in packages {
        if !offered(&package)? {
            missing.push(*package);
        }
    }
    Ok(missing)
}

/// Installs packages with what they need. apt runs with one more source and lists of its own, so that the machine's
/// sources stay as they are, and checks the signature.
pub fn install(packages: &[&str]) -> Result<()> {
    let release = fs::read_to_string("/etc/os-release").context("cannot read /etc/os-release")?;
    let suite = codename(&release).context("/etc/os-release names no release")?.to_owned() + "-backports";
    let folder = target("tools/backports");
    for needed in ["lists/partial", "archives/partial"] {
        fs::create_dir_all(folder.join(needed))?;
    }
    let source =
        "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian";
    fs::write(folder.join("sources.list"), format!("{source} {suite} main\n"))?;
    let at = |path: &str| folder.join(path).display().to_string();
    let own = [
        "-oAPT::Sandbox::User=root".to_owned(),
        format!("-oDir::Etc::SourceList={}", at("sources.list")),
        format!("-oDir::State::Lists={}", at("lists")),
        format!("-oDir::Cache={}", at("")),
    ];
    run(apt().args(&own).args(["update", "--quiet"]))?;
    let how = ["install", "--quiet", "--yes", "--no-install-recommends", "--target-release", &suite];
    run(apt().args(&own).args(how).args(packages))?;
    fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))
}

/// Whether `apt-cache policy` has a version that can be installed.
fn has_candidate(policy: &str) -> bool {
    let candidate = policy.lines().find_map(|line| line.trim().strip_prefix("Candidate: "));
    candidate.is_some_and(|version| version != "(none)")
}

/// What the release is called, from `/etc/os-release`.
fn codename(release: &str) -> Option<&str> {
    let name = release.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="))?;
    Some(name.trim_matches('"')).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{codename, has_candidate};

    #[test]
    fn a_package_is_offered_if_it_has_a_candidate() {
        let cases = [
            ("suricata:\n  Installed: (none)\n  Candidate: (none)\n  Version table:\n", false),
            ("suricata:\n  Installed: (none)\n  Candidate: 1:7.0.10-1\n  Version table:\n", true),
            ("", false),
        ];
        for (policy, expected) in cases {
            assert_eq!(has_candidate(policy), expected, "{policy}");
        }
    }

    #[test]
    fn a_release_has_a_name() {
        let cases = [
            ("NAME=x\nVERSION_CODENAME=bookworm\nID=debian\n", Some("bookworm")),
            ("VERSION_CODENAME=\"noble\"\n", Some("noble")),
            ("VERSION_CODENAME=\n", None),
            ("ID=debian\n", None),
        ];
        for (release, expected) in cases {
            assert_eq!(codename(release), expected, "{release}");
        }
    }
}
