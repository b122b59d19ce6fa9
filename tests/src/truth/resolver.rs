//! The resolver under observation: a real `named` of either version, with the probe in it.

use std::{
    env, fs,
    net::IpAddr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use super::{internet::hints, plan};
use crate::{
    named::{Named, program},
    namespace::{Namespace, succeed},
};

/// Which BIND.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// That of Debian 12.
    #[default]
    V9_18,
    /// That of bookworm-backports, unpacked into a folder: see [`backports`](super::backports).
    V9_20,
}

/// How a resolver differs from another.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// Of the program.
    pub version: Version,
    /// `qname-minimization`.
    pub minimization: &'static str,
    /// Validates.
    pub validates: bool,
    /// Asks this server only.
    pub forwarder: Option<IpAddr>,
    /// Two views, for odd and even clients.
    pub views: bool,
    /// More statements for `options`.
    pub more: &'static str,
}

impl Default for Variant {
    fn default() -> Self {
        Self {
            version: Version::V9_18,
            minimization: "relaxed",
            validates: false,
            forwarder: None,
            views: false,
            more: "",
        }
    }
}

/// Starts it. What the probe writes is in the file `probe` of the folder.
pub fn start(host: &Namespace, folder: &Path, variant: &Variant, anchor: Option<&str>) -> Result<Named> {
    fs::create_dir_all(folder)?;
    let config = config(folder, variant, anchor)?;
    let probe = probe(folder, variant.version)?;
    let mut command = match variant.version {
        Version::V9_18 => host.command(program(folder)?),
        Version::V9_20 => super::backports::named(host)?,
    };
    command.env("LD_PRELOAD", probe).env("DNS_MONITOR_PROBE", folder.join("probe"));
    Named::launch(command, folder, &config)
}

/// Compiles the probe, which stands in this crate's sources.
fn probe(folder: &Path, version: Version) -> Result<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/truth/probe.c");
    let library = folder.join("probe.so");
    let mut command = Command::new(env::var_os("CC").unwrap_or_else(|| "cc".into()));
    command.args(["-shared", "-fPIC", "-O2", "-o"]).arg(&library).arg(source);
    if version == Version::V9_20 {
        command.arg("-DBIND_9_20");
    }
    succeed(&mut command).context("the probe does not compile: is gcc installed?")?;
    ensure!(library.is_file(), "no {}", library.display());
    Ok(library)
}

fn config(folder: &Path, variant: &Variant, anchor: Option<&str>) -> Result<String> {
    let forward =
        variant.forwarder.map(|at| format!("forward only; forwarders {{ {at}; }};")).unwrap_or_default();
    let validation = if variant.validates { "yes" } else { "no" };
    let anchors = match anchor.filter(|_| variant.validates) {
        Some(anchor) => format!("trust-anchors {{ {anchor} }};\n"),
        None => String::new(),
    };
    let zone = format!("zone \".\" {{ type hint; file \"{}\"; }};", hints(folder)?.display());
    let zones = match variant.views {
        false => zone,
        true => format!(
            "view odd {{ match-clients {{ {} }}; {zone} }};\nview even {{ {zone} }};\n",
            (0..plan::CLIENTS)
                .step_by(2)
                .map(plan::client)
                .map(|at| format!("{}; {}; ", at.v4, at.v6))
                .collect::<String>()
        ),
    };
    // 9.20 has none, and does not know the word.
    let lock = if variant.version == Version::V9_18 { "lock-file none;" } else { "" };
    Ok(format!(
        "options {{ directory \"{folder}\"; pid-file none; session-keyfile none; {lock}\n\
         listen-on {{ any; }}; listen-on-v6 {{ any; }}; empty-zones-enable no; allow-query {{ any; }};\n\
         recursion yes; allow-recursion {{ any; }}; qname-minimization {}; dnssec-validation {validation};\n\
         recursive-clients 20000; {forward} {} }};\n{anchors}controls {{}};\n\
         logging {{ channel log {{ file \"{folder}/log\"; severity info; print-time iso8601-utc; print-category yes; }};\n\
         category default {{ log; }}; category lame-servers {{ null; }}; category query-errors {{ null; }};\n\
         category resolver {{ null; }}; }};\n{zones}\n",
        variant.minimization,
        variant.more,
        folder = folder.display()
    ))
}
