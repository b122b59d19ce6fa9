//! Which interface faces the network: that of the default route.

use std::fs;

use anyhow::{Context, Result};

/// The interface of the IPv4 default route, or else of the IPv6 one.
pub fn interface() -> Result<String> {
    // A kernel without one of the two families has no such file.
    let v4 = fs::read_to_string("/proc/net/route").unwrap_or_default();
    let v6 = fs::read_to_string("/proc/net/ipv6_route").unwrap_or_default();
    ipv4(&v4).or_else(|| ipv6(&v6)).map(str::to_owned).context(
        "no default route, so no interface to choose: name one with --interface (`ip -brief link` lists them)",
    )
}

const UP: u32 = 1;
const REJECT: u32 = 0x200;

/// Columns: interface, destination, gateway, flags, references, use, metric, mask.
fn ipv4(table: &str) -> Option<&str> {
    let routes = table.lines().skip(1).filter_map(|line| {
        let columns: Vec<_> = line.split_whitespace().collect();
        let [interface, "00000000", _, flags, _, _, metric, "00000000", ..] = columns[..] else {
            return None;
        };
        usable(flags).then_some((metric.parse::<u32>().ok()?, interface))
    });
    routes.min().map(|(_, interface)| interface)
}

/// Columns: destination, length, source, length, next hop, metric, references, use, flags, interface.
fn ipv6(table: &str) -> Option<&str> {
    let routes = table.lines().filter_map(|line| {
        let columns: Vec<_> = line.split_whitespace().collect();
        let [destination, "00", _, _, _, metric, _, _, flags, interface] = columns[..] else { return None };
        let default = destination.bytes().all(|digit| digit == b'0');
        (default && usable(flags)).then_some((u32::from_str_radix(metric, 16).ok()?, interface))
    });
    routes.min().map(|(_, interface)| interface)
}

fn usable(flags: &str) -> bool {
    u32::from_str_radix(flags, 16).is_ok_and(|flags| flags & UP != 0 && flags & REJECT == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n";

    #[test]
    fn the_cheapest_usable_ipv4_default_route_wins() {
        let direct = "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n";
        let default = "eth1\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n";
        let dearer = "wlan0\t00000000\t010200C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n";
        let down = "eth2\t00000000\t010200C0\t0002\t0\t0\t0\t00000000\t0\t0\t0\n";
        let half = "tun0\t00000000\t010200C0\t0003\t0\t0\t0\t00000080\t0\t0\t0\n";
        for (what, routes, expected) in [
            ("no routes", vec![], None),
            ("only a connected network", vec![direct], None),
            ("a default route", vec![direct, default], Some("eth1")),
            ("two default routes", vec![dearer, default], Some("eth1")),
            ("one that is down", vec![down, dearer], Some("wlan0")),
            ("half of the address space is not a default route", vec![half, default], Some("eth1")),
        ] {
            assert_eq!(ipv4(&format!("{HEADER}{}", routes.concat())), expected, "{what}");
        }
    }

    #[test]
    fn the_ipv6_default_route_is_not_the_kernels_reject_route() {
        let zero = "0".repeat(32);
        let route = |metric: &str, flags: &str, interface: &str| {
            format!(
                "{zero} 00 {zero} 00 fd{} {metric} 00000002 00000000 {flags} {interface}\n",
                "0".repeat(30)
            )
        };
        let reject = route("ffffffff", "00200200", "lo");
        let address = format!("{zero} 80 {zero} 00 {zero} 00000000 00000002 00000000 80200001 eth9\n");
        for (what, table, expected) in [
            ("no routes", String::new(), None),
            ("only the reject route", reject.clone(), None),
            ("an address is no default", address, None),
            ("a default route", reject + &route("00000400", "00000003", "eth0"), Some("eth0")),
            (
                "two",
                route("00000400", "00000003", "eth1") + &route("00000064", "00000003", "eth0"),
                Some("eth0"),
            ),
        ] {
            assert_eq!(ipv6(&table), expected, "{what}");
        }
    }
}
