//! New rules beside the traffic: no lookup is lost or judged wrong, and what is no good changes nothing.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    fs::File,
    path::Path,
    time::{Duration, SystemTime},
};

use dns_monitor_tests::{
    Agent, Lab, Rules,
    address::{self, Family, Network},
    books,
    event::{has_role, said},
    load::{Asked, Client, Load},
    oracle::read_query_log,
    rules::{installed, wait_installed},
    wait::PATIENCE,
};

const RELOADS: u64 = 100;
const NXDOMAIN: u16 = 3;
const BLOCKED: &str = "alert denied dns-answer success answer NXDOMAIN nxdomain kernel medium listed";
const PASSED: &str = "event allowed dns-lookup success answer NOERROR pass - - -";

/// A list with one name that counts among many that nobody asks for, other ones each time.
fn listed(version: u64) -> String {
    let filler = |number: u64| format!("n{number}.v{version}.filler.example\n");
    let (before, behind) = (version % 300, 300);
    let names = (0..before).map(filler).chain(["listed.w.lab.example\n".into()]);
    names.chain((before..behind).map(filler)).collect()
}

fn clients(lab: &Lab) -> Vec<Client> {
    [(0, Network::Plain, Family::V4), (1, Network::Plain, Family::V6), (2, Network::Vlan, Family::V4)]
        .map(|(client, network, family)| {
            let server = (address::resolver(network).of(family), 53).into();
            Client::new(lab.client(client), server, PATIENCE).unwrap()
        })
        .into()
}

/// Every other name is listed; of the others some are in the resolver's cache.
fn name(client: usize, lookup: u64) -> String {
    match lookup % 2 {
        0 => format!("b{lookup}-{client}.listed.w.lab.example"),
        _ => format!("a{}-{client}.w.lab.example", lookup % 501),
    }
}

fn is_listed(name: &str) -> bool {
    name.ends_with(".listed.w.lab.example")
}

/// Says that a file was written some time ago, so that nobody waits for the rest of it.
fn age(path: &Path) {
    let file = File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(5)).unwrap();
}

/// Makes the agent read its lists again, in one of the three ways.
fn reload(rules: &Rules<'_>, agent: &mut Agent, version: u64) {
    let before = installed(agent);
    let path = rules.write("listed.txt", listed(version)).unwrap();
    match version % 20 {
        0 => age(&path),
        by if by.is_multiple_of(2) => agent.signal(libc::SIGHUP).unwrap(),
        _ => {
            let printed = rules.tell(&["reload"]).unwrap();
            assert!(printed.contains("rules in force: 301 names"), "{printed}");
        }
    }
    wait_installed(agent, before).unwrap();
}

#[test]
fn a_hundred_reloads_under_load_lose_nothing_and_judge_nothing_wrong() {
    let lab = Lab::new().unwrap();
    let rules = Rules::new(&lab).unwrap();
    rules.write("listed.txt", listed(0)).unwrap();
    rules.configure("", &rules.list("listed", "")).unwrap();
    let mut agent = rules.start(&[]).unwrap();
    let log_before = lab.resolver_named().query_log().unwrap().lines().count();
    let load = Load::start(clients(&lab), name);
    for version in 1..=RELOADS {
        reload(&rules, &mut agent, version);
        load.wait(3).unwrap();
    }
    let asked = load.stop().unwrap();
    let (blocked, passed): (Vec<Asked>, Vec<Asked>) =
        asked.into_iter().partition(|asked| is_listed(&asked.name));
    let wrong = |asked: &[Asked], rcode: u16| {
        asked.iter().filter(|asked| asked.rcode != Some(rcode)).take(5).cloned().collect::<Vec<_>>()
    };
    assert_eq!(wrong(&blocked, NXDOMAIN), [], "of {} that are listed", blocked.len());
    assert_eq!(wrong(&passed, 0), [], "of {} that are not", passed.len());

    let log = lab.resolver_named().query_log().unwrap();
    let log: Vec<_> = read_query_log(&log).unwrap().into_iter().skip(log_before).collect();
    assert_eq!(log.iter().find(|logged| is_listed(&logged.name)), None);
    assert_eq!(log.len(), passed.len());
    assert_eq!(rules.hits("listed").unwrap(), blocked.len() as u64);

    let all = blocked.len() + passed.len();
    let events = agent.wait_events("of clients", all, |event| has_role(event, "client")).unwrap();
    let count = |says: &str| events.iter().filter(|event| said(event) == says).count();
    assert_eq!((events.len(), count(BLOCKED), count(PASSED)), (all, blocked.len(), passed.len()));
    let ended = agent.stop().unwrap();
    assert!(ended.status.success(), "{}", ended.stderr);
    for book in books::read(&ended.stderr).unwrap() {
        assert!(book.balances() && book.lost == 0, "{book:?}\n{}", ended.stderr);
    }
}

/// That a name is blocked still, and never came to the resolver.
fn assert_still_blocked(lab: &Lab, what: &str, name: &str) {
    let printed = lab.ask(0, &[name, "A"]).unwrap();
    assert!(printed.contains("status: NXDOMAIN") && printed.contains("ANSWER: 0"), "{what}:\n{printed}");
    assert!(!lab.resolver_named().query_log().unwrap().contains(name), "{what}");
}

