//! `dns-monitor trace` and `dns-monitor who`: what was typed becomes a request.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use clap::Args;
use jiff::{Timestamp, tz::TimeZone};

use crate::{
    config::{Format, error::Expected, value},
    trace::{
        self,
        alert::{
            Alert, End, Original, Place, Said, name, plain,
            when::{self, Clock},
        },
        error::TraceError,
        who,
    },
};

/// The widest window: a day.
const WIDEST: Duration = Duration::from_secs(86_400);

/// `dns-monitor trace`.
#[derive(Args, Clone, Debug)]
pub struct TraceArgs {
    /// Alerts: Suricata EVE, Zeek logs (JSON or tab-separated), CEF, syslog; `-` is standard input; again for more.
    #[arg(long, value_name = "FILE")]
    alerts: Vec<PathBuf>,
    /// Events that `dns-monitor run` wrote; `-` is standard input; again for more.
    #[arg(long, value_name = "FILE", required = true)]
    events: Vec<PathBuf>,
    #[command(flatten)]
    asked: AskedArgs,
    /// How far from its alert's time a lookup may be, where no connection tells that it is the one.
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = window)]
    window: Duration,
    /// Time zone of times that name none: `local`, `UTC`, `Europe/Berlin`, `+02:00`.
    #[arg(long, value_name = "ZONE", default_value = "local", value_parser = zone)]
    zone: TimeZone,
    /// `text` for people, or `json`: each alert as it was, with what was found, on one line.
    #[arg(long, value_enum, default_value = "text", hide_possible_values = true)]
    format: Format,
}

/// An alert on the command line.
#[derive(Args, Clone, Debug)]
struct AskedArgs {
    /// Who asked by the alert: address and port, as 192.0.2.53:4711 or [2001:db8::53]:4711.
    #[arg(long, value_name = "IP:PORT", value_parser = flow)]
    flow: Option<End>,
    /// DNS message id, as 4711 or 0x1267.
    #[arg(long, value_name = "N", value_parser = id)]
    id: Option<u16>,
    /// Name that was looked up.
    #[arg(long, value_name = "NAME", value_parser = named)]
    name: Option<Box<str>>,
    /// When, as 2026-11-26T18:02:11.123Z, or in any form that alerts have.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

/// `dns-monitor who`.
#[derive(Args, Clone, Debug)]
pub struct WhoArgs {
    /// Name that was looked up; those below it are meant too.
    #[arg(value_parser = named)]
    name: Box<str>,
    /// Events that `dns-monitor run` wrote; `-` is standard input; again for more.
    #[arg(long, value_name = "FILE", required = true)]
    events: Vec<PathBuf>,
    /// `text` for people, or `json`: a machine a line.
    #[arg(long, value_enum, default_value = "text", hide_possible_values = true)]
    format: Format,
}

impl TraceArgs {
    /// The request.
    ///
    /// # Errors
    /// [`TraceError::Time`], [`TraceError::NoAlerts`].
    pub fn resolve(self, now: Timestamp) -> Result<trace::Request, TraceError> {
        let Self { alerts, events, asked, window, zone, format } = self;
        let clock = Clock { zone, now: when::nanoseconds(now) };
        let asked = asked.resolve(&clock)?;
        let window = i64::try_from(window.as_nanos()).unwrap_or(i64::MAX);
        Ok(trace::Request { alerts, asked, events, window, clock, format })
    }
}

impl AskedArgs {
    fn resolve(self, clock: &Clock) -> Result<Option<Alert>, TraceError> {
        let Self { flow, id, name, at } = self;
        if flow.is_none() && name.is_none() {
            return if id.is_some() || at.is_some() { Err(TraceError::NoAlerts) } else { Ok(None) };
        }
        let when = match at {
            Some(text) => Some(clock.read(&text).ok_or(TraceError::Time(text))?),
            None => None,
        };
        let said = Said { when, ends: [flow, None], id, name, ..Said::default() };
        Ok(Some(said.at(Place { file: "command line".into(), line: 0 }, Original::Asked)))
    }
}

impl WhoArgs {
    /// The request.
    #[must_use]
    pub fn resolve(self) -> who::Request {
        who::Request { name: self.name.into(), events: self.events, format: self.format }
    }
}

fn flow(text: &str) -> Result<End, Expected> {
    let expected =
        || Expected("an address and a port, such as 192.0.2.53:4711 or [2001:db8::53]:4711".into());
    let (address, port) = text.rsplit_once([':', '#']).ok_or_else(expected)?;
    let bare = address.strip_prefix('[').and_then(|address| address.strip_suffix(']'));
    let address: IpAddr = bare.unwrap_or(address).parse().map_err(|_| expected())?;
    if address.is_ipv6() && bare.is_none() && !text.contains('#') {
        return Err(expected());
    }
    let port = port.parse().map_err(|_| expected())?;
    Ok(End { address: address.to_canonical(), port: Some(port) })
}

fn id(text: &str) -> Result<u16, Expected> {
    plain::number(text).ok_or_else(|| Expected("a number from 0 to 65535, such as 4711 or 0x1267".into()))
}

fn named(text: &str) -> Result<Box<str>, Expected> {
    name::read(text).ok_or_else(|| Expected("a domain name".into()))
}

fn window(text: &str) -> Result<Duration, Expected> {
    value::duration(text, Duration::ZERO..=WIDEST)
        .map_err(|_| Expected("a duration from 0s to 24h, such as 30s".into()))
}

fn zone(text: &str) -> Result<TimeZone, Expected> {
    when::zone(text).ok_or_else(|| Expected("a time zone: local, UTC, Europe/Berlin, +02:00".into()))
}
