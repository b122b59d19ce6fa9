//! Lists and rules as the file has them, so that they read back to the same.

use std::{collections::BTreeMap, fmt::Display, time::Duration};

use serde::{Serialize, Serializer};

use super::{
    condition::{are_tlds, patterns_of, value as asked},
    settings::Mode,
    spec::{ListSpec, Origin, RuleSpec, Source, Spec},
    value,
};
use crate::{
    config::{
        error::ConfigError,
        value::{name_of, show_duration, write_duration},
    },
    decode::mnemonics,
    rules::{
        action::{Action, Block},
        condition::{Condition, Daytime, daytime::EVERY_DAY},
    },
};

/// A table in the order in which it is written.
#[derive(Default)]
struct Written(Vec<(&'static str, Value)>);

/// What stands in it.
#[derive(Serialize)]
#[serde(untagged)]
enum Value {
    Text(String),
    Texts(Vec<String>),
    Flag(bool),
    Number(f64),
    Numbers(Vec<u16>),
    Table(Written),
    Tables(Vec<Written>),
}

impl Serialize for Written {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

impl Spec {
    /// The table, header included.
    ///
    /// # Errors
    /// [`ConfigError::Write`] if something in it has no TOML form.
    pub fn to_toml(&self) -> Result<String, ConfigError> {
        let mut table = Written::default();
        table.origin(self.origin());
        match self {
            Self::List(list) => table.list(list),
            Self::Rule(RuleSpec { condition, .. }) => table.conditions([condition]),
        }
        Ok(toml::to_string(&BTreeMap::from([(self.kind(), [table])]))?)
    }
}

impl Written {
    fn text(&mut self, key: &'static str, text: impl Display) {
        self.0.push((key, Value::Text(text.to_string())));
    }

    fn origin(&mut self, origin: &Origin) {
        let Origin { name, effect, category, severity, i_mean_it, place: _ } = origin;
        self.text("name", name);
        self.text("action", effect.action.name());
        if let Some(category) = category {
            self.text("category", category);
        }
        if let Some(severity) = severity {
            self.text("severity", severity.name());
        }
        self.text("mode", if effect.would { name_of(Mode::WouldBlock) } else { name_of(Mode::Enforce) });
        self.0.push(("important", Value::Flag(effect.important)));
        if let Some(code) = effect.ede {
            self.text("ede", value::show_ede(code));
        }
        if effect.action == Action::Block(Block::Sinkhole) {
            let v4 = effect.sinkhole.v4.map(|address| address.to_string());
            let v6 = effect.sinkhole.v6.map(|address| address.to_string());
            self.0.push(("sinkhole", Value::Texts(v4.into_iter().chain(v6).collect())));
            self.text("ttl", show_duration(Duration::from_secs(effect.ttl.into())));
        }
        self.0.push(("i_mean_it", Value::Flag(*i_mean_it)));
    }

    fn list(&mut self, list: &ListSpec) {
        match &list.source {
            Source::Path(path) => self.text("path", path.display()),
            Source::Url { url, refresh } => {
                self.text("url", url);
                self.text("refresh", show_duration(*refresh));
            }
        }
        self.text("format", name_of(list.format));
        if let Some(subdomains) = list.subdomains {
            self.0.push(("subdomains", Value::Flag(subdomains)));
        }
        self.conditions(&list.conditions);
    }

    /// Each under its key; what would come under a key that is taken goes into `all`.
    fn conditions<'c>(&mut self, conditions: impl IntoIterator<Item = &'c Condition>) {
        let mut more = Vec::new();
        let flat = |condition: &'c Condition| match condition {
            Condition::All(all) => all.as_slice(),
            one => std::slice::from_ref(one),
        };
        for condition in conditions.into_iter().flat_map(flat) {
            let entries = entries(condition);
            let taken = entries.iter().any(|(key, _)| self.0.iter().any(|(there, _)| key == there));
            if taken { more.push(Self(entries)) } else { self.0.extend(entries) }
        }
        if !more.is_empty() {
            self.0.push(("all", Value::Tables(more)));
        }
    }

    fn of(condition: &Condition) -> Self {
        let mut table = Self::default();
        table.conditions([condition]);
        table
    }
}

/// A condition as entries of a table.
fn entries(condition: &Condition) -> Vec<(&'static str, Value)> {
    let class = |number: &u16| mnemonics::class(*number);
    let entry = match condition {
        Condition::Type(types) => ("type", shown(types.iter().map(|number| mnemonics::rr_type(*number)))),
        Condition::Class(classes) => ("class", shown(classes.iter().map(class))),
        Condition::Client(networks) => ("client", shown(networks)),
        Condition::Mac(macs) => ("mac", shown(macs.iter().map(asked::show_mac))),
        Condition::Vlan(tags) => ("vlan", Value::Numbers(tags.clone())),
        Condition::Exact(names) => ("domain", shown(names)),
        Condition::Suffix(names) if are_tlds(names) => ("tld", shown(names)),
        Condition::Suffix(names) => ("suffix", shown(names)),
        Condition::Below(names) => ("wildcard", shown(names.iter().map(|name| format!("*.{name}")))),
        Condition::Labels(range) => ("labels", Value::Text(asked::show_range(range))),
        Condition::LabelLength(range) => ("label_length", Value::Text(asked::show_range(range))),
        Condition::NameLength(range) => ("name_length", Value::Text(asked::show_range(range))),
        Condition::Entropy(bits) => ("entropy", Value::Number(*bits)),
        Condition::Lookalike(lookalike) => ("lookalike", shown(lookalike.names())),
        Condition::Time(daytime) => return daytime_entries(*daytime),
        Condition::Not(not) => ("not", Value::Table(Written::of(not))),
        Condition::All(all) => ("all", Value::Tables(all.iter().map(Written::of).collect())),
        Condition::Any(any) => match patterns_of(condition) {
            Some(patterns) => ("regex", shown(patterns.into_iter().map(|pattern| pattern.as_str()))),
            None => ("any", Value::Tables(any.iter().map(Written::of).collect())),
        },
        Condition::Regex(pattern) => ("regex", shown([pattern.as_str()])),
    };
    vec![entry]
}

fn daytime_entries(Daytime { from, to, days }: Daytime) -> Vec<(&'static str, Value)> {
    let mut entries = vec![("time", Value::Text(asked::show_hours(from, to)))];
    if days != EVERY_DAY {
        entries.push(("days", shown(asked::show_days(days))));
    }
    entries
}

fn shown<T: Display>(items: impl IntoIterator<Item = T>) -> Value {
    Value::Texts(items.into_iter().map(|item| item.to_string()).collect())
}

/// Serializes a list of what has a text of its own.
pub fn texts<T: Display, S: Serializer>(items: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(items.iter().map(ToString::to_string))
}

/// Serializes a duration that may be off.
pub fn watchdog<S: Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    match duration {
        Some(duration) => write_duration(duration, serializer),
        None => serializer.serialize_str("off"),
    }
}

/// Serializes what may be off.
pub fn or_off<S, T>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error>
where
    S: Serializer,
    T: Serialize,
{
    match value {
        Some(value) => value.serialize(serializer),
        None => serializer.serialize_str("off"),
    }
}
