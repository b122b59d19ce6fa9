//! The thread that owns the outputs, and compares them with a configuration that was read again.
//!
//! The pipeline is handed new lanes, and closes those that go, between two events ([`Change`]). What comes for a new output
//! waits in its queue until the one in whose place it comes has ended: a spool never has two owners.

use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::{
    emit::Change,
    lookups,
    reload::Plan,
    sink::Stop,
    watch::Watched,
    worker::GRACE,
    writers::{LAST_WORDS, Ready, Writer, Writers},
};
use crate::{
    config::{ConfigError, Reread},
    control::protocol::Response,
    log,
    sandbox::reach::Reach,
};

/// How long the one that comes in its place waits for a thread that hangs in the system, before it does without the spool.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(5);
/// Reloads that may wait.
const REQUESTS: usize = 8;

/// Said where the file as a whole cannot be used.
const REFUSED: &str = "outputs go on as they were: the configuration is not in order";

/// How the configuration is read again; `None`: there is none.
pub type Read = Box<dyn Fn() -> Option<Result<Reread, ConfigError>> + Send>;

enum Message {
    Reload(Sender<Response>),
    /// The agent stops, see [`Owner::stop`].
    Wake,
}

/// How others reach the thread.
#[derive(Clone)]
pub struct Handle {
    sender: SyncSender<Message>,
    watched: Arc<Mutex<Vec<Watched>>>,
}

/// The thread.
pub struct Service {
    handle: Handle,
    thread: JoinHandle<()>,
    stop: Stop,
    reopen: Arc<AtomicU64>,
}

impl Handle {
    /// Reads the configuration again; what comes of it comes later.
    #[must_use]
    pub fn reload(&self) -> Receiver<Response> {
        let (sender, response) = channel();
        if self.sender.try_send(Message::Reload(sender.clone())).is_err() {
            let _unread =
                sender.send(Response::error("outputs: too many reloads at once, or the agent is stopping"));
        }
        response
    }

    /// How the outputs are.
    #[must_use]
    pub fn watched(&self) -> Vec<Watched> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Service {
    /// Starts it with outputs that run. The pipeline takes what `changes` says.
    ///
    /// # Errors
    /// Where the thread is refused.
    pub fn start(writers: Writers, read: Read, reach: Reach, changes: Sender<Change>) -> io::Result<Self> {
        let (sender, messages) = sync_channel(REQUESTS);
        let (stop, reopen) = (Stop::default(), Arc::clone(writers.common.reopen()));
        let handle = Handle { sender, watched: Arc::default() };
        let owner =
            Owner { writers, read, reach, changes, watched: Arc::clone(&handle.watched), stop: stop.clone() };
        owner.show();
        let thread = thread::Builder::new().name("outputs".into()).spawn(move || owner.run(&messages))?;
        Ok(Self { handle, thread, stop, reopen })
    }

    /// How to reach it.
    pub const fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Files are opened anew: somebody else has moved them away.
    pub fn reopen(&self) {
        self.reopen.fetch_add(1, Ordering::Relaxed);
    }

    /// All lanes are closed: waits until everything queued is written, but no longer than until `deadline`.
    pub fn finish(self, deadline: Instant) {
        self.stop.by(deadline);
        // Where there is no room for this, another message wakes it.
        let _awake = self.handle.sender.try_send(Message::Wake);
        let end = deadline + 2 * GRACE;
        while !self.thread.is_finished() && Instant::now() < end {
            thread::sleep(LOOK);
        }
    }
}

struct Owner {
    writers: Writers,
    read: Read,
    reach: Reach,
    changes: Sender<Change>,
    watched: Arc<Mutex<Vec<Watched>>>,
    /// Told when the agent stops.
    stop: Stop,
}

impl Owner {
    fn run(mut self, messages: &Receiver<Message>) {
        while let Ok(message) = messages.recv() {
            if let (Message::Reload(reply), None) = (message, self.stop.left()) {
                let response = self.reload();
                // A caller that has gone does not matter.
                let _gone = reply.send(response);
            }
            if let Some(left) = self.stop.left() {
                return self.writers.finish(Some(Instant::now() + left));
            }
        }
    }

    fn reload(&mut self) -> Response {
        let reread = match (self.read)() {
            Some(Ok(reread)) => reread,
            Some(Err(_)) => {
                // What is wrong with it is told by those who read the rules of the same file.
                log::warn(format_args!("{REFUSED}"));
                return Response::error(REFUSED);
            }
            None => return Response::done("outputs as they were: there is no configuration file"),
        };
        lookups::warn(&reread.config.outputs);
        let plan = Plan::new(&self.writers.running, &reread, &self.writers.common, &self.reach);
        let mut response = Response::done(plan.to_string());
        log::info(format_args!("{plan}"));
        for refused in &plan.refused {
            log::warn(format_args!("{refused}"));
            response.warn(refused.clone());
        }
        self.carry_out(plan, &mut response);
        response
    }

    fn carry_out(&mut self, plan: Plan, response: &mut Response) {
        let Plan { gone, lanes, start, .. } = plan;
        if gone.is_empty() && start.is_empty() {
            return;
        }
        let is_gone = |writer: &Writer| gone.contains(&writer.output.name);
        let (ending, staying) = std::mem::take(&mut self.writers.running).into_iter().partition(is_gone);
        self.writers.running = staying;
        // Without a pipeline there is nothing to write either.
        let _stopping = self.changes.send(Change { gone, new: lanes });
        self.replace(ending, start, response);
        self.show();
    }

    /// Ends these; each of the others starts when nobody has its place any more.
    fn replace(&mut self, mut ending: Vec<Writer>, mut start: Vec<Ready>, response: &mut Response) {
        let deadline = Instant::now() + LAST_WORDS;
        ending.iter_mut().for_each(|writer| writer.end(deadline));
        while (!ending.is_empty() || !start.is_empty()) && !self.stop.is_told() {
            let is_late = Instant::now() >= deadline + PATIENCE;
            ending.retain(|writer| !writer.has_ended() && !is_late);
            let (free, waiting) = start.into_iter().partition(|ready| !self.is_taken(ready, &ending));
            start = waiting;
            for ready in free {
                self.begin(ready, response);
            }
            thread::sleep(LOOK);
        }
        // The agent stops: they end with the others, and so do the queues of those that never started.
        self.writers.running.extend(ending);
    }

    fn is_taken(&self, ready: &Ready, ending: &[Writer]) -> bool {
        let place = |output| self.writers.common.place(output);
        let (name, own) = (&ready.output().name, place(ready.output()));
        ending
            .iter()
            .any(|writer| writer.output.name == *name || (own.is_some() && place(&writer.output) == own))
    }

    fn begin(&mut self, ready: Ready, response: &mut Response) {
        match ready.start(&self.writers.common, false) {
            Ok(writer) => self.writers.running.push(writer),
            Err(error) => {
                log::warn(format_args!("{error}"));
                response.warn(error.to_string());
            }
        }
    }

    /// Lets others see how the outputs are.
    fn show(&self) {
        let watched = self.writers.running.iter().map(Watched::new).collect();
        *self.watched.lock().unwrap_or_else(PoisonError::into_inner) = watched;
    }
}
