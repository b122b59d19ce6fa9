//! Whose MAC an event has where a real router stands between the clients and the resolver.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::net::IpAddr;

use dns_monitor_tests::{
    Agent, Lab,
    address::{self, Family, Network},
    event::{fits, has_role, text},
    namespace::{Namespace, succeed},
    router::{self, Router},
    topology::{self, CLIENTS},
};
use serde_json::json;

const FAMILIES: [Family; 2] = [Family::V4, Family::V6];

/// As events show it.
fn shown(mac: &str) -> String {
    mac.replace(':', "-").to_uppercase()
}

/// A lookup from this address of a host; the MAC that its event has.
fn ask(agent: &mut Agent, host: &Namespace, address: IpAddr, family: Family, name: &str) -> Option<String> {
    let server = address::resolver(Network::Plain).of(family);
    let mut dig = host.command("dig");
    dig.args(["+tries=1", "+timeout=5", "-b", &address.to_string(), &format!("@{server}"), name]);
    succeed(&mut dig).unwrap();
    let expected = json!({"client": {"ip": address.to_string()}, "dns": {"question": {"name": name}}});
    let event = agent
        .wait_event(&format!("of {address}"), |event| has_role(event, "client") && fits(event, &expected))
        .unwrap();
    text(&event, "client.mac").map(str::to_owned)
}

#[test]
fn a_router_is_never_taken_for_the_clients_behind_it() {
    let lab = Lab::new().unwrap();
    let router = Router::new(&lab).unwrap();
    let mut agent = lab.start_agent(&["--interface", "eth0"]).unwrap();
    let mut asked = 0;
    let mut name = || {
        asked += 1;
        format!("h{asked}.w.lab.example")
    };
    for family in FAMILIES {
        for number in 0..CLIENTS {
            let (host, address) =
                (lab.client(number.into()), address::client(number, Network::Plain).of(family));
            let own = shown(&topology::mac(host).unwrap());
            let found = ask(&mut agent, host, address, family, &name());
            assert_eq!(found, Some(own), "{address} is on the link");
        }
        for number in 0..router::HOSTS {
            let address = router::host(number).of(family);
            let found = ask(&mut agent, router.hosts(), address, family, &name());
            assert_eq!(found, None, "{address} is behind the router");
        }
    }
    let ended = agent.stop().unwrap();
    assert!(ended.status.success(), "{}", ended.stderr);
    // Wherever an event has a client, that of a cause included, it is not the router.
    let of_router = shown(&router.mac().unwrap());
    for event in ended.events().unwrap() {
        assert!(!event.to_string().contains(&of_router), "{event:#}");
    }
    let behind = format!("(off-link {})", FAMILIES.len() * usize::from(router::HOSTS));
    assert!(ended.stderr.contains(&behind), "{behind}: {}", ended.stderr);
}
