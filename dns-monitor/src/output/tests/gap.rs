//! What was lost, said in the stream: once, and not before there is room to say it.

use super::super::{
    OutputReason,
    emit::{Emitter, Pressure},
    lane::Lane,
    queue::{Batch, Batches, queue},
};
use crate::{
    config::Output,
    event::{
        Observer,
        gap::{Hole, Why},
    },
    ledger::Tally,
    rules::verdict::Judgement,
    sample::{Datagram, Packet},
    track::{
        lookup::{End, Lookup, Seen},
        role::{Kind, Part, Role},
    },
};
use serde_json::{Value, json};

fn emitter(capacity: usize) -> (Emitter, Batches) {
    let (queue, batches) = queue(capacity);
    let lane = Lane::new(&Output::default(), false, queue);
    (Emitter::new(vec![lane], &Observer::default(), Pressure::Drop), batches)
}

fn tally(emitter: &Emitter) -> Tally<OutputReason> {
    emitter.books()[0].tally
}

/// An event of some 500 bytes.
fn emit(emitter: &mut Emitter) {
    let packet = Packet::example();
    let kind = Kind { role: Role::Client, part: Part::Query, contradicted: false };
    let seen = Seen::new(Datagram { packet, length: 12, bytes: &[0; 12] });
    emitter.emit(
        &Lookup::alone(kind, seen, End::TimedOut),
        &Judgement::default(),
        &crate::identity::directory::Who::default(),
    );
}

/// What is in a batch: sequence numbers, with what a gap event says.
fn said(batch: Batch, batches: &Batches) -> Vec<(u64, Value)> {
    let text = String::from_utf8(batch.bytes.clone()).unwrap();
    let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.len() as u64, batch.events);
    batches.done(batch);
    let said =
        |event: &Value| (event["event"]["sequence"].as_u64().unwrap(), event["dns_monitor"]["lost"].clone());
    events.iter().map(said).collect()
}

fn next(batches: &Batches) -> Vec<(u64, Value)> {
    said(batches.next().unwrap(), batches)
}

fn lost(kernel: u64, decode: u64, sink: u64) -> Value {
    json!({"kernel": kernel, "decode": decode, "sink": sink})
}

#[test]
fn a_loss_is_said_once() {
    let (mut emitter, batches) = emitter(1 << 20);
    emitter.report(0, 0, 0);
    emit(&mut emitter);
    emitter.report(0, 5, 1);
    emitter.report(0, 5, 1);
    emit(&mut emitter);
    emitter.report(0, 5, 4);
    emitter.close();
    assert_eq!(next(&batches), [(0, Value::Null), (1, lost(5, 1, 0))], "behind what came before it");
    assert_eq!(next(&batches), [(2, Value::Null), (3, lost(0, 3, 0))], "only what is new");
    assert!(batches.next().is_none());
    assert_eq!(tally(&emitter).to_string(), "seen 4 = emitted 0 + filtered 0 + lost 0 + held 4");
}

/// The bytes of an event.
fn event_length() -> usize {
    let (mut emitter, batches) = emitter(1 << 20);
    emit(&mut emitter);
    emitter.close();
    batches.next().unwrap().bytes.len()
}

#[test]
fn what_is_at_hand_waits_while_the_writer_is_busy() {
    let (mut emitter, batches) = emitter(1 << 20);
    for _ in 0..4 {
        emit(&mut emitter);
        emitter.flush();
    }
    assert_eq!(next(&batches), [(0, Value::Null)]);
    emitter.flush();
    assert_eq!(next(&batches), [(1, Value::Null), (2, Value::Null), (3, Value::Null)]);
}

/// Four events, of which each is a batch, fill the queue.
fn full() -> (Emitter, Batches) {
    let (mut emitter, batches) = emitter(4 * event_length());
    for _ in 0..4 {
        emit(&mut emitter);
    }
    assert_eq!(tally(&emitter).to_string(), "seen 4 = emitted 0 + filtered 0 + lost 0 + held 4");
    (emitter, batches)
}

/// All that is left in a queue.
fn rest(mut emitter: Emitter, batches: &Batches) -> Vec<(u64, Value)> {
    emitter.close();
    std::iter::from_fn(|| batches.next()).flat_map(|batch| said(batch, batches)).collect()
}

#[test]
fn a_loss_waits_until_there_is_room_to_say_it() {
    let (mut emitter, batches) = full();
    for _ in 0..100 {
        emitter.report(0, 7, 0);
    }
    assert_eq!(tally(&emitter).seen(), 4, "there is no room to say it, which is no loss");
    assert_eq!(next(&batches), [(0, Value::Null)]);
    for _ in 0..100 {
        emitter.report(0, 7, 0);
    }
    let expected = [(1, Value::Null), (2, Value::Null), (3, Value::Null), (4, lost(7, 0, 0))];
    assert_eq!(rest(emitter, &batches), expected, "said once, when there is room");
}

#[test]
fn what_the_queue_refused_is_said_when_it_has_room_again() {
    let (mut emitter, batches) = full();
    for _ in 0..3 {
        emit(&mut emitter);
    }
    emitter.report(0, 0, 0);
    assert_eq!(next(&batches), [(0, Value::Null)]);
    emitter.report(0, 0, 0);
    let expected = "seen 8 = emitted 0 + filtered 0 + lost 3 (queue-full 3) + held 5";
    assert_eq!(tally(&emitter).to_string(), expected, "held with what the test has taken");
    // The hole in the numbers is as large as the loss.
    let expected = [(1, Value::Null), (2, Value::Null), (3, Value::Null), (7, lost(0, 0, 3))];
    assert_eq!(rest(emitter, &batches), expected);
}

fn hole(to: u64) -> Hole {
    Hole { interface: "eth0".to_owned(), why: Why::Down, from: Some(to - 1), to }
}

#[test]
fn a_hole_is_told_once_with_what_was_lost_meanwhile() {
    let (mut emitter, batches) = emitter(1 << 20);
    emitter.owe(hole(5));
    emitter.report(6, 3, 0);
    emitter.report(7, 3, 0);
    emitter.close();
    assert_eq!(next(&batches), [(0, lost(3, 0, 0))]);
    assert!(batches.next().is_none());
}

#[test]
fn holes_wait_for_room_but_not_without_end() {
    let (mut emitter, batches) = full();
    for to in 1..=100 {
        emitter.owe(hole(to));
        emitter.report(to, 0, 0);
    }
    let tally = tally(&emitter);
    assert_eq!((tally.seen(), tally.lost()), (40, 36), "64 wait, the others count as lost");
    let said = rest(emitter, &batches);
    assert_eq!(said.iter().map(|(sequence, _)| *sequence).collect::<Vec<_>>(), [0, 1, 2, 3]);
}

/// Where nobody reads any more there is nobody to tell, and nothing to add to the loss.
#[test]
fn a_loss_is_not_said_to_nobody() {
    let (mut emitter, batches) = emitter(1 << 20);
    drop(batches);
    emit(&mut emitter);
    emitter.flush();
    emitter.report(0, 7, 0);
    emitter.close();
    assert_eq!(tally(&emitter).to_string(), "seen 1 = emitted 0 + filtered 0 + lost 1 (write-failed 1)");
}
