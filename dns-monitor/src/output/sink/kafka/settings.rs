//! What librdkafka is told. Files are read now.

use std::fmt::Write as _;

use data_encoding::BASE64;
use rdkafka::ClientConfig;
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

use crate::{
    config::output::{self, Auth, KafkaCompression, Mechanism, SecretError, Tls},
    output::sink::{SinkError, fault::unauthorised},
};

/// Bytes of a batch. The topic may take less than librdkafka would put into one.
const BATCH: &str = "131072";

/// A producer's; with `alone`, each event is a batch.
pub(super) fn client(settings: &output::Kafka, to: &str, alone: bool) -> Result<ClientConfig, SinkError> {
    let millis = settings.timeout.as_millis();
    let timeout = millis.to_string();
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", to)
        .set("client.id", "dns-monitor")
        .set("acks", "all")
        .set("enable.idempotence", "true")
        // As Java's producers do it: what others write for the same client goes to the same partition.
        .set("partitioner", "murmur2_random")
        .set("compression.codec", compression(settings.compression))
        .set("batch.size", BATCH)
        .set("batch.num.messages", if alone { "1" } else { "10000" })
        .set("linger.ms", "1")
        .set("message.timeout.ms", &timeout)
        .set("request.timeout.ms", &timeout)
        // Earlier than events give up: that there is no such topic is to be said.
        .set("topic.metadata.propagation.max.ms", (millis / 2).to_string())
        // Addresses of brokers: a lookup for each connection could be the event that is delivered next.
        .set("broker.address.ttl", "60000")
        .set("reconnect.backoff.max.ms", "2000");
    let tls = settings.transport.tls();
    config.set("security.protocol", protocol(tls.is_some(), settings.sasl.is_some()));
    tls.into_iter().for_each(|tls| protect(&mut config, tls));
    if let Some(sasl) = &settings.sasl {
        authenticate(&mut config, sasl).map_err(|error| unauthorised(to, error.to_string()))?;
    }
    Ok(config)
}

const fn compression(compression: KafkaCompression) -> &'static str {
    match compression {
        KafkaCompression::None => "none",
        KafkaCompression::Lz4 => "lz4",
        KafkaCompression::Snappy => "snappy",
        KafkaCompression::Zstd => "zstd",
    }
}

const fn protocol(tls: bool, sasl: bool) -> &'static str {
    match (tls, sasl) {
        (false, false) => "plaintext",
        (false, true) => "sasl_plaintext",
        (true, false) => "ssl",
        (true, true) => "sasl_ssl",
    }
}

fn authenticate(config: &mut ClientConfig, sasl: &output::Sasl) -> Result<(), SecretError> {
    let Auth::Password { user, password } = &sasl.auth else { return Ok(()) };
    let mechanism = match sasl.mechanism {
        Mechanism::Plain => "PLAIN",
        Mechanism::ScramSha256 => "SCRAM-SHA-256",
        Mechanism::ScramSha512 => "SCRAM-SHA-512",
    };
    config.set("sasl.mechanism", mechanism).set("sasl.username", user).set("sasl.password", password.text()?);
    Ok(())
}

fn protect(config: &mut ClientConfig, tls: &Tls) {
    match &tls.ca {
        Some(file) => config.set("ssl.ca.location", file.display().to_string()),
        None => config.set("ssl.ca.pem", web()),
    };
    for (key, file) in [("ssl.certificate.location", &tls.certificate), ("ssl.key.location", &tls.key)] {
        if let Some(file) = file {
            config.set(key, file.display().to_string());
        }
    }
}

/// The authorities of the web, as PEM (RFC 7468).
fn web() -> String {
    let mut pem = String::new();
    for certificate in TLS_SERVER_ROOT_CERTS {
        // Into memory: it cannot fail.
        let _always = writeln!(
            pem,
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----",
            BASE64.encode(certificate)
        );
    }
    pem
}
