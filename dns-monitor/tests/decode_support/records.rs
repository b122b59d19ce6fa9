//! Record data as hickory read it, spelled by rules of our own, to compare with what we write.

use dns_monitor::decode::{mnemonics, record::Record};
use hickory_proto::rr::{
    Name, RData,
    rdata::{SVCB, TLSA, svcb::SvcParamValue},
};
use std::fmt::Write;

/// Whether the text is what hickory's reading of the data would be.
///
/// # Errors
/// The difference in words.
pub fn same_data(theirs: &RData, ours: &Record<'_>, written: &str) -> Result<(), String> {
    let expected = match theirs {
        RData::Unknown { rdata, .. } | RData::NULL(rdata) => {
            return if rdata.anything == ours.rdata() { Ok(()) } else { Err("other bytes".into()) };
        }
        // Private type 65305, which to us has no form.
        RData::ANAME(_) => return Ok(()),
        RData::Update0(_) if ours.rdata().is_empty() => return Ok(()),
        theirs => spell(theirs).ok_or_else(|| format!("nothing to compare {theirs:?} with"))?,
    };
    if expected == written { Ok(()) } else { Err(format!("{theirs:?}: {expected} or {written}")) }
}

fn spell(data: &RData) -> Option<String> {
    Some(match data {
        RData::A(address) => address.0.to_string(),
        RData::AAAA(address) => address.0.to_string(),
        RData::CNAME(name) => lower(&name.0),
        RData::NS(name) => lower(&name.0),
        RData::PTR(name) => lower(&name.0),
        RData::MX(mx) => format!("{} {}", mx.preference, lower(&mx.exchange)),
        RData::SOA(soa) => {
            let names = format!("{} {}", lower(&soa.mname), lower(&soa.rname));
            // hickory reads the three intervals as signed.
            let [refresh, retry, expire] = [soa.refresh, soa.retry, soa.expire].map(i32::cast_unsigned);
            format!("{names} {} {refresh} {retry} {expire} {}", soa.serial, soa.minimum)
        }
        RData::SRV(srv) => {
            format!("{} {} {} {}", srv.priority, srv.weight, srv.port, lower(&srv.target))
        }
        RData::NAPTR(naptr) => {
            let strings = [&naptr.flags, &naptr.services, &naptr.regexp].map(|s| quoted(s)).join(" ");
            format!("{} {} {strings} {}", naptr.order, naptr.preference, lower(&naptr.replacement))
        }
        RData::TXT(txt) => txt.txt_data.iter().map(|s| quoted(s)).collect::<Vec<_>>().join(" "),
        RData::HINFO(hinfo) => format!("{} {}", quoted(&hinfo.cpu), quoted(&hinfo.os)),
        RData::CAA(caa) => format!("{} {} {}", caa.flags(), caa.tag, quoted(&caa.value)),
        RData::SVCB(svcb) => service(svcb)?,
        RData::HTTPS(https) => service(&https.0)?,
        keys => return spell_keys(keys),
    })
}

fn spell_keys(data: &RData) -> Option<String> {
    Some(match data {
        RData::TLSA(tlsa) => association(tlsa),
        RData::SMIMEA(smimea) => association(&smimea.0),
        RData::SSHFP(key) => {
            let kinds = (u8::from(key.algorithm), u8::from(key.fingerprint_type));
            format!("{} {} {}", kinds.0, kinds.1, hex(&key.fingerprint)).trim_end().into()
        }
        RData::OPENPGPKEY(key) => data_encoding::BASE64.encode(&key.public_key),
        RData::CERT(cert) => {
            let key = data_encoding::BASE64.encode(&cert.cert_data);
            format!("{} {} {} {key}", u16::from(cert.cert_type), cert.key_tag, u8::from(cert.algorithm))
        }
        RData::CSYNC(csync) => {
            let types = csync.type_bit_maps.iter().map(u16::from);
            format!("{} {}{}", csync.soa_serial, csync.flags(), type_list(types))
        }
        RData::TSIG(tsig) => {
            let algorithm = lower(&tsig.algorithm.to_name());
            let error = mnemonics::tsig_error(tsig.error.map_or(0, u16::from));
            let (mac, other) = (sized(&tsig.mac), sized(&tsig.other));
            format!("{algorithm} {} {} {mac} {} {error} {other}", tsig.time, tsig.fudge, tsig.oid)
        }
        _ => return None,
    })
}

