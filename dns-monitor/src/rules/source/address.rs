//! The address of a list on the web: what may be asked, and what may be shown of it.

use std::fmt;

use url::Url;

use super::error::FetchError;

/// An `http` or `https` URL. Displayed without what may be secret: user, password and query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address(Url);

impl Address {
    /// Reads what the configuration says.
    pub(super) fn parse(text: &str) -> Result<Self, FetchError> {
        let url = Url::parse(text).map_err(FetchError::Url)?;
        Self::checked(url)
    }

    /// Where a redirect leads.
    pub(super) fn follow(&self, location: &str) -> Result<Self, FetchError> {
        let next = Self::checked(self.0.join(location).map_err(FetchError::Location)?)?;
        if self.0.scheme() == "https" && next.0.scheme() == "http" {
            return Err(FetchError::Downgrade(next.to_string()));
        }
        Ok(next)
    }

    /// The whole of it, for the request.
    pub(super) fn as_str(&self) -> &str {
        self.0.as_str()
    }

    fn checked(mut url: Url) -> Result<Self, FetchError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(FetchError::Scheme(url.scheme().to_owned()));
        }
        url.set_fragment(None);
        Ok(Self(url))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.0.scheme(), self.0.host_str().unwrap_or_default())?;
        if let Some(port) = self.0.port() {
            write!(f, ":{port}")?;
        }
        f.write_str(self.0.path())?;
        f.write_str(if self.0.query().is_some() { "?…" } else { "" })
    }
}

/// A URL as it may be shown, even where it is none.
pub(super) fn shown(text: &str) -> String {
    if let Ok(url) = Url::parse(text)
        && let Ok(address) = Address::checked(url)
    {
        return address.to_string();
    }
    let bare = text.split(['?', '#']).next().unwrap_or_default();
    match bare.rsplit_once('@') {
        Some((_, rest)) => format!("…@{rest}"),
        None => bare.to_owned(),
    }
}
