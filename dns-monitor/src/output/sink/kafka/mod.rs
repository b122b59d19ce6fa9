//! Kafka: each event a message of a topic, acknowledged by all replicas that are in step.
//!
//! librdkafka does it, which is part of a build with the feature `kafka`; without it there is only [`absent`].

#[cfg(not(feature = "kafka"))]
mod absent;
#[cfg(feature = "kafka")]
mod fate;
#[cfg(feature = "kafka")]
mod producer;
#[cfg(feature = "kafka")]
mod reports;
#[cfg(feature = "kafka")]
mod settings;
#[cfg(feature = "kafka")]
mod topic;

#[cfg(not(feature = "kafka"))]
pub use self::absent::Kafka;
#[cfg(feature = "kafka")]
pub use self::topic::Kafka;
