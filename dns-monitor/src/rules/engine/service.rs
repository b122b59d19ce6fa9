//! The thread that owns the rules: loads, commands, learned names and expiry, one after the other.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant, SystemTime},
};

use jiff::Timestamp;

use super::{
    force::Force,
    load::{LoadError, Loaded, Loader},
    notes::Notes,
    report,
};
use crate::{
    config::{
        Config,
        rules::{OnExit, Source, Spec},
    },
    control::{
        manual::{Changed, Outcome, carry_out},
        peer::Caller,
        protocol::{Request, Response},
        server::Handler,
    },
    log,
    rules::{manual::read_name, ruleset::learned::Learn, source::Watch},
    source::kernel::enforce::KernelRoom,
};

/// How often the agent shows that it lives.
const TICK: Duration = Duration::from_millis(100);
/// How often files, timers and expiry are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// Messages that may wait; what the pipeline cannot hand over is learned the next time.
const QUEUE: usize = 4096;
/// How long the pipeline may take for a round before the agent counts as stuck.
const PULSE: Duration = Duration::from_secs(1);

enum Message {
    Ask(Caller, Request, Sender<Response>),
    Learn(Learn),
    Reload,
    Loaded(Box<(KernelRoom, Result<Loaded, LoadError>)>),
    /// The loader has nothing more to do.
    Free(Box<Loader>),
    Stop,
}

/// How others reach the thread.
#[derive(Clone)]
pub struct Handle {
    sender: SyncSender<Message>,
    pulse: Arc<AtomicU64>,
}

impl Handle {
    /// Lets the kernel know a name; false: too much is waiting.
    pub fn learn(&self, learn: Learn) -> bool {
        self.sender.try_send(Message::Learn(learn)).is_ok()
    }

