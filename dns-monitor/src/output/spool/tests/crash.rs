//! A process that is killed while it writes.

use std::{
    env,
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
};

use super::*;

const FOLDER: &str = "DNS_MONITOR_TEST_SPOOL";

/// What the process does, until it is killed.
fn write_until_killed(folder: &Path) -> ! {
    let mut spool = Spool::open(folder, &settings(1 << 30, Full::DropOldest)).unwrap();
    let mut out = io::stderr();
    for number in 0_u64.. {
        fill(&mut spool, number * 7, &[7]);
        if number % 3 == 2 {
            spool.read(1, &mut Vec::new()).unwrap();
            spool.acknowledge().unwrap();
        }
        writeln!(out, "{number}").unwrap();
    }
    unreachable!("numbers do not end");
}

/// In the process that is to be killed, this test is what it does.
#[test]
fn everything_written_survives_kill_9() {
    if let Some(folder) = env::var_os(FOLDER) {
        write_until_killed(Path::new(&folder));
    }
    for lines in [1, 40, 1000] {
        let folder = TempDir::new().unwrap();
        let mut child = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "output::spool::tests::crash::everything_written_survives_kill_9",
                "--nocapture",
            ])
            .env(FOLDER, folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut said = said.filter_map(|line| line.parse::<u64>().ok());
        let last = said.nth(lines - 1).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        // It went on until the signal came.
        let last = said.last().unwrap_or(last);
        let found = drain(&mut open(&folder));
        let (first, end) = (found[0], found[0] + found.len() as u64);
        assert_eq!(found, numbers(first..end), "no hole");
        assert!(first <= (last + 1) / 3 * 7, "{first}: what was not delivered is there");
        assert!(end >= (last + 1) * 7, "{end}: and all that was written");
    }
}
