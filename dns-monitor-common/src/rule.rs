//! Rules as the kernel programs read them: a table of names by hash, and what each name means.
//!
//! A name is its labels on the wire, lower case, each behind its length byte, without the root label: at most
//! [`MAX_NAME`] bytes. What is listed is found by the hash of a whole suffix of labels; the hash is keyed at random for
//! each set of rules, and so long that no two names share one (docs/RULES.md has the odds).

use core::mem::size_of;

/// The longest name without the root label, bytes (RFC 1035 §2.3.4).
pub const MAX_NAME: usize = 254;
/// The most labels a name has.
pub const MAX_LABELS: usize = 127;
/// Words of eight bytes that the longest name has, the last one not full.
pub const MAX_WORDS: usize = MAX_NAME.div_ceil(8);
/// Independent hashes of 32 bits each.
pub const LANES: usize = 3;
/// Slots in a bucket.
pub const SLOTS: usize = 8;
/// Candidates that may follow each other on one name.
pub const MAX_CHAIN: usize = 8;
/// Query types one candidate can name.
pub const MAX_TYPES: usize = 6;
/// Sets of clients that rules can name; the bit above them is [`EXEMPT`].
pub const MAX_CLIENT_SETS: usize = 63;
/// The set of the clients that no rule applies to.
pub const EXEMPT: u64 = 1 << MAX_CLIENT_SETS;
/// Lists and rules that may be in force at one time; each has a slot of [`HITS`](crate::names::HITS) for each place.
pub const MAX_ORIGINS: usize = 4096;
/// Candidates that one set of rules may have. Index 0 is none.
pub const MAX_CANDIDATES: usize = 1 << 16;
/// Prefixes of clients that one set of rules may have.
pub const MAX_PREFIXES: usize = 1 << 16;

/// Random keys of the hash: for every word of a name, counted from its end, and every lane, two.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Keys(pub [[[u64; 2]; LANES]; MAX_WORDS]);

/// The hash of a name, or of the end of one: the sums of [`term`]s over its words, from the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums(pub [u64; LANES]);

/// What the table is searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hash {
    /// Where to look.
    pub place: u32,
    /// What to find there; never 0.
    pub check: u64,
}

impl Sums {
    /// Adds a word: multilinear hashing by half as many multiplications, strongly universal in the upper 32 bits of each
    /// lane (Lemire and Kaser, "Strongly universal string hashing is fast", 2014).
    #[inline(always)]
    #[must_use]
    pub fn add(self, word: u64, keys: &[[u64; 2]; LANES]) -> Self {
        let (low, high) = (word & 0xffff_ffff, word >> 32);
        let term = |key: &[u64; 2]| low.wrapping_add(key[0]).wrapping_mul(high.wrapping_add(key[1]));
        let [a, b, c] = self.0;
        Self([a.wrapping_add(term(&keys[0])), b.wrapping_add(term(&keys[1])), c.wrapping_add(term(&keys[2]))])
    }

    /// The hash in the form in which the table has it.
    #[inline(always)]
    #[must_use]
    pub fn hash(self) -> Hash {
        let [a, b, c] = self.0;
        let check = (b >> 32) << 32 | c >> 32;
        Hash { place: (a >> 32) as u32, check: if check == 0 { 1 } else { check } }
    }
}

/// Lower-cases the ASCII letters among eight bytes. Length bytes are below `A`, so whole labels may be given.
#[inline(always)]
#[must_use]
pub const fn lower(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let heptets = word & (0x7f * ONES);
    let from_a = heptets + (0x80 - b'A' as u64) * ONES;
    let above_z = heptets + (0x7f - b'Z' as u64) * ONES;
    word | ((from_a ^ above_z) & !word & (0x80 * ONES)) >> 2
}

/// `value` scaled from 32 bits to a number below `length`.
#[inline(always)]
#[must_use]
pub const fn scale(value: u32, length: u32) -> u32 {
    ((value as u64 * length as u64) >> 32) as u32
}

impl Hash {
    /// The two buckets a name may be in, of `buckets`.
    #[inline(always)]
    #[must_use]
    pub const fn buckets(self, buckets: u32) -> [u32; 2] {
        let first = scale(self.place, buckets);
        [first, Self::other(self.check, first, buckets)]
    }

    /// The other bucket of what has this `check` and is in `bucket`.
    #[inline(always)]
    #[must_use]
    pub const fn other(check: u64, bucket: u32, buckets: u32) -> u32 {
        let sum = scale(check as u32, buckets);
        if sum >= bucket { sum - bucket } else { sum + buckets - bucket }
    }

    /// The word of the filter, of `words`, and the bits of it that are set if the name is listed.
    #[inline(always)]
    #[must_use]
    pub const fn filter(self, words: u32) -> (u32, u64) {
        let low = self.check;
        (
            scale((self.check >> 32) as u32, words),
            1 << (low & 63) | 1 << (low >> 6 & 63) | 1 << (low >> 12 & 63),
        )
    }

    /// What stands in a slot beside `check`: 16 more bits of the hash, the first candidate, and the line.
    #[inline(always)]
    #[must_use]
    pub const fn rest(self, candidate: u16, line: u32) -> u64 {
        ((self.place & 0xffff) as u64) << 48 | (candidate as u64) << 32 | line as u64
    }

    /// Whether a slot with this `rest`, and the same `check`, is this name's.
    #[inline(always)]
    #[must_use]
    pub const fn is_in(self, rest: u64) -> bool {
        rest >> 48 == (self.place & 0xffff) as u64
    }
}

/// The first candidate that a slot's `rest` names.
#[inline(always)]
#[must_use]
pub const fn candidate_of(rest: u64) -> u16 {
    (rest >> 32) as u16
}

