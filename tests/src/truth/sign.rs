//! DNSSEC (RFC 4033): keys and signatures for the first zones, the hosters, the TLDs and the root.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result};

use super::world::{self, Zone};
use crate::namespace::succeed;

/// What the signing of the zones left for those above them.
#[derive(Debug)]
pub struct Signed {
    folder: std::path::PathBuf,
    ds: String,
}

impl Signed {
    /// Signs the first `count` zones, in place.
    pub fn new(folder: &Path, zones: &mut [Vec<Zone>], count: usize) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let mut signed = Self { folder: folder.to_path_buf(), ds: String::new() };
        let names: Vec<String> = (0..count).map(world::name).collect();
        for zone in zones.iter_mut().flatten() {
            if names.contains(&zone.origin) || zone.origin.starts_with("host") {
                signed.sign(zone)?;
            }
        }
        Ok(signed)
    }

    /// The TLDs and the root, signed, and the trust anchor.
    pub fn above(mut self) -> Result<(Vec<Zone>, Zone, Option<String>)> {
        let mut tlds = world::tlds(&self.ds);
        self.ds.clear();
        for zone in &mut tlds {
            self.sign(zone)?;
        }
        let mut root = world::root(&self.ds);
        let key = self.sign(&mut root)?;
        Ok((tlds, root, Some(anchor(&key)?)))
    }

    /// Signs a zone with one key and keeps its DS records; returns the DNSKEY record.
    fn sign(&mut self, zone: &mut Zone) -> Result<String> {
        let origin = if zone.origin == "." { "." } else { &format!("{}.", zone.origin) };
        let at = self.folder.as_path();
        let key = succeed(
            Command::new("dnssec-keygen")
                .args(["-q", "-a", "ECDSAP256SHA256", "-f", "KSK", "-K"])
                .arg(at)
                .arg(origin),
        )?;
        let record = fs::read_to_string(at.join(format!("{}.key", key.trim())))?;
        let record = record.lines().find(|line| !line.starts_with(';')).context("a DNSKEY record")?;
        let (file, out) = (at.join("zone"), at.join("signed"));
        fs::write(&file, format!("{}\n{record}\n", zone.text))?;
        let mut sign = Command::new("dnssec-signzone");
        sign.current_dir(at).args(["-q", "-z", "-K"]).arg(at).args(["-o", origin, "-f"]).arg(&out).arg(&file);
        succeed(&mut sign)?;
        zone.text = fs::read_to_string(&out)?;
        let set = at.join(format!("dsset-{}", if origin == "." { "." } else { origin }));
        self.ds += &fs::read_to_string(&set).with_context(|| format!("cannot read {}", set.display()))?;
        Ok(record.to_owned())
    }
}

/// `. IN DNSKEY 257 3 13 …` as named's configuration wants it.
fn anchor(record: &str) -> Result<String> {
    let (_, data) = record.split_once(" DNSKEY ").context("a DNSKEY record")?;
    let mut words = data.split_whitespace();
    let numbers: Vec<&str> = words.by_ref().take(3).collect();
    Ok(format!(". static-key {} \"{}\";", numbers.join(" "), words.collect::<String>()))
}
