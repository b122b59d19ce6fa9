//! What clients ask: names with their mark, and names that all share.

use super::{
    plan::{CLIENTS, ZONES},
    world::{self, Kind},
};

/// A name and a type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// Lower-case, without the last dot.
    pub name: String,
    /// Its word and number.
    pub rr_type: (&'static str, u16),
}

const A: (&str, u16) = ("A", 1);
const MX: (&str, u16) = ("MX", 15);
const TXT: (&str, u16) = ("TXT", 16);
const AAAA: (&str, u16) = ("AAAA", 28);
const SRV: (&str, u16) = ("SRV", 33);
const HTTPS: (&str, u16) = ("HTTPS", 65);
/// Every type that is asked for.
pub const TYPES: [(&str, u16); 6] = [A, MX, TXT, AAAA, SRV, HTTPS];

/// A kind of question. All but the last carry the mark of their client: `c017-000123`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// `<mark>.<zone>`, A.
    Plain,
    /// The same, AAAA.
    Aaaa,
    /// The same, MX: the target is in another zone.
    Mx,
    /// Three labels below the zone.
    Deep,
    /// An alias in another zone, the mark in its name too.
    Alias,
    /// Two such, one after another.
    Far,
    /// An alias of a name that others ask for too.
    Same,
    /// An answer too large for UDP.
    Large,
    /// Shared: `www.<zone>`.
    Www,
    /// Shared: SRV with a target elsewhere.
    Srv,
    /// Shared: HTTPS, an alias of a name elsewhere.
    Https,
    /// Shared by few, TTL 10 s: BIND renews it before its end, if asked.
    Ten,
    /// Shared by few, TTL 2 s.
    Two,
    /// In a zone that nobody serves or whose servers are silent.
    Dead,
}

impl Ask {
    fn question(self, mark: &str, zone: usize) -> Question {
        let name = world::name(zone);
        let (name, rr_type) = match self {
            Self::Plain => (format!("{mark}.{name}"), A),
            Self::Aaaa => (format!("{mark}.{name}"), AAAA),
            Self::Mx => (format!("{mark}.{name}"), MX),
            Self::Deep => (format!("{mark}.deep.er.{name}"), A),
            Self::Alias => (format!("{mark}.alias.{name}"), A),
            Self::Far => (format!("{mark}.far.{name}"), A),
            Self::Same => (format!("{mark}.same.{name}"), A),
            Self::Large => (format!("{mark}.large.{name}"), TXT),
            Self::Www => (format!("www.{name}"), A),
            Self::Srv => (format!("_sip._tcp.{name}"), SRV),
            Self::Https => (format!("svc.{name}"), HTTPS),
            Self::Ten => (format!("h{}.ten.{name}", zone % 10), A),
            Self::Two => (format!("h{}.two.{name}", zone % 10), A),
            Self::Dead => (format!("{mark}.{}", world::name(998 + zone % 2)), A),
        };
        Question { name, rr_type }
    }
}

/// What is asked, and of which zones.
#[derive(Clone, Copy, Debug)]
pub struct Mix {
    /// How often each is asked among the sum of all.
    pub asks: &'static [(u32, Ask)],
    /// Of these zones only.
    pub kinds: &'static [Kind],
    /// Of the first so many that are of these kinds.
    pub zones: usize,
}

/// The questions of a run; the same each time.
#[derive(Debug)]
pub struct Questions {
    asks: Vec<Ask>,
    zones: Vec<usize>,
    state: u64,
}

impl Mix {
    /// From the first one.
    pub fn questions(&self) -> Questions {
        let asks = self.asks.iter().flat_map(|(weight, ask)| (0..*weight).map(|_| *ask)).collect();
        let fits = |zone: &usize| self.kinds.contains(&world::kind(*zone));
        Questions {
            asks,
            zones: (0..ZONES).filter(fits).take(self.zones).collect(),
            state: 88_172_645_463_325_252,
        }
    }
}

impl Questions {
    /// Who asks as the `number`th, and what.
    pub fn next_of(&mut self, number: usize) -> (usize, Question) {
        let client = self.random(CLIENTS);
        let (ask, zone) = (self.random(self.asks.len()), self.random(self.zones.len()));
        let mark = format!("c{client:03}-{number:06}");
        let ask = self.asks.get(ask).copied().unwrap_or(Ask::Plain);
        (client, ask.question(&mark, self.zones.get(zone).copied().unwrap_or_default()))
    }

    /// Below `end`, by Marsaglia's xorshift64.
    fn random(&mut self, end: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state >> 16).unwrap_or_default() % end.max(1)
    }
}
