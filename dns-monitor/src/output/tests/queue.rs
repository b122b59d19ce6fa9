//! The bound of the queue, with the test in the writer's place.

use std::time::{Duration, Instant};

use super::{super::queue::queue, *};

#[test]
fn what_does_not_fit_is_lost_at_once_and_counted() {
    let (mut queue, batches) = queue(100);
    let tally = |queue: &super::super::queue::Queue| queue.tally().to_string();
    queue.offer(batch(6));
    queue.offer(batch(6));
    assert_eq!(tally(&queue), "seen 12 = emitted 0 + filtered 0 + lost 6 (queue-full 6) + held 6");
    queue.offer(batch(4));
    assert!(queue.has_room(0) && !queue.has_room(1), "filled to the last byte");
    batches.done(batches.next().unwrap());
    assert!(queue.has_room(60) && !queue.has_room(61));
    batches.done(batches.next().unwrap());
    assert!(queue.is_idle());
    queue.offer(batch(11));
    assert_eq!(tally(&queue), "seen 27 = emitted 0 + filtered 0 + lost 17 (queue-full 17) + held 10");
}

#[test]
fn what_was_refused_takes_no_room() {
    let (mut queue, batches) = queue(100);
    queue.offer(batch(10));
    for _ in 0..100_000 {
        queue.offer(batch(1));
    }
    batches.done(batches.next().unwrap());
    assert!(queue.is_idle() && queue.has_room(100));
}

#[test]
fn a_writer_that_is_gone_takes_no_room_and_is_noticed() {
    let (mut queue, batches) = queue(100);
    drop(batches);
    queue.offer(batch(3));
    queue.put(batch(4), None);
    assert!(queue.is_broken() && queue.is_idle());
    assert_eq!(queue.tally().to_string(), "seen 7 = emitted 0 + filtered 0 + lost 7 (write-failed 7)");
}

/// A source that can wait loses nothing, even where one batch is more than the queue may hold.
#[test]
fn what_can_wait_waits() {
    let (mut queue, batches) = queue(100);
    let reader = std::thread::spawn(move || {
        let mut events = 0;
        while let Some(batch) = batches.next() {
            events += batch.events;
            batches.done(batch);
        }
        events
    });
    let sizes = [1, 9, 1, 10, 11, 500, 3, 10, 10];
    for size in sizes {
        queue.put(batch(size), None);
    }
    queue.close();
    assert_eq!(reader.join().unwrap(), sizes.iter().sum::<u64>());
    assert_eq!(queue.tally().lost(), 0);
}

#[test]
fn what_can_wait_for_a_while_is_lost_after_it() {
    let (mut queue, batches) = queue(100);
    let now = Instant::now();
    queue.put(batch(6), Some(now));
    queue.put(batch(4), Some(now));
    queue.put(batch(1), Some(now));
    assert_eq!(
        queue.tally().to_string(),
        "seen 11 = emitted 0 + filtered 0 + lost 1 (queue-full 1) + held 10"
    );
    let reader = std::thread::spawn(move || {
        while let Some(batch) = batches.next() {
            batches.done(batch);
        }
    });
    queue.put(batch(500), Some(now + Duration::from_secs(60)));
    queue.close();
    reader.join().unwrap();
    assert_eq!(queue.tally().lost(), 1);
}

#[test]
fn several_batches_fit_into_the_queue() {
    for (capacity, bytes) in [(64 << 10, 16 << 10), (16 << 20, 64 << 10)] {
        assert_eq!(queue(capacity).0.batch_bytes(), bytes);
    }
}
