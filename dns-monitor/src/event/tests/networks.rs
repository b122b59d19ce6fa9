//! Where messages were seen.

use std::net::IpAddr;

use super::*;

fn on(change: impl FnOnce(&mut Packet)) -> Scene {
    let mut scene = Scene::default();
    change(&mut scene.packet);
    scene
}

#[test]
fn networks_are_told() {
    let v6 = |last: u16| IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, last]);
    run(vec![
        ("a VLAN", on(|packet| packet.outer_vlan = Some(7)), json!({"network": {"vlan": {"id": "7"}}})),
        (
            "QinQ",
            on(|packet| (packet.outer_vlan, packet.inner_vlan) = (Some(4094), Some(0))),
            json!({"network": {"vlan": {"id": "4094"}, "inner": {"vlan": {"id": "0"}}}}),
        ),
        (
            "IPv6",
            on(|packet| (packet.source, packet.destination) = (v6(1), v6(0x53))),
            json!({
                "network": {"type": "ipv6", "community_id": "1:8Etth4BEhu8kb6leVyXdsdXb3E8="},
                "client": {"ip": "2001:db8::1"},
                "server": {"ip": "2001:db8::53"},
            }),
        ),
        (
            "TCP",
            on(|packet| packet.transport = Transport::Tcp),
            json!({"network": {"transport": "tcp", "community_id": "1:34Kf0b14xA2mK7w+H6rrCuMVW0M="}}),
        ),
        ("a link without addresses", on(|packet| packet.source_mac = None), json!({"client": {"mac": null}})),
        (
            "a link whose addresses say nothing, such as loopback",
            on(|packet| packet.source_mac = Some([0; 6])),
            json!({"client": {"mac": null}}),
        ),
        (
            "an interface without a name",
            Scene { interface: None, ..Scene::default() },
            json!({"observer": {"ingress": null}}),
        ),
        (
            "an interface whose name a file made up",
            Scene { interface: Some("\u{1b}[31m\"\\\n\u{e9}"), ..Scene::default() },
            json!({"observer": {"ingress": {"interface": {"name": "\u{1b}[31m\"\\\n\u{e9}"}}}}),
        ),
        (
            "the resolver's own lookup",
            Scene { role: Role::Resolver, ..Scene::default() },
            json!({"dns_monitor": {"role": "resolver"}}),
        ),
    ]);
}

#[test]
fn a_host_without_a_name_has_none() {
    let mut out = Vec::new();
    Scene::default().lookup(|event| Encoder::new(&Observer::default()).encode(event, &mut out));
    let mut expected = usual();
    merge(&mut expected, &json!({"observer": {"hostname": null}}));
    assert_eq!(serde_json::from_slice::<Value>(&out).unwrap(), expected);
}
