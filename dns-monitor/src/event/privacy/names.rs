//! Names by a keyed hash (HMAC-SHA-256, RFC 2104, cut to 128 bits, in base32).
//!
//! A name becomes `<hash of the name>.<hash of its registered domain>.invalid`, a registered domain
//! `<its hash>.invalid`: so names of one domain are still told to be that, by the same fields as ever, and nobody takes
//! what is told for a real name (RFC 6761 §6.4).

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::settings::{Key, PrivacyError};
use crate::{decode::text::base32_hex, event::domain};

/// What tells this use of the key from others.
const PURPOSE: &[u8] = b"dns-monitor names 1";
/// Bytes of a hash that are told.
const TOLD: usize = 16;

/// The hash, its key taken up.
pub(super) struct NameHash(Hmac<Sha256>);

impl NameHash {
    /// The key is made from the one key: that of addresses goes into another algorithm.
    pub(super) fn new(key: &Key) -> Result<Self, PrivacyError> {
        let bad = |_| PrivacyError::BadKey;
        let mut master = Hmac::<Sha256>::new_from_slice(&key.0).map_err(bad)?;
        master.update(PURPOSE);
        Hmac::new_from_slice(&master.finalize().into_bytes()).map(Self).map_err(bad)
    }

    /// What is told of a name in presentation form and lower case; the root is no secret.
    pub(super) fn told(&self, name: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(64);
        if name == b"." {
            out.push(b'.');
            return out;
        }
        let registered = domain::split(name).registered.unwrap_or(name);
        if registered != name {
            self.hash(name, &mut out);
            out.push(b'.');
        }
        self.hash(registered, &mut out);
        out.extend_from_slice(b".invalid");
        out
    }

    fn hash(&self, name: &[u8], out: &mut Vec<u8>) {
        let mut hash = self.0.clone();
        hash.update(name);
        let hash = hash.finalize().into_bytes();
        base32_hex(hash.get(..TOLD).unwrap_or_default(), out);
    }
}