/// The line that a slot's `rest` names, or the end of a learned name's time.
#[inline(always)]
#[must_use]
pub const fn line_of(rest: u64) -> u32 {
    rest as u32
}

/// Names that share a place; `checks` fill one cache line.
#[repr(C, align(8))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// [`Hash::check`] of each slot; 0 where it is empty.
    pub checks: [u64; SLOTS],
    /// [`Hash::rest`] of each slot.
    pub rests: [u64; SLOTS],
}

/// One set of rules: what a packet needs to know before it looks anything up.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct RuleSet {
    /// Keys of the hash.
    pub keys: Keys,
    /// Bit *n*: some listed name has *n* labels.
    pub depths: [u64; 2],
    /// Words of the filter.
    pub filter_words: u32,
    /// Buckets of the table.
    pub buckets: u32,
    /// First of the candidates that apply to every name; 0: there is none.
    pub root: u16,
    /// Which set of rules this is, modulo 256: samples carry it.
    pub generation: u16,
    /// Whether the trie of clients must be asked: some rule names clients, or some are exempt.
    pub has_clients: u32,
}

/// What one entry of a list, or one rule, does with the lookups it matches. All integers in host order.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Candidate {
    /// Applies to clients in any of these sets; 0: to all.
    pub clients: u64,
    /// Does not apply to clients in any of these sets.
    pub not_clients: u64,
    /// Query types, `type_count` of them.
    pub types: [u16; MAX_TYPES],
    /// Time to live of a sinkhole's answer, s.
    pub ttl: u32,
    /// A sinkhole's IPv4 address, where [`candidate::V4`] is set.
    pub v4: [u8; 4],
    /// A sinkhole's IPv6 address, where [`candidate::V6`] is set.
    pub v6: [u8; 16],
    /// Ethernet source, where [`candidate::MAC`] is set.
    pub mac: [u8; 6],
    /// Class of the rule (important allow, important, allow, other) and its place in the configuration: less wins.
    pub rank: u16,
    /// The next candidate of the same name; 0: there is none.
    pub next: u16,
    /// Slot of the hit counters: the list or rule.
    pub origin: u16,
    /// Extended DNS Error (RFC 8914), or [`NO_EDE`].
    pub ede: u16,
    /// Query class; 0: any.
    pub class: u16,
    /// VLAN id of the outer tag, where [`candidate::VLAN`] is set.
    pub vlan: u16,
    /// Bits of [`candidate`].
    pub flags: u16,
    /// One of [`action`].
    pub action: u8,
    /// How many of `types` count; 0: any type.
    pub type_count: u8,
    /// Always 0.
    pub reserved: [u8; 4],
}

/// No Extended DNS Error.
pub const NO_EDE: u16 = u16::MAX;

/// Bits of [`Candidate::flags`].
pub mod candidate {
    /// Applies to the name itself.
    pub const EXACT: u16 = 1 << 0;
    /// Applies to names below it.
    pub const BELOW: u16 = 1 << 1;
    /// `types` are those it does not apply to.
    pub const NOT_TYPES: u16 = 1 << 2;
    /// `mac` counts.
    pub const MAC: u16 = 1 << 3;
    /// `vlan` counts.
    pub const VLAN: u16 = 1 << 4;
    /// Judge, report, and touch nothing.
    pub const WOULD: u16 = 1 << 5;
    /// `v4` counts.
    pub const V4: u16 = 1 << 6;
    /// `v6` counts.
    pub const V6: u16 = 1 << 7;
    /// The slot's line is a time, `CLOCK_MONOTONIC` s, from which on this candidate no longer applies.
    pub const EXPIRES: u16 = 1 << 8;
}

/// What a rule does; also what the kernel did with a packet, in the sample.
pub mod action {
    /// Let it pass; in a sample: nothing was to be done.
    pub const ALLOW: u8 = 0;
    /// Pass, and say which rule hit.
    pub const OBSERVE: u8 = 1;
    /// Pass, and say so as an alert.
    pub const ALERT: u8 = 2;
    /// Answer nothing.
    pub const DROP: u8 = 3;
    /// NXDOMAIN (RFC 8020).
    pub const NXDOMAIN: u8 = 4;
    /// NOERROR without an answer (RFC 2308).
    pub const NODATA: u8 = 5;
    /// REFUSED.
    pub const REFUSED: u8 = 6;
    /// The rule's address, or NODATA for a type that has none.
    pub const SINKHOLE: u8 = 7;
    /// An empty answer with TC set: the client asks again over TCP, and that passes.
    pub const TCP_ONLY: u8 = 8;
    /// From here on a packet is kept from the resolver.
    pub const BLOCKS_FROM: u8 = DROP;
    /// In a sample: the TCP connection was reset toward the client.
    pub const RESET: u8 = 9;
    /// In a sample, added to an action: it was not done, because the rule only tries.
    pub const WOULD: u8 = 0x80;
}

/// What does not belong to a set of rules; in memory that the agent maps.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct State {
    /// `CLOCK_MONOTONIC` ns when the agent was last alive.
    pub heartbeat: u64,
    /// How long the agent may be silent before nothing is blocked any more, ns; 0: for ever.
    pub watchdog: u64,
    /// Which of the two places of each outer map is in force; [`NO_RULES`]: none.
    pub active: u32,
    /// Always 0.
    pub reserved: u32,
}

/// [`State::active`] before there are rules.
pub const NO_RULES: u32 = u32::MAX;
/// Places of each outer map: one in force, one to prepare the next in.
pub const PLACES: usize = 2;

const _: () = assert!(size_of::<Bucket>() == 128);
const _: () = assert!(size_of::<Candidate>() == 80);
const _: () = assert!(size_of::<State>() == 24);
const _: () = assert!(size_of::<RuleSet>() == size_of::<Keys>() + 32);
