//! The servers of the laboratory's internet: real `named` processes, none of which serves two sides of a delegation.

use std::{
    fmt::Write as _,
    fs,
    net::{IpAddr, UdpSocket},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::{
    plan::{self, PROVIDERS, SLOTS, TLDS},
    sign::Signed,
    world::{self, Zone},
};
use crate::{
    address::{Addresses, Family},
    dns, lab,
    named::{Named, program},
    namespace::Namespace,
    wait,
};

/// Every server; they end when this is dropped.
#[derive(Debug)]
pub struct Internet {
    _servers: Vec<Named>,
    _silent: [UdpSocket; 2],
    /// The trust anchor of the root, where zones are signed: `. initial-key 257 3 13 "…";`.
    pub anchor: Option<String>,
}

/// Where servers run: those that are quick and those that are slow.
#[derive(Clone, Copy, Debug)]
pub struct Places<'a> {
    /// All but the slow ones.
    pub quick: &'a Namespace,
    /// The slow ones.
    pub slow: &'a Namespace,
}

impl Internet {
    /// Starts all servers and waits until they answer. `signed` zones, counted from the first, and what is above them
    /// are signed.
    pub fn new(places: Places<'_>, folder: &Path, signed: usize) -> Result<Self> {
        let mut zones: Vec<Vec<Zone>> = (0..=PROVIDERS).map(world::of_provider).collect();
        let signatures = match signed {
            0 => None,
            count => Some(Signed::new(&folder.join("keys"), &mut zones, count)?),
        };
        let (tlds, root, anchor) = match signatures {
            None => (world::tlds(""), world::root(""), None),
            Some(signed) => signed.above()?,
        };
        let mut servers = vec![
            serve(places.quick, &folder.join("root"), &[plan::ROOT], &[root])?,
            serve(places.quick, &folder.join("tlds"), &tld_addresses(), &tlds)?,
        ];
        for (number, zones) in zones.iter().enumerate() {
            let host = if number == PROVIDERS { places.slow } else { places.quick };
            let at: Vec<_> = (0..SLOTS).map(|slot| plan::provider(number, slot)).collect();
            servers.push(serve(host, &folder.join(format!("provider{number}")), &at, zones)?);
        }
        let silent = |family| {
            let at = plan::SILENT.of(family);
            places.quick.inside(move || UdpSocket::bind((at, 53)))?.context("the silent server")
        };
        let silent = [silent(Family::V4)?, silent(Family::V6)?];
        let mut internet = Self { _servers: servers, _silent: silent, anchor };
        internet.wait_ready(places)?;
        Ok(internet)
    }

    fn wait_ready(&mut self, places: Places<'_>) -> Result<()> {
        const SOA: u16 = 6;
        let mut first =
            vec![(places.quick, plan::ROOT, ".".to_owned()), (places.quick, plan::tld(0), "com".into())];
        for provider in 0..=PROVIDERS {
            let host = if provider == PROVIDERS { places.slow } else { places.quick };
            let zone = (0..plan::ZONES).rfind(|zone| world::provider(*zone) == provider && *zone < 990);
            first.push((host, plan::provider(provider, 0), world::name(zone.context("a zone")?)));
        }
        for (server, (host, at, zone)) in self._servers.iter_mut().zip(first) {
            for family in [Family::V4, Family::V6] {
                wait::until("a server answers", || {
                    server.check()?;
                    lab::answers(host, at.of(family), &dns::query(4711, &zone, SOA))
                })?;
            }
        }
        Ok(())
    }
}

fn tld_addresses() -> Vec<Addresses> {
    (0..TLDS.len()).map(plan::tld).collect()
}

/// Starts an authoritative server on all addresses.
fn serve(host: &Namespace, folder: &Path, at: &[Addresses], zones: &[Zone]) -> Result<Named> {
    fs::create_dir_all(folder)?;
    let list = |family| -> String {
        at.iter().map(|address| address.of(family)).map(|ip: IpAddr| format!("{ip}; ")).collect()
    };
    let mut config = format!(
        "options {{ directory \"{folder}\"; pid-file none; session-keyfile none; lock-file none; recursion no;\n\
         listen-on {{ {v4} }}; listen-on-v6 {{ {v6} }}; empty-zones-enable no; allow-query {{ any; }};\n\
         dnssec-validation no; minimal-responses yes; max-udp-size 1232; edns-udp-size 1232; tcp-clients 1000;\n\
         notify no; }};\ncontrols {{}};\n\
         logging {{ channel log {{ file \"{folder}/log\"; severity warning; }}; category default {{ log; }}; }};\n",
        folder = folder.display(),
        v4 = list(Family::V4),
        v6 = list(Family::V6)
    );
    for (number, zone) in zones.iter().enumerate() {
        let file = folder.join(format!("zone{number}"));
        fs::write(&file, &zone.text)?;
        writeln!(config, "zone \"{}\" {{ type primary; file \"{}\"; }};", zone.origin, file.display())?;
    }
    Named::launch(host.command(program(folder)?), folder, &config)
}

/// The hints of a resolver.
pub fn hints(folder: &Path) -> Result<PathBuf> {
    let file = folder.join("hints");
    let text = format!(
        ". 3600000 NS a.root-servers.\na.root-servers. 3600000 A {}\na.root-servers. 3600000 AAAA {}\n",
        plan::ROOT.v4,
        plan::ROOT.v6
    );
    fs::write(&file, text)?;
    Ok(file)
}
