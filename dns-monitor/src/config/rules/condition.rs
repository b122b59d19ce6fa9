//! Reading conditions: all that stand in one table must hold.
//!
//! They are taken in the order of what they cost, so that the cheap ones rule out most lookups.

pub(super) mod value;

use crate::{
    config::raw::Table,
    rules::{
        condition::{Condition, Daytime, Lookalike, Pattern, daytime::EVERY_DAY},
        name::{NameBuf, split},
    },
};

/// Values of one condition; more names belong into a list.
const MANY: usize = 1024;
/// Tables in `any` or `all`.
const BRANCHES: usize = 64;

const MAX_LABELS: usize = 127;
const MAX_LABEL: usize = 63;
const MAX_NAME: usize = 253;

/// The conditions of a rule, at least one.
pub fn required(table: &mut Table<'_, '_>) -> Option<Condition> {
    let faults = table.faults();
    let mut conditions = read(table);
    if conditions.is_empty() && table.faults() == faults && table.is_known() {
        let advice = "give one, such as suffix = [\"example.com\"]; suffix = [\".\"] is every name";
        table.missing(format!("a condition of {}", table.path()), advice.to_owned());
    }
    match conditions.len() {
        0 | 1 => conditions.pop(),
        _ => Some(Condition::All(conditions)),
    }
}

/// The conditions that a list may have beside its names.
pub fn of_lists(table: &mut Table<'_, '_>) -> Vec<Condition> {
    let types = table.list("type", 1..=MANY, "[\"A\", \"AAAA\"]", value::rr_type);
    let classes = table.list("class", 1..=MANY, "[\"IN\"]", value::class);
    let clients = table.list("client", 1..=MANY, "[\"10.0.0.0/8\"]", value::prefix);
    let macs = table.list("mac", 1..=MANY, "[\"02:00:5e:00:53:01\"]", value::mac);
    let tags = table.list("vlan", 1..=MANY, "[10]", value::vlan);
    let found = [
        types.map(Condition::Type),
        classes.map(Condition::Class),
        clients.map(Condition::Client),
        macs.map(Condition::Mac),
        tags.map(Condition::Vlan),
    ];
    found.into_iter().flatten().collect()
}

fn read(table: &mut Table<'_, '_>) -> Vec<Condition> {
    let mut conditions = of_lists(table);
    conditions.extend(of_names(table).into_iter().flatten());
    conditions.extend(of_shape(table).into_iter().flatten());
    conditions.extend(time(table));
    conditions.extend(combined(table));
    // Those out of `all` come last, and belong among the others.
    conditions.sort_by_key(rank);
    conditions
}

fn of_names(table: &mut Table<'_, '_>) -> [Option<Condition>; 6] {
    let exact = table.list("domain", 1..=MANY, "[\"example.com\"]", value::name_or_root);
    let suffix = table.list("suffix", 1..=MANY, "[\"example.com\"]", value::name_or_root);
    let tld = table.list("tld", 1..=MANY, "[\"zip\"]", value::tld);
    let below = table.list("wildcard", 1..=MANY, "[\"*.example.com\"]", value::wildcard);
    let regex = table.list("regex", 1..=MANY, "['^ads?[0-9]*\\.']", value::pattern);
    let protected = table.list("lookalike", 1..=MANY, "[\"example.com\"]", value::protected);
    [
        exact.map(Condition::Exact),
        suffix.map(Condition::Suffix),
        tld.map(Condition::Suffix),
        below.map(Condition::Below),
        regex.and_then(patterns),
        protected.and_then(lookalike),
    ]
}

fn of_shape(table: &mut Table<'_, '_>) -> [Option<Condition>; 4] {
    let labels = table.value("labels", |text| value::range(text, MAX_LABELS));
    let label = table.value("label_length", |text| value::range(text, MAX_LABEL));
    let name = table.value("name_length", |text| value::range(text, MAX_NAME));
    let entropy = table.decimal("entropy", value::entropy);
    [
        labels.map(Condition::Labels),
        label.map(Condition::LabelLength),
        name.map(Condition::NameLength),
        entropy.map(Condition::Entropy),
    ]
}

fn patterns(mut patterns: Vec<Pattern>) -> Option<Condition> {
    match patterns.len() {
        0 | 1 => patterns.pop().map(Condition::Regex),
        _ => Some(Condition::Any(patterns.into_iter().map(Condition::Regex).collect())),
    }
}

fn lookalike(names: Vec<NameBuf>) -> Option<Condition> {
    Lookalike::new(names).ok().map(Condition::Lookalike)
}

/// One of `time` and `days` is enough: every day, or the whole day.
fn time(table: &mut Table<'_, '_>) -> Option<Condition> {
    let hours = table.value("time", value::hours);
    let days = table.list("days", 1..=7, "[\"mon\", \"fri\"]", value::day);
    if hours.is_none() && days.is_none() {
        return None;
    }
    let days = days.map_or(EVERY_DAY, |days| days.into_iter().fold(0, |bits, day| bits | 1 << day));
    let (from, to) = hours.unwrap_or((0, 0));
    Some(Condition::Time(Daytime { from, to, days }))
}

fn combined(table: &mut Table<'_, '_>) -> Vec<Condition> {
    let example = "{ tld = [\"zip\"] }";
    let mut found = Vec::new();
    if let Some(any) = table.tables("any", 1..=BRANCHES, example, required) {
        let mut any: Vec<Condition> = any.into_iter().flatten().collect();
        found.extend(if any.len() > 1 { Some(Condition::Any(any)) } else { any.pop() });
    }
    if let Some(not) = table.table("not", "{ client = [\"10.0.0.0/8\"] }", required) {
        found.extend(not.map(|not| Condition::Not(Box::new(not))));
    }
    found.extend(table.tables("all", 1..=BRANCHES, example, required).into_iter().flatten().flatten());
    let flat = |condition| if let Condition::All(all) = condition { all } else { vec![condition] };
    found.into_iter().flat_map(flat).collect()
}

/// Whether names are top-level domains, which `tld` says better than `suffix`.
pub fn are_tlds(names: &[NameBuf]) -> bool {
    names.iter().all(|name| split(name.as_bytes()).count() == 1)
}

/// The patterns of what `regex` gives: one of them must match.
pub fn patterns_of(condition: &Condition) -> Option<Vec<&Pattern>> {
    match condition {
        Condition::Regex(pattern) => Some(vec![pattern]),
        Condition::Any(any) => any
            .iter()
            .map(|one| if let Condition::Regex(pattern) = one { Some(pattern) } else { None })
            .collect(),
        _ => None,
    }
}

/// The order of conditions, by what they cost. Each key has a place of its own, so that what is printed reads back in
/// the same order.
fn rank(condition: &Condition) -> u8 {
    match condition {
        Condition::Type(_) => 0,
        Condition::Class(_) => 1,
        Condition::Client(_) => 2,
        Condition::Mac(_) => 3,
        Condition::Vlan(_) => 4,
        Condition::Exact(_) => 5,
        Condition::Suffix(names) if are_tlds(names) => 7,
        Condition::Suffix(_) => 6,
        Condition::Below(_) => 8,
        Condition::NameLength(_) => 9,
        Condition::Labels(_) => 10,
        Condition::LabelLength(_) => 11,
        Condition::Time(_) => 12,
        Condition::Entropy(_) => 13,
        condition if patterns_of(condition).is_some() => 14,
        Condition::Lookalike(_) => 15,
        Condition::Any(_) => 16,
        Condition::Not(_) => 17,
        Condition::Regex(_) | Condition::All(_) => 18,
    }
}
