//! Memory, time, and which segments belong together.

use super::*;

#[test]
fn a_stream_is_bounded() {
    let limits = StreamLimits { stream_bytes: 700, ..StreamLimits::default() };
    run(
        limits,
        vec![Case {
            what: "too much waits behind a hole",
            steps: [syn()].into_iter().chain((1..9).map(|n| data(19 * n..19 * n + 19))).collect(),
            messages: whole(1..9),
            books: "seen 9 = emitted 8 + filtered 1 (tcp-control 1) + lost 0",
        }],
    );
}

#[test]
fn memory_is_bounded_whatever_comes() {
    let limits = StreamLimits { streams: 50, stream_bytes: 4000, bytes: 20_000, ..StreamLimits::default() };
    let (mut streams, mut dice) = (Streams::new(limits), Dice(1));
    for time in 0..20_000 {
        let at = dice.below(60_000);
        let flags = [PSH, PSH, PSH, SYN, FIN, RST, SYN | FIN][dice.below(7) as usize];
        let mut packet = packet(time * 1_000_000);
        packet.source_port = dice.below(200) as u16;
        let payload: Vec<u8> = (at..at + dice.below(300)).map(byte).collect();
        let content = Content::Segment { sequence: at, flags };
        let length = payload.len() as u32 + dice.below(10).saturating_sub(8);
        streams.push(&Sample { packet, content, length, payload: &payload }, |_| {});
        assert!(streams.streams.len() <= limits.streams && streams.bytes <= limits.bytes);
        assert_eq!(
            streams.bytes,
            streams.streams.values().map(Stream::cost).sum::<usize>(),
            "bytes are counted"
        );
        let holding = streams.streams.values().filter(|stream| stream.since().is_some()).count();
        assert_eq!(streams.holding.len(), holding, "streams that hold something are known");
    }
    assert!(streams.tally().count(StreamReason::Evicted) > 0 && streams.tally().emitted() > 0);
    streams.finish(|_| {});
    assert_eq!((streams.tally().held(), streams.bytes), (0, 0));
}

#[test]
fn silent_streams_are_forgotten() {
    let mut streams = Streams::default();
    let steps = [syn(), data(0..19), data(19..38).at(119), data(38..57).at(239)];
    let mut known = vec![];
    for step in &steps {
        push(&mut streams, 1, step, |_| {});
        known.push(streams.streams.values().all(|stream| stream.starts_at(1)));
    }
    // After 120 s of silence the last segment finds nobody and opens a stream of its own.
    assert_eq!(known, [true, true, true, false]);
}

#[test]
fn ways_interfaces_and_vlans_are_apart() {
    let change: [fn(&mut Packet); 7] = [
        |_| {},
        |packet| packet.direction = Direction::Out,
        |packet| packet.interface = 1,
        |packet| packet.outer_vlan = Some(0),
        |packet| packet.inner_vlan = Some(0),
        |packet| packet.source_port = 1,
        |packet| packet.destination = IpAddr::from([192, 0, 2, 54]),
    ];
    let (mut streams, payload) = (Streams::default(), MESSAGE);
    for change in change {
        let mut packet = packet(0);
        change(&mut packet);
        let content = Content::Segment { sequence: 7, flags: PSH };
        streams.push(&Sample { packet, content, length: 19, payload: &payload }, |_| {});
    }
    // On one stream, all but the first would be retransmissions.
    assert_eq!(streams.tally().to_string(), "seen 7 = emitted 7 + filtered 0 + lost 0");
}
