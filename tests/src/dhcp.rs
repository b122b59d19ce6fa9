//! Real DHCP servers and a real client, on the lab's Ethernet.

use std::{
    fs,
    net::IpAddr,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    named::signal,
    namespace::{Namespace, succeed},
    tag::Tag,
    topology::{self, Topology, ip_batch},
    wait,
};

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// dnsmasq.
    Dnsmasq,
    /// ISC dhcpd.
    Isc,
    /// Kea, which cleans its file up every second.
    Kea,
}

/// The first and the last address that servers give, on the untagged network.
pub const POOL: [&str; 2] = ["10.53.0.150", "10.53.0.160"];

/// A host with a DHCP server, and clients. Processes end before their namespaces.
#[derive(Debug)]
pub struct DhcpLab {
    server: Child,
    leases: PathBuf,
    hosts: Topology,
    _tag: Tag,
}

impl DhcpLab {
    /// Starts a server; `prepare` is told its file of leases before that is there.
    pub fn new(kind: Kind, prepare: impl FnOnce(&Path)) -> Result<Self> {
        let tag = Tag::new()?;
        let hosts = Topology::new(tag.name(), &tag.folder())?;
        let folder = tag.folder();
        let leases = folder.join(kind.file());
        prepare(&leases);
        let server = kind.start(&hosts.resolver, &folder, &leases)?;
        Ok(Self { server, leases, hosts, _tag: tag })
    }

    /// Where the server keeps its leases.
    pub fn leases(&self) -> &Path {
        &self.leases
    }

    /// A client asks for an address, gives its name, and keeps the lease.
    pub fn ask(&mut self, client: usize, name: &str) -> Result<()> {
        self.check()?;
        succeed(self.udhcpc(client, name)?.arg("-q")).map(drop)
    }

    /// A client asks for the address that it has, and gives it back.
    pub fn give_back(&mut self, client: usize, name: &str, address: IpAddr) -> Result<()> {
        self.check()?;
        // What is sent from it must come from it.
        ip_batch(self.client(client)?, &format!("addr add {address}/24 dev eth0\n"))?;
        let path = self.leases.with_file_name("client.log");
        let log = fs::File::create(&path)?;
        let mut command = self.udhcpc(client, name)?;
        command.args(["-r", &address.to_string()]).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let mut udhcpc = command.spawn().context("cannot start udhcpc")?;
        let says = |what: &str| Ok(fs::read_to_string(&path)?.contains(what).then_some(()));
        let given_back = wait::until("a lease", || says("obtained"))
            .and_then(|()| signal(udhcpc.id(), libc::SIGUSR2))
            .and_then(|()| wait::until("its release", || says("released")));
        udhcpc.kill()?;
        udhcpc.wait()?;
        given_back
    }

    /// A client in the foreground: up to 30 tries, one a second; nothing is configured.
    fn udhcpc(&self, client: usize, name: &str) -> Result<Command> {
        let mut command = self.client(client)?.command("udhcpc");
        command.args(["-f", "-n", "-t", "30", "-T", "1", "-s", "/bin/true", "-i", "eth0"]);
        command.args(["-x", &format!("hostname:{name}")]);
        Ok(command)
    }

    /// An error with what it logged, if the server ended.
    fn check(&mut self) -> Result<()> {
        let Some(status) = self.server.try_wait()? else { return Ok(()) };
        let log = fs::read_to_string(self.leases.with_file_name("server.log")).unwrap_or_default();
        bail!("the server has ended: {status}\n{log}");
    }

    /// The MAC of a client, as `ip` prints it.
    pub fn mac(&self, client: usize) -> Result<String> {
        topology::mac(self.client(client)?)
    }

    fn client(&self, number: usize) -> Result<&Namespace> {
        self.hosts.clients.get(number).context("no such client")
    }
}

impl Drop for DhcpLab {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Kind {
    const fn file(self) -> &'static str {
        match self {
            Self::Dnsmasq => "dnsmasq.leases",
            Self::Isc => "dhcpd.leases",
            Self::Kea => "kea-leases4.csv",
        }
    }

    const fn program(self) -> &'static str {
        match self {
            Self::Dnsmasq => "/usr/sbin/dnsmasq",
            Self::Isc => "/usr/sbin/dhcpd",
            Self::Kea => "/usr/sbin/kea-dhcp4",
        }
    }

    fn start(self, host: &Namespace, folder: &Path, leases: &Path) -> Result<Child> {
        let mut command = host.command(copied(self.program(), folder)?);
        match self {
            Self::Dnsmasq => dnsmasq(&mut command, leases),
            Self::Isc => isc(&mut command, folder, leases)?,
            Self::Kea => kea(&mut command, folder, leases)?,
        }
        let log = fs::File::create(folder.join("server.log"))?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).process_group(0);
        command.spawn().with_context(|| format!("cannot start {}", self.program()))
    }
}

/// AppArmor binds the installed path to the system's own folders; a copy is not bound.
fn copied(program: &str, folder: &Path) -> Result<PathBuf> {
    ensure!(Path::new(program).exists(), "{program} is not installed");
    let copy = folder.join(Path::new(program).file_name().context("no name")?);
    succeed(Command::new("cp").arg(program).arg(&copy))?;
    Ok(copy)
}

fn dnsmasq(command: &mut Command, leases: &Path) {
    let [first, last] = POOL;
    command.args(["--keep-in-foreground", "--conf-file=/dev/null", "--pid-file", "--user=root", "--port=0"]);
    command.args(["--interface=eth0", "--bind-interfaces", "--no-ping", "--log-facility=-"]);
    command.arg(format!("--dhcp-range={first},{last},1h"));
    command.arg(format!("--dhcp-leasefile={}", leases.display()));
}

fn isc(command: &mut Command, folder: &Path, leases: &Path) -> Result<()> {
    let [first, last] = POOL;
    let config = folder.join("dhcpd.conf");
    fs::write(
        &config,
        format!(
            "authoritative; ddns-update-style none; ping-check false; default-lease-time 3600;\n\
             subnet 10.53.0.0 netmask 255.255.255.0 {{ range {first} {last}; }}\n"
        ),
    )?;
    fs::write(leases, "")?;
    command.args(["-4", "-f", "-d", "-cf"]).arg(config).arg("-lf").arg(leases);
    command.arg("-pf").arg(folder.join("dhcpd.pid")).arg("eth0");
    Ok(())
}

fn kea(command: &mut Command, folder: &Path, leases: &Path) -> Result<()> {
    let [first, last] = POOL;
    let config = folder.join("kea.json");
    let settings = serde_json::json!({ "Dhcp4": {
        "interfaces-config": { "interfaces": ["eth0"], "dhcp-socket-type": "raw" },
        "lease-database": { "type": "memfile", "persist": true, "name": leases, "lfc-interval": 1 },
        "valid-lifetime": 3600,
        "authoritative": true,
        "subnet4": [{ "id": 1, "subnet": "10.53.0.0/24", "pools": [{ "pool": format!("{first} - {last}") }] }],
        "loggers": [{ "name": "kea-dhcp4", "severity": "INFO", "output_options": [{ "output": "stdout" }] }],
    }});
    fs::write(&config, settings.to_string())?;
    command.arg("-c").arg(config);
    command.env("KEA_LFC_EXECUTABLE", copied("/usr/sbin/kea-lfc", folder)?);
    command.env("KEA_PIDFILE_DIR", folder).env("KEA_LOCKFILE_DIR", folder);
    command.env("KEA_DHCP_DATA_DIR", folder);
    Ok(())
}
