//! What the lab internet serves, as master files.

use crate::address::{AUTHORITY, ROOT, SILENT, TLD};

/// A zone: its origin and the text of its master file.
pub struct Zone {
    /// Absolute, with the trailing dot.
    pub origin: &'static str,
    /// RFC 1035 §5 text.
    pub text: String,
}

/// The root, which knows one TLD.
pub fn root() -> Vec<Zone> {
    let text = format!(
        "$TTL 3600\n\
         . SOA a.root.lab-root. hostmaster.lab-root. 1 3600 600 86400 60\n\
         . NS a.root.lab-root.\n\
         a.root.lab-root. A {}\n\
         a.root.lab-root. AAAA {}\n\
         example. NS ns.nic.example.\n\
         ns.nic.example. A {}\n\
         ns.nic.example. AAAA {}\n",
        ROOT.v4, ROOT.v6, TLD.v4, TLD.v6
    );
    vec![Zone { origin: ".", text }]
}

/// The TLD `example`. `glueless.example` is served by a host whose address must be looked up.
pub fn tld() -> Vec<Zone> {
    let text = format!(
        "$TTL 3600\n\
         example. SOA ns.nic.example. hostmaster.example. 1 3600 600 86400 60\n\
         example. NS ns.nic.example.\n\
         ns.nic.example. A {}\n\
         ns.nic.example. AAAA {}\n\
         lab.example. NS ns.lab.example.\n\
         ns.lab.example. A {}\n\
         ns.lab.example. AAAA {}\n\
         glueless.example. NS other-ns.lab.example.\n\
         lame.example. NS ns.lab.example.\n\
         silent.example. NS ns.silent.example.\n\
         ns.silent.example. A {}\n",
        TLD.v4, TLD.v6, AUTHORITY.v4, AUTHORITY.v6, SILENT.v4
    );
    vec![Zone { origin: "example.", text }]
}

/// The authority. `lame.example` is delegated here and not served: REFUSED.
pub fn authority() -> Vec<Zone> {
    let glueless = "$TTL 60\n\
         @ SOA ns.lab.example. hostmaster.lab.example. 1 3600 600 86400 60\n\
         @ NS other-ns.lab.example.\n\
         www A 192.0.2.90\n";
    vec![
        Zone { origin: "lab.example.", text: lab() },
        Zone { origin: "glueless.example.", text: glueless.into() },
    ]
}

fn lab() -> String {
    let hosts = format!(
        "$TTL 60\n\
         @ SOA ns hostmaster 1 3600 600 86400 60\n\
         @ NS ns\n\
         ns A {v4}\n\
         ns AAAA {v6}\n\
         other-ns A {v4}\n\
         other-ns AAAA {v6}\n\
         www A 192.0.2.80\n\
         www AAAA 2001:db8::80\n\
         zero 0 A 192.0.2.81\n\
         alias CNAME alias2\n\
         alias2 CNAME alias3\n\
         alias3 CNAME www\n\
         dangling CNAME nowhere\n\
         *.w A 192.0.2.82\n\
         *.w AAAA 2001:db8::82\n\
         *.w TXT \"any name under w\"\n\
         *.w MX 10 www\n",
        v4 = AUTHORITY.v4,
        v6 = AUTHORITY.v6
    );
    // Larger than: the default EDNS size 1232, the MTU, twice the MTU, several samples.
    let large = [("txt1300", 1300), ("txt1800", 1800), ("txt3500", 3500), ("txt20000", 20_000)]
        .map(|(name, size)| format!("{name} TXT {}\n*.{name} TXT {}\n", strings(size), strings(size)));
    format!("{hosts}{}{TYPES}", large.concat())
}

/// At least `size` bytes of text in strings of 100.
fn strings(size: usize) -> String {
    let one = format!("\"{}\" ", "0123456789".repeat(10));
    one.repeat(size.div_ceil(100))
}

/// One of many types, as the zone spells them.
const TYPES: &str = r#"
mx MX 10 mail
mail A 192.0.2.25
_sip._udp SRV 1 2 5060 www
https HTTPS 1 . alpn="h2,h3" ipv4hint=192.0.2.80 ipv6hint=2001:db8::80
svcb SVCB 16 www port=8443
caa CAA 0 issue "ca.example"
naptr NAPTR 100 10 "U" "E2U+sip" "!^.*$!sip:info@lab.example!" .
sshfp SSHFP 4 2 123456789abcdef67890123456789abcdef67890123456789abcdef123456789
_443._tcp.www TLSA 3 1 1 0c72ac70b745ac19998811b131d662c9ac69dbdbe7cb23e5b514b56664c5d3d6
hinfo HINFO "PC" "Linux"
loc LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m
uri URI 10 1 "https://www.lab.example/"
dname DNAME w
ptr PTR www
unknown TYPE65280 \# 4 c0000250
quotes TXT "a \"quoted\" string" "back\\slash" "tab\009"
odd\032name\.with TXT "odd"
"#;
