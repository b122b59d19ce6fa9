//! Names that nobody wants to block by accident: the root, a TLD, a zone that the resolver itself serves.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use psl::{List, Psl as _};

use super::{
    super::{
        entry::Scope,
        name::{NameBuf, Shown, split, suffixes},
    },
    error::Danger,
};

/// What must not be blocked unless the operator means it.
#[derive(Debug, Default)]
pub(super) struct Guard {
    /// Own zones, and the names above them: which zone it is, and whether the name is above it.
    own: HashMap<NameBuf, (NameBuf, bool), RandomState>,
    /// Lengths that occur among `own`, a bit each: most names differ by that alone.
    lengths: [u64; 4],
}

impl Guard {
    pub(super) fn new(zones: &[NameBuf]) -> Self {
        let mut guard = Self::default();
        for zone in zones {
            for (above, name) in suffixes(zone.as_bytes()).enumerate().filter(|(_, name)| !name.is_empty()) {
                guard.lengths[name.len() >> 6 & 3] |= 1 << (name.len() & 63);
                let entry = guard.own.entry(NameBuf::from_canonical(name));
                let known = entry.or_insert_with(|| (zone.clone(), above > 0));
                known.1 &= above > 0;
            }
        }
        guard
    }

    /// What blocking this name would do. `tld_is_meant`: a TLD may be blocked, but not one that everybody needs.
    #[inline]
    pub(super) fn danger(&self, name: &[u8], scope: Scope, tld_is_meant: bool) -> Option<Danger> {
        let Some(first) = name.first() else { return Some(Danger::Everything) };
        if name.len() == usize::from(*first) + 1 && is_tld(name) && (!tld_is_meant || is_needed(name)) {
            return Some(Danger::Tld(Shown(name).to_string()));
        }
        if self.lengths[name.len() >> 6 & 3] >> (name.len() & 63) & 1 == 0 {
            return None;
        }
        let (zone, is_above) = self.own.get(&NameBuf::from_canonical(name))?;
        let spares = *is_above && scope == Scope::Exact;
        (!spares).then(|| Danger::OwnZone(zone.to_string()))
    }
}

/// Whether a name of one label is on the Public Suffix List.
fn is_tld(name: &[u8]) -> bool {
    let info = List.find(split(name));
    info.typ.is_some()
}

/// The TLDs of RFC 920 and RFC 1591, without which there is no Internet to speak of.
fn is_needed(name: &[u8]) -> bool {
    const NEEDED: [&[u8]; 8] = [b"com", b"net", b"org", b"edu", b"gov", b"mil", b"int", b"arpa"];
    split(name).next().is_some_and(|label| NEEDED.contains(&label))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn dangers() {
        let zones = [NameBuf::parse("corp.example.net").unwrap()];
        let guard = Guard::new(&zones);
        let own = || Some(Danger::OwnZone("corp.example.net".into()));
        let cases = [
            ("com", Scope::Suffix, false, Some(Danger::Tld("com".into()))),
            ("com", Scope::Exact, false, Some(Danger::Tld("com".into()))),
            ("zip", Scope::Suffix, true, None),
            ("zip", Scope::Suffix, false, Some(Danger::Tld("zip".into()))),
            ("com", Scope::Suffix, true, Some(Danger::Tld("com".into()))),
            ("net", Scope::Below, true, Some(Danger::Tld("net".into()))),
            ("uk", Scope::Suffix, true, None),
            ("wpad", Scope::Suffix, false, None),
            ("co.uk", Scope::Suffix, false, None),
            ("example.net", Scope::Suffix, false, own()),
            ("example.net", Scope::Exact, false, None),
            ("corp.example.net", Scope::Exact, false, own()),
            ("www.corp.example.net", Scope::Suffix, false, None),
            ("other.example.net", Scope::Suffix, false, None),
        ];
        for (name, scope, tld_is_meant, expected) in cases {
            let canonical = NameBuf::parse(name).unwrap();
            assert_eq!(guard.danger(canonical.as_bytes(), scope, tld_is_meant), expected, "{name} {scope:?}");
        }
        assert_eq!(guard.danger(b"", Scope::Suffix, true), Some(Danger::Everything));
    }
}
