//! The three opinions on one lookup.

use dns_monitor::rules::{
    action::{Action, Block, Effect},
    ruleset::{Ruleset, decision::Decision},
    verdict::Done,
};

use super::trial::Seen;
use crate::rules_support::{
    reference::{self, Listed},
    words::{Said, agree},
    world::World,
};

/// What a rule means for a packet.
fn done(effect: &Effect, tcp: bool) -> Done {
    match effect.action {
        Action::Block(block) if effect.would => Done::Would(block),
        Action::Block(Block::TcpOnly) if tcp => Done::Passed,
        Action::Block(_) if tcp => Done::Reset,
        Action::Block(block) => Done::Blocked(block),
        Action::Allow | Action::Observe | Action::Alert => Done::Passed,
    }
}

/// Panics where the programs and the matcher differ; gives what both say.
pub fn agent(rules: &Ruleset, seen: &Seen) -> Option<Decision> {
    let (judged, subject) = (seen.judged(), seen.subject());
    assert_eq!(judged.generation, rules.generation(), "{seen:?}");
    let (found, said) = (rules.decide_table(&subject), rules.decided(&judged, &subject));
    assert_eq!(said, found, "the kernel, then the matcher: {seen:?}");
    let expected = found.map_or(Done::Passed, |decision| done(&rules.effect(&decision), seen.tcp));
    assert_eq!(judged.done, expected, "{seen:?}");
    if let Some(decision) = found {
        assert!(judged.line == 0 || judged.line == decision.line, "{decision:?}: {seen:?}");
    }
    found
}

/// Panics where the decision is not that of the specification; gives the entry that decides.
pub fn specified<'l>(
    world: &World,
    listed: &'l [Listed],
    rules: &Ruleset,
    seen: &Seen,
    decision: Option<Decision>,
) -> Option<&'l Listed> {
    let entry = reference::decide(&world.exempt, listed, &seen.subject());
    let got = decision.map(|decision| Said::by(rules, &decision));
    let wanted = entry.map(|entry| Said::of(world, entry));
    let same = agree(got.as_ref(), wanted.as_ref());
    assert!(same, "{got:?} instead of {wanted:?}: {seen:?} in {listed:?}");
    entry
}
