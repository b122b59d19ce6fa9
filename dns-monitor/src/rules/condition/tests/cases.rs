//! Conditions, lookups, and whether the ones hold for the others.

use crate::sample::Mac;

/// A lookup that differs from [`LOOKUP`] in what is said.
#[derive(Clone, Copy)]
pub struct Lookup {
    pub name: &'static str,
    pub qtype: u16,
    pub qclass: u16,
    pub client: &'static str,
    pub mac: Option<Mac>,
    pub vlan: Option<u16>,
    pub time: &'static str,
}

const LOOKUP: Lookup = Lookup {
    name: "www.example.com",
    qtype: 1,
    qclass: 1,
    client: "192.0.2.7",
    mac: None,
    vlan: None,
    // A Wednesday, half past one at night in summer.
    time: "2026-06-16T23:30:00Z",
};

const fn name(name: &'static str) -> Lookup {
    Lookup { name, ..LOOKUP }
}

const fn client(client: &'static str) -> Lookup {
    Lookup { client, ..LOOKUP }
}

const fn at(time: &'static str) -> Lookup {
    Lookup { time, ..LOOKUP }
}

/// Description, condition, lookup, whether it holds.
pub type Case = (&'static str, &'static str, Lookup, bool);

pub const NAMES: &[Case] = &[
    ("exact: the name", "domain = ['www.example.com']", LOOKUP, true),
    ("exact: case", "domain = ['WWW.Example.COM.']", name("wWw.eXample.com"), true),
    ("exact: one of several", "domain = ['a.b', 'www.example.com']", LOOKUP, true),
    ("exact: below", "domain = ['example.com']", LOOKUP, false),
    ("exact: above", "domain = ['a.www.example.com']", LOOKUP, false),
    ("exact: the root", "domain = ['.']", name("."), true),
    ("exact: the root and another", "domain = ['.']", LOOKUP, false),
    ("suffix: the name", "suffix = ['www.example.com']", LOOKUP, true),
    ("suffix: above", "suffix = ['example.com']", LOOKUP, true),
    ("suffix: case", "suffix = ['EXAMPLE.com']", name("www.Example.COM"), true),
    ("suffix: a label's edge", "suffix = ['a.b']", name("xa.b"), false),
    ("suffix: a label's edge, deeper", "suffix = ['a.b']", name("y.xa.b"), false),
    ("suffix: at the edge", "suffix = ['a.b']", name("x.a.b"), true),
    ("suffix: below only", "suffix = ['www.example.com']", name("example.com"), false),
    ("suffix: not in the middle", "suffix = ['www.example']", LOOKUP, false),
    ("suffix: a dot is no label's edge on the wire", "suffix = ['b.c']", name(r"a\.b.c"), false),
    ("suffix: a length byte that looks like a letter", "suffix = ['c']", name(r"\001c"), false),
    ("suffix: the root has every name", "suffix = ['.']", LOOKUP, true),
    ("suffix: the root is in the root", "suffix = ['.']", name("."), true),
    ("suffix: of the root", "suffix = ['com']", name("."), false),
    (
        "suffix: an internationalised name",
        "suffix = ['bücher.example']",
        name("x.xn--bcher-kva.example"),
        true,
    ),
    ("tld", "tld = ['zip', 'com']", LOOKUP, true),
    ("tld: itself", "tld = ['com']", name("com"), true),
    ("tld: another label", "tld = ['example']", LOOKUP, false),
    ("tld: an edge", "tld = ['com']", name("example.telecom"), false),
    ("wildcard: below", "wildcard = ['*.example.com']", LOOKUP, true),
    ("wildcard: far below", "wildcard = ['*.com']", LOOKUP, true),
    ("wildcard: itself", "wildcard = ['*.www.example.com']", LOOKUP, false),
    ("wildcard: a label's edge", "wildcard = ['*.a.b']", name("xa.b"), false),
    ("longest name: suffix", "suffix = ['z']", name(LONGEST), true),
    ("longest name: an edge", "suffix = ['aa.z']", name(LONGEST), false),
    ("longest name: regex", "regex = ['^a{63}\\.a{63}\\.a{63}\\.a{59}\\.z$']", name(LONGEST), true),
];

