//! The second opinion: what hickory-proto makes of the same bytes, and where the two may differ.

use super::{records, text};
use dns_monitor::decode::{
    edns::{Edns, EdnsOption, code::CLIENT_SUBNET},
    malformed::Malformed,
    message::Message,
    rdata,
    record::{Record, Section},
    rr_type,
};
use hickory_proto::{
    op,
    rr::{self, RData, rdata::opt::EdnsCode},
    serialize::binary::DecodeError,
};

/// How the two readers did on one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Both decoded it, and agree.
    Agree,
    /// Both found fault.
    BothRefuse,
    /// Only hickory found fault, for a reason on the list.
    OnlyHickory(&'static str),
    /// Only we found fault, for a reason on the list.
    OnlyWe(&'static str),
}

type OfHickory = fn(&DecodeError, &Message<'_>) -> bool;
type OfOurs = fn(Malformed, Option<(&Record<'_>, &RData)>) -> bool;

/// Why hickory may refuse what we call well-formed. Its complaints about record data often
/// turn into one about the length, so that the type has to tell.
const HICKORY_REFUSES: &[(&str, OfHickory)] = &[
    (
        "empty data is \\# 0 where a type has no form (RFC 3597 §5), or left out as in UPDATE",
        |error, ours| {
            matches!(error, DecodeError::InvalidEmptyRecord)
                && ours.records().filter_map(Result::ok).any(|record| record.rdata().is_empty())
        },
    ),
    ("hickory wants SIG and TSIG in the additional section only", |error, ours| {
        matches!(error, DecodeError::RecordNotInAdditionalSection(_)) && has_type(ours, &[24, 250])
    }),
    ("hickory knows ANY, AXFR and IXFR as questions only", |error, ours| {
        matches!(error, DecodeError::UnknownRecordTypeValue(_)) && has_type(ours, &[251, 252, 255])
    }),
    ("a name that runs on into the labels that point to it: BIND reads it as we do", |error, ours| {
        matches!(error, DecodeError::LabelOverlapsWithOther { .. }) || has_overlap(ours)
    }),
    ("hickory wants a family in a client subnet, RFC 7871 §7.1.2 knows one without", |_, ours| {
        let no_subnet = |option| matches!(option, Ok(EdnsOption::Other { code: CLIENT_SUBNET, .. }));
        ours.edns().is_some_and(|edns| edns.options().any(no_subnet))
    }),
    ("hickory reserves type 0; to us it is one more unknown type", |_, ours| has_type(ours, &[0])),
    ("hickory reads private type 65305 as the name of an ANAME", |_, ours| has_type(ours, &[65305])),
    ("hickory reads an A record of class CH as one of IN", |_, ours| {
        ours.records().filter_map(Result::ok).any(|record| is_chaosnet(&record))
    }),
    ("hickory wants letters and digits as NAPTR flags", |_, ours| has_type(ours, &[35])),
    ("hickory wants a CAA tag of at most 15 bytes, as RFC 6844 did and RFC 8659 does not", |_, ours| {
        has_type(ours, &[257])
    }),
    ("hickory wants a certificate in CERT", |_, ours| has_type(ours, &[37])),
    ("hickory wants no CSYNC flags but the two of RFC 7477", |_, ours| has_type(ours, &[62])),
    ("hickory wants UTF-8 in ALPN ids", |_, ours| has_type(ours, &[64, 65])),
];

/// Why we may find fault with what hickory decodes.
const WE_REFUSE: &[(&str, OfOurs)] = &[
    ("RFC 9619: hickory takes several questions", |reason, _| reason == Malformed::ManyQuestions),
    ("hickory ignores broken EDNS options", |reason, _| reason == Malformed::BadEdns),
    ("hickory takes the data of this type as bytes", |_, data| {
        data.is_some_and(|(_, theirs)| matches!(theirs, RData::Unknown { .. }))
    }),
    ("hickory takes empty data in any UPDATE, RFC 2136 with class ANY or NONE only", |_, data| {
        data.is_some_and(|(_, theirs)| matches!(theirs, RData::Update0(_)))
    }),
    ("hickory takes the windows of a type bitmap in any order and length", |_, data| {
        data.is_some_and(|(ours, _)| ours.rtype == 62)
    }),
    ("hickory takes empty ALPN ids (RFC 9460 §7.1.1), and keys from 7 on as bytes", |_, data| {
        data.is_some_and(|(ours, _)| matches!(ours.rtype, 64 | 65))
    }),
    ("hickory reads an A record of class CH as one of IN", |_, data| {
        data.is_some_and(|(ours, _)| is_chaosnet(ours))
    }),
];

fn has_type(message: &Message<'_>, types: &[u16]) -> bool {
    message.records().filter_map(Result::ok).any(|record| types.contains(&record.rtype))
}

/// Whether a name in record data runs on, behind a pointer, into the labels that point.
fn has_overlap(message: &Message<'_>) -> bool {
    message.records().filter_map(Result::ok).any(|record| {
        let from = record.rdata().as_ptr().addr() - message.bytes().as_ptr().addr();
        (from..from + record.rdata().len()).any(|at| overlaps(message.bytes(), at))
    })
}

fn overlaps(bytes: &[u8], mut at: usize) -> bool {
    let (mut start, mut limit) = (at, usize::MAX);
    while let Some(&length) = bytes.get(at) {
        if at >= limit {
            return true;
        }
        match (length, bytes.get(at + 1)) {
            (1..=63, _) => at += usize::from(length) + 1,
            (192.., Some(&low)) if usize::from(length & 63) << 8 | usize::from(low) < start => {
                limit = start;
                start = usize::from(length & 63) << 8 | usize::from(low);
                at = start;
            }
            _ => return false,
        }
    }
    false
}

/// RFC 1035 gives A records another form in class CH.
fn is_chaosnet(record: &Record<'_>) -> bool {
    (record.rtype, record.class) == (rr_type::A, 3)
}

/// Compares both readings.
///
/// # Errors
/// A difference that no list explains, in words.
pub fn compare(bytes: &[u8]) -> Result<Outcome, String> {
    let theirs = op::Message::from_vec(bytes);
    let ours = Message::parse(bytes);
    match (theirs, ours) {
        (Err(_), Err(_)) => Ok(Outcome::BothRefuse),
        (Ok(_), Err(reason)) => Err(format!("hickory decodes it, we say {reason}")),
        (Err(error), Ok(ours)) => refused_by_hickory(&error, &ours),
        (Ok(theirs), Ok(ours)) => agree(&theirs, &ours),
    }
}

fn refused_by_hickory(error: &DecodeError, ours: &Message<'_>) -> Result<Outcome, String> {
    let spoiled = |record: Record<'_>| rdata::write(&record, &mut Vec::new()).is_err();
    if ours.fault().is_some() || ours.records().filter_map(Result::ok).any(spoiled) {
        return Ok(Outcome::BothRefuse);
    }
    let known = HICKORY_REFUSES.iter().find(|(_, holds)| holds(error, ours));
    known.map(|(why, _)| Outcome::OnlyHickory(why)).ok_or_else(|| format!("only hickory says: {error:?}"))
}

fn refused_by_us(reason: Malformed, data: Option<(&Record<'_>, &RData)>) -> Result<Outcome, String> {
    let known = WE_REFUSE.iter().find(|(_, holds)| holds(reason, data));
    known.map(|(why, _)| Outcome::OnlyWe(why)).ok_or_else(|| format!("only we say: {reason} {data:?}"))
}

fn agree(theirs: &op::Message, ours: &Message<'_>) -> Result<Outcome, String> {
    same_header(theirs, ours)?;
    same_question(theirs, ours)?;
    let mut outcome = ours.fault().map_or(Ok(Outcome::Agree), |reason| refused_by_us(reason, None))?;
    for (section, records) in [
        (Section::Answer, &theirs.answers),
        (Section::Authority, &theirs.authorities),
        (Section::Additional, &theirs.additionals),
    ] {
        // hickory keeps the OPT record of the additional section apart.
        let is_opt = |record: &Record<'_>| section == Section::Additional && record.rtype == rr_type::OPT;
        let mine = ours.records().filter_map(Result::ok);
        let mine: Vec<_> = mine.filter(|record| record.section == section && !is_opt(record)).collect();
        same("record count", records.len(), mine.len())?;
        for (theirs, mine) in records.iter().zip(&mine) {
            same_record(theirs, mine)?;
            outcome = same_data(theirs, mine)?.unwrap_or(outcome);
        }
    }
    same_edns(theirs, ours)?;
    Ok(outcome)
}

/// Says so where one of the two has a reason not to agree.
fn same_data(theirs: &rr::Record, ours: &Record<'_>) -> Result<Option<Outcome>, String> {
    let mut written = Vec::new();
    if let Err(reason) = rdata::write(ours, &mut written) {
        return refused_by_us(reason, Some((ours, &theirs.data))).map(Some);
    }
    let written = String::from_utf8(written).map_err(|error| error.to_string())?;
    if !is_chaosnet(ours) {
        records::same_data(&theirs.data, ours, &written)?;
    }
    Ok(None)
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, theirs: T, ours: T) -> Result<(), String> {
    if theirs == ours { Ok(()) } else { Err(format!("{what}: hickory {theirs:?}, we {ours:?}")) }
}

fn same_header(theirs: &op::Message, ours: &Message<'_>) -> Result<(), String> {
    let (theirs, header) = (&theirs.metadata, ours.header);
    same("id", theirs.id, header.id)?;
    same("QR", theirs.message_type == op::MessageType::Response, header.qr())?;
    same("opcode", u8::from(theirs.op_code), header.opcode())?;
    let flags = [
        (theirs.authoritative, header.aa()),
        (theirs.truncation, header.tc()),
        (theirs.recursion_desired, header.rd()),
        (theirs.recursion_available, header.ra()),
        (theirs.authentic_data, header.ad()),
        (theirs.checking_disabled, header.cd()),
    ];
    for (bit, (theirs, ours)) in ["AA", "TC", "RD", "RA", "AD", "CD"].into_iter().zip(flags) {
        same(bit, theirs, ours)?;
    }
    same("rcode", u16::from(theirs.response_code), ours.rcode(ours.edns().as_ref()))
}

fn same_question(theirs: &op::Message, ours: &Message<'_>) -> Result<(), String> {
    same("QDCOUNT", theirs.queries.len(), usize::from(ours.header.questions))?;
    let (Some(theirs), Some(ours)) = (theirs.queries.first(), ours.question) else {
        return same("a question", theirs.queries.is_empty(), ours.question.is_none());
    };
    same_name("QNAME", &theirs.name, &ours.name)?;
    same("QTYPE", u16::from(theirs.query_type), ours.qtype)?;
    same("QCLASS", u16::from(theirs.query_class), ours.qclass)
}

fn same_name(
    what: &str,
    theirs: &rr::Name,
    ours: &dns_monitor::decode::name::Name<'_>,
) -> Result<(), String> {
    same(what, theirs.iter().collect::<Vec<_>>(), ours.labels().collect())?;
    same("label count", theirs.iter().count(), ours.label_count())?;
    let spelled = records::name(theirs);
    same("presentation form", spelled.to_ascii_lowercase(), text(|out| ours.write_lower(out)))?;
    same("upper case", spelled.to_ascii_lowercase() != spelled, ours.has_upper())?;
    same("original", spelled, text(|out| ours.write_original(out)))
}

fn same_record(theirs: &rr::Record, ours: &Record<'_>) -> Result<(), String> {
    same_name("owner", &theirs.name, &ours.name)?;
    same("type", u16::from(theirs.record_type()), ours.rtype)?;
    // hickory reads an OPT class below 512 as 512.
    let class = if ours.rtype == rr_type::OPT { ours.class.max(512) } else { ours.class };
    same("class", u16::from(theirs.dns_class), class)?;
    same("TTL", theirs.ttl, ours.ttl)
}

fn same_edns(theirs: &op::Message, ours: &Message<'_>) -> Result<(), String> {
    let (Some(theirs), Some(ours)) = (theirs.edns.as_ref(), ours.edns()) else {
        return same("EDNS", theirs.edns.is_some(), ours.edns().is_some());
    };
    same("payload size", theirs.max_payload(), ours.udp_payload_size.max(512))?;
    same("version", theirs.version(), ours.version)?;
    same("DO", theirs.flags().dnssec_ok, ours.dnssec_ok())?;
    same_options(theirs, &ours)
}

fn same_options(theirs: &op::Edns, ours: &Edns<'_>) -> Result<(), String> {
    if ours.fault().is_some() {
        return Ok(());
    }
    let count = theirs.options().options.len();
    same("options", count, ours.options().count())?;
    if let Some(rr::rdata::opt::EdnsOption::Subnet(subnet)) = theirs.option(EdnsCode::Subnet) {
        let ours = ours.client_subnet().ok_or("we miss the client subnet")?;
        same(
            "subnet",
            (subnet.addr(), subnet.source_prefix(), subnet.scope_prefix()),
            (ours.address, ours.source_prefix, ours.scope_prefix),
        )?;
    }
    for ((code, theirs), ours) in theirs.options().options.iter().zip(ours.options().filter_map(Result::ok)) {
        let (number, data) = match ours {
            EdnsOption::Other { code, data } => (code, data.to_vec()),
            EdnsOption::Cookie(cookie) => (10, [cookie.client, cookie.server].concat()),
            EdnsOption::ExtendedError(error) => (15, [&error.info_code.to_be_bytes(), error.text].concat()),
            EdnsOption::ClientSubnet(_) => continue,
        };
        same("option code", u16::from(*code), number)?;
        same("option", Vec::try_from(theirs).map_err(|error| error.to_string())?, data)?;
    }
    Ok(())
}
