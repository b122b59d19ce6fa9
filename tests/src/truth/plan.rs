//! Who has which address in this laboratory: one Ethernet, 10.53.0.0/16 and fd53::/32.

use std::time::Duration;

use crate::address::Addresses;

/// How many machines ask.
pub const CLIENTS: usize = 200;
/// How many zones there are below the TLDs, not counting those of the hosters.
pub const ZONES: usize = 1000;
/// How many processes serve them; each has [`SLOTS`] addresses.
pub const PROVIDERS: usize = 5;
/// Addresses of a provider.
pub const SLOTS: usize = 10;
/// The top-level domains.
pub const TLDS: [&str; 3] = ["com", "net", "org"];

/// How much later the answers of servers come.
pub const DELAY: Duration = Duration::from_millis(5);
/// The same of the slow ones.
pub const SLOW: Duration = Duration::from_millis(300);

/// The host that the agent watches.
pub const RESOLVER: Addresses = Addresses::new(0, 2);
/// The root server.
pub const ROOT: Addresses = Addresses::new(2, 1);
/// Takes every query and answers none.
pub const SILENT: Addresses = Addresses::new(5, 1);
/// The recursive server that a forwarding resolver asks.
pub const UPSTREAM: Addresses = Addresses::new(6, 1);

/// A machine that asks.
pub const fn client(number: usize) -> Addresses {
    Addresses::new(1, small(number + 1))
}

/// The server of a top-level domain, by its place in [`TLDS`].
pub const fn tld(number: usize) -> Addresses {
    Addresses::new(2, small(11 + number))
}

/// An address of a provider, 0 to [`PROVIDERS`] - 1; one more is the slow one.
pub const fn provider(number: usize, slot: usize) -> Addresses {
    match number < PROVIDERS {
        true => Addresses::new(3, small(number * SLOTS + slot % SLOTS + 1)),
        false => Addresses::new(4, small(slot % SLOTS + 1)),
    }
}

/// Of the numbers here none is above 254.
const fn small(number: usize) -> u8 {
    assert!(number < 255);
    number as u8
}
