//! As text for Prometheus, in its exposition format 0.0.4.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::{output::Output, report::Status};
use crate::output::watch::Spool;

/// What `Content-Type` says.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All figures.
#[must_use]
pub fn metrics(status: &Status) -> String {
    let mut page = Page::default();
    agent(&mut page, status);
    stream(&mut page, status);
    outputs(&mut page, &status.outputs);
    rules(&mut page, status);
    lists(&mut page, status);
    page.0
}

fn agent(page: &mut Page, status: &Status) {
    let process = &status.process;
    page.one(
        "dns_monitor_build_info",
        "gauge",
        "Always 1; the version of the agent.",
        &[("version", &status.agent_version)],
        1,
    );
    let health = "How the agent is: 0 ok, 1 warning, 2 critical.";
    page.one("dns_monitor_health", "gauge", health, &[], status.health as u8);
    let sandboxed = u8::from(status.sandbox.enabled);
    page.one("dns_monitor_sandboxed", "gauge", "Whether the agent has given up its rights.", &[], sandboxed);
    let start = seconds(status.started_at);
    page.one("process_start_time_seconds", "gauge", "When the agent began to watch.", &[], start);
    page.one("process_cpu_seconds_total", "counter", "Time on processors.", &[], process.cpu_seconds);
    page.one(
        "process_resident_memory_bytes",
        "gauge",
        "Memory of the agent's own.",
        &[],
        process.resident_bytes,
    );
    page.one("process_open_fds", "gauge", "Open descriptors.", &[], process.open_files);
    page.one("process_threads", "gauge", "Threads.", &[], process.threads);
    page.head("dns_monitor_interface_attached", "gauge", "Whether the programs are on the interface.");
    for interface in &status.interfaces {
        let ingress = interface.ingress.as_deref().unwrap_or("none");
        let labels = [("interface", interface.name.as_str()), ("ingress", ingress)];
        page.line("dns_monitor_interface_attached", &labels, u8::from(interface.ingress.is_some()));
    }
    page.head("dns_monitor_interface_reattached_total", "counter", "How often the interface came back.");
    for interface in &status.interfaces {
        let labels = [("interface", interface.name.as_str())];
        page.line("dns_monitor_interface_reattached_total", &labels, interface.reattached);
    }
}

fn stream(page: &mut Page, status: &Status) {
    page.head("dns_monitor_seen_total", "counter", "What a stage of the ledger saw.");
    for stage in &status.stages {
        page.line("dns_monitor_seen_total", &[("stage", &stage.name)], stage.seen);
    }
    for (name, help, column) in [
        ("dns_monitor_emitted_total", "What went on to the next stage.", "emitted"),
        ("dns_monitor_filtered_total", "What a stage left out by design, by reason.", "filtered"),
        ("dns_monitor_lost_total", "What should have gone on and did not, by reason.", "lost"),
        ("dns_monitor_aside_total", "What is in no sum of the ledger, by reason.", "aside"),
    ] {
        page.head(name, "counter", help);
        for stage in &status.stages {
            if column == "emitted" {
                page.line(name, &[("stage", &stage.name)], stage.emitted);
                continue;
            }
            for count in stage.reasons.iter().filter(|count| count.column == column) {
                page.line(name, &[("stage", &stage.name), ("reason", &count.reason)], count.count);
            }
        }
    }
    page.head("dns_monitor_held", "gauge", "What waits for its fate at a stage.");
    for stage in &status.stages {
        page.line("dns_monitor_held", &[("stage", &stage.name)], stage.held);
    }
    page.head(
        "dns_monitor_causes_total",
        "counter",
        "Lookups of the resolver, by how sure it is who made it ask.",
    );
    for (certainty, count) in &status.causes {
        page.line("dns_monitor_causes_total", &[("certainty", certainty)], count);
    }
}

fn outputs(page: &mut Page, outputs: &[Output]) {
    page.head("dns_monitor_output_info", "gauge", "Always 1; what an output is.");
    for Output { state, .. } in outputs {
        let labels = [("type", state.kind.as_str()), ("schema", state.schema.as_deref().unwrap_or_default())];
        page.line(
            "dns_monitor_output_info",
            &[[("output", state.name.as_str())].as_slice(), &labels].concat(),
            1,
        );
    }
    type Value = fn(&Output) -> Option<f64>;
    let gauges: [(&str, &str, Value); 6] = [
        ("up", "Whether events leave, as far as is known.", |one| Some(f64::from(u8::from(one.is_up())))),
        ("lag_seconds", "Age of the oldest event that is not delivered.", |one| Some(one.state.lag_seconds)),
        ("queue_bytes", "Events that wait in memory.", |one| Some(one.state.queued_bytes as f64)),
        ("spool_bytes", "Bytes of the spool on disk.", |one| Some(spool(one)?.0 as f64)),
        ("spool_limit_bytes", "The most bytes of the spool.", |one| Some(spool(one)?.1 as f64)),
        ("spool_events", "Events that wait in the spool.", |one| Some(spool(one)?.2 as f64)),
    ];
    for (name, help, value) in gauges {
        let name = format!("dns_monitor_output_{name}");
        page.head(&name, "gauge", help);
        for one in outputs {
            if let Some(value) = value(one) {
                page.line(&name, &[("output", &one.state.name)], value);
            }
        }
    }
    page.head("dns_monitor_output_delivered_total", "counter", "Events that were delivered.");
    for one in outputs {
        page.line("dns_monitor_output_delivered_total", &[("output", &one.state.name)], one.delivered);
    }
    page.head("dns_monitor_output_lost_total", "counter", "Events that an output has lost, by reason.");
    for one in outputs {
        for lost in &one.lost {
            let labels = [("output", one.state.name.as_str()), ("reason", lost.reason.as_str())];
            page.line("dns_monitor_output_lost_total", &labels, lost.count);
        }
    }
}

