//! Clients that ask one name after another until they are told to stop, and remember what they were told.

use std::{
    io::{self, ErrorKind},
    net::{SocketAddr, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::{Context, Result, anyhow};

use crate::{dns, namespace::Namespace, wait};

/// Between two lookups of a client: the machine has other work.
const PAUSE: Duration = Duration::from_millis(1);
const A: u16 = 1;

/// A UDP socket of a client, connected to a server.
#[derive(Debug)]
pub struct Client(UdpSocket);

impl Client {
    /// Waits for each answer so long.
    pub fn new(host: &Namespace, server: SocketAddr, patience: Duration) -> Result<Self> {
        let any: SocketAddr = if server.is_ipv4() { ([0; 4], 0).into() } else { ([0; 16], 0).into() };
        let socket = host.inside(|| UdpSocket::bind(any))??;
        socket.connect(server)?;
        socket.set_read_timeout(Some(patience))?;
        Ok(Self(socket))
    }

    /// The socket.
    pub fn socket(&self) -> &UdpSocket {
        &self.0
    }

    /// Sends a message.
    pub fn send(&self, message: &[u8]) -> Result<()> {
        self.0.send(message).map(drop).context("cannot send")
    }

    /// The next message; `None`: there was none in time.
    pub fn receive(&self) -> Result<Option<Vec<u8>>> {
        let mut buffer = vec![0; 65_535];
        loop {
            match self.0.recv(&mut buffer) {
                Ok(length) => return Ok(Some(buffer[..length].to_vec())),
                Err(error) if is_late(&error) => return Ok(None),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error).context("cannot receive"),
            }
        }
    }

    /// Asks for the addresses of a name; the response code, if there was a response.
    pub fn ask(&self, id: u16, name: &str) -> Result<Option<u16>> {
        self.send(&dns::query(id, name, A))?;
        loop {
            match self.receive()? {
                None => return Ok(None),
                Some(answer) if dns::id(&answer) == Some(id) => return Ok(dns::rcode(&answer)),
                Some(_) => {} // of a lookup that was given up
            }
        }
    }
}

fn is_late(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// One lookup of a load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The name.
    pub name: String,
    /// The response code, if there was a response.
    pub rcode: Option<u16>,
}

/// Clients at work; they end when this is dropped.
#[derive(Debug)]
pub struct Load {
    stop: Arc<AtomicBool>,
    asked: Arc<AtomicU64>,
    threads: Vec<JoinHandle<Result<Vec<Asked>>>>,
}

impl Load {
    /// Starts a thread for each client; `name` gives the name of a client's lookup by their numbers.
    pub fn start(clients: Vec<Client>, name: impl Fn(usize, u64) -> String + Clone + Send + 'static) -> Self {
        let (stop, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let work = |(number, client): (usize, Client)| {
            let (stop, asked, name) = (stop.clone(), asked.clone(), name.clone());
            thread::spawn(move || {
                let mut told = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let lookup = told.len() as u64;
                    let name = name(number, lookup);
                    let rcode = client.ask((lookup & 0xffff) as u16, &name)?;
                    told.push(Asked { name, rcode });
                    asked.fetch_add(1, Ordering::Relaxed);
                    thread::sleep(PAUSE);
                }
                Ok(told)
            })
        };
        let threads = clients.into_iter().enumerate().map(work).collect();
        Self { stop, asked, threads }
    }

    /// Waits until so many more lookups are over.
    pub fn wait(&self, more: u64) -> Result<()> {
        let enough = self.asked.load(Ordering::Relaxed) + more;
        wait::until("clients ask on", || Ok((self.asked.load(Ordering::Relaxed) >= enough).then_some(())))
    }

    /// Ends it; every lookup that was made.
    pub fn stop(mut self) -> Result<Vec<Asked>> {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Vec::new();
        for thread in self.threads.drain(..) {
            all.extend(thread.join().map_err(|_| anyhow!("a client panicked"))??);
        }
        Ok(all)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
