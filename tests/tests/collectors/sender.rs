//! Sends events as the agent does: the same batch again after each error, until it is settled.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    thread,
    time::{Duration, Instant},
};

use dns_monitor::{
    config::output::{Address, Endpoint, Kind, Transport},
    output::sink::{Events, Framing, Receipt, Sink, SinkError, Spec, Stop},
};
use dns_monitor_tests::wait;

/// Events of a batch.
const BATCH: usize = 100;

pub fn address(port: u16) -> Address {
    Address { host: "127.0.0.1".to_owned(), port }
}

pub fn endpoint(port: u16) -> Endpoint {
    Endpoint { address: address(port), timeout: Duration::from_secs(5), transport: Transport::Tcp }
}

/// So many events, each with its id.
pub fn events(count: usize) -> Vec<String> {
    let event = |at| {
        format!(
            r#"{{"@timestamp":"2026-11-24T12:00:00.123456789Z","event":{{"id":"lab-{at}","kind":"event"}},"dns":{{"question":{{"name":"n{at}.example"}}}}}}"#
        )
    };
    (0..count).map(event).collect()
}

pub fn set(lines: impl IntoIterator<Item = impl Into<String>>) -> BTreeSet<String> {
    lines.into_iter().map(Into::into).collect()
}

/// What came of sending.
#[derive(Debug, Default)]
pub struct Sender {
    /// Errors so far.
    pub errors: AtomicUsize,
    /// Events that are settled.
    pub settled: AtomicUsize,
    /// Batches may be sent up to this many events; then it waits.
    pub until: AtomicUsize,
}

impl Sender {
    /// May send so many events before it waits.
    pub fn up_to(events: usize) -> Self {
        Self { until: AtomicUsize::new(events), ..Self::default() }
    }

    /// Sends all.
    pub fn send(&self, kind: &Kind, lines: &[String]) -> Receipt {
        let mut sink = Sink::new(&Spec { name: "lab", kind, hostname: Some("resolver-1") }).unwrap().unwrap();
        let mut sum = Receipt::default();
        for batch in lines.chunks(BATCH) {
            wait::until("sending may go on", || {
                Ok((self.settled.load(SeqCst) < self.until.load(SeqCst)).then_some(()))
            })
            .unwrap();
            let bytes: String = batch.iter().map(|line| format!("{line}\n")).collect();
            let events =
                Events { bytes: bytes.as_bytes(), count: batch.len() as u64, framing: Framing::Lines };
            let receipt = self.deliver(&mut sink, &events);
            assert_eq!(receipt.taken + receipt.refused, batch.len() as u64, "{receipt:?}");
            self.settled.fetch_add(batch.len(), SeqCst);
            sum.taken += receipt.taken;
            sum.refused += receipt.refused;
            sum.reason = sum.reason.or(receipt.reason);
        }
        sum
    }

    /// One batch, until it is settled.
    pub fn deliver(&self, sink: &mut Sink, events: &Events<'_>) -> Receipt {
        let end = Instant::now() + wait::PATIENCE;
        loop {
            match sink.deliver(events, &Stop::default()) {
                Ok(receipt) => return receipt,
                Err(error) => {
                    self.errors.fetch_add(1, SeqCst);
                    assert!(Instant::now() < end, "{error}");
                    thread::sleep(Duration::from_millis(20));
                }
            }
        }
    }

    /// Waits until so many events are settled.
    pub fn wait_settled(&self, events: usize) {
        wait::until("events are settled", || Ok((self.settled.load(SeqCst) >= events).then_some(())))
            .unwrap();
    }

    /// Waits for the next error.
    pub fn wait_error(&self) {
        let before = self.errors.load(SeqCst);
        wait::until("the loss is noticed", || Ok((self.errors.load(SeqCst) > before).then_some(()))).unwrap();
    }
}

/// Sends `lines` while the collector is killed and started again; what all of it came to.
pub fn while_killed(
    kind: &Kind,
    lines: &[String],
    mut kill: impl FnMut(),
    mut again: impl FnMut(),
) -> Receipt {
    // It must not be done before the collector is killed.
    let sender = Sender::up_to(lines.len() / 2);
    let receipt = thread::scope(|scope| {
        let sending = scope.spawn(|| sender.send(kind, lines));
        sender.wait_settled(lines.len() / 4);
        kill();
        sender.until.store(usize::MAX, SeqCst);
        sender.wait_error();
        again();
        sending.join().unwrap()
    });
    assert!(sender.errors.load(SeqCst) > 0, "nobody noticed");
    receipt
}

/// The error of one event for a collector that cannot take it.
pub fn fails(kind: &Kind) -> SinkError {
    let mut sink = Sink::new(&Spec { name: "lab", kind, hostname: None }).unwrap().unwrap();
    let events = Events { bytes: b"{\"n\":1}\n", count: 1, framing: Framing::Lines };
    sink.deliver(&events, &Stop::default()).unwrap_err()
}