/// Bytes, the most of them, and events.
const fn spool(output: &Output) -> Option<(u64, u64, u64)> {
    match output.state.spool {
        Some(Spool::Holds { bytes, limit_bytes, events, .. }) => Some((bytes, limit_bytes, events)),
        _ => None,
    }
}

fn rules(page: &mut Page, status: &Status) {
    let rules = &status.rules;
    let enforcing = u8::from(rules.enforcing);
    page.one("dns_monitor_rules_enforcing", "gauge", "Whether the kernel blocks now.", &[], enforcing);
    page.one("dns_monitor_rules_names", "gauge", "Names in the kernel's table.", &[], rules.names);
    page.one(
        "dns_monitor_rules_table_bytes",
        "gauge",
        "Memory of the kernel's tables.",
        &[],
        rules.kernel_bytes,
    );
    let sets = "How often rules were put in force.";
    page.one("dns_monitor_rules_installed_total", "counter", sets, &[], rules.generation);
    let took = "How long the last load took.";
    page.one("dns_monitor_rules_load_duration_seconds", "gauge", took, &[], rules.load_seconds);
    let loaded = rules.loaded_at.map_or(0.0, seconds);
    let when = "When the rules in force were loaded; 0: never.";
    page.one("dns_monitor_rules_loaded_timestamp_seconds", "gauge", when, &[], loaded);
    page.one("dns_monitor_rules_manual", "gauge", "Rules given by command.", &[], rules.manual);
    let learned = &rules.learned;
    page.one("dns_monitor_learned_names", "gauge", "Names that the agent told the kernel.", &[], learned.now);
    let evicted = "Learned names that had to go for newer ones.";
    page.one("dns_monitor_learned_evicted_total", "counter", evicted, &[], learned.evicted);
    let refused = "Learned names that found no room.";
    page.one("dns_monitor_learned_refused_total", "counter", refused, &[], learned.refused);
}

fn lists(page: &mut Page, status: &Status) {
    let origins = &status.rules.origins;
    page.head("dns_monitor_rule_hits_total", "counter", "Lookups that a list or rule has decided.");
    for origin in origins {
        let labels = [("origin", origin.name.as_str()), ("kind", &origin.kind), ("action", &origin.action)];
        page.line("dns_monitor_rule_hits_total", &labels, origin.hits);
    }
    page.head("dns_monitor_rule_entries", "gauge", "Entries of a list or rule that are in force.");
    for origin in origins {
        page.line("dns_monitor_rule_entries", &[("origin", &origin.name)], origin.entries);
    }
    page.head("dns_monitor_rule_unreadable_lines", "gauge", "Lines of a list that could not be read.");
    for origin in origins {
        page.line("dns_monitor_rule_unreadable_lines", &[("origin", &origin.name)], origin.unreadable);
    }
    page.head("dns_monitor_rule_outdated", "gauge", "Whether the newest text of a list is not in force.");
    for origin in origins {
        page.line("dns_monitor_rule_outdated", &[("origin", &origin.name)], u8::from(origin.error.is_some()));
    }
    page.head("dns_monitor_rule_changed_timestamp_seconds", "gauge", "When the text of a list last changed.");
    for origin in origins {
        if let Some(at) = origin.changed_at {
            page.line("dns_monitor_rule_changed_timestamp_seconds", &[("origin", &origin.name)], seconds(at));
        }
    }
}

fn seconds(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / 1000.0
}

/// The text, line by line. Writing to a string does not fail.
#[derive(Default)]
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _infallible = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, labels: &[(&str, &str)], value: impl ToString) {
        self.head(name, kind, help);
        self.line(name, labels, value);
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: impl ToString) {
        let labels: Vec<_> =
            labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _infallible = writeln!(self.0, "{name}{labels} {}", value.to_string());
    }
}

/// Within quotes.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