#[test]
fn a_list_that_is_no_good_changes_nothing() {
    let lab = Lab::new().unwrap();
    let rules = Rules::new(&lab).unwrap();
    rules.write("listed.txt", listed(7)).unwrap();
    rules.configure("", &rules.list("listed", "")).unwrap();
    let mut agent = rules.start(&[]).unwrap();
    let junk: Vec<u8> = (0..20_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let cut: String = listed(200).lines().take(15).map(|line| format!("{line}\n")).collect();
    let prose = "This is not a list of names, it is a page that says why there is none.\n".repeat(50);
    for (at, (what, text, says)) in [
        ("binary junk", junk, "cannot be read"),
        ("cut to a twentieth", cut.into_bytes(), "15 entries are less than a tenth of the 301 that it had"),
        ("another text", prose.into_bytes(), "cannot be read"),
        ("empty", Vec::new(), "it is empty, and had 301 entries"),
    ]
    .into_iter()
    .enumerate()
    {
        rules.write("listed.txt", text).unwrap();
        let output = rules.try_tell(&["reload"]).unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && told.contains("listed: refused: "), "{what}: {output:?}");
        assert!(told.contains(says), "{what}: {told}");
        agent.wait_stderr(says).unwrap();
        assert_still_blocked(&lab, what, &format!("b{at}.listed.w.lab.example"));
        let list = &rules.ask(&["stats"]).unwrap()["origins"][1];
        assert_eq!(
            (list["from"].as_str(), list["entries"].as_u64()),
            (Some("last-good"), Some(301)),
            "{what}"
        );
        assert!(list["error"].as_str().unwrap().contains(says), "{what}: {list}");
    }
    std::fs::remove_file(rules.write("listed.txt", "").unwrap()).unwrap();
    assert!(rules.try_tell(&["reload"]).unwrap().status.success());
    assert_still_blocked(&lab, "gone", "gone.listed.w.lab.example");
    // What is good again is taken again.
    rules.write("listed.txt", listed(8) + "other.w.lab.example\n").unwrap();
    rules.tell(&["reload"]).unwrap();
    assert_still_blocked(&lab, "mended", "b.other.w.lab.example");
    assert!(agent.stop().unwrap().status.success());
}

#[test]
fn a_configuration_that_is_no_good_changes_nothing() {
    let lab = Lab::new().unwrap();
    let rules = Rules::new(&lab).unwrap();
    rules.write("listed.txt", "listed.w.lab.example\n").unwrap();
    rules.configure("", &rules.list("listed", "")).unwrap();
    let agent = rules.start(&[]).unwrap();
    for (at, (specs, says)) in [
        ("[[list]\n", "dns-monitor.toml:"),
        ("[[list]]\nname = \"other\"\n", "dns-monitor.toml:"),
        ("[[rule]]\nname = \"x\"\naction = \"explode\"\nsuffix = [\"example\"]\n", "explode"),
    ]
    .into_iter()
    .enumerate()
    {
        rules.configure("", specs).unwrap();
        let output = rules.try_tell(&["reload"]).unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{specs}: {told}");
        assert!(told.contains("the old rules stay in force") && told.contains(says), "{specs}: {told}");
        assert_still_blocked(&lab, specs, &format!("b{at}.listed.w.lab.example"));
    }
    let before = agent.stderr().matches("not reloaded").count();
    agent.signal(libc::SIGHUP).unwrap();
    dns_monitor_tests::wait::until("SIGHUP says it, too", || {
        Ok((agent.stderr().matches("not reloaded").count() > before).then_some(()))
    })
    .unwrap();
    assert_still_blocked(&lab, "by signal", "b.listed.w.lab.example");
    assert!(agent.stop().unwrap().status.success());
}

#[test]
fn a_line_that_cannot_be_read_is_reported_with_its_place() {
    let lab = Lab::new().unwrap();
    let rules = Rules::new(&lab).unwrap();
    let long = "x".repeat(64);
    let text =
        format!("listed.w.lab.example\n# a comment\n{long}.example\ngood.example\n192.0.2.1\nmore.example\n");
    let path = rules.write("listed.txt", text).unwrap().display().to_string();
    let config = rules.configure("", &rules.list("listed", "format = \"domains\"")).unwrap();
    let mut agent = rules.start(&[]).unwrap();
    for line in [3, 5] {
        agent.wait_stderr(&format!("listed: {path}:{line}: ")).unwrap();
    }
    assert_still_blocked(&lab, "the others count", "b.listed.w.lab.example");
    assert!(agent.stop().unwrap().status.success());

    let mut check = std::process::Command::new(dns_monitor_tests::agent::program().unwrap());
    let output = check.args(["rules", "check", "--config"]).arg(config).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{printed}");
    for line in [3, 5] {
        assert!(printed.contains(&format!("error: listed: {path}:{line}: ")), "{printed}");
    }
}
