//! How one value of a condition is read and written.
//!
//! Every reader takes the text and gives the value, or what would have been right.

use std::ops::RangeInclusive;

use crate::{
    config::{
        rules::value::quoted,
        value::{Checked, count, expected},
    },
    decode::{mnemonics, rr_type as types},
    rules::{
        condition::{Lookalike, Pattern, Prefix, daytime::MINUTES, network::BadPrefix},
        name::{BadName, NameBuf, split},
    },
    sample::Mac,
};

/// Monday is 0.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A domain name.
pub fn name(text: &str) -> Checked<NameBuf> {
    NameBuf::parse(text).or_else(|bad| bad_name("a domain name, such as \"example.com\"", bad))
}

/// A domain name, or `.`.
pub fn name_or_root(text: &str) -> Checked<NameBuf> {
    if text == "." { Ok(NameBuf::from_canonical(&[])) } else { name(text) }
}

/// `*.` and a domain name: that name.
pub fn wildcard(text: &str) -> Checked<NameBuf> {
    let phrase = "\"*.\" and a domain name, such as \"*.example.com\"";
    let Some(name) = text.strip_prefix("*.") else { return expected(phrase) };
    NameBuf::parse(name).or_else(|bad| bad_name(phrase, bad))
}

/// A top-level domain.
pub fn tld(text: &str) -> Checked<NameBuf> {
    let name = NameBuf::parse(text).ok().filter(|name| split(name.as_bytes()).count() == 1);
    let phrase = "one label without a dot, such as \"zip\"; for more labels there is suffix";
    name.map_or_else(|| expected(phrase), Ok)
}

/// A name that others must not look like.
pub fn protected(text: &str) -> Checked<NameBuf> {
    let name = name(text)?;
    if Lookalike::new(vec![name.clone()]).is_err() {
        return expected("a registered domain, such as \"example.com\"");
    }
    Ok(name)
}

fn bad_name<T>(phrase: &str, bad: BadName) -> Checked<T> {
    expected(format!("{phrase} ({bad})"))
}

/// A regular expression.
pub fn pattern(text: &str) -> Checked<Pattern> {
    if text.is_empty() {
        return expected("a regular expression, such as '^ads?[0-9]*\\.'");
    }
    Pattern::new(text)
        .or_else(|bad| expected(format!("a regular expression, such as '^ads?[0-9]*\\.' ({bad})")))
}

/// A query type, by name or number.
pub fn rr_type(text: &str) -> Checked<u16> {
    types::parse(text).map_or_else(|| expected("a query type, such as \"AAAA\", \"TYPE65\" or 65"), Ok)
}

/// A query class, by name or number.
pub fn class(text: &str) -> Checked<u16> {
    let names = |number: &u16| mnemonics::class(*number).to_string().eq_ignore_ascii_case(text);
    let number = [1, 3, 4, 254, 255].into_iter().find(names).or_else(|| numbered(text, "CLASS"));
    number.map_or_else(|| expected("a query class, such as \"IN\", \"CLASS3\" or 3"), Ok)
}

