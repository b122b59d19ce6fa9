//! A collector that takes lines from any number of connections.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use dns_monitor_tests::Lab;

type Lines = Arc<Mutex<Vec<String>>>;

/// A collector in the resolver's network; it ends with the test.
pub struct Reader(Arc<Mutex<Vec<Lines>>>);

impl Reader {
    pub fn start(lab: &Lab, port: u16) -> Self {
        let listener = lab.resolver().inside(|| TcpListener::bind(("127.0.0.1", port))).unwrap().unwrap();
        let all = Arc::<Mutex<Vec<Lines>>>::default();
        let connections = Arc::clone(&all);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let lines = Lines::default();
                lock(&connections).push(Arc::clone(&lines));
                thread::spawn(move || {
                    for line in BufReader::new(stream).lines().map_while(Result::ok) {
                        lock(&lines).push(line);
                    }
                });
            }
        });
        Self(all)
    }

    /// Of each connection.
    pub fn connections(&self) -> Vec<Vec<String>> {
        lock(&self.0).iter().map(|lines| lock(lines).clone()).collect()
    }

    /// Of all connections.
    pub fn lines(&self) -> Vec<String> {
        self.connections().concat()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
