//! Real `named` processes.

use std::{
    fmt::Write as _,
    fs,
    net::IpAddr,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{
    address::{Addresses, ROOT},
    namespace::{Namespace, succeed},
    zones::Zone,
};

/// What makes a recursive `named` of a lab differ from another.
#[derive(Clone, Debug)]
pub struct Recursion {
    /// Answers above this many bytes are truncated: `edns-udp-size` and `max-udp-size`.
    pub udp_size: u16,
    /// `qname-minimization`: `relaxed` is BIND's default.
    pub minimization: &'static str,
    /// Ask this server instead of the authorities.
    pub forwarder: Option<IpAddr>,
    /// `querylog`.
    pub query_log: bool,
    /// Send both messages of clients to [`Named::dnstap_path`].
    pub dnstap: bool,
    /// The master file of a response policy zone: what it lists is answered at once, nobody else is asked.
    pub policy: Option<PathBuf>,
}

impl Default for Recursion {
    fn default() -> Self {
        Self {
            udp_size: 1232,
            minimization: "relaxed",
            forwarder: None,
            query_log: true,
            dnstap: false,
            policy: None,
        }
    }
}

/// A running `named`; killed on drop.
#[derive(Debug)]
pub struct Named {
    child: Child,
    folder: PathBuf,
}

impl Named {
    /// Starts an authoritative server on both addresses.
    pub fn authoritative(
        namespace: &Namespace,
        folder: &Path,
        address: Addresses,
        zones: &[Zone],
    ) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let mut config = options(
            folder,
            &address.v4.to_string(),
            &address.v6.to_string(),
            "recursion no; querylog yes; max-udp-size 4096; edns-udp-size 4096;",
        );
        for (number, zone) in zones.iter().enumerate() {
            let file = folder.join(format!("zone{number}"));
            fs::write(&file, &zone.text)?;
            writeln!(config, "zone \"{}\" {{ type primary; file \"{}\"; }};", zone.origin, file.display())?;
        }
        Self::start(namespace, folder, &config)
    }

    /// Starts a recursive resolver on every address of the namespace.
    pub fn recursive(namespace: &Namespace, folder: &Path, recursion: &Recursion) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let forward = recursion
            .forwarder
            .map(|address| format!("forward only; forwarders {{ {address}; }};"))
            .unwrap_or_default();
        let size = recursion.udp_size;
        let log = if recursion.query_log { "yes" } else { "no" };
        let dnstap = match recursion.dnstap {
            true => format!("dnstap {{ client; }}; dnstap-output unix \"{}\";", socket(folder).display()),
            false => String::new(),
        };
        let policy = match &recursion.policy {
            Some(_) => "response-policy { zone \"policy.lab\"; } qname-wait-recurse no;",
            None => "",
        };
        let mut config = options(
            folder,
            "any",
            "any",
            &format!(
                "recursion yes; allow-recursion {{ any; }}; qname-minimization {}; edns-udp-size {size}; \
                 max-udp-size {size}; recursive-clients 20000; querylog {log}; {dnstap} {forward} {policy}",
                recursion.minimization
            ),
        );
        let hints = folder.join("hints");
        fs::write(
            &hints,
            format!(
                ". 3600 NS a.root.lab-root.\na.root.lab-root. 3600 A {}\na.root.lab-root. 3600 AAAA {}\n",
                ROOT.v4, ROOT.v6
            ),
        )?;
        writeln!(config, "zone \".\" {{ type hint; file \"{}\"; }};", hints.display())?;
        if let Some(file) = &recursion.policy {
            writeln!(config, "zone \"policy.lab\" {{ type primary; file \"{}\"; }};", file.display())?;
        }
        Self::start(namespace, folder, &config)
    }

    fn start(namespace: &Namespace, folder: &Path, config: &str) -> Result<Self> {
        Self::launch(namespace.command(program(folder)?), folder, config)
    }

    /// Starts a `named` that somebody else has configured. It must log into the file `log` of its folder.
    pub fn launch(mut command: Command, folder: &Path, config: &str) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let file = folder.join("named.conf");
        fs::write(&file, config)?;
        let child = command
            .args(["-f", "-n", "1", "-c"])
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.join("stderr"))?)
            // Out of the terminal's reach: Ctrl-C is for the agent.
            .process_group(0)
            .spawn()
            .context("cannot start named: is bind9 installed?")?;
        Ok(Self { child, folder: folder.to_path_buf() })
    }

    /// Process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// An error with what it logged, if it ended or cannot load a zone.
    pub fn check(&mut self) -> Result<()> {
        let read = |file: &str| fs::read_to_string(self.folder.join(file)).unwrap_or_default();
        let (ended, log) = (self.child.try_wait()?, read("log"));
        if ended.is_some() || log.contains("not loaded due to errors") {
            bail!("named in {}: {ended:?}\n{log}{}", self.folder.display(), read("stderr"));
        }
        Ok(())
    }

    /// Where the query log is.
    pub fn query_log_path(&self) -> PathBuf {
        self.folder.join("queries")
    }

    /// The socket that dnstap is sent to, where somebody listens.
    pub fn dnstap_path(&self) -> PathBuf {
        socket(&self.folder)
    }

    /// The query log as it is now.
    pub fn query_log(&self) -> Result<String> {
        let path = self.query_log_path();
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    }
}

impl Drop for Named {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// AppArmor binds the installed path to the system's own folders; a copy is not bound. `cp` makes
/// it, because a program that this process has open for writing cannot be started, and a child
/// that another thread is starting would keep it open.
pub fn program(folder: &Path) -> Result<PathBuf> {
    let copy = folder.with_file_name("named.bin");
    if !copy.exists() {
        succeed(Command::new("cp").arg("/usr/sbin/named").arg(&copy)).context("is bind9 installed?")?;
    }
    Ok(copy)
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("dnstap.sock")
}

fn options(folder: &Path, v4: &str, v6: &str, more: &str) -> String {
    let folder = folder.display();
    format!(
        r#"options {{
  directory "{folder}"; pid-file none; session-keyfile none; lock-file none;
  listen-on {{ {v4}; }}; listen-on-v6 {{ {v6}; }};
  dnssec-validation no; empty-zones-enable no; allow-query {{ any; }};
  minimal-responses no-auth-recursive; {more}
}};
controls {{}};
logging {{
  channel log {{ file "{folder}/log"; severity info; print-time iso8601-utc; }};
  channel queries {{ file "{folder}/queries"; severity info; print-time iso8601-utc; buffered no; }};
  category default {{ log; }};
  category queries {{ queries; }};
}};
"#
    )
}

/// `kill -<signal>` of one process.
pub fn signal(pid: u32, signal: i32) -> Result<()> {
    let pid = i32::try_from(pid)?;
    // SAFETY: kill takes two integers.
    if unsafe { libc::kill(pid, signal) } != 0 {
        return Err(std::io::Error::last_os_error()).context(format!("kill -{signal} {pid}"));
    }
    Ok(())
}
