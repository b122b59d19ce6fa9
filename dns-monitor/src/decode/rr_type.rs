//! The RR types: number, name and the form of their data, in one table.

/// A host address.
pub const A: u16 = 1;
/// An authoritative name server.
pub const NS: u16 = 2;
/// The canonical name of an alias.
pub const CNAME: u16 = 5;
/// The start of a zone.
pub const SOA: u16 = 6;
/// Anything.
pub const NULL: u16 = 10;
/// A domain name pointer.
pub const PTR: u16 = 12;
/// A mail exchange.
pub const MX: u16 = 15;
/// An IPv6 host address (RFC 3596).
pub const AAAA: u16 = 28;
/// The location of a service (RFC 2782).
pub const SRV: u16 = 33;
/// An alias of a whole subtree (RFC 6672).
pub const DNAME: u16 = 39;
/// OPT (RFC 6891), a pseudo record: see [`edns`](super::edns).
pub const OPT: u16 = 41;
/// A delegation signer (RFC 4034).
pub const DS: u16 = 43;
/// A zone's keys (RFC 4034).
pub const DNSKEY: u16 = 48;
/// How to reach a service (RFC 9460).
pub const SVCB: u16 = 64;
/// How to reach a web server (RFC 9460).
pub const HTTPS: u16 = 65;
/// Part of a zone, by its changes (RFC 1995).
pub const IXFR: u16 = 251;
/// A whole zone.
pub const AXFR: u16 = 252;

/// One element of record data, in wire order, and how it reads as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// A decimal number of 1 byte.
    U8,
    /// A decimal number of 2 bytes.
    U16,
    /// A decimal number of 4 bytes.
    U32,
    /// A decimal number of 6 bytes.
    U48,
    /// A decimal number of 8 bytes.
    U64,
    /// An octal number of 2 bytes (Chaosnet).
    Octal,
    /// A domain name.
    Name,
    /// A quoted string after its length byte.
    CharString,
    /// One or more of them up to the end.
    CharStrings,
    /// An unquoted tag after its length byte (CAA).
    Tag,
    /// A quoted string up to the end.
    Text,
    /// An address, 4 bytes.
    Ipv4,
    /// An address, 16 bytes.
    Ipv6,
    /// Hexadecimal up to the end.
    Hex,
    /// `0x` and hexadecimal up to the end (NSAP).
    Nsap,
    /// Base64 up to the end.
    Base64,
    /// Base64 after a 2-byte length, which is shown as well (TKEY, TSIG).
    SizedBase64,
    /// Hexadecimal after its length byte, `-` where empty (NSEC3 salt).
    Salt,
    /// Base32hex after its length byte (NSEC3 next owner).
    Hash,
    /// An RR type by name, 2 bytes.
    Type,
    /// An extended response code by name, 2 bytes (TSIG, TKEY).
    Error,
    /// Seconds since 1970, 4 bytes, as `YYYYMMDDHHmmSS` (RFC 4034 §3.2).
    Time,
    /// The type bit maps of RFC 4034 §4.1.2 up to the end.
    TypeBitmap,
    /// Four groups of 4 hexadecimal digits (NID, L64).
    Locator,
    /// So many bytes in hexadecimal, joined by dashes (EUI48, EUI64).
    Eui(u8),
    /// A form of its own, up to the end.
    Own(Own),
}

/// The forms that only one or two types have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    /// Protocol and ports (RFC 1035 §3.4.2).
    Wks,
    /// Latitude, longitude, altitude and precision (RFC 1876).
    Loc,
    /// The bit map of RFC 2535 §5.2.
    Nxt,
    /// Address prefix, suffix and name (RFC 2874).
    A6,
    /// Address prefix lists (RFC 3123).
    Apl,
    /// Gateway and key (RFC 4025).
    IpsecKey,
    /// Host identity (RFC 8005).
    Hip,
    /// Service parameters (RFC 9460).
    SvcParams,
    /// Relay discovery (RFC 8777).
    Amtrelay,
    /// An ATM address (AF-SAA-0069).
    Atma,
    /// Data that is base64, or `-` where empty (DOA).
    Doa,
}

macro_rules! types {
    ($($number:literal $name:literal $form:expr,)+) => {
        /// The mnemonic of an RR type or QTYPE, if IANA has assigned one.
        pub const fn name(number: u16) -> Option<&'static str> {
            match number { $($number => Some($name),)+ _ => None }
        }

        /// The form of a type's data; `None` where the text is that of RFC 3597.
        pub const fn form(number: u16) -> Option<&'static [Field]> {
            match number { $($number => $form,)+ _ => None }
        }

        /// Every type that has a name, in numeric order.
        pub const ALL: &[u16] = &[$($number,)+];
    };
}

use Field::*;

/// What an A record holds in class CH: a domain and an address in it.
pub const CHAOSNET_A: &[Field] = &[Name, Octal];

const ONE_NAME: Option<&[Field]> = Some(&[Name]);
const TWO_NAMES: Option<&[Field]> = Some(&[Name, Name]);
const PREFERENCE: Option<&[Field]> = Some(&[U16, Name]);
const STRINGS: Option<&[Field]> = Some(&[CharStrings]);
const SIGNATURE: Option<&[Field]> = Some(&[Type, U8, U8, U32, Time, Time, U16, Name, Base64]);
const KEY: Option<&[Field]> = Some(&[U16, U8, U8, Base64]);
const DIGEST: Option<&[Field]> = Some(&[U16, U8, U8, Hex]);
const ASSOCIATION: Option<&[Field]> = Some(&[U8, U8, U8, Hex]);
const SERVICE: Option<&[Field]> = Some(&[U16, Name, Own(Own::SvcParams)]);

