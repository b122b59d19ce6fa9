//! Any samples, all the way to JSON: each line parses, text has no control bytes, and the books are balanced.
#![no_main]

use dns_monitor::{
    config::Config,
    decode::Decoder,
    event::{Event, Id, Observer, ecs, text},
    identity::directory::Who,
    rules::verdict::Judgement,
    source::kernel::sample::parse,
    track::{Tracker, lookup::Lookup},
};
use libfuzzer_sys::fuzz_target;

/// Bytes of a length in front of each sample.
const PREFIX: usize = 2;

fuzz_target!(|data: &[u8]| {
    let config = Config::default();
    let mut decoder = Decoder::new(&config);
    let mut tracker = Tracker::new(&config.track, &config.capture.ports);
    let mut events = Events {
        json: ecs::Encoder::new(&Observer::default()),
        text: text::Encoder::new(false),
        out: Vec::new(),
    };
    let mut rest = data;
    while let Some((length, after)) = rest.split_first_chunk::<PREFIX>() {
        let length = usize::from(u16::from_be_bytes(*length)).min(after.len());
        let (bytes, after) = after.split_at(length);
        rest = after;
        let Ok((_, sample)) = parse(bytes, 0) else { continue };
        decoder.push(&sample, |message| tracker.push(message, |lookup| events.check(lookup)));
    }
    decoder.finish(|message| tracker.push(message, |lookup| events.check(lookup)));
    tracker.finish(|lookup| events.check(lookup));
    let books = decoder.books();
    assert_eq!((books.fragments.held(), books.segments.held(), tracker.tally().held()), (0, 0, 0));
});

struct Events {
    json: ecs::Encoder,
    text: text::Encoder,
    out: Vec<u8>,
}

impl Events {
    fn check(&mut self, lookup: &Lookup<'_>) {
        let judgement = Judgement::default();
        let who = Who::default();
        let event =
            Event::new(lookup, &judgement, &who, Id::default(), None).expect("a lookup has a message");
        self.out.clear();
        self.json.encode(&event, &mut self.out);
        let parsed: Result<serde_json::Value, _> = serde_json::from_slice(&self.out);
        assert!(parsed.is_ok(), "{}", String::from_utf8_lossy(&self.out));
        self.out.clear();
        self.text.encode(&event, &mut self.out);
        let line = self.out.strip_suffix(b"\n").expect("a line");
        assert!(line.iter().all(|byte| (0x20..0x7f).contains(byte)), "{}", String::from_utf8_lossy(line));
    }
}