/// 255 bytes on the wire.
pub const LONGEST: &str = concat!(
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.z"
);

pub const SHAPES: &[Case] = &[
    ("regex: found", "regex = ['ex.mple']", LOOKUP, true),
    ("regex: not found", "regex = ['^example']", LOOKUP, false),
    ("regex: one of several", "regex = ['^x', '^www\\.']", LOOKUP, true),
    ("regex: capitals", "regex = ['^WWW']", name("wWw.example.com"), true),
    ("regex: no dot at the end", "regex = ['com$']", LOOKUP, true),
    ("regex: the root", r"regex = ['^\.$']", name("."), true),
    ("regex: escapes", r"regex = ['^a\\\.b\\000\.c$']", name(r"a\.b\000.c"), true),
    ("labels: as many", "labels = 3", LOOKUP, true),
    ("labels: too few", "labels = '4..'", LOOKUP, false),
    ("labels: too many", "labels = '..2'", LOOKUP, false),
    ("labels: the end is included", "labels = '1..3'", LOOKUP, true),
    ("labels: the root", "labels = 0", name("."), true),
    ("labels: the longest name", "labels = 5", name(LONGEST), true),
    ("label length: the longest one", "label_length = 7", LOOKUP, true),
    ("label length: only the longest one", "label_length = 3", LOOKUP, false),
    ("label length: at most", "label_length = '..62'", name(LONGEST), false),
    ("label length: the root", "label_length = 0", name("."), true),
    ("name length", "name_length = 15", LOOKUP, true),
    ("name length: the longest name", "name_length = '253..'", name(LONGEST), true),
    ("name length: the root", "name_length = 0", name("."), true),
    ("name length: an escaped byte is one", "name_length = 3", name(r"\000.a"), true),
    ("entropy: as much", "entropy = 3.0", name("abcdefgh.example.com"), true),
    ("entropy: less", "entropy = 3.01", name("abcdefgh.example.com"), false),
    ("entropy: repeated letters", "entropy = 1", name("aabb.example.com"), true),
    ("entropy: repeated letters have less", "entropy = 1.01", name("aabb.example.com"), false),
    ("entropy: one letter has none", "entropy = 0.01", name("aaaaaaaa.example.com"), false),
    ("entropy: of the longest label", "entropy = 0.01", name("abcdefgh.aaaaaaaaa.example.com"), false),
    ("entropy: the registered domain does not count", "entropy = 0.1", name("abcdefgh.com"), false),
    ("entropy: by the public suffix list", "entropy = 0.1", name("abcdefgh.co.uk"), false),
    ("entropy: below a deep public suffix", "entropy = 3", name("abcdefgh.example.co.uk"), true),
    ("entropy: a suffix that is not listed", "entropy = 3", name("abcdefgh.example.lab"), true),
    ("entropy: a public suffix", "entropy = 0.1", name("co.uk"), false),
    ("entropy: the root", "entropy = 0.1", name("."), false),
];

pub const PROTECTED: &str = "lookalike = ['www.paypal.com', 'ing.com', 'microsoft.com']";

