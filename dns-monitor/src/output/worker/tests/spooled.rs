//! With a spool behind the queue.

use std::sync::atomic::AtomicBool;

use tempfile::TempDir;

use super::*;
use crate::config::output;

fn spool(folder: &TempDir) -> Spool {
    Spool::open(folder.path(), &output::Spool::default()).unwrap()
}

/// Whether the collector takes anything.
fn switched(acknowledges: bool) -> (Sink, Taken, Arc<AtomicBool>) {
    let open = Arc::new(AtomicBool::new(false));
    let is_open = Arc::clone(&open);
    let say = move |count| if is_open.load(Ordering::Relaxed) { everything(count) } else { broken() };
    let (sink, taken) = collector(acknowledges, say);
    (sink, taken, open)
}

#[test]
fn a_queue_that_is_far_too_small_loses_nothing() {
    for acknowledges in [false, true] {
        let folder = TempDir::new().unwrap();
        let (mut queue, batches) = queue(4096);
        let (sink, taken, open) = switched(acknowledges);
        let worker = Worker::start("x", sink, batches, Some(spool(&folder)), &link()).unwrap();
        for number in (0..50_000).step_by(10) {
            queue.put(batch(number, 10), None);
        }
        assert_eq!(queue.tally().lost(), 0);
        assert!(numbers(&taken).is_empty());
        open.store(true, Ordering::Relaxed);
        until("all is delivered", || queue.tally().held() == 0);
        let mut found = numbers(&taken);
        if !acknowledges {
            // Batches that were on their way past the spool stand behind those in it.
            found.sort_unstable();
        }
        assert_eq!(found, (0..50_000).collect::<Vec<_>>());
        queue.close();
        worker.finish(None);
        assert_eq!(queue.tally().to_string(), "seen 50000 = emitted 50000 + filtered 0 + lost 0");
    }
}

#[test]
fn what_cannot_be_delivered_is_there_at_the_next_start() {
    for acknowledges in [false, true] {
        let folder = TempDir::new().unwrap();
        let (mut first, batches) = queue(1 << 20);
        let (sink, _, _) = switched(acknowledges);
        let link_of_first = link();
        let worker = Worker::start("x", sink, batches, Some(spool(&folder)), &link_of_first).unwrap();
        fill(&mut first, 0, 1000);
        first.close();
        let deadline = Instant::now() + Duration::from_millis(300);
        link_of_first.stop.by(deadline);
        worker.finish(None);
        let tally = first.tally();
        assert_eq!((tally.count(OutputReason::Kept), tally.held(), tally.lost()), (1000, 0, 0), "{tally}");

        let (mut second, batches) = queue(1 << 20);
        let (sink, taken) = collector(acknowledges, everything);
        let worker = Worker::start("x", sink, batches, Some(spool(&folder)), &link()).unwrap();
        fill(&mut second, 1000, 1100);
        second.close();
        worker.finish(None);
        let mut found = numbers(&taken);
        found.sort_unstable();
        assert_eq!(found, (0..1100).collect::<Vec<_>>());
        assert_eq!(second.tally().to_string(), "seen 1100 = emitted 1100 + filtered 0 + lost 0");
    }
}

#[test]
fn past_the_spool_as_long_as_all_is_taken() {
    let folder = TempDir::new().unwrap();
    let (mut queue, batches) = queue(1 << 20);
    let (sink, taken) = collector(false, everything);
    let worker = Worker::start("x", sink, batches, Some(spool(&folder)), &link()).unwrap();
    for number in 0..50 {
        queue.offer(batch(number, 1));
        until("it is delivered", || queue.tally().held() == 0);
    }
    queue.close();
    worker.finish(None);
    assert_eq!(numbers(&taken), (0..50).collect::<Vec<_>>());
    let written = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(!written.into_iter().any(|name| name.to_str().unwrap().ends_with(".seg")), "nothing was written");
}

#[test]
fn a_full_spool_is_in_the_books() {
    let folder = TempDir::new().unwrap();
    let (mut queue, batches) = queue(1 << 20);
    let (sink, taken, open) = switched(true);
    let settings = output::Spool { size: 1 << 20, ..output::Spool::default() };
    let spool = Spool::open(folder.path(), &settings).unwrap();
    let worker = Worker::start("x", sink, batches, Some(spool), &link()).unwrap();
    for number in (0..400_000).step_by(1000) {
        queue.put(batch(number, 1000), None);
    }
    until("all is in the spool", || queue.is_idle());
    open.store(true, Ordering::Relaxed);
    queue.close();
    worker.finish(None);
    let tally = queue.tally();
    let lost = tally.count(OutputReason::SpoolFull);
    assert!(lost > 0);
    assert_eq!((tally.held(), tally.emitted() + lost), (0, 400_000), "{tally}");
    assert_eq!(numbers(&taken).len() as u64, tally.emitted());
}

#[test]
fn when_time_is_over_a_collector_that_takes_everything_gets_no_more() {
    let folder = TempDir::new().unwrap();
    let (mut queue, batches) = queue(1 << 20);
    let open = Arc::new(AtomicBool::new(false));
    let is_open = Arc::clone(&open);
    let (sink, taken) = collector(true, move |count| {
        until("the agent stops", || is_open.load(Ordering::Relaxed));
        everything(count)
    });
    let link = link();
    let worker = Worker::start("x", sink, batches, Some(spool(&folder)), &link).unwrap();
    // More than is delivered at a time.
    for number in (0..400_000).step_by(1000) {
        queue.put(batch(number, 1000), None);
    }
    until("all is in the spool", || queue.is_idle());
    queue.close();
    link.stop.by(Instant::now());
    open.store(true, Ordering::Relaxed);
    worker.finish(None);
    let tally = queue.tally();
    let kept = tally.count(OutputReason::Kept);
    assert_eq!((kept + numbers(&taken).len() as u64, tally.held(), tally.lost()), (400_000, 0, 0), "{tally}");
    assert!(kept > 0, "{tally}");
}
