//! What several outputs cost: a capture from memory through the whole pipeline, into one, two and four of them.
//!
//! ns of CPU time a lookup, the least of several rounds: on the thread of the pipeline, which is what packets wait for,
//! and on all threads, readers on this host included. Prints a Markdown table. A number as argument: so many rounds.

#![allow(clippy::print_stdout, reason = "the table is what a benchmark is for")]

#[path = "support/mod.rs"]
mod support;

use std::{
    fs::File,
    io::{BufWriter, Read as _, Write as _},
    net::TcpListener,
    path::Path,
    thread,
    time::Duration,
};

use dns_monitor::{config::Config, replay::replay};
use pcap_file::{
    DataLink,
    pcap::{PcapHeader, PcapPacket, PcapWriter},
};
use support::{Result, name, query, response};

const LOOKUPS: u32 = 100_000;
const ROUNDS: u32 = 5;

/// A row: its name, and its outputs, each a schema and a way.
type Row = (&'static str, &'static [(&'static str, Way)]);

#[derive(Clone, Copy)]
enum Way {
    File,
    Tcp,
    /// Over TCP, from disk.
    Spooled,
}

use Way::{File as F, Spooled as S, Tcp as T};

const ROWS: [Row; 9] = [
    ("1 file, ECS", &[("ecs", F)]),
    ("2 files, ECS", &[("ecs", F), ("ecs", F)]),
    ("4 files, ECS", &[("ecs", F), ("ecs", F), ("ecs", F), ("ecs", F)]),
    ("2 files, ECS, OCSF", &[("ecs", F), ("ocsf", F)]),
    ("4 files, ECS, OCSF, EVE, Zeek", &[("ecs", F), ("ocsf", F), ("eve", F), ("zeek", F)]),
    ("1 over TCP, ECS", &[("ecs", T)]),
    ("1 over TCP by a spool, ECS", &[("ecs", S)]),
    ("file, TCP, ECS", &[("ecs", F), ("ecs", T)]),
    ("file, TCP, TCP by a spool, OCSF to a file", &[("ecs", F), ("ecs", T), ("ecs", S), ("ocsf", F)]),
];

fn main() -> Result<()> {
    let rounds = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(ROUNDS);
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir())?;
    let capture = folder.path().join("capture.pcap");
    write_capture(&capture)?;
    let port = reader()?;
    let mut least = [[Duration::MAX; 2]; ROWS.len()];
    for _ in 0..rounds {
        for ((_, outputs), least) in ROWS.iter().zip(&mut least) {
            let times = round(folder.path(), &capture, outputs, port)?;
            least.iter_mut().zip(times).for_each(|(least, time)| *least = time.min(*least));
        }
    }
    println!("| outputs | pipeline, ns a lookup | of one | all threads, ns a lookup | of one |");
    println!("|---|---:|---:|---:|---:|");
    let [one, all_of_one] = least[0].map(|time| time.as_nanos() as f64);
    for ((row, _), least) in ROWS.iter().zip(least) {
        let [pipeline, all] = least.map(|time| time.as_nanos() as f64);
        let (a, b) = (pipeline / f64::from(LOOKUPS), all / f64::from(LOOKUPS));
        println!("| {row} | {a:.0} | {:.2} | {b:.0} | {:.2} |", pipeline / one, all / all_of_one);
    }
    Ok(())
}

/// Time of the pipeline's thread, and of all.
fn round(folder: &Path, capture: &Path, outputs: &[(&str, Way)], port: u16) -> Result<[Duration; 2]> {
    let out = tempfile::tempdir_in(folder)?;
    let tables = outputs.iter().enumerate().map(|(number, output)| table(out.path(), number, output, port));
    let config = Config::parse("bench", &tables.collect::<String>())?;
    let start = [support::thread_time(), support::process_time()];
    replay(&config, &[capture.to_owned()], None)?;
    Ok([support::thread_time() - start[0], support::process_time() - start[1]])
}

/// One `[[output]]`.
fn table(folder: &Path, number: usize, (schema, way): &(&str, Way), port: u16) -> String {
    let path = folder.join(number.to_string());
    let head = format!("[[output]]\nname = \"{number}\"\nschema = \"{schema}\"\n");
    let tcp = format!("{head}type = \"tcp\"\naddress = \"127.0.0.1:{port}\"\n");
    match way {
        Way::File => format!("{head}type = \"file\"\npath = {path:?}\nrotate_size = \"1GiB\"\n"),
        Way::Tcp => format!("{tcp}spool = \"off\"\n"),
        Way::Spooled => format!("{tcp}spool = {{ path = {path:?} }}\n"),
    }
}

/// Whatever comes is thrown away.
fn reader() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            thread::spawn(move || {
                let mut buffer = vec![0; 1 << 20];
                while stream.read(&mut buffer).is_ok_and(|read| read > 0) {}
            });
        }
    });
    Ok(port)
}

/// A query and its response, again and again, each with a name of its own.
fn write_capture(path: &Path) -> Result<()> {
    let header = PcapHeader { datalink: DataLink::ETHERNET, ..PcapHeader::default() };
    let mut writer = PcapWriter::with_header(BufWriter::new(File::create(path)?), header)?;
    for number in 0..LOOKUPS {
        let (name, id, port) = (name(30, number), number as u16, 1024 + (number % 60_000) as u16);
        let query = support::to_resolver(port, &query(id, &name))?;
        let response = support::to_client(port, &response(id, &name, 2, 0))?;
        for (late, frame) in [(0, query), (1000, response)] {
            let time = Duration::from_nanos(1_700_000_000_000_000_000 + u64::from(number) * 20_000 + late);
            writer.write_packet(&PcapPacket::new(time, frame.len() as u32, &frame))?;
        }
    }
    Ok(writer.into_writer().flush()?)
}
