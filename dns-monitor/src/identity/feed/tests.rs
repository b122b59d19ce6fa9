#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    sync::mpsc::{TryRecvError, channel},
    time::Duration,
};

use super::*;
use crate::identity::assignment::{Assignment, Source};

fn batch(at: u64) -> Batch {
    vec![Change::Ended { address: [10, 0, 0, 1].into(), at, source: Source::Dhcp }]
}

#[test]
fn a_full_queue_waits_and_loses_nothing() {
    let (feed, batches) = feed();
    let count = 3 * QUEUE as u64;
    let worker = Worker::start("test", move |stop| (0..count).try_for_each(|at| feed.send(batch(at), &stop)));
    let received: Vec<_> = batches.0.iter().collect();
    assert_eq!(received, (0..count).map(batch).collect::<Vec<_>>());
    drop(worker.unwrap());
}

#[test]
fn what_was_learned_goes_into_the_history() {
    let (feed, learned) = feed();
    let mut history = History::new(&crate::config::Identity::default());
    assert_eq!(learned.poll(&mut history), 0);
    let address = [10, 0, 0, 1].into();
    let (mac, source) = (Some([2, 0, 0, 0, 0, 1]), Source::Neighbour);
    let assignment = Assignment { address, from: 5, until: None, name: None, mac, source };
    let worker = Worker::start("test", move |stop| {
        feed.send(vec![Change::Assigned(assignment)], &stop)?;
        feed.send(vec![Change::Ended { address, at: 9, source }], &stop)
    });
    let found = |history: &History, time| history.at(address, time).mac;
    while found(&history, 5).is_none() || found(&history, 9).is_some() {
        assert!(learned.poll(&mut history) <= 2);
    }
    drop(worker.unwrap());
}

#[test]
fn nothing_learned_is_nothing_sent() {
    let (feed, batches) = feed();
    let worker = Worker::start("test", move |stop| feed.send(Batch::new(), &stop));
    drop(worker.unwrap());
    assert_eq!(batches.0.try_recv(), Err(TryRecvError::Disconnected));
}

#[test]
fn a_worker_ends_when_it_is_dropped() {
    type Work = Box<dyn FnOnce(&Stop, &Feed) -> Result<(), Stopped> + Send>;
    let cases: [(&str, Work); 3] = [
        ("that waits for nothing", Box::new(|stop, _| stop.wait(&[], None))),
        (
            "that looks again and again",
            Box::new(|stop, _| {
                loop {
                    stop.wait(&[], Some(Duration::from_millis(1)))?;
                }
            }),
        ),
        (
            "that finds no room",
            Box::new(|stop, feed| {
                loop {
                    feed.send(batch(0), stop)?;
                }
            }),
        ),
    ];
    for (what, work) in cases {
        let (feed, _batches) = feed();
        let (done, result) = channel();
        let worker = Worker::start("test", move |stop| {
            let end = work(&stop, &feed);
            done.send(end).unwrap();
            end
        });
        drop(worker.unwrap());
        assert_eq!(result.recv().unwrap(), Err(Stopped), "{what}");
    }
}

#[test]
fn a_worker_whose_reader_is_gone_ends() {
    let (feed, batches) = feed();
    drop(batches);
    let (done, result) = channel();
    let worker = Worker::start("test", move |stop| {
        done.send(feed.send(batch(0), &stop)).unwrap();
        Ok(())
    });
    assert_eq!(result.recv().unwrap(), Err(Stopped));
    drop(worker.unwrap());
}
