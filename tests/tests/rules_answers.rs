//! What a client gets for a listed name, and what the event says of it: every action, network and family, on XDP and TC.
#![allow(clippy::unwrap_used, reason = "tests")]

use dns_monitor_tests::{
    Agent, Lab, Rules,
    address::{self, Family, Network},
    event::{field, fits, number, said, text},
    namespace::succeed,
    oracle::read_query_log,
    rules::printed,
};
use serde_json::{Value, json};

/// A list, which has `NAME.w.lab.example`, further settings of it, a query type, what dig must print, and the event.
type Case = (&'static str, &'static str, &'static str, &'static [&'static str], &'static str);

const EMPTY: &str = ";; flags: qr rd ra; QUERY: 1, ANSWER: 0, AUTHORITY: 0, ADDITIONAL: 1\n";
const ONE: &str = ";; flags: qr rd ra; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 1\n";
const RESOLVED: &[&str] = &["status: NOERROR", " IN A 192.0.2.82\n"];

#[rustfmt::skip]
const CASES: &[Case] = &[
    ("nxdomain", "ede = \"blocked\"", "A", &["status: NXDOMAIN", EMPTY, "; EDE: 15 (Blocked)\n"],
     "alert denied dns-answer success answer NXDOMAIN nxdomain kernel high nxdomain"),
    ("nodata", "ede = \"filtered\"", "AAAA", &["status: NOERROR", EMPTY, "; EDE: 17 (Filtered)\n"],
     "alert denied dns-answer success answer NOERROR nodata kernel high nodata"),
    ("refused", "ede = \"censored\"", "MX", &["status: REFUSED", EMPTY, "; EDE: 16 (Censored)\n"],
     "alert denied dns-answer failure answer REFUSED refused kernel high refused"),
    ("sinkhole", "", "A", &["status: NOERROR", ONE, " 30 IN A 192.0.2.1\n"],
     "alert denied dns-answer success answer NOERROR sinkhole kernel high sinkhole"),
    ("sinkhole", "", "AAAA", &["status: NOERROR", ONE, " 30 IN AAAA 2001:db8::1\n"],
     "alert denied dns-answer success answer NOERROR sinkhole kernel high sinkhole"),
    ("sinkhole", "", "HTTPS", &["status: NOERROR", EMPTY],
     "alert denied dns-answer success answer NOERROR sinkhole kernel high sinkhole"),
    ("drop", "", "A", &[],
     "alert denied dns-drop failure query - drop kernel high drop"),
    ("tcp-only", "", "A", &["Truncated, retrying in TCP mode", RESOLVED[0], RESOLVED[1]],
     "alert denied dns-answer success answer NOERROR tcp-only kernel high tcp-only"),
    ("alert", "", "A", RESOLVED, "alert allowed dns-lookup success answer NOERROR pass - high alert"),
    ("observe", "", "A", RESOLVED, "alert allowed dns-lookup success answer NOERROR pass - high observe"),
    ("allow", "", "A", RESOLVED, "event allowed dns-lookup success answer NOERROR pass - - -"),
    ("unlisted", "", "A", RESOLVED, "event allowed dns-lookup success answer NOERROR pass - - -"),
];

/// A list for each action, which has a name of its own; the last one has also those that another allows.
fn configure(rules: &Rules<'_>) {
    let mut specs = String::new();
    for (list, settings, ..) in CASES.iter().filter(|case| case.0 != "unlisted" && case.2 != "HTTPS") {
        if specs.contains(&format!("\"{list}\"")) {
            continue;
        }
        let sinkhole = "sinkhole = [\"192.0.2.1\", \"2001:db8::1\"]\nttl = \"30s\"\n";
        let sinkhole = if *list == "sinkhole" { sinkhole } else { "" };
        let common = "severity = \"high\"\ncategory = \"malware\"\n";
        specs += &rules.list(list, &format!("action = \"{list}\"\n{common}{sinkhole}{settings}"));
        rules.write(&format!("{list}.txt"), format!("# names\n{list}.w.lab.example\n")).unwrap();
    }
    specs += &rules.list("last", "action = \"drop\"");
    rules.write("last.txt", "allow.w.lab.example\n").unwrap();
    rules.configure("", &specs).unwrap();
}

/// Text whose columns are one blank apart.
fn one_blank(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.map(|line| line + "\n").collect()
}

/// What must not be in what dig or kdig print: they found something odd.
fn assert_well_formed(what: &str, output: &str) {
    let lower = output.to_lowercase();
    for odd in ["warning", "mismatch", "malformed", "error: ", "unexpected", "mangled", "extra bytes"] {
        assert!(!lower.contains(odd), "{what}: {odd:?} in\n{output}");
    }
}

/// One lookup by dig, and what became of it.
fn check_with_dig(lab: &Lab, agent: &mut Agent, network: Network, family: Family, case: &Case) {
    let (list, _, rr_type, prints, event) = case;
    let name = format!("{network:?}-{family:?}-Dig-{rr_type}.{list}.w.lab.example");
    let what = format!("{name} {rr_type}");
    let server = format!("@{}", address::resolver(network).of(family));
    let timeout = if prints.is_empty() { "+timeout=1" } else { "+timeout=5" };
    let output = lab.dig(1, &[&server, timeout, &name, rr_type]).output().unwrap();
    let output = one_blank(&output.stdout);
    if prints.is_empty() {
        assert!(output.contains("timed out"), "{what}:\n{output}");
    } else {
        assert_well_formed(&what, &output);
        assert!(output.contains(&format!("\n;{name}. ")), "{what}: not as it was asked:\n{output}");
        assert!(
            prints.iter().any(|text| text.contains("EDE")) || !output.contains("EDE"),
            "{what}:\n{output}"
        );
    }
    for text in *prints {
        assert!(output.contains(text), "{what}: no {text:?} in\n{output}");
    }
    let lower = name.to_lowercase();
    let asked = json!({
        "dns": {"question": {"name": lower}}, "network": {"transport": "udp"}, "dns_monitor": {"role": "client"}
    });
    let found = agent.wait_event(&what, |event| fits(event, &asked)).unwrap();
    assert_eq!(said(&found), *event, "{what}: {found:#}");
    let client = address::client(1, network).of(family).to_string();
    assert_eq!(text(&found, "client.ip"), Some(client.as_str()), "{what}");
    assert_eq!(text(&found, "dns_monitor.original_name"), Some(name.as_str()), "{what}");
    assert_rule(&what, &found, list, !event.ends_with(" -"));
    if !prints.is_empty() && *list != "tcp-only" {
        let size: u64 = printed(&output, "MSG SIZE rcvd: ").unwrap().parse().unwrap();
        assert_eq!(number(&found, "server.bytes"), Some(size), "{what}: {found:#}\n{output}");
    }
}

fn assert_rule(what: &str, event: &Value, list: &str, is_named: bool) {
    let Some(rule) = field(event, "rule") else { return assert!(!is_named, "{what}: {event:#}") };
    assert_eq!((&rule["ruleset"], &rule["category"]), (&list.into(), &"malware".into()), "{what}: {event:#}");
    assert!(rule["id"].as_str().unwrap().ends_with(&format!("/rules/{list}.txt:2")), "{what}: {event:#}");
}

/// The second opinion, and a query without EDNS.
fn check_with_kdig(lab: &Lab, network: Network, family: Family, case: &Case) {
    let (list, _, rr_type, prints, _) = case;
    let Some(status) = prints.iter().find(|text| text.starts_with("status: ")) else { return };
    let name = format!("{network:?}-{family:?}-Kdig-{rr_type}.{list}.w.lab.example");
    let server = format!("@{}", address::resolver(network).of(family));
    let mut kdig = lab.client(2).command("kdig");
    let output = kdig.args(["+retry=0", "+ignore", &server, &name, rr_type]).output().unwrap();
    let output = one_blank(&output.stdout);
    let what = format!("{name} {rr_type}");
    assert_well_formed(&what, &output);
    assert!(
        output.contains(*status) && output.contains(&format!("\n;; {}. ", name.to_lowercase())),
        "{what}:\n{output}"
    );
    let answer = prints.iter().find(|text| text.starts_with(' ')).filter(|_| *list != "tcp-only");
    assert!(answer.is_none_or(|text| output.contains(text)), "{what}: no {answer:?} in\n{output}");
    let flags = if *list == "tcp-only" { "Flags: qr tc rd ra;" } else { "Flags: qr rd ra;" };
    assert!(output.contains(flags) && output.contains("ADDITIONAL: 0"), "{what}:\n{output}");
}

/// Names that reached the resolver from clients, and how often.
fn seen(lab: &Lab, name: &str) -> usize {
    let log = read_query_log(&lab.resolver_named().query_log().unwrap()).unwrap();
    log.iter().filter(|logged| logged.name == name).count()
}

fn every_action(attach: &str) {
    let lab = Lab::new().unwrap();
    let rules = Rules::new(&lab).unwrap();
    configure(&rules);
    let mut agent = rules.start(&["--attach", attach]).unwrap();
    for network in Network::ALL {
        for family in [Family::V4, Family::V6] {
            for case in CASES {
                check_with_dig(&lab, &mut agent, network, family, case);
                check_with_kdig(&lab, network, family, case);
                let name = |by| {
                    format!("{network:?}-{family:?}-{by}-{}.{}.w.lab.example", case.2, case.0).to_lowercase()
                };
                let by_tcp = usize::from(case.0 == "tcp-only");
                let expected = usize::from(case.4.contains(" allowed "));
                assert_eq!(seen(&lab, &name("dig")), expected + by_tcp, "{case:?}");
                assert_eq!(seen(&lab, &name("kdig")), expected, "{case:?}");
            }
        }
    }
    let ended = agent.stop().unwrap();
    assert!(ended.status.success(), "{}", ended.stderr);
}

#[test]
fn every_action_on_xdp() {
    every_action("xdp");
}

#[test]
fn every_action_on_tc() {
    every_action("tc");
}

const KEY: &str = "hmac-sha256:key.example:c2VjcmV0IHNlY3JldCBzZWNyZXQ=";
const ANSWERED: &str = "alert denied dns-answer success answer NXDOMAIN nxdomain kernel high nxdomain";

/// Description, dig's options, what it must print, the flags of the event, and what the event says.
type Way =
    (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str], &'static str);

#[rustfmt::skip]
const ASKED: &[Way] = &[
    ("without EDNS", &["+noedns"], &["flags: qr rd ra; QUERY: 1, ANSWER: 0, AUTHORITY: 0, ADDITIONAL: 0"], &["RD", "RA"], ANSWERED),
    ("DNSSEC wanted", &["+dnssec"], &["; EDNS: version: 0, flags: do; udp: 1232"], &["RD", "RA", "DO"], ANSWERED),
    ("no recursion wanted", &["+norecurse"], &[";; flags: qr ra; "], &["RA"], ANSWERED),
    ("unchecked", &["+cdflag"], &[";; flags: qr rd ra cd; "], &["RD", "RA", "CD"], ANSWERED),
    ("a client's subnet", &["+subnet=192.0.2.0/24"], &[EMPTY, "EDE: 15"], &["RD", "RA"], ANSWERED),
    ("padded", &["+padding=468"], &[EMPTY, "EDE: 15"], &["RD", "RA"], ANSWERED),
    ("EDNS of the future", &["+edns=1", "+noednsneg"], &["status: BADVERS"], &["RD"],
     "alert allowed dns-lookup success answer BADVERS pass no high nxdomain"),
    ("signed", &["-y", KEY], &["status: NOTAUTH"], &["RD"],
     "alert allowed dns-lookup success answer NOTAUTH pass no high nxdomain"),
];

#[test]
fn every_way_to_ask() {
    let lab = Lab::new().unwrap();
    let rules = Rules::new(&lab).unwrap();
    configure(&rules);
    let mut agent = rules.start(&["--attach", "auto"]).unwrap();
    agent.wait_stderr("ingress on TC").unwrap(); // a veth has no other way that is sure
    for (at, (what, options, prints, flags, event)) in ASKED.iter().enumerate() {
        let name = format!("ask{at}.nxdomain.w.lab.example");
        let output = lab.dig(0, &[options, &[name.as_str(), "A"][..]].concat()).output().unwrap();
        let output = one_blank(&output.stdout);
        for text in *prints {
            assert!(output.contains(text), "{what}: no {text:?} in\n{output}");
        }
        let asked = json!({"dns": {"question": {"name": name}}});
        let found = agent.wait_event(what, |event| fits(event, &asked)).unwrap();
        assert_eq!(said(&found), *event, "{what}: {found:#}");
        assert_eq!(found["dns"]["header_flags"], json!(flags), "{what}: {found:#}");
        let size: u64 = printed(&output, "MSG SIZE rcvd: ").unwrap().parse().unwrap();
        assert_eq!(number(&found, "server.bytes"), Some(size), "{what}: {found:#}\n{output}");
        // Of those that it has to answer itself, it logs nothing, because it does not get as far as the question.
        assert_eq!(seen(&lab, &name), 0, "{what}");
    }
}

#[test]
fn a_cookie_of_the_resolver_comes_back_whole() {
    let lab = Lab::new().unwrap();
    let rules = Rules::new(&lab).unwrap();
    configure(&rules);
    let _agent = rules.start(&[]).unwrap();
    let first = lab.ask(0, &["first.w.lab.example", "A"]).unwrap();
    let cookie = printed(&first, "; COOKIE: ").unwrap().strip_suffix(" (good)").unwrap();
    assert!(cookie.len() > 32, "no server's part in {cookie}");
    let with_cookie = format!("+cookie={cookie}");
    for (name, expected) in [
        ("second.nxdomain.w.lab.example", &["NXDOMAIN", "EDE: 15 (Blocked)"][..]),
        ("second.sinkhole.w.lab.example", &["NOERROR", "192.0.2.1\n"]),
        // The resolver takes it still: a client loses nothing by what it got from us.
        ("second.w.lab.example", &["NOERROR", "192.0.2.82\n"]),
    ] {
        let output = lab.ask(0, &[&with_cookie, name, "A"]).unwrap();
        assert_well_formed(name, &output);
        let (echoed, state) = printed(&output, "; COOKIE: ").unwrap().split_once(' ').unwrap();
        assert_eq!((&echoed[..16], state), (&cookie[..16], "(good)"), "{name}:\n{output}");
        let by_resolver = name == "second.w.lab.example";
        assert!(by_resolver || echoed == cookie, "{name}: not as it was given:\n{output}");
        assert!(expected.iter().all(|text| output.contains(text)), "{name}: no {expected:?} in\n{output}");
    }
    let mut kdig = lab.client(0).command("kdig");
    let asked = ["@10.53.0.2", "+edns", "+cookie", "+retry=0", "third.nxdomain.w.lab.example", "A"];
    let output = succeed(kdig.args(asked)).unwrap();
    assert_well_formed("kdig", &output);
    assert!(output.contains("NXDOMAIN") && output.contains("EDE: 15 (Blocked)"), "{output}");
}
