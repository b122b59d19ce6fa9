//! One parser a header. Each reads its header at the cursor, moves past it, or names the reason why not.

pub mod link;
pub mod network;
pub mod question;
pub mod transport;
