//! What was asked, and what was answered.

use crate::{
    decode::{header::Header, mnemonics},
    event::{
        Event,
        answer::{self, Data},
        json::{self, count, mnemonic, name, raw},
    },
};

/// `EventResultDetails` is mandatory: what it says where there is no response code.
const NO_CODE: &str = r#","EventResultDetails":"NA","DnsResponseCodeName":"NA""#;

/// Appends the columns of DNS; returns what was wrong with record data.
pub(super) fn write(event: &Event<'_>, out: &mut Vec<u8>) -> Option<&'static str> {
    match event.rcode() {
        Some(rcode) => {
            mnemonic(out, r#","EventResultDetails":""#, mnemonics::rcode(rcode));
            mnemonic(out, r#","DnsResponseCodeName":""#, mnemonics::rcode(rcode));
            count(out, r#","DnsResponseCode":"#, u64::from(rcode));
        }
        None => raw(out, NO_CODE),
    }
    let Some(Ok(message)) = event.shown().map(|seen| &seen.message) else { return None };
    let header = message.header;
    raw(out, r#","TransactionIdHex":""#);
    // Writing into a Vec cannot fail.
    let _ = std::io::Write::write_fmt(out, format_args!("{:x}", header.id));
    raw(out, "\"");
    if let Some(question) = event.question() {
        name(out, r#","DnsQuery":""#, &question.name);
        name(out, r#","Domain":""#, &question.name);
        count(out, r#","DnsQueryType":"#, u64::from(question.qtype));
        mnemonic(out, r#","DnsQueryTypeName":""#, mnemonics::rr_type(question.qtype));
        count(out, r#","DnsQueryClass":"#, u64::from(question.qclass));
        mnemonic(out, r#","DnsQueryClassName":""#, mnemonics::class(question.qclass));
    }
    flags(header, out);
    answers(event, out)
}

/// `DnsResponseName` is one string: data of the answers, `; ` between them.
fn answers(event: &Event<'_>, out: &mut Vec<u8>) -> Option<&'static str> {
    let (start, mut malformed) = (out.len(), None);
    answer::each(event, |record| {
        let before = out.len();
        raw(out, if before == start { r#","DnsResponseName":""# } else { "; " });
        let (data, fault) = answer::data(record, out);
        malformed = malformed.or(fault);
        if data == Data::None {
            out.truncate(before);
        }
    });
    if out.len() > start {
        raw(out, "\"");
    }
    malformed
}

fn flags(header: Header, out: &mut Vec<u8>) {
    let set = [
        (header.aa(), "AA "),
        (header.tc(), "TC "),
        (header.rd(), "RD "),
        (header.ra(), "RA "),
        (header.ad(), "AD "),
        (header.cd(), "CD "),
    ];
    json::flags(out, r#","DnsFlags":""#, set, "\"");
    for (open, set) in [
        (r#","DnsFlagsAuthoritative":"#, header.aa()),
        (r#","DnsFlagsTruncated":"#, header.tc()),
        (r#","DnsFlagsRecursionDesired":"#, header.rd()),
        (r#","DnsFlagsRecursionAvailable":"#, header.ra()),
        (r#","DnsFlagsAuthenticated":"#, header.ad()),
        (r#","DnsFlagsCheckingDisabled":"#, header.cd()),
        (r#","DnsFlagsZ":"#, header.z()),
    ] {
        raw(out, open);
        raw(out, if set { "true" } else { "false" });
    }
}
