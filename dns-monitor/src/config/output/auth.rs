//! Who we are, where a collector asks.

use serde::Serialize;

use super::Secret;
use crate::config::{
    raw::Table,
    value::{Checked, expected},
};

/// Who we are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Auth {
    /// A token says it all.
    Token(Secret),
    /// A name and a password.
    Password {
        /// The name.
        user: String,
        /// The password.
        #[serde(flatten)]
        password: Secret,
    },
}

impl Auth {
    /// Reads `token`, or `user` and `password`, or neither; secrets may be in files.
    pub fn read(table: &mut Table<'_, '_>) -> Option<Self> {
        let token = Secret::read(table, "token", "token_file");
        let user = table.value("user", user);
        let password = Secret::read(table, "password", "password_file");
        let has = |table: &Table<'_, '_>, keys: [&str; 2]| keys.iter().any(|key| table.has(key));
        if has(table, ["token", "token_file"]) {
            for key in ["user", "password", "password_file"] {
                table.refuse(key, "left out: there is a token already");
            }
            return token.map(Self::Token);
        }
        match (table.has("user"), has(table, ["password", "password_file"])) {
            (true, false) => table.missing(table.key("password"), "give the password of the user".into()),
            (false, true) => table.missing(table.key("user"), "give the user of the password".into()),
            _ => {}
        }
        Some(Self::Password { user: user?, password: password? })
    }
}

/// A colon would end it (RFC 7617 §2).
fn user(text: &str) -> Checked<String> {
    if text.is_empty() || text.len() > 256 || text.contains(|c: char| c == ':' || c.is_control()) {
        return expected("a name of 1 to 256 bytes without a colon, such as \"dns\"");
    }
    Ok(text.to_owned())
}
