//! Configurations and lists in a folder, and what becomes of them: without a kernel, as `rules check` and `replay` have it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod refused;

use std::{fs, path::Path};

use tempfile::TempDir;

use super::{
    load::{LoadError, Loaded, Loader, Note, Occasion},
    offline,
    report::explanation,
};
use crate::{
    config::Config,
    rules::{name::NameBuf, table::memory::Heap},
};

/// A folder with lists, and what was told while they were loaded.
struct Lab {
    folder: TempDir,
    loader: Loader,
    told: Vec<String>,
}

impl Lab {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap(), loader: Loader::default(), told: vec![] }
    }

    fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        fs::write(self.folder.path().join(file), text).unwrap();
    }

    /// `PATH` in a configuration is the folder.
    fn config(&self, text: &str) -> Config {
        let path = self.folder.path().display().to_string();
        let text = format!("[rules]\nstate_dir = '{path}/state'\n{}", text.replace("PATH", &path));
        Config::parse("c.toml", &text).unwrap()
    }

    fn load(&mut self, config: &Config, occasion: Occasion) -> Result<Option<Loaded>, LoadError> {
        let told = &mut self.told;
        let mut tell = |note: Note<'_>| match note {
            Note::Problem(problem) => told.push(format!("{}: {}", problem.place, problem.why)),
            Note::Warning(text) => told.push(text),
            Note::Progress(..) => {}
        };
        let loaded = self.loader.load(config, 1, occasion, &mut Heap, &mut tell);
        self.loader.keep(&mut tell);
        loaded
    }

    /// What was told, without the folder's name.
    fn told(&mut self) -> Vec<String> {
        let path = self.folder.path().display().to_string();
        self.told.drain(..).map(|line| line.replace(&format!("{path}/"), "")).collect()
    }
}

/// Verdict, and the rule that decides.
fn verdict(loaded: &Loaded, name: &str) -> String {
    let explained = explanation(&loaded.ruleset, &NameBuf::parse(name).unwrap(), 1, None);
    let winner = explained.matches.iter().find(|found| found.wins);
    let file = |id: &str| Path::new(id).file_name().unwrap().to_string_lossy().into_owned();
    match winner {
        Some(found) => format!("{} {} {}", explained.verdict, found.origin, file(&found.id)),
        None => explained.verdict,
    }
}

