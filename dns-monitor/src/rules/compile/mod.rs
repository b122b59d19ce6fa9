//! From lists and rules, in the order of the configuration, to one set of rules.
//!
//! 1. [`origin`]: where an entry comes from, and so how strong it is;
//! 2. `parts`: what an entry asks, sorted by what it is about;
//! 3. `refuse`: what nobody wants to block by accident;
//! 4. `lower`: what the kernel programs can ask becomes candidates, the rest is for the agent;
//! 5. `place`: names go into the table, the rest to the agent;
//! 6. `records`: names by hash, sorted and merged;
//! 7. `chains`, `clients`, `regexes`: what many names share;
//! 8. `finish`: all of it becomes a [`Ruleset`](super::ruleset::Ruleset).
//!
//! # Precedence
//! 1. To an exempt client nothing applies at all.
//! 2. The operator's own commands come before everything else.
//! 3. By class: important allow, important others, allow, others.
//! 4. By the order of lists and rules in the configuration.
//! 5. The more specific wins: the name with more labels; of one name, an entry for the name alone before one that is also
//!    for the names below. An entry without a name (a regular expression, a network of clients) is the least specific.
//! 6. What the kernel can decide before what only the agent can; then the entry that came first.

mod builder;
pub(in crate::rules) mod chains;
mod clients;
pub mod error;
mod finish;
pub(in crate::rules) mod lower;
pub mod origin;
mod parts;
mod place;
mod records;
mod refuse;
mod regexes;
mod specs;
#[cfg(test)]
mod tests;

pub use builder::{Builder, Settings};
pub use error::{CompileError, Rejected, Report, Why};
pub use origin::{File, Kind, Origin};
