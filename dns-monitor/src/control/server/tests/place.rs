//! Who may have the socket's place in the file system.

use std::{fs, os::unix::fs::PermissionsExt as _};

use super::*;

fn start(folder: &Path) -> Result<Server, String> {
    Server::start(settings(folder), agent(folder)).map_err(|error| error.to_string())
}

#[test]
fn the_folder_is_made_and_the_socket_goes_with_the_server() {
    let Lab { folder, server } = Lab::new(LONG);
    let socket = socket(folder.path());
    assert_eq!(fs::metadata(folder.path().join("run")).unwrap().permissions().mode() & 0o777, 0o755);
    drop(server);
    assert!(!socket.exists());
    let refused = client::ask(&socket, &Request::Stats {}).unwrap_err().to_string();
    assert!(refused.contains("no agent listens on"), "{refused}");
    drop(start(folder.path()).unwrap());
}

#[test]
fn the_socket_of_a_dead_agent_is_replaced() {
    let folder = open_folder();
    fs::create_dir(folder.path().join("run")).unwrap();
    // Closing it leaves the file, as SIGKILL does.
    drop(UnixListener::bind(socket(folder.path())).unwrap());
    let lab = Lab::in_folder(folder, None, |_| ());
    assert_eq!(lab.ask(&Request::Reload {}).unwrap(), Response::done("loaded"));
}

#[test]
fn a_living_agent_keeps_its_socket() {
    let lab = Lab::new(LONG);
    let refused = start(lab.folder.path()).err().unwrap();
    assert!(refused.contains("another agent listens here: stop it first"), "{refused}");
    assert_eq!(lab.ask(&Request::Reload {}).unwrap(), Response::done("loaded"));
}

#[test]
fn of_two_agents_that_start_at_once_one_waits() {
    let folder = open_folder();
    fs::create_dir(folder.path().join("run")).unwrap();
    let other = fs::File::open(folder.path().join("run")).unwrap();
    other.lock().unwrap();
    let refused = start(folder.path()).err().unwrap();
    assert!(refused.contains("another agent is starting"), "{refused}");
    drop(other);
    start(folder.path()).unwrap();
}

#[test]
fn what_is_no_socket_stays() {
    let folder = open_folder();
    fs::create_dir(folder.path().join("run")).unwrap();
    fs::write(socket(folder.path()), "precious").unwrap();
    let refused = start(folder.path()).err().unwrap();
    assert!(refused.contains("is there and is no socket"), "{refused}");
    assert_eq!(fs::read_to_string(socket(folder.path())).unwrap(), "precious");
}

#[test]
fn a_server_removes_its_own_socket_only() {
    let Lab { folder, server } = Lab::new(LONG);
    let socket = socket(folder.path());
    fs::rename(&socket, folder.path().join("moved")).unwrap();
    let _other = UnixListener::bind(&socket).unwrap();
    drop(server);
    assert!(socket.exists());
}

#[test]
fn a_group_that_does_not_exist_is_named() {
    let folder = open_folder();
    let settings = Settings { group: Some("no-such-group".into()), ..settings(folder.path()) };
    let refused = Server::start(settings, agent(folder.path())).err().unwrap().to_string();
    assert!(refused.starts_with("no group \"no-such-group\" on this host"), "{refused}");
}

#[test]
fn the_socket_is_roots_or_a_groups() {
    let mode = |lab: &Lab| fs::metadata(lab.socket()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&Lab::new(LONG)), 0o600);
    let own = nix::unistd::Group::from_gid(nix::unistd::Gid::effective()).unwrap().unwrap();
    assert_eq!(mode(&Lab::with(|settings| settings.group = Some(own.name))), 0o660);
}
