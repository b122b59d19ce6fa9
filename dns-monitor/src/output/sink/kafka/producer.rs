//! Events on their way, and what becomes of them.

use std::time::Duration;

use rdkafka::{
    error::{KafkaError, RDKafkaErrorCode as Code},
    producer::{BaseProducer, BaseRecord, Producer as _},
};

use super::{fate::Fate, reports::Reports, settings};
use crate::{
    config::output,
    output::sink::{
        SinkError, Stop, connection::Patience, facts::Facts, fault::unauthorised, progress::Progress,
    },
};

/// How long librdkafka is listened to at a time.
const LISTEN: Duration = Duration::from_millis(2);
/// It keeps the timeout itself; this is for the case that it does not.
const GRACE: Duration = Duration::from_secs(5);

/// A producer of librdkafka.
pub(super) struct Producer {
    client: BaseProducer<Reports>,
    /// Whom errors name.
    to: String,
    topic: String,
    timeout: Duration,
    /// Each event is a batch, so that one that is refused takes no other with it.
    alone: bool,
    /// Somebody in a batch of several is to blame.
    pub(super) blamed: bool,
    waiting: usize,
}

impl Producer {
    /// Connects when there is something to send.
    pub(super) fn new(settings: &output::Kafka, to: &str, alone: bool) -> Result<Self, SinkError> {
        let client = settings::client(settings, to, alone)?.create_with_context(Reports::default());
        let client = client.map_err(|error| unauthorised(to, told(&error)))?;
        let (to, topic, timeout) = (to.to_owned(), settings.topic.clone(), settings.timeout);
        Ok(Self { client, to, topic, timeout, alone, blamed: false, waiting: 0 })
    }

    /// Sends every event that is not settled, and waits until something is known of all of them. Why some have to come
    /// again is the setback.
    pub(super) fn send(
        &mut self,
        lines: &[&[u8]],
        progress: &mut Progress,
        stop: &Stop,
    ) -> Result<(), SinkError> {
        let mut setback = None;
        self.client.context().forget();
        for at in progress.open() {
            let line = lines.get(at).copied().unwrap_or_default();
            self.put(at, line, progress, &mut setback);
        }
        let patience = Patience::new(self.timeout + GRACE, stop);
        loop {
            self.client.poll(LISTEN);
            self.settle(progress, &mut setback);
            if self.waiting == 0 {
                return setback.map_or(Ok(()), Err);
            }
            if let Some(error) = self.misplaced() {
                return Err(error);
            }
            let broken = |source| SinkError::Broken { to: self.to.clone(), source };
            patience.check().map_err(broken)?;
        }
    }

    /// Whether nothing can be sent through it any more: something is left, or it has given up.
    pub(super) fn is_done(&self) -> bool {
        self.waiting > 0 || self.client.client().fatal_error().is_some()
    }

    fn put(&mut self, at: usize, line: &[u8], progress: &mut Progress, setback: &mut Option<SinkError>) {
        let facts = Facts::read(line);
        let mut record = BaseRecord::<str, [u8], _>::with_opaque_to(&self.topic, at).payload(line);
        if let Some(client) = facts.client.as_deref() {
            record = record.key(client);
        }
        match self.client.send(record) {
            Ok(()) => self.waiting = self.waiting.saturating_add(1),
            Err((error, _)) => {
                // Nobody else has seen it: it is this event alone.
                self.fail(at, code(&error), true, progress, setback);
            }
        }
    }

    /// Takes down what is known of events.
    fn settle(&mut self, progress: &mut Progress, setback: &mut Option<SinkError>) {
        for (at, result) in self.client.context().take() {
            self.waiting = self.waiting.saturating_sub(1);
            match result {
                Ok(()) => progress.take(at),
                Err(code) => self.fail(at, code, self.alone, progress, setback),
            }
        }
    }

    fn fail(
        &mut self,
        at: usize,
        code: Code,
        alone: bool,
        progress: &mut Progress,
        setback: &mut Option<SinkError>,
    ) {
        let fate = Fate::of(code, alone);
        let reason = self.words(code);
        match fate.setback(&self.to, &reason) {
            None => progress.refuse(at, || reason),
            Some(error) => _ = setback.get_or_insert(error),
        }
        self.blamed |= fate == Fate::Blamed;
    }

    /// What is wrong with our settings, so that waiting is no use.
    fn misplaced(&self) -> Option<SinkError> {
        let (code, reason) = self.client.context().trouble()?;
        let fate = Fate::of(code, true);
        fate.setback(&self.to, &reason).filter(|_| fate == Fate::Misplaced)
    }

    /// What an error means, and where nobody has answered, why.
    fn words(&self, code: Code) -> String {
        match self.client.context().trouble() {
            Some((_, trouble)) if Fate::of(code, true) == Fate::Unanswered => {
                let advice = if trouble.contains("Permission denied") {
                    " (a port that is not in brokers must be in ports)"
                } else {
                    ""
                };
                format!("{code}: {trouble}{advice}")
            }
            _ => format!("topic {}: {code}", self.topic),
        }
    }
}

/// Why there is no producer; the value that is wrong may be a secret.
fn told(error: &KafkaError) -> String {
    match error {
        KafkaError::ClientConfig(_, description, key, _) => format!("{key}: {description}"),
        error => error.to_string(),
    }
}

fn code(error: &KafkaError) -> Code {
    error.rdkafka_error_code().unwrap_or(Code::Unknown)
}
