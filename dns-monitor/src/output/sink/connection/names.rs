//! Addresses of collectors, as the system's resolver gave them, remembered for a while.
//!
//! A collector that ends each connection would cost a lookup with each batch. Where it is the watched resolver that is
//! asked, each such lookup is an event, and that the next batch: so it would go on for ever.

use std::{
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// How long. Who fails to connect forgets, and asks again.
const KEEP: Duration = Duration::from_secs(60);
/// More names than outputs that can be.
const MAX: usize = 256;

/// For all outputs: several may have the same collector.
static KNOWN: Mutex<Vec<Known>> = Mutex::new(Vec::new());

struct Known {
    host: String,
    at: Instant,
    addresses: Vec<IpAddr>,
}

/// The addresses of a host, where they are known.
pub(crate) fn known(host: &str) -> Option<Vec<IpAddr>> {
    let mut all = lock();
    all.retain(|known| known.at.elapsed() < KEEP);
    all.iter().find(|known| known.host == host).map(|known| known.addresses.clone())
}

/// What the system's resolver has said.
pub(crate) fn remember(host: &str, addresses: Vec<IpAddr>) {
    let mut all = lock();
    all.retain(|known| known.host != host);
    if all.len() < MAX && !addresses.is_empty() {
        all.push(Known { host: host.to_owned(), at: Instant::now(), addresses });
    }
}

/// They may be others by now.
pub(crate) fn forget(host: &str) {
    lock().retain(|known| known.host != host);
}

fn lock() -> MutexGuard<'static, Vec<Known>> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{forget, known, remember};

    #[test]
    fn what_was_said_is_known_until_it_is_forgotten() {
        let (one, two) = ([192, 0, 2, 1].into(), [192, 0, 2, 2].into());
        assert_eq!(known("names.test"), None);
        remember("names.test", vec![one]);
        remember("names.test", vec![two, one]);
        assert_eq!(known("names.test"), Some(vec![two, one]));
        assert_eq!(known("other.names.test"), None);
        forget("names.test");
        remember("names.test", Vec::new());
        assert_eq!(known("names.test"), None);
    }
}
