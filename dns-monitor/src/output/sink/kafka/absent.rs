//! A build without Kafka. The configuration says so first.

use crate::{
    config::output,
    output::sink::{Events, Receipt, SinkError, Stop, fault::unauthorised},
};

/// There is none.
#[derive(Clone, Copy, Debug)]
pub enum Kafka {}

impl Kafka {
    /// None.
    ///
    /// # Errors
    /// Always.
    pub fn new(settings: &output::Kafka) -> Result<Self, SinkError> {
        Err(unauthorised(&settings.topic, "this build has no Kafka"))
    }

    /// Cannot be called.
    ///
    /// # Errors
    /// None.
    pub fn deliver(&mut self, _: &Events<'_>, _: &Stop) -> Result<Receipt, SinkError> {
        match *self {}
    }
}
