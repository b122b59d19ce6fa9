//! How the events of an output are written.

use crate::{
    config::{Output, Schema, output::Kind},
    event::{
        Observer,
        encoder::Encoder,
        privacy::settings::{PrivacyError, Settings},
    },
};

/// How the events of an output are written. Outputs with the same form share the work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    style: Style,
    privacy: Settings,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Style {
    Json(Schema),
    Text {
        colored: bool,
    },
    /// `identity` as in [`Encoder::dnstap`].
    Dnstap {
        identity: Option<String>,
    },
}

impl Form {
    /// That of `output`.
    pub(super) fn of(output: &Output, colored: bool) -> Self {
        let style = match (&output.kind, output.schema) {
            (Kind::Dnstap(dnstap), _) => Style::Dnstap { identity: dnstap.identity.clone() },
            (_, Some(Schema::Text)) => Style::Text { colored },
            (_, schema) => Style::Json(schema.unwrap_or_default()),
        };
        Self { style, privacy: Settings::default() }
    }

    /// The same, but events say no more of people than these settings let them.
    ///
    /// # Errors
    /// [`PrivacyError`]: settings that cannot be used.
    pub(super) fn with_privacy(self, privacy: Settings) -> Result<Self, PrivacyError> {
        let form = Self { privacy, ..self };
        form.encoder(&Observer::default())?;
        Ok(form)
    }

    /// An encoder that writes them so.
    pub(super) fn encoder(&self, observer: &Observer) -> Result<Encoder, PrivacyError> {
        let encoder = match &self.style {
            Style::Json(schema) => Encoder::new(*schema, observer),
            Style::Text { colored } => Encoder::text(*colored),
            Style::Dnstap { identity } => Encoder::dnstap(observer, identity.as_deref()),
        };
        encoder.with_privacy(&self.privacy)
    }
}
