//! From what the resolver asks to the machine that caused it, with its name: a real resolver, and files that say whose
//! an address is.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{fs, net::IpAddr, path::PathBuf};

use dns_monitor_tests::{
    Agent, Lab,
    address::{self, AUTHORITY, Family, Network},
    event::{difference, fits, has_role, text},
    oracle::ask_all,
};
use serde_json::{Value, json};

/// A laboratory, in whose folder is what the agent reads.
struct Scene {
    lab: Lab,
}

impl Scene {
    fn new() -> Self {
        Self { lab: Lab::new().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.lab.folder().join(name)
    }

    /// Starts the agent with these settings, and a hosts file that names the first client.
    fn start(&self, settings: &str) -> Agent {
        fs::write(self.path("hosts"), format!("{} laptop-17.lab\n", self.client(0))).unwrap();
        let config = format!(
            "{settings}\n[[leases]]\npath = \"{}\"\nformat = \"hosts\"\n",
            self.path("hosts").display()
        );
        fs::write(self.path("agent.toml"), config).unwrap();
        let config = self.path("agent.toml").display().to_string();
        self.lab.start_agent(&["--interface", "eth0", "--config", &config]).unwrap()
    }

    fn client(&self, number: u8) -> IpAddr {
        address::client(number, Network::Plain).v4.into()
    }

    fn ask(&self, client: usize, id: u16, name: &str) -> u16 {
        let server = (address::resolver(Network::Plain).v4, 53).into();
        let question = [(name.to_owned(), "A")];
        ask_all(self.lab.client(client), server, id, &question).unwrap().swap_remove(0).port
    }
}

fn of_client<'a>(ip: &'a IpAddr, name: &'a str) -> impl Fn(&Value) -> bool + 'a {
    move |event| {
        let expected = json!({"client": {"ip": ip.to_string()}, "dns": {"question": {"name": name}}});
        has_role(event, "client") && fits(event, &expected)
    }
}

/// What the resolver asked the authority, not those above it.
fn at_authority(name: &str) -> impl Fn(&Value) -> bool {
    move |event| {
        let servers = [AUTHORITY.v4.to_string(), AUTHORITY.v6.to_string()];
        let expected = json!({"dns": {"question": {"name": name, "type": "A"}}});
        servers.iter().any(|ip| text(event, "server.ip") == Some(ip)) && fits(event, &expected)
    }
}

#[test]
fn what_the_resolver_asks_names_the_machine() {
    let scene = Scene::new();
    let mut agent = scene.start("");
    let port = scene.ask(0, 4711, "alias.lab.example");
    let asker = json!({
        "client": {"ip": scene.client(0).to_string(), "port": port, "domain": "laptop-17.lab"},
        "dns": {"id": "4711"},
        "question": {"name": "alias.lab.example", "type": "A"},
    });
    let with = |more: Value| {
        let mut cause = asker.clone();
        cause.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        cause
    };
    let direct = agent.wait_event("for the alias", at_authority("alias.lab.example")).unwrap();
    let causes = &direct["dns_monitor"]["cause"];
    assert_eq!(causes.as_array().unwrap().len(), 1, "{direct:#}");
    let expected = with(json!({"certainty": "sole", "chain": null}));
    assert_eq!(difference(&causes[0], &expected), None, "{direct:#}");
    let hop = agent.wait_event("for the next alias", at_authority("alias2.lab.example")).unwrap();
    let chain = json!([{"via": "cname", "name": "alias2.lab.example"}]);
    let expected = with(json!({"certainty": "chained", "chain": chain}));
    assert_eq!(difference(&hop["dns_monitor"]["cause"][0], &expected), None, "{hop:#}");

    let first = scene.client(0);
    let missed = agent.wait_event("of the client", of_client(&first, "alias.lab.example")).unwrap();
    let expected =
        json!({"client": {"domain": "laptop-17.lab"}, "dns_monitor": {"cache": "miss", "filled_by": null}});
    assert_eq!(difference(&missed, &expected), None, "{missed:#}");

    let second = scene.client(1);
    scene.ask(1, 4712, "alias.lab.example");
    let hit = agent.wait_event("of the second client", of_client(&second, "alias.lab.example")).unwrap();
    let filled_by = json!({
        "client": {"ip": first.to_string(), "port": port, "domain": "laptop-17.lab"}, "dns": {"id": "4711"},
    });
    let expected =
        json!({"client": {"domain": null}, "dns_monitor": {"cache": "hit", "filled_by": filled_by}});
    assert_eq!(difference(&hit, &expected), None, "{hit:#}");
    let ended = agent.stop().unwrap();
    assert!(ended.status.success(), "{}", ended.stderr);
    for line in [
        "  causes     ",
        "  leases     seen 1 = emitted 1 + filtered 0 + lost 0",
        "  machines   told ",
        "  macs       seen ",
    ] {
        assert!(ended.stderr.contains(line), "{line}: {}", ended.stderr);
    }
    assert!(!ended.stderr.contains("  ptr "), "nobody turned it on: {}", ended.stderr);
}

#[test]
fn who_has_the_address_now_was_not_who_had_it_then() {
    let scene = Scene::new();
    let mut agent = scene.start("");
    let client = scene.client(0);
    scene.ask(0, 1, "www.lab.example");
    let before = agent.wait_event("before", of_client(&client, "www.lab.example")).unwrap();
    assert_eq!(text(&before, "client.domain"), Some("laptop-17.lab"), "{before:#}");

    fs::write(scene.path("hosts.new"), format!("{client} printer-3.lab\n")).unwrap();
    fs::rename(scene.path("hosts.new"), scene.path("hosts")).unwrap();
    let mut asked = 1;
    agent
        .wait_until("the new name is told", |events| {
            asked += 1;
            scene.ask(0, asked, "www.lab.example");
            events.iter().any(|event| text(event, "client.domain") == Some("printer-3.lab"))
        })
        .unwrap();
    // Who filled the cache is told by the name of that time.
    let second = scene.client(1);
    scene.ask(1, 7, "www.lab.example");
    let hit = agent.wait_event("of the second client", of_client(&second, "www.lab.example")).unwrap();
    assert_eq!(text(&hit, "dns_monitor.filled_by.client.domain"), Some("laptop-17.lab"), "{hit:#}");
}

#[test]
fn a_forwarder_that_is_believed_says_for_whom_it_asks() {
    let scene = Scene::new();
    let (forwarder, behind) = (scene.client(1), scene.client(0));
    let mut agent = scene.start(&format!("[identity]\nforwarders = [\"{forwarder}/32\"]\n"));
    let ask = |client: usize| {
        let subnet = format!("+subnet={behind}/32");
        let name = format!("h{client}.w.lab.example");
        let mut dig = scene.lab.dig(client, &[&subnet, "+ednsopt=65001:025300000042", &name]);
        assert!(dig.output().unwrap().status.success());
        name
    };
    let name = ask(1);
    let believed = agent.wait_event("of the forwarder", of_client(&forwarder, &name)).unwrap();
    let machine = json!({"ip": behind.to_string(), "domain": "laptop-17.lab", "mac": "02-53-00-00-00-42"});
    assert_eq!(
        difference(&believed, &json!({"dns_monitor": {"true_client": machine}})),
        None,
        "{believed:#}"
    );

    let third = scene.client(2);
    let name = ask(2);
    let unbelieved = agent.wait_event("of somebody", of_client(&third, &name)).unwrap();
    assert_eq!(
        difference(&unbelieved, &json!({"dns_monitor": {"true_client": null}})),
        None,
        "{unbelieved:#}"
    );
    assert_eq!(text(&unbelieved, "client.ip"), Some(&*third.to_string()));
}

/// The addresses of both families are the same machine's.
#[test]
fn both_families_have_names() {
    let scene = Scene::new();
    let mut agent = scene.start("");
    let v6 = address::client(0, Network::Plain).of(Family::V6);
    fs::write(scene.path("hosts"), format!("{} laptop-17.lab\n{v6} laptop-17.lab\n", scene.client(0)))
        .unwrap();
    let server = (address::resolver(Network::Plain).v6, 53).into();
    let mut asked = 0;
    agent
        .wait_until("the name is told over IPv6", |events| {
            asked += 1;
            ask_all(scene.lab.client(0), server, asked, &[("www.lab.example".to_owned(), "A")]).unwrap();
            let expected = json!({"client": {"ip": v6.to_string(), "domain": "laptop-17.lab"}});
            events.iter().any(|event| fits(event, &expected))
        })
        .unwrap();
}
