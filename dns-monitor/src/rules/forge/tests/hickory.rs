//! The second opinion: hickory-proto reads query and answer, and says what the answer should have been.

use hickory_proto::{
    op::{Edns, Message, MessageType, ResponseCode},
    rr::{
        DNSClass, RData, Record, RecordType,
        rdata::opt::{EdnsCode, EdnsOption},
    },
};

use super::*;

const QUERIES: usize = 20_000;

/// Numbers without a pattern, the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 11) % limit as u64) as usize
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.below(256) as u8).collect()
    }

    fn name(&mut self) -> Vec<u8> {
        let mut name = vec![];
        for _ in 0..self.below(8) {
            let length = if self.one_in(8) { 63 } else { 1 + self.below(12) };
            if name.len() + length + 2 <= 255 {
                name.push(length as u8);
                name.extend((0..length).map(|_| self.of(b"abcxyzABCXYZ0189-_")));
            }
        }
        name.push(0);
        name
    }

    fn options(&mut self) -> Vec<u8> {
        let mut options = vec![];
        for _ in 0..self.below(4) {
            // Codes that hickory keeps as bytes.
            let code = self.of(&[10, 10, 12, 15, 65001]);
            let length = self.of(&[0, 8, 15, 16, 24, 40, 41]);
            options.extend(option(code, &self.bytes(length)));
        }
        options
    }

    fn query(&mut self) -> Asked {
        let name = self.name();
        let mut query = asked(&name, self.of(&[A, AAAA, 16, 65, ANY]), self.of(&[IN, IN, IN, CH]));
        query.flags = self.below(1 << 16) as u16 & 0x07ff;
        if self.one_in(3) {
            return query;
        }
        let flags = self.of(&[0, 0x8000, 0x8001]);
        let version = if self.one_in(20) { 1 } else { 0 };
        let mut records = vec![edns(version, flags, &self.options())];
        if self.one_in(5) {
            records.insert(self.below(2), some_record(&query.question[..name.len()], 16, b"\x01x"));
        }
        query.with(&records)
    }

    fn effect(&mut self, block: Block) -> Effect {
        let mut effect = effect(block);
        effect.ttl = self.below(100_000) as u32;
        effect.ede = self.of(&[None, Some(0), Some(15), Some(17), Some(u16::MAX - 1)]);
        if self.one_in(3) {
            effect.sinkhole.v4 = None;
        }
        if self.one_in(3) {
            effect.sinkhole.v6 = None;
        }
        effect
    }
}

/// What the answer should be, from hickory's reading of the query; `None`: none.
fn expected(query: &Message, block: Block, effect: &Effect) -> Option<Message> {
    if block == Block::Drop || query.edns.as_ref().is_some_and(|edns| edns.version() != 0) {
        return None;
    }
    let mut answer = Message::response(query.metadata.id, query.metadata.op_code);
    answer.metadata.message_type = MessageType::Response;
    answer.metadata.recursion_desired = query.metadata.recursion_desired;
    answer.metadata.recursion_available = true;
    answer.metadata.checking_disabled = query.metadata.checking_disabled;
    answer.metadata.truncation = block == Block::TcpOnly;
    answer.metadata.response_code = match block {
        Block::Nxdomain => ResponseCode::NXDomain,
        Block::Refused => ResponseCode::Refused,
        _ => ResponseCode::NoError,
    };
    let question = query.queries.first()?;
    answer.add_query(question.clone());
    let data = match (question.query_class, question.query_type) {
        (DNSClass::IN, RecordType::A) => effect.sinkhole.v4.map(|v4| RData::A(v4.into())),
        (DNSClass::IN, RecordType::AAAA) => effect.sinkhole.v6.map(|v6| RData::AAAA(v6.into())),
        _ => None,
    };
    if let Some(data) = data.filter(|_| block == Block::Sinkhole) {
        answer.add_answer(Record::from_rdata(question.name.clone(), effect.ttl, data));
    }
    if let Some(asked) = &query.edns {
        answer.set_edns(expected_edns(asked, effect.ede));
    }
    Some(answer)
}

