//! What several tests look at.
#![allow(clippy::unwrap_used, reason = "tests")]

use dns_monitor_tests::{
    Agent, Lab,
    event::{fits, has_role},
    namespace::succeed,
    wait,
};
use serde_json::{Value, json};

/// Asks for a name nobody asked for before and waits for its event.
pub fn see_lookup(lab: &Lab, agent: &mut Agent, name: &str) -> Value {
    wait::until("the resolver answers", || {
        Ok(lab.ask(0, &["+short", name, "A"]).ok().filter(|answer| answer.contains("192.0.2.82")))
    })
    .unwrap();
    agent
        .wait_event(name, |event| {
            has_role(event, "client")
                && fits(event, &json!({"dns": {"question": {"name": name}, "response_code": "NOERROR"}}))
        })
        .unwrap()
}

/// Whether an XDP program is on the resolver's eth0, and of which kernel id.
pub fn xdp(lab: &Lab) -> Option<u64> {
    let printed =
        succeed(lab.resolver().command("ip").args(["-json", "-details", "link", "show", "eth0"])).unwrap();
    let links: Value = serde_json::from_str(&printed).unwrap();
    links.pointer("/0/xdp/prog/id").and_then(Value::as_u64)
}