fn type_list(types: impl Iterator<Item = u16>) -> String {
    let mut types: Vec<u16> = types.collect();
    types.sort_unstable();
    types.iter().map(|number| format!(" {}", mnemonics::rr_type(*number))).collect()
}

fn association(tlsa: &TLSA) -> String {
    let kinds = (u8::from(tlsa.cert_usage), u8::from(tlsa.selector), u8::from(tlsa.matching));
    format!("{} {} {} {}", kinds.0, kinds.1, kinds.2, hex(&tlsa.cert_data)).trim_end().into()
}

fn service(svcb: &SVCB) -> Option<String> {
    let mut spelled = format!("{} {}", svcb.svc_priority, lower(&svcb.target_name));
    for (key, value) in &svcb.svc_params {
        let _ = write!(spelled, " {}", key_name(u16::from(*key)));
        let value = match value {
            SvcParamValue::Mandatory(keys) => list(keys.0.iter().map(|key| key_name(u16::from(*key)))),
            SvcParamValue::Alpn(alpn) => {
                let list = list(alpn.0.iter().map(|id| id.replace('\\', "\\\\").replace(',', "\\,")));
                quoted(list.as_bytes())
            }
            SvcParamValue::NoDefaultAlpn => continue,
            SvcParamValue::Port(port) => port.to_string(),
            SvcParamValue::Ipv4Hint(hint) => list(hint.0.iter().map(|a| a.0.to_string())),
            SvcParamValue::Ipv6Hint(hint) => list(hint.0.iter().map(|a| a.0.to_string())),
            SvcParamValue::EchConfigList(ech) => data_encoding::BASE64.encode(&ech.0),
            SvcParamValue::Unknown(data) => match (u16::from(*key), data.0.as_slice()) {
                (8, _) => continue,
                (9, groups) => list(groups.chunks(2).map(|g| u16::from_be_bytes([g[0], g[1]]).to_string())),
                (_, []) => continue,
                (_, data) => quoted(data),
            },
        };
        let _ = write!(spelled, "={value}");
    }
    Some(spelled)
}

fn key_name(key: u16) -> String {
    let names = [
        "mandatory",
        "alpn",
        "no-default-alpn",
        "port",
        "ipv4hint",
        "ech",
        "ipv6hint",
        "dohpath",
        "ohttp",
        "tls-supported-groups",
    ];
    names.get(usize::from(key)).map_or_else(|| format!("key{key}"), ToString::to_string)
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(",")
}

fn sized(bytes: &[u8]) -> String {
    format!("{} {}", bytes.len(), data_encoding::BASE64.encode(bytes)).trim_end().into()
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

fn quoted(bytes: &[u8]) -> String {
    let escape = |&byte: &u8| match byte {
        b'"' | b'\\' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\{byte:03}"),
    };
    format!("\"{}\"", bytes.iter().map(escape).collect::<String>())
}

fn lower(theirs: &Name) -> String {
    name(theirs).to_ascii_lowercase()
}

/// A name in presentation form without a trailing dot.
pub fn name(theirs: &Name) -> String {
    let escape = |&byte: &u8| match byte {
        b'.' | b'\\' => format!("\\{}", char::from(byte)),
        b'!'..=b'~' => char::from(byte).to_string(),
        _ => format!("\\{byte:03}"),
    };
    let labels: Vec<String> = theirs.iter().map(|label| label.iter().map(escape).collect()).collect();
    if labels.is_empty() { ".".into() } else { labels.join(".") }
}
