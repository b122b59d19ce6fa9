//! Builds, runs and tests dns-monitor for someone who has only rustup, a C compiler and root.
fn main() {}
