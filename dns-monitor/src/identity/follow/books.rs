//! What was found in the files: counted, told, and handed on.

use std::path::Path;

use crate::{
    identity::{
        assignment::Change,
        lease::{Bad, Sink},
    },
    ledger::{Tally, reasons},
};

/// Bad lines of one file that are told; the others are counted.
const MAX_TOLD: u32 = 3;

reasons! {
    /// Why something in a file of leases was not believed.
    LeaseReason {
        /// It ends in the middle.
        HalfWritten "half-written" Lost,
        /// It is not in the format of the file.
        Unreadable "unreadable" Lost,
        /// It begins more than a day from now.
        Future "future" Lost,
        /// The lease is believed, its name is not.
        LongName "long-name" Aside,
    }
}

/// Where changes go.
pub trait Taker {
    /// What a line of a file says; line 0: what is not in it any more.
    fn take(&mut self, change: Change, file: &Path, line: u64);
    /// Whether nobody wants any more.
    fn is_closed(&self) -> bool;
}

/// What one look found.
pub(super) struct Books<'t> {
    taker: &'t mut dyn Taker,
    tally: Tally<LeaseReason>,
    notes: Vec<String>,
}

/// How much was told of one file.
#[derive(Debug, Default)]
pub(super) struct Told(u32);

/// The books, as the reader of one file sees them.
pub(super) struct OfFile<'b, 't> {
    pub books: &'b mut Books<'t>,
    pub path: &'b Path,
    pub told: &'b mut Told,
}

impl<'t> Books<'t> {
    pub fn new(taker: &'t mut dyn Taker) -> Self {
        Self { taker, tally: Tally::default(), notes: Vec::new() }
    }

    pub fn is_closed(&self) -> bool {
        self.taker.is_closed()
    }

    pub fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    pub fn close(self) -> (Tally<LeaseReason>, Vec<String>) {
        (self.tally, self.notes)
    }
}

impl Sink for OfFile<'_, '_> {
    fn change(&mut self, line: u64, change: Change) {
        self.books.tally.see(1);
        self.books.tally.emit(1);
        self.books.taker.take(change, self.path, line);
    }

    fn bad(&mut self, line: u64, why: Bad, whole: bool) {
        if whole {
            self.books.tally.see(1);
        }
        self.books.tally.end(reason(&why), 1);
        let path = self.path.display();
        if self.told.0 < MAX_TOLD {
            self.told.0 += 1;
            self.books.note(format!("{path}:{line}: {why}"));
        } else if self.told.0 == MAX_TOLD {
            self.told.0 += 1;
            self.books.note(format!("{path}: there are more such lines; they are counted, not told"));
        }
    }
}

const fn reason(why: &Bad) -> LeaseReason {
    match why {
        Bad::HalfWritten => LeaseReason::HalfWritten,
        Bad::Future => LeaseReason::Future,
        Bad::Name(_) => LeaseReason::LongName,
        Bad::LineTooLong | Bad::Address(_) | Bad::Mac(_) | Bad::Time(_) | Bad::Syntax(_) | Bad::Json(_) => {
            LeaseReason::Unreadable
        }
    }
}