fn expected_edns(asked: &Edns, ede: Option<u16>) -> Edns {
    let mut edns = Edns::new();
    edns.set_max_payload(1232).set_dnssec_ok(asked.flags().dnssec_ok);
    if let Some((EdnsCode::Cookie, EdnsOption::Unknown(10, cookie))) = asked.options().options.first()
        && (16..=40).contains(&cookie.len())
    {
        edns.options_mut().insert(EdnsOption::Unknown(10, cookie.clone()));
    }
    if let Some(code) = ede {
        edns.options_mut().insert(EdnsOption::Unknown(15, code.to_be_bytes().to_vec()));
    }
    edns
}

#[test]
fn random_queries_get_the_answer_that_hickory_expects() {
    const BLOCKS: [Block; 6] =
        [Block::Drop, Block::Nxdomain, Block::Nodata, Block::Refused, Block::Sinkhole, Block::TcpOnly];
    let (mut dice, mut counts) = (Dice(8914), [0; 5]);
    for number in 0..QUERIES {
        let query = dice.query();
        let block = dice.of(&BLOCKS);
        let effect = dice.effect(block);
        let bytes = query.bytes();
        let theirs =
            Message::from_vec(&bytes).unwrap_or_else(|error| panic!("{number}: {error} {bytes:02x?}"));
        let forged = answer(&query, block, &effect);
        let read = forged.as_deref().map(Message::from_vec).transpose();
        let read = read.unwrap_or_else(|error| panic!("{number}: {error} {forged:02x?}"));
        assert_eq!(read, expected(&theirs, block, &effect), "{number}: {block:?} {effect:?} {query:02x?}");
        let Some((read, forged)) = read.zip(forged) else { continue };
        assert_eq!(
            forged[12..12 + query.question.len()],
            query.question,
            "{number}: the question as it came"
        );
        let edns = read.edns.as_ref();
        let seen = [
            true,
            !read.answers.is_empty(),
            edns.is_some(),
            edns.is_some_and(|edns| edns.option(EdnsCode::Cookie).is_some()),
            edns.is_some_and(|edns| edns.options().options.len() == 2),
        ];
        counts.iter_mut().zip(seen).for_each(|(count, seen)| *count += u32::from(seen));
    }
    assert!(counts.iter().all(|count| *count > 100), "too little of something: {counts:?}");
}

/// Whatever comes: no panic, and what is made is a response to the question.
#[test]
fn answers_to_damaged_queries_are_well_formed() {
    let (mut dice, mut out, mut made) = (Dice(1035), Vec::new(), 0);
    for number in 0..QUERIES {
        let mut bytes = dice.query().bytes();
        for _ in 0..=dice.below(3) {
            let at = dice.below(bytes.len());
            match dice.below(3) {
                0 => bytes[at] = dice.of(&[0, 1, 41, 63, 64, 192, 250, 255]),
                1 => bytes.truncate(at + 1),
                _ => drop(bytes.splice(at..at, dice.bytes(2))),
            }
        }
        let _ = is_signed(&bytes);
        if !forge(&bytes, Block::Sinkhole, &effect(Block::Sinkhole), &mut out) {
            continue;
        }
        made += 1;
        let ours = crate::decode::message::Message::parse(&out).unwrap();
        let asked = crate::decode::message::Message::parse(&bytes).unwrap();
        assert_eq!(ours.fault(), None, "{number}: {bytes:02x?} {out:02x?}");
        assert_eq!(ours.question, asked.question, "{number}");
        assert_eq!(ours.records().count(), usize::from(ours.header.answers + ours.header.additionals));
    }
    assert!((QUERIES / 20..QUERIES).contains(&made), "{made}");
}
