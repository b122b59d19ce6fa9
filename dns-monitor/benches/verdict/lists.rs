//! The lists that queries are judged by.

use dns_monitor::{
    rules::{
        action::{Action, Block, Effect},
        compile::{Builder, Kind, Origin, Settings},
        entry::{Entry, Scope},
        name,
        table::keys,
    },
    source::kernel::enforce::{Compiled, Enforcer},
};

use crate::{names, support::Result};

/// Kinds of names, by the second half of their label: not listed, answered, answered with an Extended DNS Error, dropped.
pub const ALLOWED: &[u8; 8] = b"-allowed";
pub const BLOCKED: &[u8; 8] = b"-blocked";
pub const EXPLAINED: &[u8; 8] = b"-explain";
pub const DROPPED: &[u8; 8] = b"-dropped";
/// Where in the name of a query the eight letters are that say which name of its kind it is.
pub const LETTERS_AT: usize = 6;

/// How many names of the kind [`BLOCKED`] a list of so many names has: a power of two.
pub fn family(names: usize) -> u64 {
    1 << (names / 8).max(1).ilog2()
}

/// A query's name: below a name of this kind, 30 bytes with their lengths.
pub fn asked(kind: &[u8; 8]) -> Vec<u8> {
    [&b"\x04mail"[..], &listed(kind, 0), b"\0"].concat()
}

/// A name of this kind.
pub fn listed(kind: &[u8; 8], number: u32) -> Vec<u8> {
    let letters: Vec<u8> = (0..8).map(|at| b'a' + (number >> (4 * at) & 15) as u8).collect();
    [&b"\x10"[..], &letters, kind, b"\x07example"].concat()
}

/// Puts a list of so many names in force.
pub fn install(enforcer: &mut Enforcer, count: usize) -> Result<()> {
    let settings = Settings {
        keys: keys::random()?,
        generation: 1,
        exempt: Vec::new(),
        own_zones: Vec::new(),
        keep_hidden: false,
    };
    let mut builder = Builder::new(settings)?;
    let list = builder.origin(origin())?;
    let mut add = |name: &[u8], effect| {
        let entry = Entry { effect, ..Entry::listed(name, Scope::Suffix) };
        builder.add(list, 1, &entry).map_err(|rejected| rejected.why.to_string())
    };
    for number in 0..family(count) {
        add(&listed(BLOCKED, number as u32), None)?;
    }
    let mut left = count - family(count) as usize;
    if left >= 2 {
        let explained = Effect { ede: Some(15), ..Effect::of(Action::Block(Block::Nxdomain)) };
        add(&listed(EXPLAINED, 0), Some(explained))?;
        add(&listed(DROPPED, 0), Some(Effect::of(Action::Block(Block::Drop))))?;
        left -= 2;
    }
    let (mut canonical, mut refused) = (Vec::new(), None);
    names::each(left, |text| {
        canonical.clear();
        if name::parse(text.as_bytes(), &mut canonical).is_err() || add(&canonical, None).is_err() {
            refused = Some(text.to_owned());
        }
    });
    if let Some(name) = refused {
        return Err(format!("{name} cannot be listed").into());
    }
    let mut room = enforcer.room();
    let (rules, _) = builder.finish(&mut room, 1024)?;
    let compiled = Compiled {
        set: &rules.set(),
        candidates: rules.candidates(),
        spare: 0,
        origins: rules.origins().len(),
        prefixes: &[],
    };
    let prepared = enforcer.prepare(room, &compiled)?;
    enforcer.install(prepared)?;
    Ok(())
}

fn origin() -> Origin {
    Origin {
        name: "bench".into(),
        kind: Kind::List,
        files: Vec::new(),
        effect: Effect::of(Action::Block(Block::Nxdomain)),
        category: None,
        severity: None,
        i_mean_it: false,
        learn_ttl: 0,
    }
}
