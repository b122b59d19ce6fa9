//! A collector that takes lines over HTTP, one request a connection, or says that it cannot now.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    thread,
};

use anyhow::{Context, Result};
use dns_monitor_tests::Lab;

/// What it has taken, and what it does.
#[derive(Clone, Debug, Default)]
pub struct Web {
    lines: Arc<Mutex<Vec<String>>>,
    /// Says 503.
    pub busy: Arc<AtomicBool>,
    /// Requests that it has answered with 200.
    pub taken: Arc<AtomicU64>,
}

impl Web {
    /// Starts it in the resolver's network; it ends with the test.
    pub fn start(lab: &Lab, address: SocketAddr) -> Result<Self> {
        let listener = lab.resolver().inside(move || TcpListener::bind(address))??;
        let web = Self::default();
        let worker = web.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                // Who goes away in the midst of it comes again.
                let _gone = worker.answer(&stream);
            }
        });
        Ok(web)
    }

    /// Every line so far.
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn answer(&self, stream: &TcpStream) -> Result<()> {
        let (mut reader, mut length) = (BufReader::new(stream), 0);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().context("a length")?;
            }
            if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let busy = self.busy.load(SeqCst);
        if !busy {
            let text = String::from_utf8(body)?;
            let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
            lines.extend(text.lines().map(str::to_owned));
            self.taken.fetch_add(1, SeqCst);
        }
        let status = if busy { "503 Service Unavailable" } else { "200 OK" };
        let mut stream = stream;
        Ok(write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")?)
    }
}
