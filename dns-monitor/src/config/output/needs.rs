//! What an output needs of the host: files, folders, TCP ports of others, names.

use std::path::{Path, PathBuf};

use url::Url;

use super::{Address, Auth, DnstapPlace, Endpoint, Keep, Kind, Output, Secret, SyslogTransport, Tls, Web};

/// What it needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Files that are read: certificates, keys, secrets.
    pub read: Vec<PathBuf>,
    /// Folders in which files are made, written and removed.
    pub write: Vec<PathBuf>,
    /// Those of them that are the agent's own: it makes them where they are missing.
    pub own: Vec<PathBuf>,
    /// TCP ports of collectors, host order.
    pub ports: Vec<u16>,
    /// Names of collectors, which somebody must look up.
    pub names: Vec<String>,
}

impl Output {
    /// What it needs of the host.
    #[must_use]
    pub fn needs(&self) -> Needs {
        let mut needs = Needs::default();
        needs.kind(&self.kind);
        if let Some(key) = self.privacy.as_ref().and_then(|privacy| privacy.key.as_ref()) {
            needs.secret(key);
        }
        if let Keep::Spool(spool) = &self.spool {
            needs.write.extend(spool.path.clone());
            needs.own.extend(spool.path.clone());
        }
        needs
    }
}

impl Needs {
    fn kind(&mut self, kind: &Kind) {
        match kind {
            // A socket takes no right to a file.
            Kind::Stdout(_) | Kind::Unix(_) => {}
            Kind::File(file) => self.write.extend(file.path.parent().map(Path::to_owned)),
            Kind::Tcp(tcp) => self.address(&tcp.address),
            Kind::Tls(tls) => {
                self.address(&tls.address);
                self.tls(&tls.tls);
            }
            Kind::Http(http) => self.web(&http.web),
            Kind::Otlp(otlp) => self.web(&otlp.web),
            Kind::Syslog(syslog) => match &syslog.transport {
                SyslogTransport::Udp { .. } => self.name(&syslog.address),
                SyslogTransport::Tcp => self.address(&syslog.address),
                SyslogTransport::Tls(tls) => {
                    self.address(&syslog.address);
                    self.tls(tls);
                }
            },
            Kind::Relp(relp) => self.endpoint(&relp.endpoint),
            Kind::Nats(nats) => {
                self.endpoint(&nats.endpoint);
                self.auth(nats.auth.as_ref());
            }
            Kind::Kafka(kafka) => {
                kafka.brokers.iter().for_each(|broker| self.address(broker));
                self.ports.extend(&kafka.ports);
                kafka.transport.tls().into_iter().for_each(|tls| self.tls(tls));
                self.auth(kafka.sasl.as_ref().map(|sasl| &sasl.auth));
            }
            Kind::Dnstap(dnstap) => match &dnstap.place {
                DnstapPlace::Path(_) => {}
                DnstapPlace::Address(address) => self.address(address),
            },
        }
    }

    fn web(&mut self, web: &Web) {
        self.ports.extend(Url::parse(&web.url).ok().and_then(|url| url.port_or_known_default()));
        self.names.extend(web.host());
        self.tls(&web.tls);
        self.auth(web.auth.as_ref());
    }

    fn endpoint(&mut self, endpoint: &Endpoint) {
        self.address(&endpoint.address);
        endpoint.transport.tls().into_iter().for_each(|tls| self.tls(tls));
    }

    fn address(&mut self, address: &Address) {
        self.ports.push(address.port);
        self.name(address);
    }

    fn name(&mut self, address: &Address) {
        self.names.extend(address.ip().is_none().then(|| address.host.clone()));
    }

    fn tls(&mut self, tls: &Tls) {
        self.read.extend([&tls.ca, &tls.certificate, &tls.key].into_iter().flatten().cloned());
    }

    fn auth(&mut self, auth: Option<&Auth>) {
        match auth {
            Some(Auth::Token(secret) | Auth::Password { password: secret, .. }) => self.secret(secret),
            None => {}
        }
    }

    fn secret(&mut self, secret: &Secret) {
        self.read.extend(secret.place());
    }
}
