//! Builds, runs and tests dns-monitor for someone who has only rustup, a C compiler and root.
//!
//! One file a command: [`build_ebpf`], [`build`], [`build_and_load`], [`demo`], [`test`],
//! [`bench`], [`fuzz`], [`dist`]. They stand on
//! [`toolchain`] (what compiles), [`rust_src`] and [`bpf_linker`] (what is missing to compile
//! for the kernel), [`packages`] (what the tests run) and [`process`].

mod backports;
mod bench;
mod bpf_linker;
mod build;
mod build_and_load;
mod build_ebpf;
mod default_route;
mod demo;
mod dist;
mod fuzz;
mod packages;
mod privileges;
mod process;
mod rust_src;
mod test;
mod toolchain;

use clap::Parser;

/// Build, run and test dns-monitor.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
enum Command {
    /// Build the eBPF object into target/bpf, fetching rust-src and bpf-linker where they are missing
    BuildEbpf,
    /// Build target/release/dns-monitor: one file, the eBPF object inside
    Build,
    /// Build, attach to the network interface and stream events to standard output until Ctrl-C
    BuildAndLoad(build_and_load::Options),
    /// Show events of a laboratory resolver: real BIND in network namespaces; needs root
    Demo(demo::Options),
    /// Check format and lints, then run every test; needs root, installs the Debian packages it uses
    Test,
    /// Measure kernel programs, agent and a loaded resolver, into docs/PERFORMANCE.md; needs root
    Bench(bench::Options),
    /// Make packages for Debian and RPM systems, into target/dist
    Dist(dist::Options),
    /// Run the fuzz targets of the decoders
    Fuzz(fuzz::Options),
}

fn main() -> anyhow::Result<()> {
    match Command::parse() {
        Command::BuildEbpf => build_ebpf::build_ebpf(),
        Command::Build => build::build().map(drop),
        Command::BuildAndLoad(options) => build_and_load::build_and_load(&options),
        Command::Demo(options) => demo::demo(&options),
        Command::Test => test::test(),
        Command::Bench(options) => bench::bench(&options),
        Command::Dist(options) => dist::dist(&options),
        Command::Fuzz(options) => fuzz::fuzz(&options, fuzz::Build::Fast),
    }
}
