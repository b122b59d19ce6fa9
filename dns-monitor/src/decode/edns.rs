//! EDNS (RFC 6891) and the options that attribution needs.

use super::{
    malformed::Malformed,
    record::{Record, Section, be16},
    rr_type, text,
};
use std::net::{Ipv4Addr, Ipv6Addr};

/// Option codes with a type of their own here.
pub mod code {
    /// Client subnet (RFC 7871).
    pub const CLIENT_SUBNET: u16 = 8;
    /// Cookie (RFC 7873).
    pub const COOKIE: u16 = 10;
    /// Extended DNS error (RFC 8914).
    pub const EXTENDED_ERROR: u16 = 15;
}

/// What an OPT record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edns<'a> {
    /// The largest UDP payload its sender takes, bytes.
    pub udp_payload_size: u16,
    /// The high eight bits of the 12-bit response code.
    pub extended_rcode: u8,
    /// EDNS version, 0 so far.
    pub version: u8,
    /// DO and 15 reserved bits.
    pub flags: u16,
    options: &'a [u8],
}

impl<'a> Edns<'a> {
    /// Reads `record` if it is an OPT record of the root in the additional section.
    #[inline]
    pub fn from_record(record: &Record<'a>) -> Option<Self> {
        let fits =
            record.rtype == rr_type::OPT && record.section == Section::Additional && record.name.is_root();
        let [extended_rcode, version, high, low] = record.ttl.to_be_bytes();
        fits.then(|| Self {
            udp_payload_size: record.class,
            extended_rcode,
            version,
            flags: be16(high, low),
            options: record.rdata(),
        })
    }

    /// DO: the sender wants DNSSEC records (RFC 3225).
    pub const fn dnssec_ok(&self) -> bool {
        self.flags & 0x8000 != 0
    }

    /// The options in the order they were sent; ends after the first error.
    pub fn options(&self) -> Options<'a> {
        Options { rest: self.options }
    }

    /// The first well-formed client subnet.
    pub fn client_subnet(&self) -> Option<ClientSubnet> {
        self.options().find_map(|option| match option {
            Ok(EdnsOption::ClientSubnet(subnet)) => Some(subnet),
            _ => None,
        })
    }

    /// The first well-formed cookie: what the client sent, and the server's part if it is known.
    pub fn cookie(&self) -> Option<Cookie<'a>> {
        self.options().find_map(|option| match option {
            Ok(EdnsOption::Cookie(cookie)) => Some(cookie),
            _ => None,
        })
    }

    /// The extended DNS errors; there may be several.
    pub fn extended_errors(&self) -> impl Iterator<Item = ExtendedError<'a>> + use<'a> {
        self.options().filter_map(|option| match option {
            Ok(EdnsOption::ExtendedError(error)) => Some(error),
            _ => None,
        })
    }

    /// The first thing that is wrong with the options.
    pub fn fault(&self) -> Option<Malformed> {
        self.options().find_map(Result::err)
    }
}

/// One option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EdnsOption<'a> {
    /// On whose behalf a resolver asks.
    ClientSubnet(ClientSubnet),
    /// A lightweight proof of the address.
    Cookie(Cookie<'a>),
    /// Why an answer is what it is.
    ExtendedError(ExtendedError<'a>),
    /// Any other option.
    Other {
        /// OPTION-CODE.
        code: u16,
        /// OPTION-DATA.
        data: &'a [u8],
    },
}

impl<'a> EdnsOption<'a> {
    fn read(code: u16, data: &'a [u8]) -> Result<Self, Malformed> {
        match code {
            // Family 0 without an address says that there is nothing to say (RFC 7871 §7.1.2).
            code::CLIENT_SUBNET if data != [0; 4] => ClientSubnet::read(data).map(Self::ClientSubnet),
            code::COOKIE => Cookie::read(data).map(Self::Cookie),
            code::EXTENDED_ERROR => ExtendedError::read(data).map(Self::ExtendedError),
            _ => Ok(Self::Other { code, data }),
        }
    }
}

/// Iterator over the options of an OPT record.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Options<'a> {
    type Item = Result<EdnsOption<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let option = self.rest.split_first_chunk().and_then(|(&[a, b, c, d], after)| {
            let (data, after) = after.split_at_checked(usize::from(be16(c, d)))?;
            self.rest = after;
            Some((be16(a, b), data))
        });
        let Some((code, data)) = option else {
            self.rest = &[];
            return Some(Err(Malformed::BadEdns));
        };
        let option = EdnsOption::read(code, data);
        if option.is_err() {
            self.rest = &[];
        }
        Some(option)
    }
}

/// EDNS client subnet (RFC 7871 §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientSubnet {
    /// The address, bits after the prefix as sent (RFC 7871 wants zeros).
    pub address: std::net::IpAddr,
    /// SOURCE PREFIX-LENGTH, bits; 0 asks that the subnet be kept private.
    pub source_prefix: u8,
    /// SCOPE PREFIX-LENGTH, bits; 0 in queries.
    pub scope_prefix: u8,
}

impl ClientSubnet {
    fn read(data: &[u8]) -> Result<Self, Malformed> {
        let Some((&[high, low, source_prefix, scope_prefix], sent)) = data.split_first_chunk() else {
            return Err(Malformed::BadEdns);
        };
        let mut bytes = [0u8; 16];
        bytes.get_mut(..sent.len()).ok_or(Malformed::BadEdns)?.copy_from_slice(sent);
        let [a, b, c, d, ..] = bytes;
        let (address, width) = match be16(high, low) {
            1 => (Ipv4Addr::new(a, b, c, d).into(), 32),
            2 => (Ipv6Addr::from(bytes).into(), 128),
            _ => return Err(Malformed::BadEdns),
        };
        let fits = source_prefix <= width
            && scope_prefix <= width
            && sent.len() == usize::from(source_prefix.div_ceil(8));
        fits.then_some(Self { address, source_prefix, scope_prefix }).ok_or(Malformed::BadEdns)
    }

    /// Appends `192.0.2.0/24` or `2001:db8::/56`: address and source prefix.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self.address {
            std::net::IpAddr::V4(address) => text::ipv4(address, out),
            std::net::IpAddr::V6(address) => text::ipv6(address, out),
        }
        out.push(b'/');
        text::decimal(u64::from(self.source_prefix), out);
    }
}

/// DNS cookie (RFC 7873 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cookie<'a> {
    /// The client's part, 8 bytes.
    pub client: &'a [u8],
    /// The server's part, 8 to 32 bytes, or empty.
    pub server: &'a [u8],
}

impl<'a> Cookie<'a> {
    fn read(data: &'a [u8]) -> Result<Self, Malformed> {
        let (client, server) = data.split_at_checked(8).ok_or(Malformed::BadEdns)?;
        let fits = matches!(server.len(), 0 | 8..=32);
        fits.then_some(Self { client, server }).ok_or(Malformed::BadEdns)
    }
}

/// Extended DNS error (RFC 8914 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtendedError<'a> {
    /// INFO-CODE.
    pub info_code: u16,
    /// EXTRA-TEXT, UTF-8 by the book and any bytes in practice; may be empty.
    pub text: &'a [u8],
}

impl<'a> ExtendedError<'a> {
    fn read(data: &'a [u8]) -> Result<Self, Malformed> {
        let (&[high, low], text) = data.split_first_chunk().ok_or(Malformed::BadEdns)?;
        Ok(Self { info_code: be16(high, low), text })
    }
}
