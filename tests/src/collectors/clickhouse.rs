//! A real ClickHouse, spoken to over HTTP.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    path::Path,
};

use anyhow::{Context, Result, bail};

use super::{Program, free_port};
use crate::wait::PATIENCE;

/// The user and the password.
pub const USER: (&str, &str) = ("dns", "s3cret");

/// A running server.
#[derive(Debug)]
pub struct Clickhouse {
    /// The program.
    pub program: Program,
    /// Its port for HTTP.
    pub port: u16,
}

impl Clickhouse {
    /// Starts it with an empty database.
    pub fn start(folder: &Path) -> Result<Self> {
        let port = free_port()?;
        let (user, password) = USER;
        let path = folder.display();
        let config = format!(
            "<yandex><logger><level>warning</level><log>{path}/log</log><errorlog>{path}/errors</errorlog></logger>\n\
             <http_port>{port}</http_port><listen_host>127.0.0.1</listen_host>\n\
             <path>{path}/data/</path><tmp_path>{path}/data/tmp/</tmp_path>\n\
             <users_config>users.xml</users_config><mark_cache_size>16777216</mark_cache_size>\n\
             <default_profile>default</default_profile><default_database>default</default_database></yandex>\n"
        );
        let users = format!(
            "<yandex><profiles><default/></profiles><quotas><default/></quotas>\n\
             <users><{user}><password>{password}</password><networks><ip>127.0.0.1</ip></networks>\n\
             <profile>default</profile><quota>default</quota></{user}></users></yandex>\n"
        );
        fs::create_dir_all(folder.join("data"))?;
        fs::write(folder.join("config.xml"), config)?;
        fs::write(folder.join("users.xml"), users)?;
        let arguments = vec![format!("--config-file={}", folder.join("config.xml").display())];
        let program = Program::start("clickhouse-server", arguments, folder)?;
        let mut server = Self { program, port };
        server.program.wait_port(port)?;
        Ok(server)
    }

    /// Starts it again after it was killed.
    pub fn again(&mut self) -> Result<()> {
        self.program.again()?;
        self.program.wait_port(self.port)
    }

    /// Runs a query; its answer as text.
    pub fn query(&self, query: &str) -> Result<String> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let (user, password) = USER;
        // HTTP/1.0: the answer ends with the connection.
        let head = format!(
            "POST /?user={user}&password={password} HTTP/1.0\r\nContent-Length: {}\r\n\r\n",
            query.len()
        );
        stream.write_all(format!("{head}{query}").as_bytes())?;
        let mut reader = BufReader::new(stream);
        let mut status = String::new();
        reader.read_line(&mut status)?;
        let mut rest = String::new();
        reader.read_to_string(&mut rest)?;
        let (_, body) = rest.split_once("\r\n\r\n").context("an answer without a body")?;
        if !status.contains(" 200 ") {
            bail!("{query}: {status}{body}");
        }
        Ok(body.to_owned())
    }

    /// A column of text: how often each value is there.
    pub fn column(&self, table: &str, column: &str) -> Result<BTreeMap<String, u64>> {
        let text = self.query(&format!("SELECT {column}, count() FROM {table} GROUP BY {column}"))?;
        let row = |line: &str| {
            let (value, count) = line.split_once('\t').context("a row without a count")?;
            Ok((value.to_owned(), count.parse()?))
        };
        text.lines().map(row).collect()
    }
}
