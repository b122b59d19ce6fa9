//! Who had an address, and when: host names and MAC addresses of clients.
//!
//! 1. [`assignment`]: what any source says of an address;
//! 2. [`lease`]: what stands in lease files, tables and hosts files;
//! 3. [`follow`]: those files as they change;
//! 4. [`history`]: all that was said, asked by address and time;
//! 5. [`explain`]: the same for people, with the lines that say it.

pub mod assignment;
pub mod explain;
pub mod follow;
pub mod history;
pub mod lease;
#[cfg(test)]
mod tests;
