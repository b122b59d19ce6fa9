//! Reading a list.

use std::time::Duration;

use super::{
    condition,
    spec::{ListSpec, Origin, Source},
    value,
};
use crate::{
    config::{
        raw::Table,
        value::{choice, duration},
    },
    rules::action::{Action, Block},
};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

impl ListSpec {
    /// Nothing where something is missing or wrong that has no default.
    pub(super) fn read(table: &mut Table<'_, '_>) -> Option<Self> {
        let origin = Origin::read(table, Some(Action::Block(Block::Nxdomain)));
        let source = source(table);
        let format = table.value("format", choice).unwrap_or_default();
        let subdomains = table.flag("subdomains");
        let conditions = condition::of_lists(table);
        Some(Self { origin: origin?, source: source?, format, subdomains, conditions })
    }
}

fn source(table: &mut Table<'_, '_>) -> Option<Source> {
    let path = table.value("path", value::path);
    let url = table.value("url", value::url);
    let refresh = table.value("refresh", |text| duration(text, MINUTE..=168 * HOUR));
    match (table.has("path"), table.has("url")) {
        (true, true) => {
            table.refuse("url", "left out: the list has a path already");
            None
        }
        (false, false) => {
            let what = format!("{} or {}", table.key("path"), table.key("url"));
            let advice = "give path = \"/etc/dns-monitor/lists/mine.txt\", or url = \"https://…\"";
            table.missing(what, advice.to_owned());
            None
        }
        (true, false) => {
            table.refuse("refresh", "left out: a path is read again when it changes");
            path.map(Source::Path)
        }
        (false, true) => url.map(|url| Source::Url { url, refresh: refresh.unwrap_or(HOUR) }),
    }
}
