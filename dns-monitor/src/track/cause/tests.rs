//! Conversations as data: who said what when, and what is made of it.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a panic is a failed test")]

mod bounds;
mod cases;
mod messages;
mod structure;
mod unanswered;

use messages::{Line, Talk};

/// Plays a conversation, one message a line, and gives what is told of each lookup that ends.
fn play(conversation: &str, max: usize) -> Vec<String> {
    let mut talk = Talk::new(max);
    let lines = conversation.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.for_each(|line| talk.take(&Line::read(line)));
    talk.told
}

#[test]
fn conversations() {
    for (what, conversation, expected) in cases::ALL.iter().chain(unanswered::ALL) {
        let expected: Vec<_> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        assert_eq!(play(conversation, 1000), expected, "{what}");
    }
}
