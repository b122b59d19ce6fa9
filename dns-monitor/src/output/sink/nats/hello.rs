//! How a connection begins: `INFO`, TLS if wanted, `CONNECT`, a subscription for the answers, `PING` and `PONG`.

use serde::Deserialize;
use serde_json::json;

use super::protocol::{self, Said};
use crate::{
    config::output::{self, Auth, SecretError},
    output::sink::{
        SinkError, Stop,
        connection::Connection,
        fault::{garbage, unauthorised, words},
        input::Input,
    },
};

/// What of `INFO` matters.
#[derive(Debug, Deserialize)]
pub(super) struct Info {
    /// The longest payload, header included.
    #[serde(default = "max_payload")]
    pub(super) max_payload: usize,
    #[serde(default)]
    headers: bool,
    #[serde(default)]
    tls_required: bool,
    #[serde(default)]
    tls_available: bool,
}

/// What servers have if nothing is said.
const fn max_payload() -> usize {
    1 << 20
}

/// Connects; answers come to `<inbox>.<number>`.
pub(super) fn hello(
    settings: &output::Nats,
    inbox: &str,
    stop: &Stop,
) -> Result<(Connection, Input, Info), SinkError> {
    let endpoint = &settings.endpoint;
    let mut connection = Connection::open(&endpoint.address, None, endpoint.timeout, stop)?;
    let mut input = Input::default();
    let info = match input.next(&mut connection, stop, protocol::parse)? {
        Said::Info(json) => info(connection.to(), &json)?,
        Said::Err(reason) => return Err(refused(connection.to(), &reason)),
        _ => return Err(garbage(connection.to(), "it does not begin with INFO")),
    };
    let tls = endpoint.transport.tls();
    if !info.headers {
        return Err(unauthorised(
            connection.to(),
            "a server without headers: JetStream needs NATS 2.2 or later",
        ));
    }
    match tls {
        Some(tls) if info.tls_required || info.tls_available => {
            connection = connection.protect(tls, &endpoint.address.host, stop)?;
            input = Input::default();
        }
        Some(_) => return Err(unauthorised(connection.to(), "the server has no TLS")),
        None if info.tls_required => {
            return Err(unauthorised(connection.to(), "the server wants TLS: transport = \"tls\""));
        }
        None => {}
    }
    let connect = connect(settings, tls.is_some());
    let connect = connect.map_err(|error| unauthorised(connection.to(), error.to_string()))?;
    let text = format!("CONNECT {connect}\r\nSUB {inbox}.* 1\r\nPING\r\n");
    connection.write(text.as_bytes(), stop)?;
    loop {
        match input.next(&mut connection, stop, protocol::parse)? {
            Said::Pong => return Ok((connection, input, info)),
            Said::Ping => connection.write(b"PONG\r\n", stop)?,
            Said::Err(reason) => return Err(refused(connection.to(), &reason)),
            Said::Info(_) | Said::Ok => {}
            Said::Message { .. } => return Err(garbage(connection.to(), "a message nobody asked for")),
        }
    }
}

fn info(to: &str, json: &[u8]) -> Result<Info, SinkError> {
    serde_json::from_slice(json).map_err(|error| garbage(to, format!("INFO: {error}: {}", words(json))))
}

/// Before anything is published an error means that we are not welcome.
fn refused(to: &str, reason: &str) -> SinkError {
    unauthorised(to, words(reason.as_bytes()))
}

fn connect(settings: &output::Nats, tls: bool) -> Result<serde_json::Value, SecretError> {
    let mut connect = json!({
        "verbose": false, "pedantic": false, "tls_required": tls, "lang": "rust", "name": "dns-monitor",
        "version": env!("CARGO_PKG_VERSION"), "protocol": 1, "echo": false, "headers": true,
        // A subject that no stream is bound to is told at once.
        "no_responders": true,
    });
    match &settings.auth {
        Some(Auth::Token(token)) => connect["auth_token"] = token.text()?.into(),
        Some(Auth::Password { user, password }) => {
            connect["user"] = user.as_str().into();
            connect["pass"] = password.text()?.into();
        }
        None => {}
    }
    Ok(connect)
}
