//! Who is served. These tests become other users, so they need root.

use std::{fs, os::unix::fs::PermissionsExt as _};

use nix::unistd::{Gid, Group, Uid};

use super::*;

/// Ids that belong to no user and no group.
const STRANGER: u32 = 64_001;
const STRANGERS: u32 = 64_002;

/// What a process with these ids gets for an answer, or for an error.
fn ask_as(lab: &Lab, uid: u32, gid: u32, groups: &[u32]) -> String {
    assert!(
        Uid::effective().is_root(),
        "this test becomes another user, which only root may: run it as root"
    );
    let asked = || {
        become_user(uid, gid, groups);
        lab.ask(&Request::Reload {})
    };
    let answer = std::thread::scope(|scope| scope.spawn(asked).join().unwrap());
    match answer {
        Ok(Response::Done { message, .. } | Response::Error { message, .. }) => message,
        Ok(other) => panic!("{other:?}"),
        Err(error) => error.to_string(),
    }
}

/// Only this thread: the C library would change all of them.
fn become_user(uid: u32, gid: u32, groups: &[u32]) {
    let ids = |number, id: u32| {
        // SAFETY: these system calls take numbers only.
        assert_eq!(unsafe { libc::syscall(number, id, id, id) }, 0);
    };
    // SAFETY: the kernel reads as many groups as there are.
    assert_eq!(unsafe { libc::syscall(libc::SYS_setgroups, groups.len(), groups.as_ptr()) }, 0);
    ids(libc::SYS_setresgid, gid);
    ids(libc::SYS_setresuid, uid);
}

/// A group that any host has, and is not root's.
fn some_group() -> Group {
    Group::from_gid(Gid::from_raw(1)).unwrap().unwrap()
}

#[test]
fn without_a_group_only_root_is_served() {
    let lab = Lab::new(LONG);
    let denied = "permission denied: only root, or a member of the group";
    let cases =
        [(0, 0, "loaded"), (0, STRANGERS, "loaded"), (STRANGER, STRANGERS, denied), (STRANGER, 0, denied)];
    for (uid, gid, expected) in cases {
        let answer = ask_as(&lab, uid, gid, &[]);
        assert!(answer.contains(expected), "{uid}:{gid}: {answer}");
    }
}

#[test]
fn members_of_the_group_are_served() {
    let group = some_group();
    let gid = group.gid.as_raw();
    let lab = Lab::with(|settings| settings.group = Some(group.name));
    let many: Vec<u32> = (STRANGERS..STRANGERS + 200).collect();
    let denied = "permission denied: only root, or a member of the group";
    let cases: [(u32, &[u32], &str); 5] = [
        (gid, &[], "loaded"),
        (STRANGERS, &[gid], "loaded"),
        (STRANGERS, &[&many[..], &[gid]].concat(), "loaded"),
        (STRANGERS, &[], denied),
        (STRANGERS, &many, denied),
    ];
    for (gid, groups, expected) in cases {
        let answer = ask_as(&lab, STRANGER, gid, groups);
        assert!(answer.contains(expected), "{gid} {groups:?}: {answer}");
    }
}

#[test]
fn a_socket_that_is_open_to_all_is_not_enough() {
    let group = some_group();
    let gid = group.gid.as_raw();
    let expected = "uid 64001 may not command the agent: be root or a member of the group";
    for (name, gid, expected) in [
        (None, STRANGERS, expected),
        (None, gid, expected),
        (Some(group.name.clone()), STRANGERS, expected),
        (Some(group.name), gid, "loaded"),
    ] {
        let lab = Lab::with(|settings| settings.group = name.clone());
        fs::set_permissions(lab.socket(), fs::Permissions::from_mode(0o666)).unwrap();
        let answer = ask_as(&lab, STRANGER, gid, &[]);
        assert!(answer.contains(expected), "{name:?} {gid}: {answer}");
    }
}

#[test]
fn the_caller_is_known_by_its_numbers() {
    struct Tell;
    impl Handler for Tell {
        fn handle(&self, caller: &Caller, _: Request) -> Response {
            Response::done(format!("{} {} {}", caller.uid, caller.gid, caller.pid))
        }
    }
    let group = some_group();
    let gid = group.gid.as_raw();
    let lab = Lab::of(Arc::new(Tell), |settings| settings.group = Some(group.name));
    let pid = std::process::id();
    assert_eq!(ask_as(&lab, STRANGER, gid, &[]), format!("{STRANGER} {gid} {pid}"));
}
