//! Reads record data from left to right, never past its end.

use crate::decode::{malformed::Malformed, name::Name, record::Record};

/// A place in record data. Every method fails with [`Malformed::BadRdata`] where bytes run out.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    /// The message up to the end of the data: names may point back out of the data.
    message: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(record: &Record<'a>) -> Option<Self> {
        Some(Self { message: record.message.get(..record.rdata_end)?, at: record.rdata_at })
    }

    /// What is left.
    pub(super) fn rest(&mut self) -> &'a [u8] {
        let rest = self.message.get(self.at..).unwrap_or_default();
        self.at = self.message.len();
        rest
    }

    pub(super) fn is_empty(&self) -> bool {
        self.at >= self.message.len()
    }

    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let end = self.at.saturating_add(length);
        let taken = self.message.get(self.at..end).ok_or(Malformed::BadRdata)?;
        self.at = end;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.take(N)?.try_into().map_err(|_| Malformed::BadRdata)
    }

    pub(super) fn u8(&mut self) -> Result<u8, Malformed> {
        Ok(u8::from_be_bytes(self.array()?))
    }

    pub(super) fn u16(&mut self) -> Result<u16, Malformed> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    pub(super) fn u32(&mut self) -> Result<u32, Malformed> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    /// Bytes after a length byte.
    pub(super) fn string(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.u8()?;
        self.take(usize::from(length))
    }

    pub(super) fn name(&mut self) -> Result<Name<'a>, Malformed> {
        let (name, next) = Name::read(self.message, self.at)?;
        self.at = next;
        Ok(name)
    }

    /// Refuses data that goes on.
    pub(super) fn finish(&self) -> Result<(), Malformed> {
        if self.is_empty() { Ok(()) } else { Err(Malformed::BadRdata) }
    }
}
