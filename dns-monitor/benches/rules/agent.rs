//! What judging a lookup costs in the agent, where the kernel does not do it: in `replay`, and for what TCP carries.

use std::{hint::black_box, time::Instant};

use dns_monitor::rules::{name, ruleset::Ruleset, subject::Subject};

use crate::{names, support::Result};

/// Lookups of a round, each of another name; those are read in the order in which they lie in memory.
const LOOKUPS: usize = 1 << 19;
const ROUNDS: usize = 10;

/// A table of ns a lookup.
pub fn judge(rules: &Ruleset) -> Result<String> {
    let (mut listed, mut result) = (Flat::default(), Ok(()));
    names::each(LOOKUPS, |text| {
        result = result.and_then(|()| listed.push(text));
    });
    result?;
    let unlisted = listed.unlisted();
    let mut text = "| lookup, judged in the agent | ns |\n|---|---:|\n".to_owned();
    let cases = [
        ("miss, the same name", &unlisted, true, 0),
        ("miss, another name each time", &unlisted, false, 0),
        ("hit, the same name", &listed, true, LOOKUPS),
        ("hit, another name each time", &listed, false, LOOKUPS),
    ];
    for (what, names, same, hits) in cases {
        text += &format!("| {what} | {:.0} |\n", least(rules, names, same, hits)?);
    }
    Ok(text)
}

/// Names, one behind the other.
#[derive(Default)]
struct Flat {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Flat {
    fn push(&mut self, text: &str) -> std::result::Result<(), name::BadName> {
        name::parse(text.as_bytes(), &mut self.bytes)?;
        self.ends.push(self.bytes.len());
        Ok(())
    }

    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.bytes[start..*end])
    }

    /// Names as long, that no list has.
    fn unlisted(&self) -> Self {
        let mut bytes = self.bytes.clone();
        for (name, end) in self.iter().zip(&self.ends) {
            let tld = name::split(name).last().map_or(0, <[u8]>::len);
            bytes[end - tld - 2] = b'-';
        }
        Self { bytes, ends: self.ends.clone() }
    }
}

fn least(rules: &Ruleset, names: &Flat, same: bool, hits: usize) -> Result<f64> {
    let first = names.iter().next().ok_or("no names")?;
    let mut least = f64::INFINITY;
    for _ in 0..ROUNDS {
        let mut found = 0;
        let start = Instant::now();
        for name in names.iter() {
            let name = if same { first } else { name };
            let client = [10, 0, 0, 1].into();
            let subject = Subject { name, qtype: 1, qclass: 1, client, mac: None, vlan: None, time: 0 };
            found += usize::from(black_box(rules.decide_table(black_box(&subject))).is_some());
        }
        least = least.min(start.elapsed().as_nanos() as f64 / LOOKUPS as f64);
        if found != hits {
            return Err(format!("{found} of {LOOKUPS} lookups hit").into());
        }
    }
    Ok(least)
}