/// Description, what the table of the list says besides its name and path, its text, a name, the verdict.
type Case = (&'static str, &'static str, &'static str, &'static str, &'static str);

#[test]
fn what_the_configuration_says_of_a_whole_list() {
    let cases: &[Case] = &[
        ("a domain covers what is below it", "", "bad.example", "www.bad.example", "nxdomain l list:1"),
        ("unless it should not", "subdomains = false", "bad.example", "www.bad.example", "pass"),
        ("of a hosts file it does not", "", "0.0.0.0 bad.example", "www.bad.example", "pass"),
        (
            "unless it should",
            "subdomains = true",
            "0.0.0.0 bad.example",
            "www.bad.example",
            "nxdomain l list:1",
        ),
        ("another action", "action = 'refused'", "# a list\nbad.example", "bad.example", "refused l list:2"),
        (
            "that of an entry",
            "format = 'dnsmasq'",
            "address=/a.example/192.0.2.1",
            "a.example",
            "sinkhole l list:1",
        ),
        (
            "but not of a list that only looks",
            "format = 'rpz'\naction = 'alert'",
            RPZ,
            "bad.example",
            "pass l list:4",
        ),
        (
            "nor of one that only tries",
            "format = 'rpz'\nmode = 'would-block'",
            RPZ,
            "bad.example",
            "would-drop l list:4",
        ),
        ("a condition for all of it", "type = ['AAAA']", "bad.example", "bad.example", "pass"),
        ("one that holds", "type = ['A']", "bad.example", "bad.example", "nxdomain l list:1"),
        (
            "a regular expression of a list",
            "format = 'adblock'",
            "/^ad[0-9]/",
            "ad1.example",
            "nxdomain l list:1",
        ),
    ];
    for (what, settings, text, name, expected) in cases {
        let mut lab = Lab::new();
        lab.write("list", text);
        let config = lab.config(&format!("[[list]]\nname = 'l'\npath = 'PATH/list'\n{settings}"));
        let loaded = lab.load(&config, Occasion::Start).unwrap().unwrap();
        assert_eq!(verdict(&loaded, name), *expected, "{what}: {:?}", lab.told());
    }
}

const RPZ: &str = "$ORIGIN rpz.\n@ SOA a. b. 1 2 3 4 5\n@ NS a.\nbad.example CNAME rpz-drop.\n";

#[test]
fn lists_and_rules_in_their_order() {
    let mut lab = Lab::new();
    lab.write("first", "both.example\nonly-first.example");
    lab.write("second", "both.example\nonly-second.example\nallowed.example");
    let config = lab.config(
        "[[list]]\nname = 'first'\npath = 'PATH/first'\naction = 'nodata'\n\
         [[rule]]\nname = 'rule'\nsuffix = ['allowed.example']\naction = 'allow'\n\
         [[list]]\nname = 'second'\npath = 'PATH/second'\naction = 'drop'\n",
    );
    let loaded = lab.load(&config, Occasion::Start).unwrap().unwrap();
    for (name, expected) in [
        ("both.example", "nodata first first:1"),
        ("x.only-second.example", "drop second second:2"),
        ("allowed.example", "pass rule c.toml:7"),
        ("none.example", "pass"),
    ] {
        assert_eq!(verdict(&loaded, name), expected, "{name}");
    }
    let names: Vec<_> = loaded.origins.iter().map(|origin| origin.name.as_str()).collect();
    assert_eq!(names, ["first", "rule", "second"]);
}

#[test]
fn a_folder_is_one_list() {
    let mut lab = Lab::new();
    fs::create_dir(lab.folder.path().join("many")).unwrap();
    lab.write("many/a", "a.example\nbad..name\n");
    lab.write("many/b", "# nothing\nb.example\n");
    let config = lab.config("[[list]]\nname = 'l'\npath = 'PATH/many'\nformat = 'domains'");
    let loaded = lab.load(&config, Occasion::Start).unwrap().unwrap();
    assert_eq!(verdict(&loaded, "a.example"), "nxdomain l a:1");
    assert_eq!(verdict(&loaded, "b.example"), "nxdomain l b:2");
    assert_eq!(lab.told(), ["many/a:2: an empty label"]);
}

#[test]
fn nothing_is_done_where_nothing_has_changed() {
    let mut lab = Lab::new();
    lab.write("list", "bad.example");
    let config = lab.config("[[list]]\nname = 'l'\npath = 'PATH/list'");
    assert!(lab.load(&config, Occasion::Look).unwrap().is_some(), "the first time");
    assert!(lab.load(&config, Occasion::Look).unwrap().is_none(), "the second");
    assert!(lab.load(&config, Occasion::Reload).unwrap().is_some(), "it was asked for");
    lab.write("list", "bad.example\nworse.example");
    let loaded = lab.load(&config, Occasion::Look).unwrap().expect("it has changed");
    assert_eq!(verdict(&loaded, "worse.example"), "nxdomain l list:2");
}

#[test]
fn what_check_prints() {
    let lab = Lab::new();
    lab.write("list", "bad.example\nbad..name\n192.0.2.1\ncom\nworse.example\n");
    let config = lab.config(
        "[[list]]\nname = 'l'\npath = 'PATH/list'\nformat = 'domains'\n\
         [[rule]]\nname = 'r'\nregex = ['x']\naction = 'alert'\n",
    );
    let mut printed = vec![];
    let error = offline::check(&config, &mut printed).unwrap_err().to_string();
    assert_eq!(error, "3 errors in lists and rules");
    let path = lab.folder.path().display().to_string();
    let printed = String::from_utf8(printed).unwrap().replace(&format!("{path}/"), "");
    let lines: Vec<_> = printed.lines().collect();
    assert_eq!(
        lines[..5],
        [
            "error: l: list:2: an empty label",
            "error: l: list:3: an address where a name belongs",
            "error: l: list:4: this would block the top-level domain com: set i_mean_it = true in `l` if that is wanted",
            "list l: nxdomain, 2 entries, 2 lines unreadable, 0 without meaning here",
            "rule r: alert, 1 entries, 0 lines unreadable, 0 without meaning here",
        ]
    );
    assert!(lines[5].starts_with("all: 2 names from 2 lists and rules, "), "{}", lines[5]);
    assert!(!lab.folder.path().join("state").exists(), "who only looks keeps nothing");
}
