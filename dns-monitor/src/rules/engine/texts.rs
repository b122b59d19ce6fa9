//! What there is to read of every list, newest or last good.

use std::{collections::HashMap, path::PathBuf, time::Instant};

use jiff::Timestamp;

use super::load::{Note, Occasion, Tell};
use crate::{
    config::{
        Config,
        rules::{ListSpec, Source as Place, Spec},
    },
    control::protocol::Provenance,
    rules::source::{self, Fetching, Source},
};

/// The text of a list that is to be read.
pub(super) struct Text {
    pub files: Vec<PathBuf>,
    pub changed_at: Option<Timestamp>,
    pub from: Provenance,
    /// Why it is not the newest.
    pub error: Option<String>,
    /// It is not what the rules in force were made of.
    pub changed: bool,
}

impl Text {
    pub(super) fn last_good(source: &mut Source, error: String) -> Self {
        let files = source.fall_back().unwrap_or_default();
        Self { files, changed_at: None, from: Provenance::LastGood, error: Some(error), changed: false }
    }
}

/// Where the lists come from, by name.
#[derive(Default)]
pub(super) struct Sources(HashMap<String, (Place, Source)>);

impl Sources {
    /// Those of the configuration. A list that is there already keeps what is known of it.
    pub(super) fn find(&mut self, config: &Config) {
        let fetching = Fetching {
            ca_file: config.rules.ca_file.clone(),
            max_bytes: config.rules.max_list_bytes as u64,
            ..Fetching::default()
        };
        let folder = config.rules.state_dir.join("lists");
        let mut before = std::mem::take(&mut self.0);
        for list in lists(config) {
            let name = list.origin.name.clone();
            let known = before.remove(&name).filter(|(place, _)| *place == list.source);
            let source = known.unwrap_or_else(|| {
                let origin = match &list.source {
                    Place::Path(path) => source::Origin::Path(path.clone()),
                    Place::Url { url, refresh } => {
                        source::Origin::Url { url: url.clone(), refresh: *refresh }
                    }
                };
                (list.source.clone(), Source::new(&name, origin, &fetching, &folder))
            });
            self.0.insert(name, source);
        }
    }

    pub(super) fn get(&mut self, name: &str) -> Option<&mut Source> {
        self.0.get_mut(name).map(|(_, source)| source)
    }

    /// When a list from a server is to be fetched next.
    pub(super) fn due(&self) -> Option<Instant> {
        self.0.values().filter_map(|(_, source)| source.due()).min()
    }

    /// What there is to read of each list.
    pub(super) fn texts(
        &mut self,
        config: &Config,
        occasion: Occasion,
        tell: Tell<'_>,
    ) -> HashMap<String, Text> {
        let mut texts = HashMap::new();
        for list in lists(config) {
            let name = &list.origin.name;
            let Some((place, source)) = self.0.get_mut(name) else { continue };
            texts.insert(name.clone(), text(name, place, source, occasion, tell));
            for warning in source.take_warnings() {
                tell(Note::Warning(format!("{name}: {warning}")));
            }
        }
        texts
    }
}

fn text(name: &str, place: &Place, source: &mut Source, occasion: Occasion, tell: Tell<'_>) -> Text {
    let from = match place {
        Place::Path(_) => Provenance::File,
        Place::Url { .. } if occasion == Occasion::Start => {
            return Text { error: None, ..Text::last_good(source, String::new()) };
        }
        Place::Url { .. } => Provenance::Url,
    };
    match source.refresh(occasion == Occasion::Reload) {
        Ok(refreshed) => Text {
            files: refreshed.files,
            changed_at: refreshed.age.and_then(|age| Timestamp::now().checked_sub(age).ok()),
            from,
            error: None,
            changed: refreshed.changed,
        },
        Err(error) => {
            tell(Note::Warning(format!("{name}: {error}")));
            Text::last_good(source, error.to_string())
        }
    }
}

fn lists(config: &Config) -> impl Iterator<Item = &ListSpec> {
    config.specs.iter().filter_map(|spec| match spec {
        Spec::List(list) => Some(list),
        Spec::Rule(_) => None,
    })
}