pub const LOOKALIKES: &[Case] = &[
    ("lookalike: itself", PROTECTED, name("paypal.com"), false),
    ("lookalike: below itself", PROTECTED, name("a.b.paypal.com"), false),
    ("lookalike: another name", PROTECTED, LOOKUP, false),
    ("lookalike: a digit", PROTECTED, name("login.paypa1.com"), true),
    ("lookalike: a Cyrillic letter", PROTECTED, name("pаypal.com"), true),
    ("lookalike: all Cyrillic", PROTECTED, name("www.раураl.com"), true),
    ("lookalike: a Greek letter", PROTECTED, name("micrοsoft.com"), true),
    ("lookalike: an accent", PROTECTED, name("íng.com"), true),
    ("lookalike: two letters for one", PROTECTED, name("rnicrosoft.com"), true),
    ("lookalike: zeros", PROTECTED, name("micr0s0ft.com"), true),
    ("lookalike: a small capital", "lookalike = ['bank.com']", name("banк.com"), true),
    ("lookalike: one letter replaced", PROTECTED, name("paypol.com"), true),
    ("lookalike: one left out", PROTECTED, name("icrosoft.com"), true),
    ("lookalike: one added", PROTECTED, name("paypall.com"), true),
    ("lookalike: two swapped", PROTECTED, name("papyal.com"), true),
    ("lookalike: another suffix", PROTECTED, name("paypal.co"), true),
    ("lookalike: two slips", PROTECTED, name("poypol.com"), false),
    ("lookalike: a slip of a short name", PROTECTED, name("ring.com"), false),
    ("lookalike: the name is not the registered domain", PROTECTED, name("paypa1.example.com"), false),
    (
        "lookalike: a slip that is protected too",
        "lookalike = ['paypal.com', 'paypol.com']",
        name("paypol.com"),
        false,
    ),
    ("lookalike: a deep public suffix", "lookalike = ['barclays.co.uk']", name("barc1ays.co.uk"), true),
    ("lookalike: a public suffix, itself", "lookalike = ['github.io']", name("x.github.io"), false),
    ("lookalike: a public suffix", "lookalike = ['github.io']", name("x.g1thub.io"), true),
    ("lookalike: the root", PROTECTED, name("."), false),
    ("lookalike: a label alone", PROTECTED, name("paypa1"), false),
    ("lookalike: not UTF-8", PROTECTED, name(r"paypa\255.com"), false),
];

pub const NETWORKS: &[Case] = &[
    ("client: in the network", "client = ['192.0.2.0/24']", LOOKUP, true),
    ("client: first address", "client = ['192.0.2.0/29']", client("192.0.2.0"), true),
    ("client: last address", "client = ['192.0.2.0/29']", client("192.0.2.7"), true),
    ("client: after the last", "client = ['192.0.2.0/29']", client("192.0.2.8"), false),
    ("client: one address", "client = ['192.0.2.7']", LOOKUP, true),
    ("client: every IPv4", "client = ['0.0.0.0/0']", LOOKUP, true),
    ("client: every IPv4, asked by IPv6", "client = ['0.0.0.0/0']", client("2001:db8::1"), false),
    ("client: every IPv6, asked by IPv4", "client = ['::/0']", LOOKUP, false),
    ("client: IPv6", "client = ['2001:db8::/33']", client("2001:db8:7fff::1"), true),
    ("client: after IPv6", "client = ['2001:db8::/33']", client("2001:db8:8000::"), false),
    ("client: one IPv6 address", "client = ['2001:db8::1']", client("2001:db8::1"), true),
    ("client: IPv4 in IPv6", "client = ['192.0.2.0/24']", client("::ffff:192.0.2.7"), true),
    ("client: a network of IPv4 in IPv6", "client = ['::ffff:192.0.2.0/120']", LOOKUP, true),
    ("client: both in IPv6", "client = ['::ffff:192.0.2.7']", client("::ffff:192.0.2.7"), true),
    ("mac", "mac = ['02:00:5e:00:53:01']", Lookup { mac: Some([2, 0, 0x5e, 0, 0x53, 1]), ..LOOKUP }, true),
    (
        "mac: another",
        "mac = ['02:00:5e:00:53:01']",
        Lookup { mac: Some([2, 0, 0x5e, 0, 0x53, 2]), ..LOOKUP },
        false,
    ),
    ("mac: unknown", "mac = ['00:00:00:00:00:00']", LOOKUP, false),
    ("vlan", "vlan = [10, 20]", Lookup { vlan: Some(20), ..LOOKUP }, true),
    ("vlan: another", "vlan = [10, 20]", Lookup { vlan: Some(30), ..LOOKUP }, false),
    ("vlan: none", "vlan = [10]", LOOKUP, false),
    ("type", "type = ['AAAA', 'A']", LOOKUP, true),
    ("type: another", "type = ['AAAA', 'TYPE2']", LOOKUP, false),
    ("class", "class = ['IN']", LOOKUP, true),
    ("class: another", "class = ['CH']", LOOKUP, false),
];

