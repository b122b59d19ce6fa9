//! A message in place: header, question, and records one after another (RFC 1035 §4).
//!
//! UPDATE (RFC 2136) has the same layout: its zone is the question, its sections are the
//! prerequisite, update and additional data. Bytes after the last record are not a fault:
//! BIND reads past them as well, and they change nothing in what was asked or answered.

use super::{
    edns::Edns,
    header::{HEADER_LENGTH, Header},
    malformed::Malformed,
    name::Name,
    record::{Records, be16},
    rr_type,
};

/// What is asked (RFC 1035 §4.1.2), in host order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question<'a> {
    /// QNAME.
    pub name: Name<'a>,
    /// QTYPE, see [`rr_type`].
    pub qtype: u16,
    /// QCLASS.
    pub qclass: u16,
}

impl<'a> Question<'a> {
    /// Reads the question at offset `at`; also returns the offset of what follows it.
    #[inline]
    fn read(message: &'a [u8], at: usize) -> Result<(Self, usize), Malformed> {
        let (name, at) = Name::read(message, at)?;
        let end = at.saturating_add(4);
        let Some(&[a, b, c, d]) = message.get(at..end) else { return Err(Malformed::ShortQuestion) };
        Ok((Self { name, qtype: be16(a, b), qclass: be16(c, d) }, end))
    }
}

/// A message of which at least the header is there.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The header.
    pub header: Header,
    /// The first question; `None` where there is none, or none that can be read.
    pub question: Option<Question<'a>>,
    /// What was wrong with the questions. See [`Message::fault`] for the records.
    pub malformed: Option<Malformed>,
    bytes: &'a [u8],
    /// Where the records start; `None` where the questions could not be read.
    records_at: Option<usize>,
    cut: bool,
}

impl<'a> Message<'a> {
    /// Decodes a message that is there in full.
    ///
    /// # Errors
    /// [`Malformed::ShortHeader`]. Whatever else is wrong leaves a message that says so.
    #[inline]
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        Self::parse_captured(bytes, bytes.len())
    }

    /// Decodes a message of `length` bytes on the wire, of which `bytes` were captured. Where
    /// that is not all, running out of bytes is reported as [`Malformed::CapturedInPart`].
    ///
    /// # Errors
    /// [`Malformed::ShortHeader`] or [`Malformed::CapturedInPart`]: there is no header.
    #[inline]
    pub fn parse_captured(bytes: &'a [u8], length: usize) -> Result<Self, Malformed> {
        let cut = length > bytes.len();
        let header = Header::read(bytes).map_err(|reason| blame(reason, cut))?;
        let mut message =
            Self { header, question: None, malformed: None, bytes, records_at: Some(HEADER_LENGTH), cut };
        if header.questions > 0 {
            message.read_questions();
        }
        Ok(message)
    }

    #[inline]
    fn read_questions(&mut self) {
        match Question::read(self.bytes, HEADER_LENGTH) {
            Ok((question, next)) => {
                self.question = Some(question);
                self.records_at = Some(next);
            }
            Err(reason) => return self.give_up(reason),
        }
        if self.header.questions > 1 {
            self.skip_further_questions();
        }
    }

    #[cold]
    fn skip_further_questions(&mut self) {
        self.malformed = Some(Malformed::ManyQuestions);
        for _ in 1..self.header.questions {
            let at = self.records_at.unwrap_or(HEADER_LENGTH);
            match Question::read(self.bytes, at) {
                Ok((_, next)) => self.records_at = Some(next),
                Err(reason) => return self.give_up(reason),
            }
        }
    }

    fn give_up(&mut self, reason: Malformed) {
        self.malformed = Some(blame(reason, self.cut));
        self.records_at = None;
    }

    /// The message from the header on.
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The records of answer, authority and additional section in turn. Ends after the first
    /// error; empty where the questions could not be read.
    #[inline]
    pub fn records(&self) -> Records<'a> {
        Records::new(self, self.records_at, self.cut)
    }

    /// The first OPT record of the additional section, if it can be reached.
    pub fn edns(&self) -> Option<Edns<'a>> {
        self.survey().0
    }

    /// The whole 12-bit response code (RFC 6891 §6.1.3), for [`mnemonics::rcode`].
    ///
    /// [`mnemonics::rcode`]: super::mnemonics::rcode
    pub fn rcode(&self, edns: Option<&Edns<'a>>) -> u16 {
        let high = edns.map_or(0, |edns| edns.extended_rcode);
        u16::from(high) << 4 | self.header.rcode()
    }

    /// The first thing that is wrong with the questions, the framing of the records or EDNS.
    /// Record data is left to [`rdata::write`](super::rdata::write).
    pub fn fault(&self) -> Option<Malformed> {
        self.survey().1
    }

    /// [`Message::edns`] and [`Message::fault`] in one pass.
    pub fn survey(&self) -> (Option<Edns<'a>>, Option<Malformed>) {
        let (mut found, mut fault) = (None, self.malformed);
        for record in self.records() {
            let record = match record {
                Ok(record) => record,
                Err(reason) => return (found, fault.or(Some(reason))),
            };
            if record.rtype != rr_type::OPT {
                continue;
            }
            let edns = Edns::from_record(&record);
            if found.is_some() || edns.is_none_or(|edns| edns.fault().is_some()) {
                fault = fault.or(Some(Malformed::BadEdns));
            }
            found = found.or(edns);
        }
        (found, fault)
    }
}

/// Names the real reason for missing bytes.
pub(super) fn blame(reason: Malformed, cut: bool) -> Malformed {
    if cut && reason.is_short() { Malformed::CapturedInPart } else { reason }
}
