//! Settings that may be absent, back to TOML.

use std::time::Duration;

use serde::Serializer;

use crate::config::value::{write_duration, write_size};

pub(super) fn duration<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => write_duration(time, serializer),
        None => serializer.serialize_none(),
    }
}

pub(super) fn size<S: Serializer>(size: &Option<usize>, serializer: S) -> Result<S::Ok, S::Error> {
    match size {
        Some(size) => write_size(size, serializer),
        None => serializer.serialize_none(),
    }
}
