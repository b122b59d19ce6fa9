//! Real collectors: everything that was sent arrives, and where they acknowledge, also if they are killed meanwhile.
#![allow(clippy::panic, clippy::unwrap_used, missing_docs, reason = "tests")]

mod collectors {
    pub mod agent;
    pub mod capture;
    pub mod clickhouse;
    pub mod cut;
    pub mod dnstap;
    pub mod load;
    pub mod nats;
    pub mod rsyslog;
    pub mod sender;
    pub mod target;
    pub mod tls;
}
