//! All that is remembered of one address.

use super::{Machine, Reason, slot::Slot};
use crate::identity::assignment::Source;

/// All that is remembered of one address. Together with its key it fills a cache line, and in the ordinary case that
/// line is all that an event needs.
pub(super) struct Entry {
    /// The only assignment; or, of several, what they come to for the stretch of time around the last that came.
    front: Slot,
    /// Where there are several: each of them.
    #[expect(clippy::box_collection, reason = "one word, so that the entry keeps to its cache line")]
    all: Option<Box<Vec<Slot>>>,
}

const _: () = assert!(size_of::<Entry>() <= 48);

impl Entry {
    pub fn new(slot: Slot) -> Self {
        Self { front: slot, all: None }
    }

    /// Who had the address at that time.
    #[inline]
    pub fn at(&self, time: u64) -> Machine<'_> {
        if self.front.holds(time) {
            return self.front.machine();
        }
        self.all.as_ref().map_or_else(Machine::default, |all| worked_out(all, time))
    }

    /// Every assignment, in no order.
    pub fn slots(&self) -> &[Slot] {
        self.all.as_ref().map_or_else(|| std::slice::from_ref(&self.front), |all| all.as_slice())
    }

    /// The last time that any of them names: it grows where one is renewed.
    pub fn mark(&self) -> u64 {
        self.slots().iter().map(Slot::mark).max().unwrap_or(0)
    }

    /// Takes one more in; `None`: it is remembered beside the others.
    pub fn add(&mut self, slot: Slot, most: usize) -> Option<Reason> {
        let time = slot.from;
        let fate = match self.update(&slot) {
            Some(fate) => Some(fate),
            None if slot.is_empty() => Some(Reason::Empty),
            None => self.push(slot, most),
        };
        self.refresh(time);
        fate
    }

    /// Ends what holds at `at` by this source.
    pub fn end(&mut self, at: u64, source: Source) {
        let before = |slot: &&mut Slot| slot.source == source && slot.from <= at;
        if let Some(slot) = self.slots_mut().iter_mut().filter(before).max_by_key(|slot| slot.from) {
            slot.until = slot.until.min(at);
        }
        self.refresh(at);
    }

    /// Changes one that is there, if that is what is said.
    fn update(&mut self, slot: &Slot) -> Option<Reason> {
        let slots = self.slots_mut();
        if let Some(same_time) = slots.iter_mut().find(|s| s.source == slot.source && s.from == slot.from) {
            if same_time.is_continued_by(slot) {
                same_time.until = slot.until;
                return Some(Reason::Renewed);
            }
            same_time.clone_from(slot);
            return Some(Reason::Corrected);
        }
        let before = |s: &&mut Slot| s.source == slot.source && s.from < slot.from;
        let last = slots.iter_mut().filter(before).max_by_key(|s| s.from);
        if let Some(last) = last.filter(|last| last.is_continued_by(slot) && last.until >= slot.from) {
            last.until = slot.until;
            return Some(Reason::Renewed);
        }
        let after = |s: &&mut Slot| s.source == slot.source && s.from > slot.from;
        let next = slots.iter_mut().filter(after).min_by_key(|s| s.from)?;
        if slot.is_continued_by(next) && slot.until >= next.from {
            (next.from, next.name) = (slot.from, slot.name.clone());
            return Some(Reason::Renewed);
        }
        None
    }

    /// Adds one. Where there are too many, the oldest goes, of the source that has most.
    fn push(&mut self, slot: Slot, most: usize) -> Option<Reason> {
        let all = self.all.get_or_insert_with(|| Box::new(vec![self.front.clone()]));
        all.push(slot);
        if all.len() <= most {
            return None;
        }
        let count = |source| all.iter().filter(|slot| slot.source == source).count();
        let most = all.iter().map(|slot| slot.source).max_by_key(|source| (count(*source), *source));
        let of_most = all.iter().enumerate().filter(|(_, slot)| Some(slot.source) == most);
        if let Some((oldest, _)) = of_most.min_by_key(|(_, slot)| slot.from) {
            all.swap_remove(oldest);
        }
        Some(Reason::Crowded)
    }

    fn slots_mut(&mut self) -> &mut [Slot] {
        match &mut self.all {
            Some(all) => all,
            None => std::slice::from_mut(&mut self.front),
        }
    }

    /// Works out the stretch of time around `time` in which the answer is the same.
    fn refresh(&mut self, time: u64) {
        let Some(all) = &self.all else { return };
        let edges = || all.iter().flat_map(|slot| [slot.from, slot.until]);
        let machine = worked_out(all, time);
        self.front = Slot {
            from: edges().filter(|edge| *edge <= time).max().unwrap_or(0),
            until: edges().filter(|edge| *edge > time).min().unwrap_or(u64::MAX),
            name: all
                .iter()
                .filter_map(|slot| slot.name.as_ref())
                .find(|n| Some(&***n) == machine.name)
                .cloned(),
            mac: machine.mac,
            source: self.front.source,
        };
    }
}

/// What all of them come to: each source says what it said last of that time, and the best that knows is believed.
fn worked_out(slots: &[Slot], time: u64) -> Machine<'_> {
    let mut last: [Option<&Slot>; Source::COUNT] = [None; Source::COUNT];
    for slot in slots.iter().filter(|slot| slot.from <= time) {
        let Some(of_source) = last.get_mut(slot.source as usize) else { continue };
        if of_source.is_none_or(|earlier| earlier.from < slot.from) {
            *of_source = Some(slot);
        }
    }
    let mut machine = Machine::default();
    for slot in last.into_iter().flatten().filter(|slot| slot.holds(time)) {
        machine.name = machine.name.or(slot.name.as_deref());
        machine.mac = machine.mac.or(slot.mac);
    }
    machine
}
