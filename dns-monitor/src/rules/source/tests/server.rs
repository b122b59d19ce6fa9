//! A server that follows a script: a reply a connection.

use std::{
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What the server does with a connection.
#[derive(Clone)]
pub(super) enum Reply {
    /// Reads the request and sends this.
    Send(Vec<u8>),
    /// Reads the request, and nothing follows.
    Hang,
    /// Reads the request, sends this, and then a byte now and then, for ever.
    Dribble(Vec<u8>),
    /// Closes at once, as if nobody were there.
    Down,
}

/// A running server.
pub(super) struct Server {
    base: String,
    requests: Arc<Mutex<Vec<String>>>,
}

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

impl Server {
    pub(super) fn http(script: impl IntoIterator<Item = Reply>) -> Self {
        Self::start("http", script, |stream| Box::new(stream))
    }

    pub(super) fn https(config: ServerConfig, script: impl IntoIterator<Item = Reply>) -> Self {
        let config = Arc::new(config);
        Self::start("https", script, move |stream| {
            Box::new(StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream))
        })
    }

    /// Where a path of it is.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The requests so far: method and path, and the header lines.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    fn start(
        scheme: &str,
        script: impl IntoIterator<Item = Reply>,
        wrap: impl Fn(TcpStream) -> Box<dyn Stream> + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("{scheme}://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let server = Self { base, requests: Arc::clone(&requests) };
        let script: Vec<Reply> = script.into_iter().collect();
        // After the last reply, nobody is there. The port stays ours, so that no other test gets it.
        let script = script.into_iter().chain(std::iter::repeat(Reply::Down));
        thread::spawn(move || {
            for reply in script {
                let (stream, _) = listener.accept().unwrap();
                // A client that gives up ends its connection, not the server.
                let _ = answer(&reply, || wrap(stream), &requests);
            }
        });
        server
    }
}

fn answer(
    reply: &Reply,
    open: impl FnOnce() -> Box<dyn Stream>,
    requests: &Mutex<Vec<String>>,
) -> io::Result<()> {
    let mut stream = open();
    if matches!(reply, Reply::Down) {
        return Ok(());
    }
    let request = head(&mut stream)?;
    requests.lock().unwrap().push(request);
    match reply {
        Reply::Send(bytes) => {
            stream.write_all(bytes)?;
            stream.flush()
        }
        Reply::Dribble(bytes) => {
            stream.write_all(bytes)?;
            loop {
                stream.write_all(b"x")?;
                stream.flush()?;
                thread::sleep(Duration::from_millis(20));
            }
        }
        Reply::Hang | Reply::Down => stream.read(&mut [0; 64]).map(|_| ()),
    }
}

/// Reads a request up to the empty line.
fn head(stream: &mut impl Read) -> io::Result<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.extend(byte);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// A reply with a status line, more header lines, and a body of the length it has.
pub(super) fn reply(status: &str, headers: &[&str], body: &[u8]) -> Reply {
    let length = format!("Content-Length: {}", body.len());
    let lines: Vec<&str> = [&*length].into_iter().chain(headers.iter().copied()).collect();
    raw(status, &lines, body)
}

/// The same, without a length.
pub(super) fn raw(status: &str, headers: &[&str], body: &[u8]) -> Reply {
    Reply::Send(bytes(status, headers, body))
}

/// The bytes of a reply.
pub(super) fn bytes(status: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status}\r\nConnection: close\r\n").into_bytes();
    for line in headers {
        bytes.extend(format!("{line}\r\n").bytes());
    }
    bytes.extend(b"\r\n");
    bytes.extend(body);
    bytes
}

/// 200 with this text.
pub(super) fn ok(body: &str) -> Reply {
    reply("200 OK", &[], body.as_bytes())
}

/// A redirect.
pub(super) fn redirect(to: &str) -> Reply {
    reply("302 Found", &[&format!("Location: {to}")], b"")
}
