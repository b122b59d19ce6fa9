//! The books of outputs that were ended, by a new configuration.

use super::{OutputReason, lane::Lane};
use crate::{config::output::MAX_OUTPUTS, ledger::Tally};

/// What many outputs that are no more are called together.
const OTHERS: &str = "outputs that are no more";

/// The books of one output.
#[derive(Clone, Debug)]
pub struct Books {
    /// Of the output.
    pub name: String,
    /// In events; what is in its batch at hand is held.
    pub tally: Tally<OutputReason>,
}

/// Outputs that were ended.
#[derive(Default)]
pub struct Past {
    /// Their lanes are closed, and what is queued is still written.
    ending: Vec<Lane>,
    /// They have ended, one entry a name.
    ended: Vec<Books>,
}

impl Past {
    /// This lane is closed.
    pub fn take(&mut self, lane: Lane) {
        self.ending.push(lane);
    }

    /// Closes the books of those that have ended: what they had not written then is lost, which the one that has come in
    /// their place tells.
    pub fn settle(&mut self, lanes: &mut [Lane]) {
        for at in (0..self.ending.len()).rev() {
            if !self.ending.get(at).is_some_and(Lane::is_ended) {
                continue;
            }
            let lane = self.ending.swap_remove(at);
            let mut tally = lane.tally();
            let unread = tally.held();
            tally.end(OutputReason::Unread, unread);
            if let Some(successor) = lanes.iter_mut().find(|other| other.name() == lane.name()) {
                successor.inherit(unread);
            }
            add(&mut self.ended, lane.name(), &tally);
        }
        while self.ended.len() > MAX_OUTPUTS {
            let Books { tally, .. } = self.ended.remove(0);
            add(&mut self.ended, OTHERS, &tally);
        }
    }

    /// Adds them to the books of those that are there.
    pub fn add_to(&self, all: &mut Vec<Books>) {
        for Books { name, tally } in &self.ended {
            add(all, name, tally);
        }
        for lane in &self.ending {
            add(all, lane.name(), &lane.tally());
        }
    }
}

fn add(all: &mut Vec<Books>, name: &str, tally: &Tally<OutputReason>) {
    match all.iter_mut().find(|books| books.name == name) {
        Some(books) => books.tally.merge(tally),
        None => all.push(Books { name: name.to_owned(), tally: *tally }),
    }
}
