//! What the configuration says, in the compiler's terms.

use super::load::LoadError;
use crate::{
    config::{
        Config,
        rules::{Mode, Spec},
    },
    rules::{
        compile::{Kind, Origin, Settings, origin},
        table::keys,
    },
};

/// What holds for all entries of a set of rules; its keys are new.
///
/// # Errors
/// [`LoadError::Keys`].
pub(super) fn settings(config: &Config, generation: u16, keep_hidden: bool) -> Result<Settings, LoadError> {
    Ok(Settings {
        keys: keys::random().map_err(LoadError::Keys)?,
        generation,
        exempt: config.rules.exempt.clone(),
        own_zones: config.rules.own_zones.clone(),
        keep_hidden,
    })
}

/// A list or rule, as the compiler wants it.
pub(super) fn origin_of(config: &Config, spec: &Spec) -> Origin {
    let origin = spec.origin();
    let (kind, files) = match spec {
        Spec::List(_) => (Kind::List, Vec::new()),
        Spec::Rule(_) => (Kind::Rule, vec![origin::File { path: origin.place.file.to_string(), base: 0 }]),
    };
    let mut effect = origin.effect;
    effect.would |= config.rules.mode == Mode::WouldBlock;
    let learn_ttl = u32::try_from(config.rules.learn_ttl.as_secs()).unwrap_or(u32::MAX);
    Origin {
        name: origin.name.clone(),
        kind,
        files,
        effect,
        category: origin.category.clone(),
        severity: origin.severity,
        i_mean_it: origin.i_mean_it || config.rules.i_mean_it,
        learn_ttl: if config.rules.learn_max == 0 { 0 } else { learn_ttl },
    }
}