/// A number, perhaps with the prefix of RFC 3597 §5.
fn numbered(text: &str, prefix: &str) -> Option<u16> {
    let head = text.get(..prefix.len()).filter(|head| head.eq_ignore_ascii_case(prefix));
    let digits = head.map_or(text, |_| text.get(prefix.len()..).unwrap_or_default());
    digits.parse().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A network of clients, or one client.
pub fn prefix(text: &str) -> Checked<Prefix> {
    text.parse().or_else(|bad| match bad {
        BadPrefix::HostBits(network) => {
            expected(format!("the network itself, \"{network}\", or one address"))
        }
        BadPrefix::Syntax | BadPrefix::Length(_) => {
            expected("an address or a network, such as \"10.0.0.5\" or \"192.0.2.0/24\"")
        }
    })
}

/// An Ethernet address.
pub fn mac(text: &str) -> Checked<Mac> {
    let separator = if text.contains('-') { '-' } else { ':' };
    let byte = |part: &str| {
        let digits = part.len() == 2 && part.bytes().all(|digit| digit.is_ascii_hexdigit());
        digits.then(|| u8::from_str_radix(part, 16).ok()).flatten()
    };
    let bytes: Option<Vec<u8>> = text.split(separator).map(byte).collect();
    match bytes.and_then(|bytes| Mac::try_from(bytes).ok()) {
        Some(mac) => Ok(mac),
        None => expected("an Ethernet address, such as \"02:00:5e:00:53:01\""),
    }
}

/// An Ethernet address as [`mac`] reads it.
pub fn show_mac(mac: &Mac) -> String {
    let [a, b, c, d, e, f] = mac;
    format!("{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}")
}

/// A VLAN id (IEEE 802.1Q): 0 is none, 4095 is reserved.
pub fn vlan(text: &str) -> Checked<u16> {
    match text.parse() {
        Ok(id @ 1..=4094) => Ok(id),
        _ => expected("a VLAN id from 1 to 4094, such as 10"),
    }
}

/// A number, or `A..B`, both ends included and each of them optional; from 0 to `most`.
pub fn range(text: &str, most: usize) -> Checked<RangeInclusive<usize>> {
    let bound = |text: &str, absent| if text.is_empty() { Ok(absent) } else { count(text, 0..=most) };
    let range = match text.split_once("..") {
        Some(("", "")) => None,
        Some((from, to)) => bound(from, 0).ok().zip(bound(to, most).ok()),
        None => count(text, 0..=most).ok().map(|only| (only, only)),
    };
    match range.filter(|(from, to)| from <= to) {
        Some((from, to)) => Ok(from..=to),
        None => expected(format!(
            "a number from 0 to {most}, or a range with both ends included, such as \"5..\", \"..20\" or \"5..20\""
        )),
    }
}

/// A range as [`range`] reads it.
pub fn show_range(range: &RangeInclusive<usize>) -> String {
    format!("{}..{}", range.start(), range.end())
}

/// Bits a character; the 38 characters of host names cannot have more than 6.
pub fn entropy(bits: f64) -> Checked<f64> {
    if bits > 0.0 && bits <= 6.0 {
        Ok(bits)
    } else {
        expected("a number of bits from above 0 to 6, such as 3.8")
    }
}

/// `22:00-06:00`: minutes after midnight, from and to. `24:00` is an end as good as `00:00`.
pub fn hours(text: &str) -> Checked<(u16, u16)> {
    let window = text.split_once('-').and_then(|(from, to)| Some((minutes(from)?, minutes(to)?)));
    match window.filter(|(from, _)| *from < MINUTES) {
        Some((from, to)) => Ok((from, to % MINUTES)),
        None => expected("two times of the day, such as \"22:00-06:00\""),
    }
}

fn minutes(text: &str) -> Option<u16> {
    let number = |text: &str| text.parse::<u16>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
    let (hour, minute) = text.split_once(':').filter(|_| text.len() == 5)?;
    let minutes = number(hour)? * 60 + number(minute).filter(|minute| *minute < 60)?;
    (minutes <= MINUTES).then_some(minutes)
}

/// A window as [`hours`] reads it.
pub fn show_hours(from: u16, to: u16) -> String {
    format!("{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
}

/// A day of the week; Monday is 0.
pub fn day(text: &str) -> Checked<u8> {
    let day = (0..7).zip(DAYS).find_map(|(number, day)| (day == text).then_some(number));
    day.map_or_else(|| expected(format!("one of {}", quoted(&DAYS))), Ok)
}

/// Days as [`day`] reads them.
pub fn show_days(days: u8) -> Vec<&'static str> {
    (0..7).zip(DAYS).filter_map(|(number, day)| (days >> number & 1 == 1).then_some(day)).collect()
}