    /// Reads all lists and rules again.
    pub fn reload(&self) {
        let _stopping = self.sender.send(Message::Reload);
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
    pub fn start(config: &Config, file: Option<PathBuf>, force: Force) -> std::io::Result<Self> {
        let (sender, receiver) = sync_channel(QUEUE);
        let (loaded, first) = channel();
        let handle = Handle { sender, pulse: Arc::default() };
        let rules = &config.rules;
        force.enforcer().set_watchdog(rules.watchdog.filter(|_| rules.on_exit == OnExit::Detach));
        let mut owner = Owner {
            watch: watch(config),
            config: Arc::new(config.clone()),
            file,
            force,
            handle: handle.clone(),
            loader: Some(Loader::default()),
            generation: 0,
            again: None,
            waiting: Vec::new(),
            last: report::Last::default(),
            first: Some(loaded),
            pulse: (0, Instant::now()),
            looked: Instant::now(),
        };
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

struct Owner {
    config: Arc<Config>,
    file: Option<PathBuf>,
    force: Force,
    handle: Handle,
    /// Away while it works.
    loader: Option<Loader>,
    generation: u64,
    /// A reload was asked for while another was on its way; whether lists from servers are to be fetched too.
    again: Option<bool>,
    waiting: Vec<Sender<Response>>,
    last: report::Last,
    first: Option<Sender<bool>>,
    watch: Watch,
    pulse: (u64, Instant),
    looked: Instant,
}

impl Owner {
    fn run(&mut self, messages: &Receiver<Message>) {
        if self.config.specs.is_empty() && self.force.manual().is_empty() {
            self.first = None; // nothing to load: no packet is looked at for nothing
        } else {
            self.load(false);
        }
        loop {
            match messages.recv_timeout(TICK) {
                Ok(Message::Ask(caller, request, reply)) => self.answer(&caller, &request, reply),
                Ok(Message::Learn(learn)) => self.force.learn(learn),
                Ok(Message::Reload) => self.reload(None),
                Ok(Message::Loaded(loaded)) => self.loaded(*loaded),
                Ok(Message::Free(loader)) => self.free(*loader),
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return,
            }
            self.tend();
        }
    }

    fn tend(&mut self) {
        let pulse = self.handle.pulse.load(Ordering::Relaxed);
        if pulse != self.pulse.0 {
            self.pulse = (pulse, Instant::now());
        }
        if self.pulse.1.elapsed() < PULSE {
            self.force.enforcer().beat();
        }
        if self.looked.elapsed() < LOOK {
            return;
        }
        self.looked = Instant::now();
        if let Err(error) = self.force.expire() {
            log::warn(format_args!("what has expired cannot be taken out of the kernel: {error}"));
        }
        let changed = self.watch.changed(SystemTime::now());
        let due = self.loader.as_ref().and_then(Loader::due).is_some_and(|due| due <= Instant::now());
        if !changed.is_empty() {
            log::info(format_args!("changed on disk: {}", changed.join(", ")));
        }
        if !changed.is_empty() || due {
            self.load(false);
        }
    }

    /// Reads the configuration again, then all it names.
    fn reload(&mut self, reply: Option<Sender<Response>>) {
        if let Some(file) = &self.file {
            match Config::load(file) {
                Ok(config) => self.adopt(config),
                Err(error) => {
                    log::warn(format_args!("not reloaded, the old rules stay in force: {error}"));
                    answer(
                        reply,
                        Response::error(format!("not reloaded, the old rules stay in force: {error}")),
                    );
                    return;
                }
            }
        }
        self.waiting.extend(reply);
        self.load(true);
    }

    /// Of a new configuration, what can change while the agent runs.
    fn adopt(&mut self, new: Config) {
        let mut config = (*self.config).clone();
        config.specs = new.specs;
        config.rules.mode = new.rules.mode;
        config.rules.exempt = new.rules.exempt;
        config.rules.own_zones = new.rules.own_zones;
        config.rules.i_mean_it = new.rules.i_mean_it;
        config.rules.learn_ttl = new.rules.learn_ttl;
        self.watch = watch(&config);
        self.config = Arc::new(config);
    }

    fn load(&mut self, force: bool) {
        let Some(mut loader) = self.loader.take() else {
            self.again = Some(self.again.unwrap_or(false) | force);
            return;
        };
        self.generation += 1;
        let (config, handle) = (self.config.clone(), self.handle.clone());
        let generation = (self.generation & 0xff) as u16;
        let work = move || {
            let (mut room, mut notes) = (KernelRoom::default(), Notes::default());
            let result = loader.load(&config, generation, force, &mut room, &mut |note| notes.take(note));
            let _stopping = handle.sender.send(Message::Loaded(Box::new((room, result))));
            loader.keep(&mut |note| notes.take(note));
            notes.finish();
            let _stopping = handle.sender.send(Message::Free(Box::new(loader)));
        };
        if let Err(error) = thread::Builder::new().name("lists".into()).spawn(work) {
            log::warn(format_args!("lists cannot be loaded, the old rules stay in force: {error}"));
            self.loader = Some(Loader::default());
            self.finish(Response::error(format!("no thread to load lists on: {error}")));
        }
    }

    fn loaded(&mut self, (room, result): (KernelRoom, Result<Loaded, LoadError>)) {
        let response = match result {
            Ok(loaded) => self.install(loaded, room),
            Err(error) => {
                log::warn(format_args!("not loaded, the old rules stay in force: {error}"));
                Response::error(format!("not loaded, the old rules stay in force: {error}"))
            }
        };
        self.finish(response);
    }

    fn free(&mut self, loader: Loader) {
        self.loader = Some(loader);
        if let Some(force) = self.again.take() {
            self.load(force);
        }
    }

    fn install(&mut self, loaded: Loaded, room: KernelRoom) -> Response {
        let Loaded { ruleset, report, origins, took } = loaded;
        if let Err(error) = self.force.install(ruleset, room) {
            log::warn(format_args!("the old rules stay in force: {error}"));
            return Response::error(format!("the old rules stay in force: {error}"));
        }
        self.last = report::Last { at: Some(Timestamp::now()), took, report, origins };
        let line = self.last.line();
        log::info(format_args!("{line}"));
        let mut response = Response::done(line);
        for state in &self.last.origins {
            if let Some(error) = &state.error {
                response.warn(format!("{}: {error}", state.name));
            }
        }
        response
    }

    fn finish(&mut self, response: Response) {
        for reply in self.waiting.drain(..) {
            answer(Some(reply), response.clone());
        }
        if let Some(first) = self.first.take() {
            let _nobody_waits = first.send(self.force.rules().is_some());
        }
    }

    fn answer(&mut self, caller: &Caller, request: &Request, reply: Sender<Response>) {
        let response = match request {
            Request::Reload {} => return self.reload(Some(reply)),
            Request::Stats {} => report::stats(self.generation, &self.config, &self.force, &self.last),
            Request::Explain { name, qtype, client } => report::explain(&self.force, name, *qtype, *client),
            Request::Block { name, i_mean_it: false, .. } if self.is_own_zone(name) => Response::error(
                format!("{name} is a zone of the resolver itself, or above one: add --i-mean-it to block it"),
            ),
            _ => return self.command(caller, request, reply),
        };
        answer(Some(reply), response);
    }

    fn is_own_zone(&self, name: &str) -> bool {
        let Ok(name) = read_name(name) else { return false };
        let below = |zone: &[u8]| crate::rules::name::suffixes(zone).any(|suffix| suffix == name.as_bytes());
        self.config.rules.own_zones.iter().any(|zone| below(zone.as_bytes()))
    }

    fn command(&mut self, caller: &Caller, request: &Request, reply: Sender<Response>) {
        let Some(Outcome { response, change }) =
            carry_out(self.force.manual_mut(), caller, request, Timestamp::now())
        else {
            return answer(Some(reply), Response::error("not understood"));
        };
        if change.is_some() && self.force.rules().is_none() {
            self.waiting.push(reply);
            return self.load(false); // the first rule there is
        }
        let result = match &change {
            Some(Changed::Set(rule)) => self.force.add(rule).map_err(|error| (rule.name.clone(), error)),
            Some(Changed::Forgotten(name)) => self.force.remove(name).map_err(|error| (name.clone(), error)),
            None => Ok(()),
        };
        let response = match result {
            Ok(()) => response,
            Err((name, error)) => {
                let _unsaved = self.force.manual_mut().forget(&name);
                Response::error(format!("{name}: not in force: {error}"))
            }
        };
        answer(Some(reply), response);
    }
}

/// A caller that has gone does not matter.
fn answer(reply: Option<Sender<Response>>, response: Response) {
    if let Some(reply) = reply {
        let _gone = reply.send(response);
    }
}

fn watch(config: &Config) -> Watch {
    Watch::new(config.specs.iter().filter_map(|spec| match spec {
        Spec::List(list) => match &list.source {
            Source::Path(path) => Some((list.origin.name.clone(), path.clone())),
            Source::Url { .. } => None,
        },
        Spec::Rule(_) => None,
    }))
}
