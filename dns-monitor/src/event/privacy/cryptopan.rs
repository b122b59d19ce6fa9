//! Crypto-PAn (Xu, Fan, Ammar, Moon: "Prefix-preserving IP address anonymization", 2002), with AES-128: two addresses
//! that share n bits have pseudonyms that share n bits, and no more. Other programs with the same key agree.

use std::net::IpAddr;

use aes::{
    Aes128, Block,
    cipher::{BlockCipherEncrypt as _, KeyInit as _},
};

use super::settings::Key;

/// The cipher, and what follows the bits of an address that count.
pub(super) struct CryptoPan {
    cipher: Aes128,
    pad: u128,
}

impl CryptoPan {
    /// The first half of the key is the cipher's, the second is encrypted by it once, to be the pad.
    pub(super) fn new(key: &Key) -> Self {
        let (mut own, mut seed) = ([0; 16], [0; 16]);
        for (byte, from) in own.iter_mut().chain(&mut seed).zip(key.0) {
            *byte = from;
        }
        let cipher = Aes128::new(&own.into());
        let mut pad = Block::from(seed);
        cipher.encrypt_block(&mut pad);
        Self { cipher, pad: u128::from_be_bytes(pad.into()) }
    }

    /// The address in place of this one.
    pub(super) fn pseudonym(&self, address: IpAddr) -> IpAddr {
        match address {
            IpAddr::V4(address) => {
                let flips = self.flips::<32>(u128::from(address.to_bits()) << 96);
                IpAddr::V4((address.to_bits() ^ flips as u32).into())
            }
            IpAddr::V6(address) => {
                IpAddr::V6((address.to_bits() ^ self.flips::<128>(address.to_bits())).into())
            }
        }
    }

    /// Which of the first `N` bits, at most 128, change: bit n by the n bits before it. The last of them is the lowest
    /// of the result.
    fn flips<const N: usize>(&self, address: u128) -> u128 {
        let mut blocks = [Block::default(); N];
        for (bits, block) in (0u32..).zip(&mut blocks) {
            let mask = u128::MAX.checked_shl(128u32.saturating_sub(bits)).unwrap_or_default();
            *block = (address & mask | self.pad & !mask).to_be_bytes().into();
        }
        self.cipher.encrypt_blocks(&mut blocks);
        blocks
            .iter()
            .fold(0, |flips, block| flips << 1 | u128::from(block.first().map_or(0, |byte| byte >> 7)))
    }
}
