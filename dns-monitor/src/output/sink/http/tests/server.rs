//! A server that takes requests apart to the letter.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
};

use crate::output::sink::lab::{Behaviour, exactly};

/// A request.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) path: String,
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The `_id` of every action.
    pub(super) fn ids(&self) -> Vec<String> {
        let actions = self.body.split(|byte| *byte == b'\n').step_by(2).filter(|line| !line.is_empty());
        let id = |line| serde_json::from_slice::<serde_json::Value>(line).unwrap()["create"]["_id"].clone();
        actions.map(|line| id(line).as_str().unwrap().to_owned()).collect()
    }
}

/// A reply; `headers` are whole lines, each with its end.
pub(super) fn reply(status: u16, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} Said\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// Reads a request; `None` where the client is done.
pub(super) fn request(stream: &mut impl Read) -> Option<Request> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        match stream.read(&mut byte) {
            Ok(0) if head.is_empty() => return None,
            Ok(1) => head.push(byte[0]),
            Err(error) if head.is_empty() && error.kind() != io::ErrorKind::WouldBlock => return None,
            other => panic!("{other:?} in a head: {:?}", String::from_utf8_lossy(&head)),
        }
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.trim_end().split("\r\n");
    let start: Vec<_> = lines.next().unwrap().split(' ').map(str::to_owned).collect();
    let ["POST", path, "HTTP/1.1"] = [start[0].as_str(), start[1].as_str(), start[2].as_str()] else {
        panic!("{start:?}");
    };
    let headers: Vec<_> = lines
        .map(|line| line.split_once(": ").unwrap_or_else(|| panic!("{line:?}")))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let request = Request { path: path.to_owned(), headers, body: Vec::new() };
    assert!(request.header("host").is_some() && request.header("transfer-encoding").is_none());
    let length = request.header("content-length").unwrap().parse().unwrap();
    Some(Request { body: exactly(stream, length), ..request })
}

/// Answers so many requests on one connection, and waits for its end.
pub(super) fn serve(replies: Vec<Vec<u8>>) -> Behaviour<Vec<Request>> {
    Box::new(move |mut stream| {
        let mut requests = Vec::new();
        for reply in replies {
            requests.push(request(&mut stream).unwrap());
            stream.write_all(&reply).unwrap();
        }
        assert!(request(&mut stream).is_none(), "one more request");
        requests
    })
}

/// Answers every request on one connection.
pub(super) fn serve_with(answer: impl Fn(&Request) -> Vec<u8> + Send + 'static) -> Behaviour<Vec<Request>> {
    Box::new(move |mut stream: TcpStream| {
        let mut requests = Vec::new();
        while let Some(request) = request(&mut stream) {
            stream.write_all(&answer(&request)).unwrap();
            requests.push(request);
        }
        requests
    })
}
