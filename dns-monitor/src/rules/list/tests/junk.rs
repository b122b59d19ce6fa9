//! Whatever the bytes, and however many: no panic, and every name is canonical.

use std::io::{BufReader, Read};

use clap::ValueEnum;

use super::{Format, check, lines_of, read};
use crate::rules::{
    entry::{Entry, Pattern},
    list::{Bad, MAX_LINE, Sink},
    name::{self, Shown},
};

/// Checks what any sink may rely on.
#[derive(Default)]
struct Strict {
    entries: usize,
    bad: Vec<(u32, Bad)>,
}

impl Sink for Strict {
    fn entry(&mut self, _: u32, entry: Entry<'_>) {
        self.entries += 1;
        match entry.pattern {
            Pattern::Name(name, _) => {
                let mut again = Vec::new();
                assert_eq!(name::parse(Shown(name).to_string().as_bytes(), &mut again), Ok(()));
                assert_eq!(again, name, "not canonical");
            }
            Pattern::Regex(regex) => assert!(regex::Regex::new(regex).is_ok(), "{regex}"),
            Pattern::Every => {}
        }
    }

    fn bad(&mut self, line: u32, why: Bad) {
        assert!(!why.to_string().is_empty());
        self.bad.push((line, why));
    }
}

fn strictly(format: Format, text: &mut dyn std::io::BufRead) -> Strict {
    let mut sink = Strict::default();
    read(format, text, &mut sink).unwrap();
    sink
}

/// Pseudo-random numbers (xorshift), so that a failure can be had again.
fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

#[test]
fn random_bytes() {
    let mut state = 0x9e37_79b9_7f4a_7c15;
    for _ in 0..20 {
        let bytes: Vec<u8> = (0..4096).map(|_| random(&mut state) as u8).collect();
        for format in Format::value_variants() {
            strictly(*format, &mut &*bytes);
        }
    }
}

/// Pieces of every format in any order, which comes further than random bytes.
#[test]
fn random_pieces() {
    const PIECES: &[&str] = &[
        "||",
        "^",
        "$",
        "@@",
        "|",
        "*",
        "/",
        ".",
        ",",
        "=",
        "~",
        ";",
        "(",
        ")",
        "\"",
        "\\",
        "'",
        "[",
        "]",
        "{",
        "}",
        "#",
        "!",
        " ",
        "\t",
        "\n",
        "\r\n",
        "example",
        "com",
        "bücher",
        "0.0.0.0",
        "::1",
        "address=/",
        "local=/",
        "CNAME",
        "SOA",
        "A",
        "AAAA",
        "$ORIGIN ",
        "$TTL ",
        "@",
        "rpz-client-ip",
        "zz",
        "24",
        "alert dns any any -> any any (",
        "dns.query;",
        "dotprefix;",
        "content:\"",
        "endswith;",
        "startswith;",
        "bsize:3;",
        "|03|",
        "|00|",
        "sid:1;)",
        "#fields\t",
        "indicator\t",
        "indicator_type",
        "Intel::DOMAIN",
        "client=",
        "dnstype=",
        "denyallow=",
        "dnsrewrite=",
        "important",
        "NOERROR",
        "YmFkLmV4YW1wbGU=",
        "{\"objects\":[",
        "{\"type\":\"indicator\",\"pattern\":\"[domain-name:value = 'a'",
        "\"}",
        "OR",
        "IN",
        "\0",
        "\u{7f}",
        "x{1,2}",
    ];
    let mut state = 0x2545_f491_4f6c_dd1d;
    for _ in 0..2_000 {
        let count = random(&mut state) % 60;
        let text: String = (0..count).map(|_| PIECES[random(&mut state) as usize % PIECES.len()]).collect();
        for format in Format::value_variants() {
            strictly(*format, &mut text.as_bytes());
            // However the bytes arrive, they mean the same.
            let mut slowly = BufReader::with_capacity(1, text.as_bytes());
            let mut told = super::Told::default();
            read(*format, &mut slowly, &mut told).unwrap();
            assert_eq!(told.0, lines_of(*format, text.as_bytes()), "{format:?}: {text:?}");
        }
    }
}

#[test]
fn control_characters_and_encodings() {
    check(
        Format::Domains,
        &[
            ("NUL", "a\0b.example\nb.example", &["1 bad: not text", "2 suffix b.example"]),
            ("a byte order mark", "\u{feff}a.example", &["1 suffix a.example"]),
            ("a blank line of NULs", "\0\0\0", &["1 bad: not text"]),
        ],
    );
    assert_eq!(lines_of(Format::Domains, b"\xff\xfea\0.\0b\0\n"), ["1 bad: not text"]);
    assert_eq!(lines_of(Format::Adblock, b"||b\xfccher.example^\n"), ["1 bad: not text"]);
}

#[test]
fn long_lines() {
    let long = "x".repeat(1 << 20);
    let text = format!("a.example\n{long}\nb.example\n{long}");
    let whole = [
        "1 suffix a.example",
        "2 bad: a line of more than 64 KiB",
        "3 suffix b.example",
        "4 bad: a line of more than 64 KiB",
    ];
    assert_eq!(lines_of(Format::Domains, text.as_bytes()), whole);
    for format in
        Format::value_variants().iter().filter(|format| !matches!(format, Format::Auto | Format::Stix))
    {
        let sink = strictly(*format, &mut BufReader::with_capacity(512, text.as_bytes()));
        let too_long = sink.bad.iter().filter(|(_, why)| *why == Bad::LineTooLong).count();
        assert_eq!(too_long, 2, "{format:?}");
    }
    let just = format!("#{}", "x".repeat(MAX_LINE - 1));
    assert_eq!(lines_of(Format::Domains, just.as_bytes()), [""; 0]);
}

#[test]
fn records_and_rules_without_an_end() {
    let open = format!("a.example (\n{}", "x \n".repeat(100_000));
    let sink = strictly(Format::Rpz, &mut open.as_bytes());
    assert!(sink.bad.iter().any(|(_, why)| *why == Bad::LineTooLong));
    let continued = "alert dns \\\n".repeat(100_000);
    let sink = strictly(Format::Suricata, &mut continued.as_bytes());
    assert!(sink.bad.iter().any(|(_, why)| *why == Bad::LineTooLong));
}

#[test]
fn many_blank_lines() {
    let mut many = std::io::repeat(b'\n').take(4_000_000);
    let sink = strictly(Format::Domains, &mut BufReader::new(&mut many));
    assert_eq!((sink.entries, sink.bad.len()), (0, 0));
}
