//! `type = "kafka"`.

use std::time::Duration;

use clap::ValueEnum;
use serde::Serialize;

use super::{Address, Auth, Transport, address::address, stream::timeout};
use crate::config::{
    raw::Table,
    value::{self, Checked, choice, expected},
};

/// Brokers or ports beyond this are a mistake.
const MAX_BROKERS: usize = 32;

/// A topic of Kafka.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Kafka {
    /// Some of the brokers; they name the others.
    pub brokers: Vec<Address>,
    /// TCP ports of brokers that those name, where they are other ports.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<u16>,
    /// Where events go.
    pub topic: String,
    /// How batches are compressed.
    pub compression: Compression,
    /// How long an event may wait for its acknowledgement.
    #[serde(serialize_with = "value::write_duration")]
    pub timeout: Duration,
    /// Whether it is protected.
    #[serde(flatten)]
    pub transport: Transport,
    /// Who we are.
    #[serde(flatten)]
    pub sasl: Option<Sasl>,
}

/// How batches are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Compression {
    /// As they are.
    None,
    /// Fast.
    #[default]
    Lz4,
    /// Fast.
    Snappy,
    /// Small.
    Zstd,
}

/// Who we are, and how that is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sasl {
    /// How.
    pub mechanism: Mechanism,
    /// Who.
    #[serde(flatten)]
    pub auth: Auth,
}

/// Mechanisms of SASL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Mechanism {
    /// The password as it is.
    Plain,
    /// RFC 7677.
    #[value(name = "scram-sha-256")]
    #[serde(rename = "scram-sha-256")]
    ScramSha256,
    /// The same with a longer digest.
    #[value(name = "scram-sha-512")]
    #[serde(rename = "scram-sha-512")]
    ScramSha512,
}

/// What a build has.
#[derive(Clone, Copy, Debug)]
struct Build {
    kafka: bool,
    tls: bool,
}

/// The library's own tests read settings whatever it is built with.
const BUILD: Build =
    Build { kafka: cfg!(any(feature = "kafka", test)), tls: cfg!(any(feature = "kafka-tls", test)) };

/// What is said where it is not there, and why it is not by default.
const NO_KAFKA: &str = "another one: this build has no Kafka; `cargo build --release --features kafka` makes one that has (it takes make)";
const NO_TLS: &str = "this build has no TLS for Kafka; `cargo build --release --features kafka-tls` makes one that has (it takes OpenSSL)";

impl Kafka {
    pub(super) fn read(table: &mut Table<'_, '_>) -> Option<Self> {
        Self::read_in(table, BUILD)
    }

    fn read_in(table: &mut Table<'_, '_>, build: Build) -> Option<Self> {
        if !build.kafka {
            table.refuse("type", NO_KAFKA);
            table.ignore_rest();
            return None;
        }
        let brokers = table.list("brokers", 1..=MAX_BROKERS, "[\"kafka-1.example:9092\"]", address);
        if !table.has("brokers") {
            table.missing(table.key("brokers"), "list some, such as [\"kafka-1.example:9092\"]".into());
        }
        let ports = table.list("ports", 1..=MAX_BROKERS, "[9093]", value::port).unwrap_or_default();
        let topic = table.required("topic", topic);
        let compression = table.value("compression", choice).unwrap_or_default();
        let (timeout, transport, sasl) = (timeout(table), Transport::read(table), Sasl::read(table));
        table.refuse(
            "server_name",
            "left out: a broker's certificate has the name that brokers are listed by",
        );
        if !build.tls {
            if transport.tls().is_some() {
                table.refuse("transport", format!("\"tcp\": {NO_TLS}"));
            }
            if sasl.as_ref().is_some_and(|sasl| sasl.mechanism != Mechanism::Plain) {
                table.refuse("mechanism", format!("\"plain\": {NO_TLS}"));
            }
        }
        Some(Self { brokers: brokers?, ports, topic: topic?, compression, timeout, transport, sasl })
    }
}

impl Sasl {
    fn read(table: &mut Table<'_, '_>) -> Option<Self> {
        let (mechanism, auth) = (table.value("mechanism", choice), Auth::read(table));
        // The token itself must not be in the error.
        if table.has("token") || table.has("token_file") {
            table.missing(table.key("user"), "Kafka knows user and password, and no token".into());
        }
        if table.has("mechanism") && !table.has("user") {
            table.missing(table.key("user"), "the mechanism needs one, and a password".into());
        }
        auth.map(|auth| Self { mechanism: mechanism.unwrap_or(Mechanism::Plain), auth })
    }
}

/// What Kafka takes as a name.
fn topic(text: &str) -> Checked<String> {
    let odd = |c: char| !c.is_ascii_alphanumeric() && !"._-".contains(c);
    if text.is_empty() || text.len() > 249 || text.contains(odd) || matches!(text, "." | "..") {
        return expected("1 to 249 letters, digits, and \"._-\", such as \"dns-events\"");
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::{Build, Kafka};
    use crate::config::raw::Document;

    #[test]
    fn a_build_says_what_it_lacks() {
        let (none, plain) = (Build { kafka: false, tls: false }, Build { kafka: true, tls: false });
        let cases = [
            (none, "", "f:2:6: output.type: \"kafka\" must be another one: this build has no Kafka; "),
            (plain, "", ""),
            (
                plain,
                "transport='tls'",
                "output.transport: \"tls\" must be \"tcp\": this build has no TLS for Kafka; ",
            ),
            (plain, "user='a'\npassword='b'\nmechanism='plain'", ""),
            (
                plain,
                "user='a'\npassword='b'\nmechanism='scram-sha-256'",
                "output.mechanism: \"scram-sha-256\" must be ",
            ),
        ];
        for (build, more, expected) in cases {
            let text = format!("[[output]]\ntype='kafka'\nbrokers=['a:1']\ntopic='t'\n{more}");
            let mut document = Document::parse("f", &text).unwrap();
            document.tables("output", |table| {
                let _asked_for = table.value("type", |text| Ok(text.to_owned()));
                Kafka::read_in(table, build)
            });
            let told = document.finish().map_or_else(|error| error.to_string(), |()| String::new());
            assert!(told.contains(expected) && told.is_empty() == expected.is_empty(), "{more}: {told}");
        }
    }
}
