//! Numbers by their IANA names ("Domain Name System (DNS) Parameters").

use super::{rr_type, text};

/// A number that has a name, or the prefix that makes one of it (RFC 3597 §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mnemonic {
    /// Assigned by IANA.
    Assigned(&'static str),
    /// Not assigned: `TYPE65280`.
    Unassigned(&'static str, u16),
}

impl Mnemonic {
    fn new(assigned: Option<&'static str>, prefix: &'static str, number: u16) -> Self {
        assigned.map_or(Self::Unassigned(prefix, number), Self::Assigned)
    }

    /// Appends the name.
    #[inline]
    pub fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::Assigned(name) => out.extend_from_slice(name.as_bytes()),
            Self::Unassigned(prefix, number) => {
                out.extend_from_slice(prefix.as_bytes());
                text::decimal(u64::from(number), out);
            }
        }
    }
}

impl std::fmt::Display for Mnemonic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Assigned(name) => f.write_str(name),
            Self::Unassigned(prefix, number) => write!(f, "{prefix}{number}"),
        }
    }
}

/// The name of an RR type or QTYPE: `AAAA`, `TYPE65280`.
#[inline]
pub fn rr_type(number: u16) -> Mnemonic {
    Mnemonic::new(rr_type::name(number), "TYPE", number)
}

/// The name of a class or QCLASS: `IN`, `CLASS12`.
#[inline]
pub fn class(number: u16) -> Mnemonic {
    let name = match number {
        1 => Some("IN"),
        3 => Some("CH"),
        4 => Some("HS"),
        254 => Some("NONE"),
        255 => Some("ANY"),
        _ => None,
    };
    Mnemonic::new(name, "CLASS", number)
}

/// The name of an opcode: `QUERY`, `OPCODE7`.
pub fn opcode(number: u8) -> Mnemonic {
    let name = match number {
        0 => Some("QUERY"),
        1 => Some("IQUERY"),
        2 => Some("STATUS"),
        4 => Some("NOTIFY"),
        5 => Some("UPDATE"),
        6 => Some("DSO"),
        _ => None,
    };
    Mnemonic::new(name, "OPCODE", u16::from(number))
}

/// The name of a response code of a message, extended ones too: `NXDOMAIN`, `RCODE12`.
/// 16 is BADVERS here; in a TSIG record it is BADSIG, see [`tsig_error`].
pub fn rcode(number: u16) -> Mnemonic {
    let name = match number {
        0 => Some("NOERROR"),
        1 => Some("FORMERR"),
        2 => Some("SERVFAIL"),
        3 => Some("NXDOMAIN"),
        4 => Some("NOTIMP"),
        5 => Some("REFUSED"),
        6 => Some("YXDOMAIN"),
        7 => Some("YXRRSET"),
        8 => Some("NXRRSET"),
        9 => Some("NOTAUTH"),
        10 => Some("NOTZONE"),
        11 => Some("DSOTYPENI"),
        16 => Some("BADVERS"),
        17 => Some("BADKEY"),
        18 => Some("BADTIME"),
        19 => Some("BADMODE"),
        20 => Some("BADNAME"),
        21 => Some("BADALG"),
        22 => Some("BADTRUNC"),
        23 => Some("BADCOOKIE"),
        _ => None,
    };
    Mnemonic::new(name, "RCODE", number)
}

/// The name of the error in a TSIG or TKEY record (RFC 8945 §3).
pub fn tsig_error(number: u16) -> Mnemonic {
    if number == 16 { Mnemonic::Assigned("BADSIG") } else { rcode(number) }
}
