//! Resource records in place (RFC 1035 §4.1.3).

use super::{
    malformed::Malformed,
    message::{Message, blame},
    name::Name,
};

/// A compressed owner that is the name of the first question, right after the header.
const POINTER_TO_QUESTION: &[u8] = &[0xc0, 12];

/// Where in a message a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// Answers; prerequisites in an UPDATE.
    Answer,
    /// Authority; the updates in an UPDATE.
    Authority,
    /// Additional.
    Additional,
}

/// A record; numbers in host order.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    /// The section it is in.
    pub section: Section,
    /// The owner.
    pub name: Name<'a>,
    /// TYPE, see [`rr_type`](super::rr_type).
    pub rtype: u16,
    /// CLASS; in an OPT record the UDP payload size.
    pub class: u16,
    /// Seconds, as sent. RFC 2181 §8 reads a value with the top bit set as 0, RFC 8767 §4 as
    /// a very large one: a monitor says what was on the wire.
    pub ttl: u32,
    pub(super) message: &'a [u8],
    pub(super) rdata_at: usize,
    pub(super) rdata_end: usize,
}

impl<'a> Record<'a> {
    /// The record data as sent; compressed names in it need [`rdata::write`](super::rdata::write).
    pub fn rdata(&self) -> &'a [u8] {
        self.message.get(self.rdata_at..self.rdata_end).unwrap_or_default()
    }

    /// The name that begins so many bytes into the record data, if one does that ends there as well.
    pub fn name_at(&self, offset: usize) -> Option<Name<'a>> {
        let (name, end) = Name::read(self.message, self.rdata_at.saturating_add(offset)).ok()?;
        (end <= self.rdata_end).then_some(name)
    }

    /// Reads the record whose owner, already read, ends at offset `at`.
    #[inline]
    fn read(message: &'a [u8], (name, at): (Name<'a>, usize), section: Section) -> Result<Self, Malformed> {
        let rdata_at = at.saturating_add(10);
        let Some(&[a, b, c, d, e, f, g, h, i, j]) = message.get(at..rdata_at) else {
            return Err(Malformed::ShortRecord);
        };
        let rdata_end = rdata_at.saturating_add(usize::from(be16(i, j)));
        if rdata_end > message.len() {
            return Err(Malformed::RdataLength);
        }
        let ttl = u32::from_be_bytes([e, f, g, h]);
        Ok(Self { section, name, rtype: be16(a, b), class: be16(c, d), ttl, message, rdata_at, rdata_end })
    }
}

impl std::fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { section, name, rtype, class, ttl, .. } = self;
        write!(f, "{section:?} {name} {rtype} {class} {ttl} {:02x?}", self.rdata())
    }
}

/// Iterator over the records of a message.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    message: &'a [u8],
    at: usize,
    /// How many records each section still has.
    left: [u16; 3],
    /// The name of the first question, which most answers point to.
    asked: Option<Name<'a>>,
    cut: bool,
}

impl<'a> Records<'a> {
    /// `at` is where the records start, where that is known.
    pub(super) fn new(message: &Message<'a>, at: Option<usize>, cut: bool) -> Self {
        let header = message.header;
        let left = [header.answers, header.authorities, header.additionals];
        let left = if at.is_some() { left } else { [0; 3] };
        let asked = message.question.map(|question| question.name);
        Self { message: message.bytes(), at: at.unwrap_or_default(), left, asked, cut }
    }

    /// The owner at the current offset and the offset after it.
    #[inline]
    fn owner(&self) -> Result<(Name<'a>, usize), Malformed> {
        let end = self.at.saturating_add(2);
        match (self.asked, self.message.get(self.at..end)) {
            (Some(name), Some(POINTER_TO_QUESTION)) => Ok((name, end)),
            _ => Name::read(self.message, self.at),
        }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, Malformed>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let sections = [Section::Answer, Section::Authority, Section::Additional];
        let (left, section) = self.left.iter_mut().zip(sections).find(|(left, _)| **left > 0)?;
        *left = left.saturating_sub(1);
        let record = self.owner().and_then(|owner| Record::read(self.message, owner, section));
        match record {
            Ok(record) => {
                self.at = record.rdata_end;
                Some(Ok(record))
            }
            Err(reason) => {
                self.left = [0; 3];
                // A message that ends between records ends inside the next record's name.
                let ended = self.at >= self.message.len();
                let reason = if ended { Malformed::ShortRecord } else { reason };
                Some(Err(blame(reason, self.cut)))
            }
        }
    }
}

/// Two bytes in network order.
#[inline]
pub(super) const fn be16(high: u8, low: u8) -> u16 {
    u16::from_be_bytes([high, low])
}
