//! What the laboratory's internet serves: a root, three TLDs, hosters, a thousand zones.
//!
//! Zone `n` is `z<n>.<tld>`. In every zone a wildcard answers whatever a client asks for, so that names can carry the
//! mark of their client. How its name servers are found, and whether they answer, is its [`Kind`].

use std::fmt::Write as _;

use super::plan::{self, PROVIDERS, TLDS, ZONES};
use crate::address::Addresses;

/// How the servers of a zone are found and behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Their names are in the zone, their addresses in the referral.
    Glue,
    /// Their names are in a hoster's zone: the addresses must be looked up.
    Glueless,
    /// As above, and the hoster's own name servers are in another hoster's zone.
    Deep,
    /// One of two does not serve the zone: REFUSED.
    Lame,
    /// One of two never answers.
    HalfSilent,
    /// All answer after [`SLOW`](plan::SLOW).
    Slow,
    /// None answers.
    Silent,
    /// None serves it.
    AllLame,
}

/// The kind of a zone.
pub const fn kind(zone: usize) -> Kind {
    match (zone, zone % 20) {
        (998, _) => Kind::Silent,
        (999, _) => Kind::AllLame,
        (_, 10..=14) => Kind::Glueless,
        (_, 15) => Kind::Deep,
        (_, 16) => Kind::Lame,
        (_, 17) => Kind::HalfSilent,
        (_, 18) => Kind::Slow,
        _ => Kind::Glue,
    }
}

/// The name of a zone, without the last dot.
pub fn name(zone: usize) -> String {
    format!("z{zone:04}.{}", TLDS[zone % TLDS.len()])
}

/// A zone that aliases of `zone` lead to: never of the same provider, so that no server can answer for both.
pub const fn target(zone: usize) -> usize {
    (zone * 7 + 1 + (zone * 7 + 1 - zone).is_multiple_of(PROVIDERS) as usize) % (ZONES - 20)
}

/// The process that serves a zone: a provider's number; [`PROVIDERS`] is the slow one.
pub const fn provider(zone: usize) -> usize {
    match kind(zone) {
        Kind::Slow => PROVIDERS,
        _ => zone % PROVIDERS,
    }
}

/// A zone as a server has it.
#[derive(Clone, Debug)]
pub struct Zone {
    /// Without the last dot; the root is `.`.
    pub origin: String,
    /// RFC 1035 §5 text.
    pub text: String,
}

/// A name server of a zone: its name and addresses.
type Server = (String, Addresses);

fn servers(zone: usize) -> [Server; 2] {
    let (name, provider, slot) = (name(zone), provider(zone), zone / PROVIDERS);
    let host = match kind(zone) {
        Kind::Glueless => format!("{}.host{}.net", name.replace('.', "-"), (provider + 1) % PROVIDERS),
        Kind::Deep => format!("{}.deep.org", name.replace('.', "-")),
        _ => name,
    };
    let other = match kind(zone) {
        Kind::Lame => plan::provider((provider + 1) % PROVIDERS, slot),
        Kind::HalfSilent => plan::SILENT,
        _ => plan::provider(provider, slot + 1),
    };
    let first = match kind(zone) {
        Kind::Silent => plan::SILENT,
        Kind::AllLame => plan::provider((provider + 2) % PROVIDERS, slot),
        _ => plan::provider(provider, slot),
    };
    let other = if matches!(kind(zone), Kind::Silent | Kind::AllLame) { first } else { other };
    [(format!("ns1.{host}"), first), (format!("ns2.{host}"), other)]
}

fn addresses(out: &mut String, (host, at): &Server) {
    let _infallible = write!(out, "{host}. A {}\n{host}. AAAA {}\n", at.v4, at.v6);
}

fn head(origin: &str, server: &str) -> String {
    let dot = if origin == "." { "." } else { &format!("{origin}.") };
    format!("$TTL 3600\n{dot} SOA {server}. hostmaster.lab. 1 3600 600 86400 60\n")
}

/// The root, which knows the TLDs. `ds` are the DS records of those that are signed.
pub fn root(ds: &str) -> Zone {
    let mut text = head(".", "a.root-servers");
    text += ". NS a.root-servers.\n";
    addresses(&mut text, &("a.root-servers".into(), plan::ROOT));
    for (number, tld) in TLDS.iter().enumerate() {
        let server = (format!("ns.nic.{tld}"), plan::tld(number));
        let _infallible = writeln!(text, "{tld}. NS {}.", server.0);
        addresses(&mut text, &server);
    }
    Zone { origin: ".".into(), text: text + ds }
}

