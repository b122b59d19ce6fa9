//! What is told of a lookup: why the resolver asked, or where a client's answer came from.

use super::{
    Causes, Reason,
    goals::Goal,
    names::Wire,
    search::{Found, Step, Via},
};
use crate::{decode::name::Name, track::lookup::Peer};

/// How sure it is that a client's lookup made the resolver ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// It alone explains it.
    Sole,
    /// Others wait for the same.
    Shared,
    /// It waits for something that needs this.
    Chained,
    /// It had its answer from the cache, and the resolver renews that.
    Prefetch,
    /// Nobody asked: the resolver needs it itself.
    Own,
    /// Nothing explains it.
    None,
}

impl Certainty {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Sole, Self::Shared, Self::Chained, Self::Prefetch, Self::Own, Self::None];

    /// As events say it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sole => "sole",
            Self::Shared => "shared",
            Self::Chained => "chained",
            Self::Prefetch => "prefetch",
            Self::Own => "self",
            Self::None => "none",
        }
    }
}

/// Where the answer to a client came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cache {
    /// The cache.
    Hit,
    /// The resolver asked because of this lookup.
    Miss,
    /// The resolver was asking already.
    Shared,
}

impl Cache {
    /// As events say it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Miss => "miss",
            Self::Shared => "shared",
        }
    }
}

/// A client's lookup, as another one's event names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asker {
    /// Who asked.
    pub client: Peer,
    /// When, ns since the Unix epoch.
    pub asked: u64,
    /// The message's id.
    pub id: u16,
    /// What for.
    pub qtype: u16,
}

impl Asker {
    pub(super) fn of(goal: &Goal) -> Self {
        Self { client: goal.client, asked: goal.asked, id: goal.id, qtype: goal.qtype }
    }
}

/// What is known.
#[derive(Clone, Copy, Default)]
pub enum Cause<'a> {
    /// Nothing: the lookup is not of a kind that has causes, or what was seen of it does not say.
    #[default]
    Untold,
    /// Of a client's lookup.
    Client {
        /// Where its answer came from.
        cache: Cache,
        /// On a hit: who had it fetched, where that is remembered.
        filled_by: Option<Asker>,
    },
    /// Of a lookup of the resolver.
    Resolver(Because<'a>),
}

impl std::fmt::Debug for Cause<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Untold => f.write_str("Untold"),
            Self::Client { cache, filled_by } => write!(f, "Client({cache:?}, {filled_by:?})"),
            Self::Resolver(because) => write!(f, "Resolver({:?})", because.explained),
        }
    }
}

/// What a search came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Explained {
    /// Clients wait.
    Clients,
    /// A client was given something that is renewed.
    Prefetch,
    /// The resolver itself.
    Own(Reason),
    /// Nothing.
    Not,
}

/// Why the resolver asked.
#[derive(Clone, Copy)]
pub struct Because<'a> {
    pub(super) causes: &'a Causes,
    /// What it asked for, where that can be read.
    pub(super) name: Option<Name<'a>>,
    pub(super) explained: Explained,
    pub(super) is_forgetful: bool,
}

impl<'a> Because<'a> {
    /// The lookups that explain it; none where [`Because::alone`] says all.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'a>> + use<'a> {
        let Self { causes, name, explained, is_forgetful } = *self;
        let all = match explained {
            Explained::Clients | Explained::Prefetch => causes.search.found(),
            Explained::Own(_) | Explained::Not => &[],
        };
        let is_sole = all.len() == 1 && causes.search.more() == 0 && !is_forgetful;
        all.iter().filter_map(move |found| {
            let goal = causes.goals.get(found.goal)?;
            let certainty = match explained {
                Explained::Prefetch => Certainty::Prefetch,
                _ if !causes.search.is_direct(found) => Certainty::Chained,
                _ if is_sole => Certainty::Sole,
                _ => Certainty::Shared,
            };
            Some(Entry { causes, name, found, goal, certainty })
        })
    }

    /// How many more lookups explain it than [`Because::entries`] has.
    pub fn more(&self) -> u64 {
        match self.explained {
            Explained::Clients => self.causes.search.more(),
            _ => 0,
        }
    }

    /// What is to be said where no client's lookup explains it.
    pub fn alone(&self) -> Option<(Certainty, Option<Reason>)> {
        match self.explained {
            Explained::Own(reason) => Some((Certainty::Own, Some(reason))),
            Explained::Not => Some((Certainty::None, None)),
            Explained::Clients | Explained::Prefetch => None,
        }
    }

    /// Whether lookups that may explain it had to go before their time.
    pub fn is_forgetful(&self) -> bool {
        self.is_forgetful && !matches!(self.explained, Explained::Own(_))
    }

    /// What it is counted as.
    pub(super) fn certainty(&self) -> Certainty {
        let first = self.entries().next().map(|entry| entry.certainty);
        first.or_else(|| self.alone().map(|(certainty, _)| certainty)).unwrap_or(Certainty::None)
    }
}

/// One lookup that explains why the resolver asked.
pub struct Entry<'a> {
    causes: &'a Causes,
    name: Option<Name<'a>>,
    found: &'a Found,
    goal: &'a Goal,
    /// How sure that is.
    pub certainty: Certainty,
}

impl<'a> Entry<'a> {
    /// Whose lookup.
    pub fn asker(&self) -> Asker {
        Asker::of(self.goal)
    }

    /// Appends the name that it asks for, in presentation form and lower case.
    pub fn write_name(&self, out: &mut Vec<u8>) {
        let mut wire = Wire::new();
        self.causes.names.write_wire(self.goal.node, &mut wire);
        write_lower(wire, out);
    }

    /// How that leads to the resolver's question, step by step.
    pub fn chain(&self) -> impl Iterator<Item = (Via, Hop<'a>)> + use<'a> {
        let Self { causes, name, found, .. } = *self;
        let hops = causes.search.chain(found);
        hops.map(move |(via, step)| (via, Hop { causes, step, name }))
    }
}

/// A name on the way.
pub struct Hop<'a> {
    causes: &'a Causes,
    /// The step that comes to it; `None`: it is the resolver's question.
    step: Option<&'a Step>,
    name: Option<Name<'a>>,
}

impl Hop<'_> {
    /// Appends it, in presentation form and lower case.
    pub fn write_name(&self, out: &mut Vec<u8>) {
        let Some(step) = self.step else {
            return self.name.iter().for_each(|name| name.write_lower(out));
        };
        let mut wire = Wire::new();
        for label in self.name.iter().flat_map(Name::labels).take(step.prefix()) {
            wire.push(label.len() as u8);
            wire.extend_from_slice(label);
        }
        self.causes.names.write_wire(step.node(), &mut wire);
        write_lower(wire, out);
    }
}

fn write_lower(mut wire: Wire, out: &mut Vec<u8>) {
    wire.push(0);
    if let Ok((name, _)) = Name::read(&wire, 0) {
        name.write_lower(out);
    }
}
