//! Workers between a queue and collectors that behave, and that do not.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod spooled;
mod tcp;

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use super::*;
use crate::output::{
    OutputReason,
    queue::{Batch, Queue, queue},
    sink::{Receipt, SinkError, scripted::Scripted},
};

/// So many lines, numbered from `from` on.
fn batch(from: u64, events: u64) -> Batch {
    let bytes = (from..from + events).flat_map(|number| format!("{number}\n").into_bytes()).collect();
    Batch { bytes, events, since: None }
}

fn link() -> Link {
    Link::default()
}

/// Waits for something that must come.
fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what}");
        thread::sleep(Duration::from_millis(5));
    }
}

type Taken = Arc<Mutex<Vec<u64>>>;

/// A collector that takes what `say` lets it, and what it has taken.
fn collector(
    acknowledges: bool,
    mut say: impl FnMut(u64) -> Result<Receipt, SinkError> + Send + 'static,
) -> (Sink, Taken) {
    let taken = Taken::default();
    let all = Arc::clone(&taken);
    let deliver = move |events: &Events<'_>| {
        let receipt = say(events.count)?;
        let numbers = events.iter().map(|line| str::from_utf8(line).unwrap().parse::<u64>().unwrap());
        all.lock().unwrap_or_else(PoisonError::into_inner).extend(numbers);
        Ok(receipt)
    };
    (Sink::Scripted(Scripted { acknowledges, deliver: Box::new(deliver) }), taken)
}

fn everything(count: u64) -> Result<Receipt, SinkError> {
    Ok(Receipt { taken: count, ..Receipt::default() })
}

fn broken() -> Result<Receipt, SinkError> {
    Err(SinkError::Broken { to: "it".into(), source: io::ErrorKind::BrokenPipe.into() })
}

fn numbers(taken: &Taken) -> Vec<u64> {
    taken.lock().unwrap().clone()
}

fn fill(queue: &mut Queue, from: u64, to: u64) {
    for number in (from..to).step_by(10) {
        queue.offer(batch(number, 10));
    }
}

#[test]
fn everything_is_delivered_before_the_end() {
    let (mut queue, batches) = queue(1 << 20);
    let (sink, taken) = collector(false, everything);
    let worker = Worker::start("x", sink, batches, None, &link()).unwrap();
    fill(&mut queue, 0, 1000);
    queue.close();
    worker.finish(None);
    assert_eq!(numbers(&taken), (0..1000).collect::<Vec<_>>());
    assert_eq!(queue.tally().to_string(), "seen 1000 = emitted 1000 + filtered 0 + lost 0");
}

#[test]
fn what_fails_is_tried_again_and_comes_in_order() {
    let (mut queue, batches) = queue(1 << 20);
    let mut tries = 0;
    let (sink, taken) = collector(false, move |count| {
        tries += 1;
        if tries % 3 == 0 { everything(count) } else { broken() }
    });
    let worker = Worker::start("x", sink, batches, None, &link()).unwrap();
    fill(&mut queue, 0, 30);
    queue.close();
    worker.finish(None);
    assert_eq!(numbers(&taken), (0..30).collect::<Vec<_>>());
}

#[test]
fn what_the_collector_will_never_take_is_lost_and_counted() {
    let (mut queue, batches) = queue(1 << 20);
    let receipt = |_| Ok(Receipt { taken: 6, refused: 3, reason: Some("no such field".into()) });
    let (sink, _) = collector(true, receipt);
    let worker = Worker::start("x", sink, batches, None, &link()).unwrap();
    fill(&mut queue, 0, 20);
    queue.close();
    worker.finish(None);
    // What it does not speak of, it has not taken.
    assert_eq!(queue.tally().to_string(), "seen 20 = emitted 12 + filtered 0 + lost 8 (refused 8)");
}

#[test]
fn a_worker_that_waits_ends_with_the_agent() {
    let (mut queue, batches) = queue(1 << 20);
    let busy = |_| {
        let after = Some(Duration::from_secs(3600));
        Err(SinkError::Busy { to: "it".into(), reason: "no".into(), after })
    };
    let (sink, _) = collector(false, busy);
    let link = link();
    let worker = Worker::start("x", sink, batches, None, &link).unwrap();
    fill(&mut queue, 0, 20);
    queue.close();
    let deadline = Instant::now() + Duration::from_millis(200);
    link.stop.by(deadline);
    worker.finish(Some(deadline));
    let tally = queue.tally();
    assert_eq!((tally.emitted(), tally.held()), (0, 20));
    assert!(!queue.is_broken());
}
