//! What librdkafka tells us, when it is asked: what became of each event, and what else went wrong.

use std::{
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use rdkafka::{
    ClientContext, Statistics,
    config::RDKafkaLogLevel,
    error::{KafkaError, RDKafkaErrorCode},
    message::DeliveryResult,
    producer::ProducerContext,
};

/// What became of the event at a position of its batch: `Ok` where it was acknowledged.
pub(super) type Report = (usize, Result<(), RDKafkaErrorCode>);

/// What was told since the last time.
#[derive(Debug, Default)]
pub(super) struct Reports {
    delivered: Mutex<Vec<Report>>,
    /// The last thing that went wrong with a connection.
    trouble: Mutex<Option<(RDKafkaErrorCode, String)>>,
}

impl Reports {
    /// The events about which something is known now.
    pub(super) fn take(&self) -> Vec<Report> {
        mem::take(&mut lock(&self.delivered))
    }

    /// What is wrong.
    pub(super) fn trouble(&self) -> Option<(RDKafkaErrorCode, String)> {
        lock(&self.trouble).clone()
    }

    /// All is well again, as far as is known.
    pub(super) fn forget(&self) {
        *lock(&self.trouble) = None;
    }
}

impl ClientContext for Reports {
    fn log(&self, _: RDKafkaLogLevel, _: &str, _: &str) {}

    fn stats(&self, _: Statistics) {}

    fn error(&self, error: KafkaError, reason: &str) {
        let Some(code) = error.rdkafka_error_code() else { return };
        // That all are down follows one that says why.
        if code != RDKafkaErrorCode::AllBrokersDown {
            *lock(&self.trouble) = Some((code, reason.to_owned()));
        }
    }
}

impl ProducerContext for Reports {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, at: usize) {
        let result = match result {
            Ok(_) => Ok(()),
            Err((error, _)) => Err(error.rdkafka_error_code().unwrap_or(RDKafkaErrorCode::Unknown)),
        };
        lock(&self.delivered).push((at, result));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
