//! Nothing acknowledged is lost when the agent is killed, and nobody is told more of people than is set.

use std::{collections::BTreeSet, sync::atomic::Ordering::SeqCst};

use dns_monitor_tests::{Lab, wait};
use serde_json::Value;
use tempfile::TempDir;

use super::{agent, ask, book, http::Web, ids};

fn client(line: &str) -> String {
    let event: Value = serde_json::from_str(line).unwrap();
    event["client"]["ip"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn what_was_in_the_spool_when_the_agent_was_killed_arrives() {
    let (lab, folder) = (Lab::new().unwrap(), TempDir::new().unwrap());
    let web = Web::start(&lab, "127.0.0.1:8080".parse().unwrap()).unwrap();
    let output = "[[output]]\nname = 'lake'\ntype = 'http'\nurl = 'http://127.0.0.1:8080'\n\
                  privacy = { addresses = 'truncate' }\n";
    let mut first = agent(&lab, &folder, output);
    ask(&lab, &mut first, 2000);
    wait::until("some is acknowledged", || Ok((web.taken.load(SeqCst) > 0).then_some(()))).unwrap();
    web.busy.store(true, SeqCst);
    ask(&lab, &mut first, 2000);
    let lines = first.lines();
    // What is in memory when it is killed is lost, and no collector could have acknowledged it.
    let last = ids(&lines[lines.len() - 1..]).pop_first().unwrap();
    let spool = folder.path().join("state/spool/lake");
    wait::until("the spool has the last event", || {
        let files =
            std::fs::read_dir(&spool)?.flatten().map(|entry| std::fs::read(entry.path()).unwrap_or_default());
        let kept = web.lines().into_iter().map(String::into_bytes).chain(files);
        Ok(kept.into_iter().any(|bytes| String::from_utf8_lossy(&bytes).contains(&last)).then_some(()))
    })
    .unwrap();
    first.signal(libc::SIGKILL).unwrap();
    let mut sent = ids(&lines);
    drop(first);
    web.busy.store(false, SeqCst);
    let mut second = agent(&lab, &folder, output);
    ask(&lab, &mut second, 500);
    wait::until("what was in the spool arrives", || Ok(sent.is_subset(&ids(&web.lines())).then_some(())))
        .unwrap();
    let ended = second.stop().unwrap();
    assert_eq!(book(&ended, "lake").lost, 0, "{}", ended.stderr);
    sent.extend(ids(&ended.lines));
    wait::until("all has arrived", || Ok(sent.is_subset(&ids(&web.lines())).then_some(()))).unwrap();
    assert!(ended.lines.iter().any(|line| client(line) == "10.53.0.10"), "standard output says all");
    // The resolver's own address is no person's.
    let told: BTreeSet<_> = web.lines().iter().map(|line| client(line)).collect();
    assert!(told.contains("10.53.0.0") && !told.iter().any(|ip| ip.starts_with("10.53.0.1")), "{told:?}");
}
