//! Finds the eBPF object that `cargo xtask build-ebpf` leaves, so that the agent is one file.

use std::{env, path::PathBuf};

fn main() {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let object = manifest.join("../target/bpf/dns-monitor-ebpf");
    println!("cargo::rerun-if-changed={}", object.display());
    if object.is_file() {
        println!("cargo::rustc-env=DNS_MONITOR_EBPF_OBJECT={}", object.display());
        println!("cargo::rustc-env=DNS_MONITOR_EBPF_FLOOR={}", object.with_file_name("floor").display());
    } else {
        println!("cargo::error=no eBPF object at {}: run `cargo xtask build-ebpf` first", object.display());
    }
}
