//! What the DHCP server of systemd-networkd keeps under `/var/lib/systemd/network/dhcp-server-lease/`: one JSON object
//! with the leases there are. Times are of the boot, and since systemd 256 of the calendar as well; only those count.

use std::net::{IpAddr, Ipv4Addr};

use serde::Deserialize;

use super::{
    Bad,
    lines::{Holder, Out},
};
use crate::{identity::assignment::Source, sample::Mac};

/// Hardware type Ethernet (RFC 1700).
const ETHERNET: u8 = 1;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct File {
    /// Left out where there are none.
    #[serde(default)]
    leases: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Lease {
    address: [u8; 4],
    hostname: Option<String>,
    hardware_address_type: Option<u8>,
    hardware_address: Option<Vec<u8>>,
    #[serde(default)]
    client_id: Vec<u8>,
    #[serde(rename = "ExpirationRealtimeUSec")]
    expiration: Option<u64>,
}

/// Reads a whole file; lines are those of the leases, from 1.
pub(super) fn read(text: &[u8], out: &mut Out<'_>) {
    let leases = match serde_json::from_slice::<File>(text) {
        Ok(file) => file.leases,
        Err(error) => return out.sink.bad(0, Bad::Json(error.to_string()), true),
    };
    for value in leases {
        out.line = out.line.saturating_add(1);
        let lease = serde_json::from_value(value).map_err(|error| Bad::Json(error.to_string()));
        if let Err(why) = lease.and_then(|lease: Lease| said(&lease, out)) {
            out.sink.bad(out.line, why, true);
        }
    }
}

fn said(lease: &Lease, out: &mut Out<'_>) -> Result<(), Bad> {
    let address = IpAddr::V4(Ipv4Addr::from(lease.address));
    let until = lease.expiration.map(|microseconds| microseconds.saturating_mul(1000));
    let name = lease.hostname.as_deref().unwrap_or_default().as_bytes();
    let from = out.began(until);
    out.assigned(Holder { address, from, until, name, mac: mac(lease), source: Source::Lease })
}

/// Before systemd 256 the hardware address stands in the client identifier alone, if the client put it there.
fn mac(lease: &Lease) -> Option<Mac> {
    let of_hardware = match &lease.hardware_address {
        Some(bytes) if lease.hardware_address_type.unwrap_or(ETHERNET) == ETHERNET => bytes.as_slice(),
        Some(_) => return None,
        None => lease.client_id.strip_prefix(&[ETHERNET])?,
    };
    Mac::try_from(of_hardware).ok()
}
