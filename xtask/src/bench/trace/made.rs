//! Events and alerts that are made: alike in size and shape to those of a busy resolver, and the same each time.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// How many alerts there are.
pub const ALERTS: usize = 1000;
/// How many of them have a lookup.
pub const FOUND: usize = 950;
/// Events a second.
const RATE: u64 = 10_000;
/// Names that are looked up.
const NAMES: u64 = 200_000;

/// In which order an event's fields are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As the agent writes them.
    AsWritten,
    /// As another program may.
    Another,
}

impl Order {
    /// As the table says it.
    pub fn name(self) -> &'static str {
        match self {
            Self::AsWritten => "as `run` writes them",
            Self::Another => "fields in another order",
        }
    }
}

/// One lookup of the resolver, and of the client that is its cause.
struct Lookup {
    number: u64,
    random: u64,
}

impl Lookup {
    fn new(number: u64) -> Self {
        // SplitMix64.
        let mut random = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        random = (random ^ (random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        random = (random ^ (random >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Self { number, random: random ^ (random >> 31) }
    }

    fn id(&self) -> u64 {
        self.random & 0xffff
    }

    fn port(&self) -> u64 {
        1024 + (self.random >> 16) % 60_000
    }

    fn name(&self) -> String {
        let number = (self.random >> 32) % NAMES;
        format!("host{number}.department{}.customer{}.example", number % 97, number % 1009)
    }

    fn client(&self) -> String {
        let host = (self.random >> 24) % 65_000;
        format!("10.20.{}.{}", host >> 8, host & 255)
    }

    /// Date and time, with ns.
    fn time(&self) -> String {
        let (second, nanos) =
            (self.number / RATE, self.number % RATE * (1_000_000_000 / RATE) + self.random % 1000);
        let (day, second) = (second / 86_400, second % 86_400);
        format!(
            "2026-11-{:02}T{:02}:{:02}:{:02}.{nanos:09}",
            26 + day,
            second / 3600,
            second / 60 % 60,
            second % 60
        )
    }

    /// Appends the event: of the client in every other one, else of the resolver.
    fn event(&self, order: Order, out: &mut Vec<u8>) -> Result<()> {
        let (time, id, port, name, client) =
            (self.time(), self.id(), self.port(), self.name(), self.client());
        let is_client = self.number.is_multiple_of(2);
        let (asks, asked) =
            if is_client { (client.as_str(), "10.20.255.53") } else { ("10.20.255.53", "192.0.2.53") };
        let monitor = if is_client {
            r#"{"role":"client","verdict":"pass","cache":"miss"}"#.to_owned()
        } else {
            format!(
                r#"{{"role":"resolver","verdict":"pass","cause":[{{"@timestamp":"{time}Z","client":{{"ip":"{client}","port":{port},"domain":"laptop-{id}","mac":"02-53-00-00-85-C5"}},"dns":{{"id":"{id}"}},"question":{{"name":"{name}","type":"A"}},"certainty":"sole"}}]}}"#
            )
        };
        let head = format!(
            r#""@timestamp":"{time}Z","ecs":{{"version":"9.0.0"}},"event":{{"kind":"event","category":["network"],"type":["protocol","allowed"],"action":"dns-lookup","outcome":"success","duration":7531712,"sequence":{}}},"network":{{"transport":"udp","type":"ipv4","community_id":"1:gOagmswMorhAU6g5cPVYfL+Mn0g="}},"client":{{"ip":"{asks}","port":{port},"mac":"02-53-00-00-85-C5","bytes":58}},"server":{{"ip":"{asked}","port":53,"bytes":150}},"observer":{{"type":"dns-monitor","version":"0.1.0","hostname":"resolver1","ingress":{{"interface":{{"name":"eth0"}}}}}},"dns":{{"type":"answer","id":"{id}","op_code":"QUERY","header_flags":["RD","RA"],"response_code":"NOERROR","question":{{"name":"{name}","type":"A","class":"IN","registered_domain":"customer.example","top_level_domain":"example","subdomain":"host.department"}},"answers":[{{"name":"{name}","type":"A","class":"IN","ttl":60,"data":"192.0.2.80"}}],"resolved_ip":["192.0.2.80"]}}"#,
            self.number
        );
        match order {
            Order::AsWritten => writeln!(out, r#"{{{head},"dns_monitor":{monitor}}}"#)?,
            Order::Another => writeln!(out, r#"{{"dns_monitor":{monitor},{head}}}"#)?,
        }
        Ok(())
    }
}

/// Writes so many events; returns their size, bytes.
pub fn events(path: &Path, count: u64, order: Order) -> Result<u64> {
    let mut file = BufWriter::with_capacity(1 << 20, create(path)?);
    let mut text = Vec::new();
    let mut size = 0;
    for number in 0..count {
        text.clear();
        Lookup::new(number).event(order, &mut text)?;
        size += text.len() as u64;
        file.write_all(&text)?;
    }
    file.flush()?;
    Ok(size)
}

/// Writes the alerts on so many events: by connection, id and name; with another port; by name alone; and such as have
/// no lookup.
pub fn alerts(path: &Path, events: u64) -> Result<()> {
    let mut file = BufWriter::new(create(path)?);
    for number in 0..ALERTS as u64 {
        // Spread over all events, and of the resolver.
        let lookup = Lookup::new((number * (events / ALERTS as u64)) | 1);
        let (time, id, name) = (lookup.time(), lookup.id(), lookup.name());
        let (port, id, name) = match number % 20 {
            0..14 => (lookup.port(), Some(id), name),
            14..17 => (lookup.port() % 1000 + 1, Some(id), name),
            17..19 => (lookup.port() % 1000 + 1, None, name),
            _ => (lookup.port(), Some(id), format!("unasked.{name}")),
        };
        let dns = id.map_or(String::new(), |id| format!(r#""type":"query","id":{id},"#));
        let ends =
            format!(r#""src_ip":"10.20.255.53","src_port":{port},"dest_ip":"192.0.2.53","dest_port":53"#);
        writeln!(
            file,
            r#"{{"timestamp":"{}+0000","flow_id":{number},"event_type":"alert",{ends},"proto":"UDP","alert":{{"signature_id":1,"signature":"made"}},"dns":{{"query":[{{{dns}"rrname":"{name}","rrtype":"A","tx_id":0}}]}}}}"#,
            time.get(..26).unwrap_or(&time)
        )?;
    }
    Ok(file.flush()?)
}

fn create(path: &Path) -> Result<File> {
    File::create(path).with_context(|| format!("cannot make {}", path.display()))
}

/// A folder for files of gigabytes; removed on drop.
pub struct Folder(PathBuf);

impl Folder {
    /// Makes one among the temporary files.
    pub fn new() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("dns-monitor-bench-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    /// A path in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}