/// The TLDs: delegations of the zones and of the hosters.
pub fn tlds(ds: &str) -> Vec<Zone> {
    let of = |(number, tld): (usize, &&str)| {
        let server = (format!("ns.nic.{tld}"), plan::tld(number));
        let mut text = head(tld, &server.0);
        let _infallible = writeln!(text, "{tld}. NS {}.", server.0);
        addresses(&mut text, &server);
        for zone in (0..ZONES).filter(|zone| zone % TLDS.len() == number) {
            delegate(&mut text, &name(zone), &servers(zone));
        }
        for (origin, servers) in hosters().filter(|(origin, _)| origin.ends_with(*tld)) {
            delegate(&mut text, &origin, &servers);
        }
        let own = |line: &&str| line.split(' ').next().is_some_and(|at| at.ends_with(&format!(".{tld}.")));
        let ds: String = ds.lines().filter(own).flat_map(|line| [line, "\n"]).collect();
        Zone { origin: (*tld).into(), text: text + &ds }
    };
    TLDS.iter().enumerate().map(of).collect()
}

fn delegate(text: &mut String, origin: &str, servers: &[Server; 2]) {
    for server in servers {
        let _infallible = writeln!(text, "{origin}. NS {}.", server.0);
        if server.0.ends_with(&format!(".{origin}")) {
            addresses(text, server);
        }
    }
}

/// Whose zones hold the names of other zones' servers: origin and servers.
fn hosters() -> impl Iterator<Item = (String, [Server; 2])> {
    let own = |provider: usize| {
        let origin = format!("host{provider}.net");
        let server = |slot| (format!("dns{slot}.{origin}"), plan::provider(provider, slot));
        let servers = [server(0), server(1)];
        (origin, servers)
    };
    let deep = |slot| (format!("dns{slot}.host2.net"), plan::provider(2, slot));
    (0..PROVIDERS).map(own).chain([("deep.org".into(), [deep(0), deep(1)])])
}

/// Every zone that a provider serves; [`PROVIDERS`] is the slow one.
pub fn of_provider(number: usize) -> Vec<Zone> {
    let hosted = (0..ZONES)
        .filter(|zone| provider(*zone) == number && !matches!(kind(*zone), Kind::Silent | Kind::AllLame));
    let mut zones: Vec<Zone> = hosted.map(zone).collect();
    for (origin, servers) in hosters() {
        let serves = match origin.as_str() {
            "deep.org" => number == 2,
            other => other == format!("host{number}.net"),
        };
        if serves {
            zones.push(hoster(origin, &servers));
        }
    }
    zones
}

fn hoster(origin: String, own: &[Server; 2]) -> Zone {
    let mut text = head(&origin, &own[0].0);
    for server in own {
        let _infallible = writeln!(text, "{origin}. NS {}.", server.0);
    }
    let inside = |server: &Server| server.0.ends_with(&format!(".{origin}"));
    let hosted = (0..ZONES).flat_map(servers);
    for server in own.iter().cloned().chain(hosted).filter(inside) {
        addresses(&mut text, &server);
    }
    Zone { origin, text }
}

/// A zone of the thousand. Below `alias` a DNAME keeps the mark of a name on its way to another zone.
fn zone(number: usize) -> Zone {
    let (origin, [first, second]) = (name(number), servers(number));
    let mut text = head(&origin, &first.0);
    for server in [first, second] {
        let _infallible = writeln!(text, "{origin}. NS {}.", server.0);
        if server.0.ends_with(&format!(".{origin}")) {
            addresses(&mut text, &server);
        }
    }
    let (next, third) = (name(target(number)), name(target(target(number))));
    let large = "\"0123456789012345678901234567890123456789012345678901234567890123456789\" ".repeat(28);
    let _infallible = write!(
        text,
        "$ORIGIN {origin}.\n\
         * 300 A 192.0.2.1\n* 300 AAAA 2001:db8::1\n* 300 TXT \"any\"\n* 300 MX 10 mail.{next}.\n\
         *.deep.er A 192.0.2.2\n\
         *.large 300 TXT {large}\n\
         *.brief 1 A 192.0.2.3\n\
         *.ten 10 A 192.0.2.4\n\
         *.two 2 A 192.0.2.5\n\
         alias DNAME target.{next}.\n\
         *.target 300 A 192.0.2.6\n\
         far DNAME alias.{next}.\n\
         *.same CNAME www.{third}.\n\
         www 5 A 192.0.2.7\n\
         _sip._tcp SRV 0 0 5060 sip.{next}.\n\
         svc HTTPS 0 sip.{third}.\n\
         sip A 192.0.2.8\n"
    );
    Zone { origin, text }
}