/// Local time is UTC and two hours in summer, one in winter.
pub const TIMES: &[Case] = &[
    ("time: inside", "time = '01:00-02:00'", LOOKUP, true),
    ("time: it begins", "time = '01:30-02:00'", LOOKUP, true),
    ("time: it ends", "time = '01:00-01:30'", LOOKUP, false),
    ("time: over midnight, after", "time = '22:00-06:00'", LOOKUP, true),
    ("time: over midnight, before", "time = '22:00-06:00'", at("2026-06-16T20:00:00Z"), true),
    ("time: over midnight, not yet", "time = '22:00-06:00'", at("2026-06-16T19:59:59Z"), false),
    ("time: over midnight, over", "time = '22:00-06:00'", at("2026-06-17T04:00:00Z"), false),
    ("time: until midnight", "time = '18:00-24:00'", at("2026-06-16T21:59:59Z"), true),
    ("time: until midnight, after", "time = '18:00-24:00'", at("2026-06-16T22:00:00Z"), false),
    ("time: a whole day", "time = '06:00-06:00'", LOOKUP, true),
    ("days: by local time", "days = ['wed']", LOOKUP, true),
    ("days: not by UTC", "days = ['tue']", LOOKUP, false),
    ("days: of a night, that on which it began", "time = '22:00-06:00'\ndays = ['tue']", LOOKUP, true),
    ("days: of a night, not the next", "time = '22:00-06:00'\ndays = ['wed']", LOOKUP, false),
    ("days: from Sunday to Monday", "time = '22:00-06:00'\ndays = ['sun']", at("2026-06-14T23:00:00Z"), true),
    ("days: a whole day from six o'clock", "time = '06:00-06:00'\ndays = ['tue']", LOOKUP, true),
    ("clocks forward: before", "time = '01:00-02:00'", at("2026-03-29T00:59:59Z"), true),
    ("clocks forward: 02:00 is 03:00", "time = '02:00-03:00'", at("2026-03-29T01:00:00Z"), false),
    ("clocks forward: after", "time = '03:00-04:00'", at("2026-03-29T01:00:00Z"), true),
    ("clocks back: the hour", "time = '02:00-03:00'", at("2026-10-25T00:30:00Z"), true),
    ("clocks back: the hour again", "time = '02:00-03:00'", at("2026-10-25T01:30:00Z"), true),
    ("clocks back: after", "time = '02:00-03:00'", at("2026-10-25T02:00:00Z"), false),
    ("winter", "time = '00:30-00:31'", at("2026-01-01T23:30:00Z"), true),
];

pub const COMBINED: &[Case] = &[
    ("all given hold", "tld = ['com']\ntype = ['A']", LOOKUP, true),
    ("one of those given does not", "tld = ['com']\ntype = ['AAAA']", LOOKUP, false),
    ("any: the second", "any = [{ tld = ['zip'] }, { type = ['A'] }]", LOOKUP, true),
    ("any: none", "any = [{ tld = ['zip'] }, { type = ['AAAA'] }]", LOOKUP, false),
    (
        "any: half of each",
        "any = [{ tld = ['com'], vlan = [1] }, { type = ['A'], vlan = [2] }]",
        LOOKUP,
        false,
    ),
    ("all", "all = [{ tld = ['com'] }, { suffix = ['example.com'] }]", LOOKUP, true),
    ("all: one not", "all = [{ tld = ['com'] }, { suffix = ['example.org'] }]", LOOKUP, false),
    ("not", "not = { tld = ['com'] }", LOOKUP, false),
    ("not: of both together", "not = { tld = ['com'], vlan = [1] }", LOOKUP, true),
    ("not not", "not = { not = { tld = ['com'] } }", LOOKUP, true),
    ("not: what is unknown is not so", "not = { vlan = [1] }", LOOKUP, true),
];

/// All of them.
pub const ALL: [&[Case]; 6] = [NAMES, SHAPES, LOOKALIKES, NETWORKS, TIMES, COMBINED];
