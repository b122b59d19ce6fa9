//! Rules: from lists and the configuration to what is done with a lookup.
//!
//! Read in the order in which a rule travels:
//!
//! 1. [`source`]: the text of a list, from a file, a folder or a URL; the last good one is kept;
//! 2. [`list`]: text in any format becomes [`entry`]s: [`name`]s, and when they count;
//! 3. [`condition`]: everything a rule of the configuration can ask of a [`subject`];
//! 4. [`action`]: what a rule does;
//! 5. [`compile`]: entries and rules become one [`ruleset`], in order of precedence;
//! 6. [`table`]: millions of names by hash, in the very memory that the kernel programs read;
//! 7. [`judge`]: a lookup gets its [`verdict`];
//! 8. [`forge`]: the answer that the kernel gave, byte for byte;
//! 9. [`explain`]: which rules match a name, which wins, and why.
//!
//! 10. [`engine`]: all this in a running agent, and back to the kernel.
//!
//! Beside the way: [`manual`], the rules that the operator gives a running agent.

pub mod action;
pub mod compile;
pub mod condition;
pub mod engine;
pub mod entry;
pub mod explain;
pub mod forge;
pub mod judge;
pub mod list;
pub mod manual;
pub mod name;
pub mod ruleset;
pub mod source;
pub mod subject;
pub mod table;
pub mod verdict;
