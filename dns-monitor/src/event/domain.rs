//! A name by the Public Suffix List: registered domain, effective top-level domain, and what is below.

use psl::{List, Psl as _};

/// The parts of a name, as slices of its presentation form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Domain<'a> {
    /// The public suffix, `co.uk`.
    pub top_level: Option<&'a [u8]>,
    /// One label more, `example.co.uk`.
    pub registered: Option<&'a [u8]>,
    /// What is left of that, `www`.
    pub subdomain: Option<&'a [u8]>,
}

/// Splits a name in lower-case presentation form; the root has no parts.
pub fn split(name: &[u8]) -> Domain<'_> {
    if name == b"." {
        return Domain::default();
    }
    let suffix = List.find(Labels { rest: Some(name) }).len.min(name.len());
    let Some((above, top_level)) = name.split_at_checked(name.len() - suffix) else {
        return Domain::default();
    };
    let top_level = Some(top_level);
    let Some(above) = above.strip_suffix(b".") else { return Domain { top_level, ..Domain::default() } };
    match last_dot(above) {
        None => Domain { top_level, registered: Some(name), subdomain: None },
        Some(dot) => Domain { top_level, registered: name.get(dot + 1..), subdomain: name.get(..dot) },
    }
}

/// The labels from right to left.
struct Labels<'a> {
    rest: Option<&'a [u8]>,
}

impl<'a> Iterator for Labels<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let name = self.rest?;
        let dot = last_dot(name);
        self.rest = dot.and_then(|dot| name.get(..dot));
        name.get(dot.map_or(0, |dot| dot + 1)..)
    }
}

/// The last dot between labels; one inside a label is escaped.
fn last_dot(name: &[u8]) -> Option<usize> {
    let mut end = name.len();
    loop {
        let dot = name.get(..end)?.iter().rposition(|byte| *byte == b'.')?;
        let backslashes = name.get(..dot)?.iter().rev().take_while(|byte| **byte == b'\\').count();
        if backslashes % 2 == 0 {
            return Some(dot);
        }
        end = dot;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name; its public suffix, registered domain and subdomain.
    type Case = (&'static str, Option<&'static str>, Option<&'static str>, Option<&'static str>);

    #[test]
    fn names_split_by_the_list() {
        let cases: &[Case] = &[
            (".", None, None, None),
            ("com", Some("com"), None, None),
            ("co.uk", Some("co.uk"), None, None),
            ("example.com", Some("com"), Some("example.com"), None),
            ("www.example.com", Some("com"), Some("example.com"), Some("www")),
            ("a.b.example.co.uk", Some("co.uk"), Some("example.co.uk"), Some("a.b")),
            ("www.example.lab", Some("lab"), Some("example.lab"), Some("www")),
            ("1.0.0.127.in-addr.arpa", Some("in-addr.arpa"), Some("127.in-addr.arpa"), Some("1.0.0")),
            (r"a\.b.com", Some("com"), Some(r"a\.b.com"), None),
            (r"x.a\.b.com", Some("com"), Some(r"a\.b.com"), Some("x")),
            (r"x.a\\.com", Some("com"), Some(r"a\\.com"), Some("x")),
            (r"foo\.co.uk", Some("uk"), Some(r"foo\.co.uk"), None),
            (r"example.co\.uk", Some(r"co\.uk"), Some(r"example.co\.uk"), None),
            (r"\000\255.example.com", Some("com"), Some("example.com"), Some(r"\000\255")),
        ];
        for (name, top_level, registered, subdomain) in cases {
            let bytes = |text: &Option<&'static str>| text.map(str::as_bytes);
            let expected = Domain {
                top_level: bytes(top_level),
                registered: bytes(registered),
                subdomain: bytes(subdomain),
            };
            assert_eq!(split(name.as_bytes()), expected, "{name}");
        }
    }
}
