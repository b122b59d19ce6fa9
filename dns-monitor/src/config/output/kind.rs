//! The types of outputs: one line each.

use serde::Serialize;

use super::{Dnstap, File, Http, Kafka, Nats, Otlp, Relp, Stdout, Syslog, Tcp, TcpTls, Unix};
use crate::config::{raw::Table, rules::quoted, value::expected};

/// Declares the types: `Variant(Settings) "name" place`. The settings are read by `Settings::read`.
macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident($settings:ident) $name:literal $place:ident,)+) => {
        /// The type of an output, and the settings of that type.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        #[serde(tag = "type")]
        pub enum Kind {
            $($(#[$doc])* #[serde(rename = $name)] $variant($settings),)+
        }

        const NAMES: &[&str] = &[$($name,)+];

        impl Kind {
            /// As the file calls the type.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => $name,)+ }
            }

            /// Whether it is somebody else who takes the events, who may be away: then there is a spool.
            #[must_use]
            pub const fn is_remote(&self) -> bool {
                match self { $(Self::$variant(_) => matches!(Place::$place, Place::Remote),)+ }
            }

            /// The settings of the type that the table names.
            pub(super) fn read(table: &mut Table<'_, '_>) -> Option<Self> {
                match table.required("type", named)? {
                    $($name => $settings::read(table).map(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

enum Place {
    Local,
    Remote,
}

kinds! {
    /// Standard output.
    Stdout(Stdout) "stdout" Local,
    /// A file.
    File(File) "file" Local,
    /// A Unix stream socket.
    Unix(Unix) "unix" Remote,
    /// TCP.
    Tcp(Tcp) "tcp" Remote,
    /// TCP with TLS.
    Tls(TcpTls) "tls" Remote,
    /// HTTP requests.
    Http(Http) "http" Remote,
    /// OpenTelemetry.
    Otlp(Otlp) "otlp" Remote,
    /// Syslog.
    Syslog(Syslog) "syslog" Remote,
    /// RELP.
    Relp(Relp) "relp" Remote,
    /// NATS JetStream.
    Nats(Nats) "nats" Remote,
    /// Kafka.
    Kafka(Kafka) "kafka" Remote,
    /// dnstap.
    Dnstap(Dnstap) "dnstap" Remote,
    // Further protocols: a line here, a file beside this one, a variant in output/sink/mod.rs.
}

fn named(text: &str) -> crate::config::value::Checked<&'static str> {
    match NAMES.iter().find(|name| **name == text) {
        Some(name) => Ok(name),
        None => expected(format!("one of {}", quoted(NAMES))),
    }
}
