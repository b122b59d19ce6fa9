//! For whom a forwarder asks: what EDNS options of a query say of the machine behind its sender.
//!
//! | option | | says |
//! |---|---|---|
//! | 8 | client subnet (RFC 7871), as long as an address: /32 or /128 | the address |
//! | 65001 | MAC, 6 bytes: dnsmasq `add-mac` | the MAC |
//! | 65073 | MAC as base64 or as text: dnsmasq `add-mac=base64`, `add-mac=text` | the MAC |
//!
//! Option 65074 (`add-cpe-id`) names the forwarder itself, in the operator's words, and is left alone.
//!
//! Anybody can send these, so that only [`Forwarders`] are believed.

use std::net::IpAddr;

use crate::{
    decode::edns::{ClientSubnet, Edns, EdnsOption},
    rules::condition::network::Prefix,
    sample::Mac,
};

/// OPTION-CODE: a MAC, raw.
const MAC: u16 = 65001;
/// OPTION-CODE: a MAC in a form for people.
const DEVICE_ID: u16 = 65073;
/// Multicast: no machine sends from such a MAC.
const GROUP: u8 = 1;

/// The machine behind a forwarder, as the forwarder has it. At least one is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrueClient {
    /// Its address.
    pub ip: Option<IpAddr>,
    /// Its MAC, on the forwarder's link.
    pub mac: Option<Mac>,
}

impl TrueClient {
    /// What the options of a query from `sender` say; `None` where they say nothing, or only what is known: a machine
    /// that asks for itself.
    ///
    /// Of several options of one kind the first that can be read counts. What comes after a broken one is not read.
    #[must_use]
    pub fn claimed(edns: &Edns<'_>, sender: IpAddr) -> Option<Self> {
        let (mut ip, mut mac) = (None, None);
        for option in edns.options().map_while(Result::ok) {
            match option {
                EdnsOption::ClientSubnet(subnet) => ip = ip.or_else(|| host(&subnet)),
                EdnsOption::Other { code: MAC, data } => mac = mac.or_else(|| data.try_into().ok()),
                EdnsOption::Other { code: DEVICE_ID, data } => mac = mac.or_else(|| written(data)),
                _ => {}
            }
        }
        let ip = ip.filter(|ip| *ip != sender.to_canonical());
        let mac = mac.filter(is_machine);
        (ip.is_some() || mac.is_some()).then_some(Self { ip, mac })
    }
}

/// The address of one machine. A forwarder that asks for itself says loopback or nothing.
fn host(subnet: &ClientSubnet) -> Option<IpAddr> {
    let width = if subnet.address.is_ipv4() { 32 } else { 128 };
    let address = subnet.address.to_canonical();
    let is_host = !address.is_loopback() && !address.is_unspecified() && !address.is_multicast();
    (subnet.source_prefix == width && is_host).then_some(address)
}

/// `AgAAAAAM` or `02:00:00:00:00:0c`.
fn written(data: &[u8]) -> Option<Mac> {
    let mut mac = Mac::default();
    match data.len() {
        8 => _ = data_encoding::BASE64_NOPAD.decode_mut(data, &mut mac).ok()?,
        17 => {
            for (byte, text) in mac.iter_mut().zip(data.split(|byte| matches!(byte, b':' | b'-'))) {
                let digits = text.len() == 2 && text.iter().all(u8::is_ascii_hexdigit);
                *byte = u8::from_str_radix(str::from_utf8(text).ok().filter(|_| digits)?, 16).ok()?;
            }
        }
        _ => return None,
    }
    Some(mac)
}

fn is_machine(mac: &Mac) -> bool {
    let [first, ..] = *mac;
    first & GROUP == 0 && *mac != Mac::default()
}

/// The senders that are believed when they say for whom they ask.
#[derive(Clone, Debug, Default)]
pub struct Forwarders {
    networks: Box<[Prefix]>,
    unbelieved: u64,
}

impl Forwarders {
    /// `networks` are believed, and nobody else.
    #[must_use]
    pub fn new(networks: &[Prefix]) -> Self {
        Self { networks: networks.into(), unbelieved: 0 }
    }

    /// For whom `sender` asks, if it says so and is believed.
    pub fn true_client(&mut self, sender: IpAddr, edns: &Edns<'_>) -> Option<TrueClient> {
        let claimed = TrueClient::claimed(edns, sender)?;
        if self.networks.iter().any(|network| network.contains(sender)) {
            return Some(claimed);
        }
        self.unbelieved = self.unbelieved.saturating_add(1);
        None
    }

    /// Whether anybody is believed, or wanted to be.
    #[must_use]
    pub fn is_asked_for(&self) -> bool {
        !self.networks.is_empty() || self.unbelieved > 0
    }

    /// Queries whose sender said for whom it asks and was not believed.
    #[must_use]
    pub const fn unbelieved(&self) -> u64 {
        self.unbelieved
    }
}

#[cfg(test)]
mod tests;
