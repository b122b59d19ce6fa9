//! Debian packages of the programs that tests and demo run: real resolvers, clients, readers.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, bail};

use crate::{
    backports,
    privileges::is_root,
    process::{run, say},
};

/// What the laboratory is made of.
pub const LAB: &[(&str, &str)] = &[
    ("named", "bind9"),
    ("dig", "bind9-dnsutils"),
    ("ip", "iproute2"),
    ("ethtool", "ethtool"),
    ("nsenter", "util-linux"),
];

/// What the tests run beside it.
pub const TESTS: &[(&str, &str)] = &[
    ("apparmor_parser", "apparmor"),
    ("c++", "g++"),
    ("cc", "gcc"),
    ("clickhouse-server", "clickhouse-server"),
    ("debootstrap", "debootstrap"),
    ("dhcpd", "isc-dhcp-server"),
    ("named-checkzone", "bind9-utils"),
    ("dhclient", "isc-dhcp-client"),
    ("dnsmasq", "dnsmasq-base"),
    ("dnsperf", "dnsperf"),
    ("dnstap-read", "bind9-dnsutils"),
    ("fstrm_capture", "fstrm-bin"),
    ("kdig", "knot-dnsutils"),
    ("kea-dhcp4", "kea-dhcp4-server"),
    ("lintian", "lintian"),
    // librdkafka is built with it.
    ("make", "make"),
    ("mount", "mount"),
    ("nats-server", "nats-server"),
    ("pip3", "python3-pip"),
    ("promtool", "prometheus"),
    ("rpmbuild", "rpm"),
    ("rsyslogd", "rsyslog"),
    // They bring no program, only modules of it.
    ("/var/lib/dpkg/info/rsyslog-openssl.list", "rsyslog-openssl"),
    ("/var/lib/dpkg/info/rsyslog-relp.list", "rsyslog-relp"),
    ("setpriv", "util-linux"),
    ("suricata", "suricata"),
    ("systemd-analyze", "systemd"),
    ("systemd-nspawn", "systemd-container"),
    ("tc", "iproute2"),
    ("tcpdump", "tcpdump"),
    ("tshark", "tshark"),
    ("udhcpc", "udhcpc"),
];

/// Packages whose service would start with the next boot.
const SERVICES: &[(&str, &str)] = &[
    ("bind9", "named.service"),
    ("clickhouse-server", "clickhouse-server.service"),
    ("isc-dhcp-server", "isc-dhcp-server.service"),
    ("kea-dhcp4-server", "kea-dhcp4-server.service"),
    ("nats-server", "nats-server.service"),
    ("prometheus", "prometheus.service"),
    ("rsyslog", "rsyslog.service"),
];

/// What the benchmarks compare with.
pub const BENCH: &[(&str, &str)] = &[
    ("capinfos", "wireshark-common"),
    ("dnscap", "dnscap"),
    ("fstrm_capture", "fstrm-bin"),
    ("taskset", "util-linux"),
];

/// Installs the packages whose program is not there.
pub fn ensure(wanted: &[&[(&str, &'static str)]]) -> Result<()> {
    let mut missing: Vec<&str> = wanted
        .concat()
        .iter()
        .filter(|(program, _)| !is_there(program))
        .map(|(_, package)| *package)
        .collect();
    missing.dedup();
    if missing.is_empty() {
        say("Debian packages: there");
        return Ok(());
    }
    say(format!("Debian packages: installing {}", missing.join(" ")));
    if !is_root() || !is_there("apt-get") {
        bail!("missing: {}. Install them, or run this as root on Debian or Ubuntu", missing.join(" "));
    }
    let _quiet = NoServices::new()?;
    run(apt().args(["update", "--quiet"]))?;
    let elsewhere = backports::not_offered(&missing)?;
    let here: Vec<_> = missing.iter().filter(|package| !elsewhere.contains(package)).collect();
    if !here.is_empty() {
        run(apt().args(["install", "--quiet", "--yes", "--no-install-recommends"]).args(here))?;
    }
    if !elsewhere.is_empty() {
        backports::install(&elsewhere)?;
    }
    let started = SERVICES.iter().filter(|(package, _)| missing.contains(package));
    let services: Vec<&str> = started.map(|(_, service)| *service).collect();
    if !services.is_empty() && Path::new("/run/systemd/system").exists() {
        run(Command::new("systemctl").args(["disable", "--quiet"]).args(services))?;
    }
    Ok(())
}

/// apt-get, which asks nothing.
pub fn apt() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"].map(Into::into);
    std::env::split_paths(&path).chain(usual).any(|folder| folder.join(program).is_file())
}

/// While it lives, packages start no services (Debian policy §9.3.3): a `named` of the system
/// would answer where the laboratory's should.
struct NoServices;

const POLICY: &str = "/usr/sbin/policy-rc.d";
const FORBID: &str = "#!/bin/sh\n# dns-monitor xtask: removed when the installation is over\nexit 101\n";

impl NoServices {
    fn new() -> Result<Option<Self>> {
        // Somebody else's policy stays; ours from a run that was killed is taken over.
        if fs::read_to_string(POLICY).is_ok_and(|found| found != FORBID) {
            return Ok(None);
        }
        fs::write(POLICY, FORBID).with_context(|| format!("cannot write {POLICY}"))?;
        run(Command::new("chmod").args(["755", POLICY]))?;
        Ok(Some(Self))
    }
}

impl Drop for NoServices {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(POLICY) {
            say(format!("cannot remove {POLICY}: {error}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_there;

    #[test]
    fn programs_are_found_on_the_path_only_if_they_are_files() {
        for (program, expected) in [("sh", true), ("no-such-program-here", false), ("", false)] {
            assert_eq!(is_there(program), expected, "{program}");
        }
    }
}
