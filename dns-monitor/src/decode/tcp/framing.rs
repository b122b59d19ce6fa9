//! Where messages begin and end in a stream: two bytes of length before each (RFC 1035 §4.2.2).

use crate::decode::message::Message;

/// Bytes of the length before a message.
pub(super) const PREFIX: usize = 2;

/// A DNS header (RFC 1035 §4.1.1).
const HEADER: usize = 12;

/// Bytes of a stream that tell whether a message begins there.
pub(super) const TELLING: usize = PREFIX + HEADER;

/// The least bytes of a question and of a resource record: a root name and the fixed fields.
const QUESTION: usize = 5;
const RECORD: usize = 11;

/// The first message of `stream` and what follows it, if the message is whole.
pub(super) fn split(stream: &[u8]) -> Option<(&[u8], &[u8])> {
    let (prefix, rest) = stream.split_first_chunk::<PREFIX>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*prefix)))
}

/// How many bytes the message that begins `stream` lacks; `None` while the length itself is not there.
pub(super) fn lacking(stream: &[u8]) -> Option<usize> {
    let (prefix, rest) = stream.split_first_chunk::<PREFIX>()?;
    Some(usize::from(u16::from_be_bytes(*prefix)).saturating_sub(rest.len()))
}

/// Whether a message begins at `stream`, as far as its length and header tell; `None`: too short
/// to tell. For streams that were not seen from their SYN on: one false yes makes nonsense of all
/// that follows, one false no loses a segment. So what the Internet never sends is refused.
pub(super) fn plausible(stream: &[u8]) -> Option<bool> {
    let (prefix, rest) = stream.split_first_chunk::<PREFIX>()?;
    let length = usize::from(u16::from_be_bytes(*prefix));
    if length < HEADER {
        return Some(false);
    }
    rest.first_chunk::<HEADER>().map(|header| plausible_header(header, length))
}

/// Whether `bytes` are one message whose length came in a segment of its own, as some clients
/// send it, and was not seen. Only a message without a fault will do.
pub(super) fn headless(bytes: &[u8]) -> bool {
    let Some(header) = bytes.first_chunk::<HEADER>() else { return false };
    plausible_header(header, bytes.len())
        && Message::parse(bytes).is_ok_and(|message| message.question.is_some() && message.fault().is_none())
}

fn plausible_header(header: &[u8; HEADER], length: usize) -> bool {
    let [_, _, high, low, questions @ .., a, b, c, d, e, f] = header;
    let response = high & 0x80 != 0;
    let opcode = (high >> 3) & 0xf;
    let (reserved, rcode) = (low & 0x40, low & 0xf);
    let questions = usize::from(u16::from_be_bytes(*questions));
    let answers = usize::from(u16::from_be_bytes([*a, *b]));
    let others = [[*c, *d], [*e, *f]].map(|count| usize::from(u16::from_be_bytes(count)));
    let records = others.iter().fold(answers, |sum, count| sum.saturating_add(*count));
    let least = HEADER
        .saturating_add(questions.saturating_mul(QUESTION))
        .saturating_add(records.saturating_mul(RECORD));
    // Opcodes that were ever assigned: QUERY, IQUERY, STATUS, NOTIFY, UPDATE, DSO.
    let sane = matches!(opcode, 0 | 1 | 2 | 4 | 5 | 6) && reserved == 0 && questions <= 1 && least <= length;
    let lookup = questions == 1 && rcode == 0 && answers == 0;
    sane && (response || opcode != 0 || lookup)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_from_noise() {
        let query: &[u8] = b"\0\x11\x12\x34\x01\0\0\x01\0\0\0\0\0\0\0\0\x01\0\x01";
        let with = |at: usize, byte: u8| {
            let mut stream = query.to_vec();
            if let Some(slot) = stream.get_mut(at) {
                *slot = byte;
            }
            stream
        };
        let cases = [
            ("a query", query.to_vec(), Some(true)),
            ("a response", with(4, 0x81), Some(true)),
            (
                "a response without question, as in zone transfers",
                [with(4, 0x84), vec![]].concat(),
                Some(true),
            ),
            ("nothing", vec![], None),
            ("half a length", vec![0], None),
            ("a length alone", vec![0, 17], None),
            ("a length and half a header", query.iter().copied().take(13).collect(), None),
            ("a length too short for a header", vec![0, 11], Some(false)),
            ("an opcode that was never assigned", with(4, 0x19), Some(false)),
            ("the reserved bit", with(5, 0x40), Some(false)),
            ("two questions", with(7, 2), Some(false)),
            ("a query without question", with(7, 0), Some(false)),
            ("a query with an answer", with(9, 1), Some(false)),
            ("a query with an rcode", with(5, 3), Some(false)),
            ("more records than fit", with(13, 1), Some(false)),
        ];
        for (what, stream, expected) in cases {
            assert_eq!(plausible(&stream), expected, "{what}");
        }
    }

    #[test]
    fn streams_are_split_at_the_length() {
        type Case = (&'static str, &'static [u8], Option<(&'static [u8], &'static [u8])>, Option<usize>);
        let cases: [Case; 5] = [
            ("nothing", b"", None, None),
            ("half a length", b"\0", None, None),
            ("a length alone", b"\0\x02", None, Some(2)),
            ("a message and the next", b"\0\x02abc", Some((b"ab", b"c")), Some(0)),
            ("an empty message", b"\0\0c", Some((b"", b"c")), Some(0)),
        ];
        for (what, stream, parts, lack) in cases {
            assert_eq!((split(stream), lacking(stream)), (parts, lack), "{what}");
        }
    }
}
