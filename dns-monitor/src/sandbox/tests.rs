#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{fs, os::unix::fs::symlink, path::PathBuf};

use super::*;

fn paths(text: &str, file: Option<&Path>) -> Paths {
    Paths::of(&Config::parse("f", text).unwrap(), file)
}

#[test]
fn a_right_is_to_the_folder_of_a_file_and_to_what_it_is_a_link_to() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    for name in ["lists", "leases", "elsewhere", "many"] {
        fs::create_dir(root.join(name)).unwrap();
    }
    fs::write(root.join("elsewhere/kea.csv"), "").unwrap();
    symlink(root.join("elsewhere/kea.csv"), root.join("leases/kea.csv")).unwrap();
    let text = format!(
        "[[list]]\nname = 'a'\npath = '{0}/lists/a.txt'\n[[list]]\nname = 'b'\npath = '{0}/many'\n\
         [[leases]]\npath = '{0}/leases/kea.csv'",
        root.display()
    );
    let read = paths(&text, Some(&root.join("dns-monitor.toml"))).read;
    for name in ["", "lists", "leases", "elsewhere", "many"] {
        assert!(read.contains(&root.join(name).components().collect()), "{name}: {read:?}");
    }
}

#[test]
fn a_folder_at_the_top_is_not_granted_for_one_file_of_it() {
    for (text, file) in [("", Some("/etc/dns-monitor.toml")), ("[[leases]]\npath = '/etc/hosts'", None)] {
        let read = paths(text, file.map(Path::new)).read;
        for top in ["/", "/etc", "/root", "/home", "/var", "/run", "/proc", "/sys", "/dev", "/etc/shadow"] {
            assert!(!read.contains(&PathBuf::from(top)), "{top}: {read:?}");
        }
    }
}

#[test]
fn what_is_written_is_what_the_configuration_names() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().display();
    let pins = PathBuf::from("/sys/fs/bpf/dns-monitor");
    let usual = paths(&format!("[rules]\nstate_dir = '{state}'"), None);
    assert_eq!(usual.write, [folder.path(), pins.as_path()]);
    assert_eq!(usual.sockets, [PathBuf::from("/run/dns-monitor")]);
    let none = paths(&format!("[rules]\nstate_dir = '{state}'\n[control]\nsocket = 'off'"), None);
    assert_eq!(none.sockets, Vec::<PathBuf>::new());
    let away = paths("[rules]\nstate_dir = '/nonexistent/dns-monitor'", None);
    assert_eq!(away.write, [PathBuf::from("/nonexistent/dns-monitor"), std::env::temp_dir(), pins]);
}

#[test]
fn tcp_ports_are_those_of_lists_and_the_usual_ones() {
    let list = |name: &str, url: &str| format!("[[list]]\nname = '{name}'\nurl = '{url}'\n");
    let text = [
        list("a", "https://lists.example:8443/a"),
        list("b", "http://[2001:db8::1]:81/b"),
        list("c", "https://c.example"),
    ];
    let ports = paths(&text.concat(), None).ports;
    for port in [53, 80, 81, 443, 8443] {
        assert!(ports.contains(&port), "{port}: {ports:?}");
    }
    assert!(!ports.contains(&22), "{ports:?}");
}

#[test]
fn outputs_get_what_they_name() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let root = root.display();
    let text = format!(
        "[[output]]\ntype = 'file'\npath = '{root}/events/dns.json'\n\
         [[output]]\ntype = 'tls'\naddress = 'siem.example:6514'\nca = '{root}/ca.pem'\nspool = {{ path = '{root}/spool' }}\n\
         [[output]]\ntype = 'http'\nurl = 'https://logs.example:9200/_bulk'\ntoken_file = '{root}/secret/token'\n\
         [[output]]\ntype = 'unix'\npath = '/run/collector.sock'\n"
    );
    fs::create_dir(format!("{root}/secret")).unwrap();
    let paths = paths(&text, None);
    for folder in ["events", "spool"] {
        assert!(paths.write.contains(&format!("{root}/{folder}").into()), "{folder}: {:?}", paths.write);
    }
    for folder in ["", "secret"] {
        let folder: PathBuf = PathBuf::from(root.to_string()).join(folder).components().collect();
        assert!(paths.read.contains(&folder), "{}: {:?}", folder.display(), paths.read);
    }
    assert!(paths.ports.contains(&6514) && paths.ports.contains(&9200), "{:?}", paths.ports);
    assert!(!paths.write.contains(&"/run".into()) && !paths.read.contains(&"/run".into()));
}

#[test]
fn capabilities_have_their_names() {
    let cases = [
        (Capabilities::NONE, ""),
        (Capabilities::BPF, "cap_bpf"),
        (Capabilities::BPF.or(Capabilities::NET_ADMIN), "cap_net_admin cap_bpf"),
    ];
    for (capabilities, expected) in cases {
        assert_eq!(capabilities.names().join(" "), expected);
    }
    assert!(Capabilities::BPF.or(Capabilities::NET_ADMIN).contains(Capabilities::BPF));
    assert!(!Capabilities::NONE.contains(Capabilities::BPF));
}

#[test]
fn what_is_left_is_one_line() {
    let all = Report { user: "root".into(), capabilities: vec!["all".into()], ..Report::default() };
    assert_eq!(all.to_string(), "none: user root, capabilities all");
    let least = Report {
        enabled: true,
        user: "dns-monitor".into(),
        capabilities: vec!["cap_bpf".into()],
        landlock: "enforced".into(),
        seccomp: true,
    };
    assert_eq!(least.to_string(), "user dns-monitor, capabilities cap_bpf, Landlock enforced, seccomp");
}

#[test]
fn only_root_becomes_another_user() {
    let config = |text: &str| Config::parse("f", text).unwrap();
    assert_eq!(user::wanted(&config("[sandbox]\nuser = 'off'")).unwrap(), Become::Nobody);
    assert_eq!(user::wanted(&config("[sandbox]\nuser = 'no-such-user-here'")).unwrap(), Become::Nobody);
    assert_eq!(user::wanted(&config("[sandbox]\nuser = 'root'")).unwrap(), Become::Nobody);
    let nobody = user::wanted(&config("[sandbox]\nuser = 'nobody'")).unwrap();
    let is_root = nix::unistd::geteuid().is_root();
    assert_eq!(matches!(nobody, Become::Other(account) if account.name == "nobody"), is_root);
}
