//! Disks that are full, or read-only, or become so.

use std::{fs, path::PathBuf, process::Command};

use dns_monitor_tests::{Lab, namespace::succeed, wait};
use serde_json::Value;
use tempfile::TempDir;

use super::{agent, ask, book, ids, reader::Reader, tell};

/// A file system of its own, as small as can be.
struct Disk(PathBuf);

impl Disk {
    fn mount(folder: &TempDir, arguments: &[&str]) -> Self {
        let path = folder.path().join("disk");
        fs::create_dir(&path).unwrap();
        succeed(Command::new("mount").args(arguments).arg(&path)).unwrap();
        Self(path)
    }

    /// In memory.
    fn small(folder: &TempDir, options: &str) -> Self {
        Self::mount(folder, &["-t", "tmpfs", "-o", options, "tmpfs"])
    }

    /// One that can break.
    fn real(folder: &TempDir) -> Self {
        let image = folder.path().join("image");
        fs::File::create(&image).unwrap().set_len(32 << 20).unwrap();
        succeed(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(&image)).unwrap();
        Self::mount(folder, &["-o", "loop", image.to_str().unwrap()])
    }

    /// As the kernel does it after an error: it is read-only from now on, whoever has files open.
    fn breaks(&self) {
        succeed(Command::new("mount").args(["-o", "remount,abort"]).arg(&self.0)).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _gone = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

/// An output with its spool on this disk.
fn output(disk: &Disk, port: u16, settings: &str) -> String {
    format!(
        "[[output]]\nname = 'siem'\ntype = 'tcp'\naddress = '127.0.0.1:{port}'\n\
         spool = {{ path = '{}/spool'{settings} }}\n",
        disk.0.display(),
    )
}

#[test]
fn a_disk_that_is_full_loses_what_the_books_say() {
    for full in ["drop-oldest", "drop-newest"] {
        let (lab, folder) = (Lab::new().unwrap(), TempDir::new().unwrap());
        let disk = Disk::small(&folder, "size=2m");
        let output = output(&disk, 5142, &format!(", size = '64MiB', full = '{full}'"));
        let mut agent = agent(&lab, &folder, &output);
        ask(&lab, &mut agent, 10_000);
        let ended = agent.stop().unwrap();
        let book = book(&ended, "siem");
        assert!(book.lost > 0, "{full}: {}", ended.stderr);
        assert!(ended.stderr.contains("spool-full"), "{full}: {}", ended.stderr);
    }
}

#[test]
fn a_spool_that_cannot_be_written_is_a_problem_and_no_loss() {
    let (lab, folder) = (Lab::new().unwrap(), TempDir::new().unwrap());
    let disk = Disk::small(&folder, "ro");
    let reader = Reader::start(&lab, 5146);
    let mut agent = agent(&lab, &folder, &output(&disk, 5146, ""));
    agent.wait_stderr("output siem: no spool: ").unwrap();
    ask(&lab, &mut agent, 500);
    let status = tell(&folder, &["status", "--format", "json"]);
    let figures: Value = serde_json::from_slice(&status.stdout).unwrap();
    let siem = figures["outputs"].as_array().unwrap().iter().find(|one| one["name"] == "siem").unwrap();
    assert!(siem["spool"]["error"].as_str().unwrap().contains("Read-only file system"), "{siem:#}");
    assert_eq!((siem["type"].as_str(), siem["acknowledges"].as_bool()), (Some("tcp"), Some(false)));
    assert_eq!((siem["place"].as_str(), siem["schema"].as_str()), (Some("127.0.0.1:5146"), Some("ecs")));
    assert_eq!(status.status.code(), Some(1), "{figures:#}");
    let ended = agent.stop().unwrap();
    assert_eq!(book(&ended, "siem").lost, 0, "{}", ended.stderr);
    assert_eq!(ids(&reader.lines()), ids(&ended.lines));
}

/// What is on it can still be read; what comes then waits in memory.
#[test]
fn a_disk_that_becomes_read_only_loses_nothing() {
    let (lab, folder) = (Lab::new().unwrap(), TempDir::new().unwrap());
    let disk = Disk::real(&folder);
    let mut agent = agent(&lab, &folder, &output(&disk, 5147, ""));
    ask(&lab, &mut agent, 1000);
    wait::until("events are in the spool", || {
        let spool = fs::read_dir(disk.0.join("spool"))?.flatten();
        Ok(spool.into_iter().any(|file| file.path().extension().is_some_and(|it| it == "seg")).then_some(()))
    })
    .unwrap();
    disk.breaks();
    ask(&lab, &mut agent, 1000);
    agent.wait_stderr("output siem: the spool fails: Read-only file system").unwrap();
    let status = tell(&folder, &["status"]);
    let text = String::from_utf8(status.stdout).unwrap();
    assert!(text.contains("output siem has a spool that fails"), "{text}");
    let reader = Reader::start(&lab, 5147);
    agent.wait_stderr("output siem: delivers").unwrap();
    ask(&lab, &mut agent, 1000);
    wait::until("all have come", || Ok((reader.lines().len() >= agent.lines().len()).then_some(()))).unwrap();
    let ended = agent.stop().unwrap();
    assert_eq!(book(&ended, "siem").lost, 0, "{}", ended.stderr);
    assert_eq!(ids(&reader.lines()), ids(&ended.lines));
}
