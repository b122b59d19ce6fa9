//! What the thread of the rules does: loads, commands, learned names and expiry, one after the other.

mod command;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::Ordering,
        mpsc::{Receiver, RecvTimeoutError, Sender},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};

use super::{
    force::Force,
    load::{LoadError, Loaded, Loader, Occasion},
    notes::Notes,
    report,
    service::{Handle, Message},
};
use crate::{
    config::{
        Config, Reread,
        rules::{OnExit, Source, Spec},
    },
    control::protocol::Response,
    log,
    rules::source::Watch,
    source::kernel::enforce::KernelRoom,
};

/// How often the agent shows that it lives.
const TICK: Duration = Duration::from_millis(100);
/// How often files, timers and expiry are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How long the pipeline may take for a round before the agent counts as stuck.
const PULSE: Duration = Duration::from_secs(1);

/// The rules, and everything that is on its way.
pub(super) struct Owner {
    config: Arc<Config>,
    file: Option<PathBuf>,
    force: Force,
    handle: Handle,
    /// Away while it works.
    loader: Option<Loader>,
    /// How often rules were put in force.
    generation: u64,
    /// What was asked for while another load was on its way.
    again: Option<Occasion>,
    /// Who waits for this load, and what to tell where it succeeds.
    waiting: Vec<Waiting>,
    /// Who waits for the next one.
    waiting_again: Vec<Waiting>,
    last: report::Last,
    first: Option<Sender<bool>>,
    watch: Watch,
    pulse: (u64, Instant),
    looked: Instant,
}

impl Owner {
    /// Nothing is loaded yet.
    pub(super) fn new(
        config: &Config,
        file: Option<PathBuf>,
        force: Force,
        handle: Handle,
        first: Sender<bool>,
    ) -> Self {
        let rules = &config.rules;
        force.enforcer().set_watchdog(rules.watchdog.filter(|_| rules.on_exit == OnExit::Detach));
        Self {
            watch: watch(config),
            config: Arc::new(config.clone()),
            file,
            force,
            handle,
            loader: Some(Loader::default()),
            generation: 0,
            again: None,
            waiting: Vec::new(),
            waiting_again: Vec::new(),
            last: report::Last::default(),
            first: Some(first),
            pulse: (0, Instant::now()),
            looked: Instant::now(),
        }
    }

    /// Serves until it is told to stop.
    pub(super) fn run(&mut self, messages: &Receiver<Message>) {
        if self.config.specs.is_empty() && self.force.manual().is_empty() {
            self.first = None; // nothing to load: no packet is looked at for nothing
        } else {
            self.load(Occasion::Start);
            self.load(Occasion::Look); // servers, after what is there already
        }
        loop {
            match messages.recv_timeout(TICK) {
                Ok(Message::Ask(caller, request, reply)) => self.answer(&caller, &request, reply),
                Ok(Message::Stats(reply)) => {
                    answer(Some(reply), report::stats(self.generation, &self.config, &self.force, &self.last))
                }
                Ok(Message::Learn(learn)) => self.force.learn(learn),
                Ok(Message::Reload(reply)) => self.reload(Some(reply)),
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
            self.load(Occasion::Look);
        }
    }

    /// Reads the configuration again, then all it names.
    fn reload(&mut self, reply: Option<Sender<Response>>) {
        if let Some(file) = &self.file {
            match Reread::load(file) {
                // Outputs are another's concern.
                Ok(reread) => self.adopt(reread.config),
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
        self.load_for(Occasion::Reload, reply.map(|reply| (reply, None)));
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

    /// Loads, and tells `waiting` when it is done.
    fn load_for(&mut self, occasion: Occasion, waiting: Option<Waiting>) {
        match self.loader {
            Some(_) => self.waiting.extend(waiting),
            None => self.waiting_again.extend(waiting),
        }
        self.load(occasion);
    }

    fn load(&mut self, occasion: Occasion) {
        let Some(mut loader) = self.loader.take() else {
            let only_looks = self.again.is_none_or(|again| again == Occasion::Look);
            let look = only_looks && occasion == Occasion::Look;
            self.again = Some(if look { Occasion::Look } else { Occasion::Reload });
            return;
        };
        let (config, handle) = (self.config.clone(), self.handle.clone());
        let generation = (self.generation.wrapping_add(1) & 0xff) as u16;
        let work = move || {
            give_way();
            let (mut room, mut notes) = (KernelRoom::default(), Notes::default());
            let result = loader.load(&config, generation, occasion, &mut room, &mut |note| notes.take(note));
            let _stopping = handle.sender.send(Message::Loaded(Box::new((room, result))));
            loader.keep(&mut |note| notes.take(note));
            notes.finish();
            let _stopping = handle.sender.send(Message::Free(Box::new(loader)));
        };
        if let Err(error) = thread::Builder::new().name("lists".into()).spawn(work) {
            log::warn(format_args!("lists cannot be loaded, the old rules stay in force: {error}"));
            self.loader = Some(Loader::default());
            self.finish(&Response::error(format!("no thread to load lists on: {error}")));
        }
    }

    fn loaded(&mut self, (room, result): (KernelRoom, Result<Option<Loaded>, LoadError>)) {
        let response = match result {
            Ok(Some(loaded)) => self.install(loaded, room),
            Ok(None) => Response::done("nothing has changed"),
            Err(error) => {
                log::warn(format_args!("not loaded, the old rules stay in force: {error}"));
                Response::error(format!("not loaded, the old rules stay in force: {error}"))
            }
        };
        self.finish(&response);
    }

    fn free(&mut self, loader: Loader) {
        self.loader = Some(loader);
        self.waiting = std::mem::take(&mut self.waiting_again);
        if let Some(occasion) = self.again.take() {
            self.load(occasion);
        }
    }

    fn install(&mut self, loaded: Loaded, room: KernelRoom) -> Response {
        let Loaded { ruleset, report, origins, took } = loaded;
        if let Err(error) = self.force.install(ruleset, room, self.config.rules.mode) {
            log::warn(format_args!("the old rules stay in force: {error}"));
            return Response::error(format!("the old rules stay in force: {error}"));
        }
        self.generation += 1;
        self.last = report::Last::of(report, origins, took);
        let line = format!("rules in force: {}", self.last.line());
        log::info(format_args!("{line}"));
        let mut response = Response::done(line);
        for state in &self.last.origins {
            if let Some(error) = &state.error {
                response.warn(format!("{}: {error}", state.name));
            }
        }
        response
    }

    fn finish(&mut self, response: &Response) {
        for (reply, own) in self.waiting.drain(..) {
            let own = own.filter(|_| !matches!(response, Response::Error { .. }));
            answer(Some(reply), own.unwrap_or_else(|| response.clone()));
        }
        if let Some(first) = self.first.take() {
            let _nobody_waits = first.send(self.force.rules().is_some());
        }
    }
}

/// A caller, and what to tell it where all goes well, if that is not what came of the load.
type Waiting = (Sender<Response>, Option<Response>);

/// Lists can wait; the pipeline, on the same processors, cannot.
fn give_way() {
    const NICE: libc::c_int = 10;
    // SAFETY: of numbers only; 0 is the calling thread.
    unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, NICE) };
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
