//! The twelve bytes every message starts with (RFC 1035 §4.1.1, RFC 2535 §6.1).

use super::malformed::Malformed;

/// Length of a header on the wire, bytes.
pub const HEADER_LENGTH: usize = 12;

/// A decoded header, integers in host order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Message id.
    pub id: u16,
    /// The second 16-bit word: QR, opcode, flags and rcode.
    pub flags: u16,
    /// QDCOUNT; zones in an UPDATE.
    pub questions: u16,
    /// ANCOUNT; prerequisites in an UPDATE.
    pub answers: u16,
    /// NSCOUNT; updates in an UPDATE.
    pub authorities: u16,
    /// ARCOUNT.
    pub additionals: u16,
}

impl Header {
    /// Reads the header at the start of `message`.
    ///
    /// # Errors
    /// [`Malformed::ShortHeader`] where `message` has fewer than 12 bytes.
    pub fn read(message: &[u8]) -> Result<Self, Malformed> {
        let bytes: &[u8; HEADER_LENGTH] = message.first_chunk().ok_or(Malformed::ShortHeader)?;
        let [a, b, c, d, e, f, g, h, i, j, k, l] = *bytes;
        Ok(Self {
            id: u16::from_be_bytes([a, b]),
            flags: u16::from_be_bytes([c, d]),
            questions: u16::from_be_bytes([e, f]),
            answers: u16::from_be_bytes([g, h]),
            authorities: u16::from_be_bytes([i, j]),
            additionals: u16::from_be_bytes([k, l]),
        })
    }

    const fn bit(self, mask: u16) -> bool {
        self.flags & mask != 0
    }

    /// QR: the message is a response.
    pub const fn qr(self) -> bool {
        self.bit(0x8000)
    }

    /// The kind of query, 0 to 15.
    pub const fn opcode(self) -> u8 {
        (self.flags >> 11 & 15) as u8
    }

    /// Authoritative answer.
    pub const fn aa(self) -> bool {
        self.bit(0x0400)
    }

    /// Truncated.
    pub const fn tc(self) -> bool {
        self.bit(0x0200)
    }

    /// Recursion desired.
    pub const fn rd(self) -> bool {
        self.bit(0x0100)
    }

    /// Recursion available.
    pub const fn ra(self) -> bool {
        self.bit(0x0080)
    }

    /// The one bit that is still reserved.
    pub const fn z(self) -> bool {
        self.bit(0x0040)
    }

    /// Authentic data (RFC 4035 §3.2.3).
    pub const fn ad(self) -> bool {
        self.bit(0x0020)
    }

    /// Checking disabled (RFC 4035 §3.2.2).
    pub const fn cd(self) -> bool {
        self.bit(0x0010)
    }

    /// The low four bits of the response code; an OPT record holds the rest.
    pub const fn rcode(self) -> u16 {
        self.flags & 15
    }
}