types! {
    1 "A" Some(&[Ipv4]),
    2 "NS" ONE_NAME,
    3 "MD" ONE_NAME,
    4 "MF" ONE_NAME,
    5 "CNAME" ONE_NAME,
    6 "SOA" Some(&[Name, Name, U32, U32, U32, U32, U32]),
    7 "MB" ONE_NAME,
    8 "MG" ONE_NAME,
    9 "MR" ONE_NAME,
    10 "NULL" None,
    11 "WKS" Some(&[Ipv4, Own(Own::Wks)]),
    12 "PTR" ONE_NAME,
    13 "HINFO" Some(&[CharString, CharString]),
    14 "MINFO" TWO_NAMES,
    15 "MX" PREFERENCE,
    16 "TXT" STRINGS,
    17 "RP" TWO_NAMES,
    18 "AFSDB" PREFERENCE,
    19 "X25" Some(&[CharString]),
    20 "ISDN" STRINGS,
    21 "RT" PREFERENCE,
    22 "NSAP" Some(&[Nsap]),
    23 "NSAP-PTR" ONE_NAME,
    24 "SIG" SIGNATURE,
    25 "KEY" KEY,
    26 "PX" Some(&[U16, Name, Name]),
    27 "GPOS" Some(&[CharString, CharString, CharString]),
    28 "AAAA" Some(&[Ipv6]),
    29 "LOC" Some(&[Own(Own::Loc)]),
    30 "NXT" Some(&[Name, Own(Own::Nxt)]),
    31 "EID" Some(&[Hex]),
    32 "NIMLOC" Some(&[Hex]),
    33 "SRV" Some(&[U16, U16, U16, Name]),
    34 "ATMA" Some(&[Own(Own::Atma)]),
    35 "NAPTR" Some(&[U16, U16, CharString, CharString, CharString, Name]),
    36 "KX" PREFERENCE,
    37 "CERT" Some(&[U16, U16, U8, Base64]),
    38 "A6" Some(&[Own(Own::A6)]),
    39 "DNAME" ONE_NAME,
    40 "SINK" Some(&[U8, U8, U8, Base64]),
    41 "OPT" None,
    42 "APL" Some(&[Own(Own::Apl)]),
    43 "DS" DIGEST,
    44 "SSHFP" Some(&[U8, U8, Hex]),
    45 "IPSECKEY" Some(&[Own(Own::IpsecKey)]),
    46 "RRSIG" SIGNATURE,
    47 "NSEC" Some(&[Name, TypeBitmap]),
    48 "DNSKEY" KEY,
    49 "DHCID" Some(&[Base64]),
    50 "NSEC3" Some(&[U8, U8, U16, Salt, Hash, TypeBitmap]),
    51 "NSEC3PARAM" Some(&[U8, U8, U16, Salt]),
    52 "TLSA" ASSOCIATION,
    53 "SMIMEA" ASSOCIATION,
    55 "HIP" Some(&[Own(Own::Hip)]),
    56 "NINFO" STRINGS,
    57 "RKEY" KEY,
    58 "TALINK" TWO_NAMES,
    59 "CDS" DIGEST,
    60 "CDNSKEY" KEY,
    61 "OPENPGPKEY" Some(&[Base64]),
    62 "CSYNC" Some(&[U32, U16, TypeBitmap]),
    63 "ZONEMD" Some(&[U32, U8, U8, Hex]),
    64 "SVCB" SERVICE,
    65 "HTTPS" SERVICE,
    66 "DSYNC" Some(&[Type, U8, U16, Name]),
    67 "HHIT" Some(&[Base64]),
    68 "BRID" Some(&[Base64]),
    99 "SPF" STRINGS,
    100 "UINFO" None,
    101 "UID" None,
    102 "GID" None,
    103 "UNSPEC" None,
    104 "NID" Some(&[U16, Locator]),
    105 "L32" Some(&[U16, Ipv4]),
    106 "L64" Some(&[U16, Locator]),
    107 "LP" PREFERENCE,
    108 "EUI48" Some(&[Eui(6)]),
    109 "EUI64" Some(&[Eui(8)]),
    128 "NXNAME" None,
    249 "TKEY" Some(&[Name, Time, Time, U16, Error, SizedBase64, SizedBase64]),
    250 "TSIG" Some(&[Name, U48, U16, SizedBase64, U16, Error, SizedBase64]),
    251 "IXFR" None,
    252 "AXFR" None,
    253 "MAILB" None,
    254 "MAILA" None,
    255 "ANY" None,
    256 "URI" Some(&[U16, U16, Text]),
    257 "CAA" Some(&[U8, Tag, Text]),
    258 "AVC" STRINGS,
    259 "DOA" Some(&[U32, U32, U8, CharString, Own(Own::Doa)]),
    260 "AMTRELAY" Some(&[Own(Own::Amtrelay)]),
    261 "RESINFO" STRINGS,
    262 "WALLET" STRINGS,
    263 "CLA" STRINGS,
    264 "IPN" Some(&[U64]),
    32768 "TA" DIGEST,
    32769 "DLV" DIGEST,
}

/// The type that a text names in any case, as `AAAA`, or as `TYPE28` (RFC 3597 §5), or as a plain number.
#[must_use]
pub fn parse(text: &str) -> Option<u16> {
    let is_named = |number: &u16| name(*number).is_some_and(|name| name.eq_ignore_ascii_case(text));
    let named = ALL.iter().copied().find(is_named);
    let (prefix, digits) = text.split_at_checked(4).unwrap_or_default();
    let digits = if prefix.eq_ignore_ascii_case("TYPE") { digits } else { text };
    // A sign is for numbers, and this is a name.
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    named.or_else(|| digits.parse().ok().filter(|_| is_number))
}
