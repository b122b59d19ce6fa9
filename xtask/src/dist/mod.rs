//! `cargo xtask dist`: packages for Debian and for RPM systems, into target/dist.
//!
//! 1. [`tree`]: all files of a package, where they go and with which mode, the same for both;
//! 2. [`deb`]: a tree becomes a .deb;
//! 3. [`rpm`]: a tree becomes an .rpm.

mod deb;
mod rpm;
mod tree;

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;

use self::tree::Tree;
use crate::{
    build::build,
    packages,
    process::{say, target},
};

/// What the packages are made with.
const TOOLS: &[(&str, &str)] =
    &[("dpkg-deb", "dpkg"), ("rpmbuild", "rpm"), ("strip", "binutils"), ("gzip", "gzip")];

/// What `dist` takes.
#[derive(Args)]
pub struct Options {
    /// Package this agent instead of building one
    #[arg(long, value_name = "FILE")]
    agent: Option<PathBuf>,
    /// Version of the packages [default: that of the workspace]
    #[arg(long, value_name = "VERSION")]
    version: Option<String>,
    /// Which packages; both by default
    #[arg(value_enum)]
    kinds: Vec<Kind>,
}

/// A kind of package.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    Deb,
    Rpm,
}

/// Makes the packages.
pub fn dist(options: &Options) -> Result<()> {
    packages::ensure(&[TOOLS])?;
    let agent = options.agent.clone().map_or_else(build, Ok)?;
    ensure!(agent.is_file(), "no agent at {}", agent.display());
    let version = options.version.as_deref().unwrap_or(env!("CARGO_PKG_VERSION"));
    let folder = target("dist");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for kind in [Kind::Deb, Kind::Rpm] {
        if !options.kinds.is_empty() && !options.kinds.contains(&kind) {
            continue;
        }
        let root = folder.join(if kind == Kind::Deb { "deb" } else { "rpm" });
        let tree = Tree::make(&root, &agent, version)?;
        let package = match kind {
            Kind::Deb => deb::make(&tree, &folder)?,
            Kind::Rpm => rpm::make(&tree, &folder)?,
        };
        say(format!("package: {}", package.display()));
    }
    Ok(())
}
