//! The agent on the loopback of a network of its own, in its sandbox.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::UdpSocket,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use super::PATIENCE;

/// Moves this thread, and all that it starts, to a network with nothing but a loopback.
pub fn enter_network() {
    // SAFETY: unshare takes a number.
    assert_eq!(unsafe { libc::unshare(libc::CLONE_NEWNET) }, 0, "a network namespace takes root");
    assert!(Command::new("ip").args(["link", "set", "lo", "up"]).status().unwrap().success());
}

/// A running agent; killed on drop.
pub struct Live {
    child: Child,
    told: Arc<Mutex<String>>,
}

impl Live {
    /// Starts it with these outputs, and waits until it watches.
    pub fn start(folder: &Path, outputs: &str) -> Self {
        let config = folder.join("agent.toml");
        let state = folder.join("state");
        fs::write(&config, format!("[rules]\nstate_dir = '{}'\n{outputs}", state.display())).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_dns-monitor"));
        command.args(["run", "--interface", "lo", "--config"]).arg(&config);
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let (told, pipe) = (Arc::<Mutex<String>>::default(), child.stderr.take().unwrap());
        let kept = Arc::clone(&told);
        thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                let mut told = kept.lock().unwrap();
                told.push_str(&line);
                told.push('\n');
            }
        });
        let live = Self { child, told };
        live.wait("watching lo");
        live
    }

    pub fn told(&self) -> String {
        self.told.lock().unwrap().clone()
    }

    /// Until it has said so.
    pub fn wait(&self, text: &str) {
        let end = Instant::now() + PATIENCE;
        while !self.told().contains(text) {
            assert!(Instant::now() < end, "{text:?} is not in:\n{}", self.told());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it as Ctrl-C does; what it has said.
    pub fn stop(mut self) -> String {
        // SAFETY: a signal to a child that was not waited for yet.
        unsafe { libc::kill(self.child.id() as i32, libc::SIGINT) };
        assert!(self.child.wait().unwrap().success(), "{}", self.told());
        self.wait("  events ");
        self.told()
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// So many lookups of the root, each answered.
pub fn look_up(count: u16) {
    let server = UdpSocket::bind("127.0.0.1:53").unwrap();
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.connect("127.0.0.1:53").unwrap();
    for id in 0..count {
        let [high, low] = id.to_be_bytes();
        let mut message = [high, low, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1];
        client.send(&message).unwrap();
        let mut buffer = [0; 64];
        let (_, from) = server.recv_from(&mut buffer).unwrap();
        message[2] = 0x81;
        server.send_to(&message, from).unwrap();
        client.recv(&mut buffer).unwrap();
    }
}
