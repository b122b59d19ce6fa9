//! The thread of the rules, and how others reach it.

use std::{
    io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    },
    thread::{self, JoinHandle},
};

use super::{
    force::Force,
    load::{LoadError, Loaded, Loader},
    owner::Owner,
};
use crate::{
    config::Config,
    control::{
        peer::Caller,
        protocol::{Request, Response, Stats},
        server::Handler,
    },
    rules::ruleset::learned::Learn,
    source::kernel::enforce::KernelRoom,
};

/// Messages that may wait; what the pipeline cannot hand over is learned the next time.
const QUEUE: usize = 4096;

/// What the thread is told.
pub(super) enum Message {
    Ask(Caller, Request, Sender<Response>),
    /// How the rules are, for the agent itself.
    Stats(Sender<Response>),
    Learn(Learn),
    Reload(Sender<Response>),
    Loaded(Box<(KernelRoom, Result<Option<Loaded>, LoadError>)>),
    /// The loader has nothing more to do.
    Free(Box<Loader>),
    Stop,
}

/// How others reach the thread.
#[derive(Clone)]
pub struct Handle {
    pub(super) sender: SyncSender<Message>,
    pub(super) pulse: Arc<AtomicU64>,
}

impl Handle {
    /// Lets the kernel know a name; false: too much is waiting.
    pub fn learn(&self, learn: Learn) -> bool {
        self.sender.try_send(Message::Learn(learn)).is_ok()
    }

    /// Reads all lists and rules again; what comes of it comes later.
    pub fn reload(&self) -> Receiver<Response> {
        let (sender, response) = channel();
        let _stopping = self.sender.send(Message::Reload(sender));
        response
    }

    /// What is in force, and what it did; `None`: the agent is stopping.
    #[must_use]
    pub fn stats(&self) -> Option<Stats> {
        let (sender, response) = channel();
        self.sender.send(Message::Stats(sender)).ok()?;
        match response.recv() {
            Ok(Response::Stats(stats)) => Some(*stats),
            _ => None,
        }
    }

    /// The pipeline has done a round: it is alive.
    pub fn beat(&self) {
        self.pulse.fetch_add(1, Ordering::Relaxed);
    }
}

impl Handler for Handle {
    fn handle(&self, caller: &Caller, request: Request) -> Response {
        let (sender, response) = channel();
        let stopping = || Response::error("the agent is stopping");
        if self.sender.send(Message::Ask(*caller, request, sender)).is_err() {
            return stopping();
        }
        response.recv().unwrap_or_else(|_| stopping())
    }
}

/// The thread; it ends when this is dropped.
pub struct Service {
    handle: Handle,
    thread: Option<JoinHandle<()>>,
    first: Receiver<bool>,
}

impl Service {
    /// Starts it, and the first load. `file` is the configuration, which a reload reads again.
    pub fn start(config: &Config, file: Option<PathBuf>, force: Force) -> io::Result<Self> {
        let (sender, receiver) = sync_channel(QUEUE);
        let (loaded, first) = channel();
        let handle = Handle { sender, pulse: Arc::default() };
        let mut owner = Owner::new(config, file, force, handle.clone(), loaded);
        let thread = thread::Builder::new().name("rules".into()).spawn(move || owner.run(&receiver))?;
        Ok(Self { handle, thread: Some(thread), first })
    }

    /// How to reach it.
    pub const fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Waits until the first load is over; false: it failed.
    pub fn wait(&self) -> bool {
        self.first.recv().unwrap_or(true) // gone without a word: there was nothing to load
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _gone = self.handle.sender.send(Message::Stop);
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}
