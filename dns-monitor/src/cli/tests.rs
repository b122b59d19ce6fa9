//! Command lines as data: what they ask for, and what is said of them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::panic, reason = "a test that cannot go on has failed")]

use std::io::Write;

use clap::CommandFactory;

use super::*;
use crate::config::output::Stdout;

/// The settings a command line gives, or its error as printed.
fn resolve(line: &str) -> Result<Config, String> {
    let cli = Cli::try_parse_from(line.split(' ')).map_err(|error| error.to_string())?;
    let config = match cli.command {
        Command::Run(args) => args.resolve(),
        Command::Replay(args) => args.resolve(),
        Command::Check(args) => args.resolve(),
        Command::Identity(args) => Config::load(&args.config),
        Command::Rules(_) | Command::Trace(_) | Command::Who(_) => panic!("{line}: no settings"),
    };
    config.map_err(|error| error.to_string())
}

#[test]
fn clap_finds_no_fault_in_the_definition() {
    Cli::command().debug_assert();
}

#[test]
fn options_become_settings() {
    type Case = (&'static str, fn(&mut Config));
    let cases: &[Case] = &[
        ("run -i eth0", |c| c.capture.interfaces = vec!["eth0".into()]),
        ("run --interface a --interface b -i a", |c| c.capture.interfaces = vec!["a".into(), "b".into()]),
        ("replay f --port 53 --port 5353 --port 53", |c| c.capture.ports = vec![53, 5353]),
        ("replay f --schema ecs --format text", |c| c.outputs[0].schema = Some(Schema::Text)),
        ("replay f --color never", |c| {
            c.outputs[0].kind = Kind::Stdout(Stdout { color: Color::Never });
        }),
        ("replay f --response-timeout 250ms", |c| c.track.response_timeout = Duration::from_millis(250)),
        ("replay - --resolver 192.0.2.53 --resolver ::1", |c| {
            c.replay.resolvers = vec!["192.0.2.53".parse().unwrap(), "::1".parse().unwrap()];
        }),
        ("run -i e --attach tc --ring-size 64KiB --capture-length 512", |c| {
            c.capture.interfaces = vec!["e".into()];
            c.capture.attach = Attach::Tc;
            c.capture.ring_size = 65_536;
            c.capture.capture_length = 512;
        }),
    ];
    for (line, change) in cases {
        let mut expected = Config::default();
        change(&mut expected);
        assert_eq!(resolve(&format!("dns-monitor {line}")), Ok(expected), "{line}");
    }
}

#[test]
fn bad_options_say_what_would_be_right() {
    let cases = [
        ("run", "no interface to watch: give --interface IF, or interfaces = [\"IF\"] in [capture]"),
        ("run -i a/b", "'a/b' for '--interface <IF>': must be an interface name of 1 to 15 bytes"),
        ("run -i e --ring-size 3MiB", "'--ring-size <SIZE>': must be a power of two from 64KiB to 256MiB"),
        ("run -i e --attach ebpf", "[possible values: auto, xdp, tc]"),
        ("run -i e --port 0", "'0' for '--port <N>': must be a port from 1 to 65535, such as 53"),
        (
            "run -i e --port 1 --port 2 --port 3 --port 4 --port 5",
            "--port is given for 5 ports: at most 4 are possible",
        ),
        ("run -i e --response-timeout 5", "must be a duration from 100ms to 1m, such as \"5s\" or \"500ms\""),
        ("replay", "required arguments were not provided:\n  <FILE>..."),
        ("replay f --resolver localhost", "must be an IPv4 or IPv6 address, such as \"192.0.2.53\""),
        ("replay f --interface eth0", "unexpected argument '--interface'"),
        ("check", "required arguments were not provided:\n  --config <FILE>"),
        ("identity 10.0.0.5", "required arguments were not provided:\n  --config <FILE>"),
        ("identity laptop --config f", "must be an IPv4 or IPv6 address, such as \"192.0.2.53\""),
        (
            "identity ::1 --at noon --config f",
            "'--at <TIME>': must be a time since 1970 with its zone, such as \"2026-11-24T12:00:00Z\"",
        ),
        ("check --config /nonexistent", "/nonexistent: No such file or directory"),
    ];
    for (line, expected) in cases {
        let Err(error) = resolve(&format!("dns-monitor {line}")) else { panic!("{line}: taken for good") };
        assert!(error.contains(expected), "{line}: {error}");
    }
}

#[test]
fn the_command_line_beats_the_file_and_the_file_the_defaults() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    write!(
        file,
        "[capture]\ninterfaces = ['a', 'b']\nports = [54]\n[[output]]\ntype = 'stdout'\nschema = 'text'\n[replay]\nresolvers = ['::1']"
    )
    .unwrap();
    let path = file.path().display();
    let config = resolve(&format!("dns-monitor run --config {path} -i c --format json")).unwrap();
    assert_eq!(config.capture.interfaces, ["c"]);
    assert_eq!(config.capture.ports, [54]);
    assert_eq!(config.outputs[0].schema, Some(Schema::Ecs));
    assert_eq!(config.track, Config::default().track);

    let config = resolve(&format!("dns-monitor replay f --config {path} --port 55")).unwrap();
    assert_eq!(config.capture.ports, [55]);
    assert_eq!(config.outputs[0].schema, Some(Schema::Text));
    assert_eq!(config.replay.resolvers, ["::1".parse::<IpAddr>().unwrap()]);
}

#[test]
fn what_clap_refuses_is_a_usage_error() {
    let error = Cli::try_parse_from(["dns-monitor", "run", "--port", "dns"]).unwrap_err();
    assert_eq!(error.exit_code(), Exit::Usage as i32);
    let help = Cli::try_parse_from(["dns-monitor", "--help"]).unwrap_err();
    assert_eq!(help.exit_code(), Exit::Success as i32);
}

#[test]
fn options_about_standard_output_need_one() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    write!(file, "[[output]]\ntype = 'tcp'\naddress = 'siem.example:5044'").unwrap();
    let path = file.path().display();
    for option in ["--format text", "--schema ecs", "--color never"] {
        let error = resolve(&format!("dns-monitor replay f --config {path} {option}")).unwrap_err();
        let (name, _) = option.split_once(' ').unwrap();
        assert!(
            error.starts_with(&format!("{name} is about standard output, and the file has no")),
            "{error}"
        );
    }
    assert!(resolve(&format!("dns-monitor replay f --config {path}")).is_ok());
}
