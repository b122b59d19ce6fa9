//! A real Suricata, listening where the resolver's queries arrive.

use std::{
    fs,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{namespace::Namespace, wait};

/// Alerts and DNS records, as Suricata writes both of its own accord.
const CONFIG: &str = "%YAML 1.1\n---\n\
    vars:\n  address-groups:\n    HOME_NET: any\n    EXTERNAL_NET: any\n\
    outputs:\n  - eve-log:\n      enabled: yes\n      filetype: regular\n      filename: eve.json\n      \
    types:\n        - alert\n        - dns\n\
    logging:\n  outputs:\n    - console:\n        enabled: no\n    - file:\n        enabled: yes\n        filename: suricata.log\n\
    af-packet:\n  - interface: eth0\n    cluster-id: 53\n    cluster-type: cluster_flow\n    threads: 1\n\
    app-layer:\n  protocols:\n    dns:\n      tcp:\n        enabled: yes\n        detection-ports:\n          dp: 53\n      \
    udp:\n        enabled: yes\n        detection-ports:\n          dp: 53\n";

/// A running Suricata; killed on drop.
#[derive(Debug)]
pub struct Suricata {
    child: Child,
    folder: PathBuf,
}

impl Suricata {
    /// Starts it on the namespace's `eth0`, with these rules, and waits until it watches.
    pub fn start(namespace: &Namespace, folder: &Path, rules: &str) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let (config, rule_file) = (folder.join("suricata.yaml"), folder.join("lab.rules"));
        fs::write(&config, CONFIG)?;
        fs::write(&rule_file, rules)?;
        let mut command = namespace.command("suricata");
        // No checksums: between namespaces nobody computes them.
        command.args(["--af-packet=eth0", "-k", "none", "-c"]).arg(&config).arg("-S").arg(&rule_file);
        command.arg("-l").arg(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.process_group(0).spawn().context("cannot start suricata")?;
        let mut suricata = Self { child, folder: folder.to_path_buf() };
        wait::until("Suricata watches", || {
            suricata.check()?;
            Ok(suricata.log().contains("Engine started").then_some(()))
        })
        .with_context(|| suricata.log())?;
        Ok(suricata)
    }

    /// Waits until its EVE file has so many alerts; returns the file.
    pub fn wait_alerts(&mut self, count: usize) -> Result<PathBuf> {
        let file = self.folder.join("eve.json");
        wait::until("Suricata alerts", || {
            self.check()?;
            let text = fs::read_to_string(&file).unwrap_or_default();
            let whole =
                text.lines().filter(|line| line.contains(r#""event_type":"alert""#) && line.ends_with('}'));
            Ok((whole.count() >= count && text.ends_with('\n')).then_some(()))
        })
        .with_context(|| self.log())?;
        Ok(file)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("suricata.log")).unwrap_or_default()
    }

    fn check(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("Suricata ended: {status}\n{}", self.log()),
        }
    }
}

impl Drop for Suricata {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
