//! Regular expressions of lists, put together: one pass over a name searches for all.

use regex::bytes::{RegexSet, RegexSetBuilder};

use super::super::ruleset::rest::{Regexes, Rest};

/// The most memory that one regular expression may take once compiled, bytes.
const ONE: usize = 1 << 20;
/// The most that a set of them may take, bytes; where it is not enough, there are several sets.
const SET: usize = 64 << 20;
/// What a search may remember, bytes.
const CACHE: usize = 16 << 20;

/// A rule whose regular expression cannot be used, and why.
pub(super) type Bad = (u32, String);

/// Compiles the expressions of these rules.
pub(super) fn compile(rest: &mut Rest, rules: Vec<u32>) -> Vec<Bad> {
    let mut bad = Vec::new();
    let mut waiting = vec![rules];
    rest.regex_rank = u16::MAX;
    while let Some(mut rules) = waiting.pop().filter(|rules| !rules.is_empty()) {
        let patterns = rules.iter().filter_map(|rule| rest.rules[*rule as usize].regex.as_deref());
        match set(patterns, rules.len()) {
            Ok(set) => {
                let ranks = rules.iter().map(|rule| rest.rules[*rule as usize].rank);
                rest.regex_rank = ranks.fold(rest.regex_rank, u16::min);
                rest.regexes.push(Regexes { set, rules });
            }
            Err(why) if rules.len() == 1 => bad.extend(rules.first().map(|rule| (*rule, why))),
            Err(_) => {
                let half = rules.split_off(rules.len() / 2);
                waiting.extend([half, rules]);
            }
        }
    }
    bad
}

/// Names are ASCII, in lower case: without Unicode the automata are far smaller. What needs it is tried with it.
fn set<'p>(patterns: impl Iterator<Item = &'p str> + Clone, count: usize) -> Result<RegexSet, String> {
    let build = |unicode| {
        let mut builder = RegexSetBuilder::new(patterns.clone());
        builder
            .case_insensitive(true)
            .unicode(unicode)
            .size_limit(ONE.saturating_mul(count).min(SET))
            .dfa_size_limit(CACHE)
            .build()
    };
    build(false)
        .or_else(|error| if count == 1 { build(true) } else { Err(error) })
        .map_err(|error| error.to_string())
}
