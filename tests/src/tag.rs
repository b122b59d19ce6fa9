//! The unique name of a lab, and the removal of labs whose process was killed.
//!
//! A lab's process holds a lock on a file named like the lab. A lock that can be had is
//! therefore a lab that nobody cleans up any more, whatever the process ids are by now.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{self, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use anyhow::{Context, Result};

const FOLDER: &str = "/run/dns-monitor-lab";

/// A lab's name, its folder and the lock that says it is alive.
#[derive(Debug)]
pub struct Tag {
    name: String,
    _alive: File,
}

impl Tag {
    /// A name that no lab has, after removing the labs that nobody owns.
    pub fn new() -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        fs::create_dir_all(FOLDER).with_context(|| format!("cannot create {FOLDER}: labs need root"))?;
        let _one_at_a_time = locked(&Path::new(FOLDER).join("register"))?;
        remove_stale()?;
        let name = format!("dm{}x{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let alive = locked(&lock_path(&name))?;
        fs::create_dir_all(folder(&name))?;
        Ok(Self { name, _alive: alive })
    }

    /// What the names of the lab's namespaces begin with.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the lab keeps its files.
    pub fn folder(&self) -> PathBuf {
        folder(&self.name)
    }
}

impl Drop for Tag {
    fn drop(&mut self) {
        remove(&self.name);
    }
}

fn folder(name: &str) -> PathBuf {
    Path::new(FOLDER).join(name)
}

fn lock_path(name: &str) -> PathBuf {
    Path::new(FOLDER).join(format!("{name}.lock"))
}

fn locked(path: &Path) -> Result<File> {
    let file = File::create(path).with_context(|| format!("cannot create {}", path.display()))?;
    file.lock().with_context(|| format!("cannot lock {}", path.display()))?;
    Ok(file)
}

fn remove_stale() -> Result<()> {
    for entry in fs::read_dir(FOLDER)? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let is_lock = path.extension().is_some_and(|extension| extension == "lock");
        if is_lock && File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
            remove(&name);
        }
    }
    Ok(())
}

/// Removes whatever is left of a lab: its processes, namespaces and files.
fn remove(name: &str) {
    for namespace in namespaces(name) {
        kill_all_in(&namespace);
        let _ = Command::new("ip").args(["netns", "delete", &namespace]).stderr(Stdio::null()).status();
    }
    // Mounted for a moment only, unless killed in that moment.
    let _ = Command::new("umount").arg(folder(name).join("bpf")).stderr(Stdio::null()).status();
    let _ = fs::remove_dir_all(folder(name));
    let _ = fs::remove_file(lock_path(name));
}

fn namespaces(lab: &str) -> Vec<String> {
    let prefix = format!("{lab}-");
    let Ok(entries) = fs::read_dir("/run/netns") else { return Vec::new() };
    entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with(&prefix))
        .collect()
}

fn kill_all_in(namespace: &str) {
    let Ok(output) = Command::new("ip").args(["netns", "pids", namespace]).output() else { return };
    for word in String::from_utf8_lossy(&output.stdout).split_whitespace() {
        let Ok(pid) = word.parse::<i32>() else { continue };
        // A thread of this very process may be inside.
        if pid.unsigned_abs() != process::id() {
            // SAFETY: kill takes two integers.
            unsafe { libc::kill(pid, libc::SIGKILL) };
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_lab_whose_owner_was_killed_is_removed_by_the_next_and_a_living_one_is_not() {
        let living = Tag::new().unwrap();
        // What a killed process leaves: a folder, a namespace, a lock file that nobody holds.
        let dead = format!("dmdead{}", process::id());
        fs::create_dir_all(folder(&dead)).unwrap();
        fs::write(lock_path(&dead), "").unwrap();
        let namespace = format!("{dead}-res");
        assert!(Command::new("ip").args(["netns", "add", &namespace]).status().unwrap().success());
        let next = Tag::new().unwrap();
        assert!(!folder(&dead).exists() && !lock_path(&dead).exists());
        assert_eq!(namespaces(&dead), Vec::<String>::new());
        assert!(living.folder().exists() && next.folder().exists());
    }
}
