//! What holds for all lists and rules, and how the running agent is told what to do.

use std::{path::PathBuf, time::Duration};

use clap::ValueEnum;
use serde::Serialize;

use super::{condition::value as asked, value, written};
use crate::{
    config::{
        raw::Table,
        value::{choice, count, duration, size, write_duration, write_size},
    },
    rules::{condition::Prefix, name::NameBuf},
};

const KIB: u64 = 1 << 10;
const GIB: u64 = 1 << 30;
const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
/// Networks, or zones, that one setting may name.
const MANY: usize = 1024;

/// What holds for all lists and rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rules {
    /// Whether anything is blocked at all.
    pub mode: Mode,
    /// Clients that no rule applies to.
    #[serde(serialize_with = "written::texts")]
    pub exempt: Vec<Prefix>,
    /// What becomes of the rules in the kernel when the agent ends.
    pub on_exit: OnExit,
    /// How long the agent may be silent before the kernel stops blocking; `None`: for ever. Without effect where
    /// [`OnExit::Keep`].
    #[serde(serialize_with = "written::watchdog")]
    pub watchdog: Option<Duration>,
    /// How long a name that only the agent can judge stays in the kernel's table.
    #[serde(serialize_with = "write_duration")]
    pub learn_ttl: Duration,
    /// How many such names the table holds.
    pub learn_max: usize,
    /// Allows every list and rule to block the root, a top-level domain or one of [`own_zones`](Self::own_zones).
    pub i_mean_it: bool,
    /// Names whose block is refused: the resolver's own zones.
    #[serde(serialize_with = "written::texts")]
    pub own_zones: Vec<NameBuf>,
    /// Where downloaded lists and the operator's rules survive a restart.
    pub state_dir: PathBuf,
    /// The most bytes of one list.
    #[serde(serialize_with = "write_size")]
    pub max_list_bytes: usize,
    /// Certificates, PEM, that are trusted for downloads beside the usual ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
}

/// How the running agent is told what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Control {
    /// Path of the Unix socket; `None`: there is none.
    #[serde(serialize_with = "written::or_off")]
    pub socket: Option<PathBuf>,
    /// The group that may use it beside root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

/// Whether what a rule says is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// It is.
    #[default]
    Enforce,
    /// Judge, report `would-…`, touch nothing.
    WouldBlock,
}

/// What becomes of the rules in the kernel when the agent ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum OnExit {
    /// They go with it.
    #[default]
    Detach,
    /// They stay in force.
    Keep,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            mode: Mode::default(),
            exempt: Vec::new(),
            on_exit: OnExit::default(),
            watchdog: Some(Duration::from_secs(10)),
            learn_ttl: Duration::from_secs(300),
            learn_max: 65_536,
            i_mean_it: false,
            own_zones: Vec::new(),
            state_dir: "/var/lib/dns-monitor".into(),
            max_list_bytes: 512 << 20,
            ca_file: None,
        }
    }
}

impl Default for Control {
    fn default() -> Self {
        Self { socket: Some("/run/dns-monitor/control.sock".into()), group: None }
    }
}

impl Rules {
    pub(in crate::config) fn read(table: &mut Table<'_, '_>) -> Self {
        let default = Self::default();
        let exempt = table.list("exempt", 0..=MANY, "[\"10.0.0.5\", \"192.0.2.0/24\"]", asked::prefix);
        let watchdog = table.value("watchdog", |text| value::or_off(text, |on| duration(on, SECOND..=HOUR)));
        let learn_ttl = table.value("learn_ttl", |text| duration(text, SECOND..=DAY));
        let learn_max = table.value("learn_max", |text| count(text, 0..=1_000_000));
        let own_zones = table.list("own_zones", 0..=MANY, "[\"corp.example.com\"]", asked::name);
        let max_list_bytes = table.value("max_list_bytes", |text| size(text, KIB..=16 * GIB, "512MiB"));
        Self {
            mode: table.value("mode", choice).unwrap_or(default.mode),
            exempt: exempt.unwrap_or(default.exempt),
            on_exit: table.value("on_exit", choice).unwrap_or(default.on_exit),
            watchdog: watchdog.unwrap_or(default.watchdog),
            learn_ttl: learn_ttl.unwrap_or(default.learn_ttl),
            learn_max: learn_max.unwrap_or(default.learn_max),
            i_mean_it: table.flag("i_mean_it").unwrap_or(default.i_mean_it),
            own_zones: own_zones.unwrap_or(default.own_zones),
            state_dir: table.value("state_dir", value::absolute).unwrap_or(default.state_dir),
            max_list_bytes: max_list_bytes.unwrap_or(default.max_list_bytes),
            ca_file: table.value("ca_file", value::path).or(default.ca_file),
        }
    }
}

impl Control {
    pub(in crate::config) fn read(table: &mut Table<'_, '_>) -> Self {
        let default = Self::default();
        let socket = table.value("socket", |text| value::or_off(text, value::socket));
        Self {
            socket: socket.unwrap_or(default.socket),
            group: table.value("group", value::group).or(default.group),
        }
    }
}
