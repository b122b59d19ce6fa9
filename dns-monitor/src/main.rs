//! The command line: what was typed becomes settings, signals become a stop, errors an exit status.

use std::{
    io::{self, Write as _},
    process::ExitCode,
    sync::atomic::Ordering,
};

use anyhow::Context as _;
use clap::Parser as _;
use dns_monitor::{
    cli::{CheckArgs, Cli, Command, Exit, IdentityArgs, StatusArgs, rules::Task},
    config::{Config, ConfigError, Format},
    control::{
        client,
        protocol::{Request, Response},
    },
    generate,
    identity::{explain::explain, follow},
    log,
    replay::replay,
    rules::engine::offline,
    run::{Control, Prepared, prepare, run},
    sandbox::escape,
    status::{health::Health, show},
    trace::{self, error::TraceError},
};
use jiff::Timestamp;
use tokio::signal::unix::{SignalKind, signal};

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Run(arguments) => {
            let common = arguments.common.clone();
            settle(arguments.resolve(), |config| {
                let prepared = prepare(&config, common)?;
                watch(&config, prepared)
            })
        }
        Command::DebugEscape(arguments) => {
            let common = arguments.common.clone();
            settle(arguments.resolve(), |config| {
                let _loaded = prepare(&config, common)?;
                let refused = escape::try_all(&mut io::stdout()).context("standard output")?;
                anyhow::ensure!(refused, "not all was refused");
                Ok(())
            })
        }
        Command::Generate { folder } => {
            end(generate::generate(&folder).map(drop).with_context(|| folder.display().to_string()))
        }
        Command::Replay(arguments) => {
            settle(arguments.resolve(), |config| Ok(replay(&config, &arguments.files, arguments.live)?))
        }
        Command::Check(arguments) => settle(arguments.resolve(), |config| check(&arguments, &config)),
        Command::Identity(arguments) => identity(&arguments),
        Command::Status(arguments) => status(&arguments),
        Command::Rules(arguments) => rules(arguments.command.task()),
        Command::Trace(arguments) => searched(
            arguments.resolve(Timestamp::now()).and_then(|request| trace::trace(&request, &mut io::stdout())),
        ),
        Command::Who(arguments) => searched(trace::who::who(&arguments.resolve(), &mut io::stdout())),
    };
    result.into()
}

/// Says what went wrong, and with which status the program ends.
fn settle(config: Result<Config, ConfigError>, work: impl FnOnce(Config) -> anyhow::Result<()>) -> Exit {
    let config = match config {
        Ok(config) => config,
        Err(error) => {
            let _closed = writeln!(io::stderr(), "{error}");
            return Exit::Usage;
        }
    };
    end(work(config))
}

fn end(result: anyhow::Result<()>) -> Exit {
    match result {
        Ok(()) => Exit::Success,
        Err(error) => {
            log::error(format_args!("{error:#}"));
            Exit::Failure
        }
    }
}

/// As grep ends: 0 found, 1 not, 2 an error.
fn searched(found: Result<bool, TraceError>) -> Exit {
    match found {
        Ok(true) => Exit::Success,
        Ok(false) => Exit::Failure,
        Err(error) => {
            log::error(format_args!("{error}"));
            Exit::Usage
        }
    }
}

/// Runs the pipeline on a thread of its own, and turns signals into what it understands.
fn watch(config: &Config, prepared: Prepared) -> anyhow::Result<()> {
    let control = Control::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (ended, end) = tokio::sync::oneshot::channel();
    let (config, told) = (config.clone(), control.clone());
    runtime.block_on(async move {
        // Before the programs are attached: a signal must never find them without a way to leave.
        let (mut interrupt, mut terminate, mut report, mut reload) = (
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
            signal(SignalKind::user_defined1())?,
            signal(SignalKind::hangup())?,
        );
        std::thread::Builder::new().name("pipeline".into()).spawn(move || {
            // The receiver waits for this as long as the program lives.
            let _ended = ended.send(run(&config, prepared, &told));
        })?;
        tokio::pin!(end);
        loop {
            tokio::select! {
                result = &mut end => return Ok(result.context("the pipeline has panicked")??),
                _ = interrupt.recv() => control.stop.store(true, Ordering::Relaxed),
                _ = terminate.recv() => control.stop.store(true, Ordering::Relaxed),
                _ = report.recv() => control.report.store(true, Ordering::Relaxed),
                _ = reload.recv() => control.reload.store(true, Ordering::Relaxed),
            }
        }
    })
}

fn identity(arguments: &IdentityArgs) -> Exit {
    let time = arguments.at.unwrap_or_else(follow::now);
    settle(Config::load(&arguments.config), |config| {
        explain(&config, arguments.address, time, &mut io::stdout()).context("standard output")
    })
}

/// As monitoring plugins end. An agent that cannot be asked is as bad as none.
fn status(arguments: &StatusArgs) -> Exit {
    let (text, health) = match client::ask(&arguments.socket, &Request::Status {}) {
        Ok((Response::Status(status), line)) => {
            let json = || format!("{}\n", String::from_utf8_lossy(&line));
            let text = if arguments.format == Format::Json { json() } else { show::status(&status) };
            (text, status.health)
        }
        Ok((Response::Error { message, .. }, _)) => (format!("critical: {message}\n"), Health::Critical),
        Ok(_) => ("critical: the agent speaks of something else\n".to_owned(), Health::Critical),
        Err(error) => (format!("critical: {error}\n"), Health::Critical),
    };
    let _closed = io::stdout().write_all(text.as_bytes());
    match health {
        Health::Ok => Exit::Success,
        Health::Warning => Exit::Failure,
        Health::Critical => Exit::Usage,
    }
}

fn rules(task: Task) -> Exit {
    match task {
        Task::Check { config } => {
            settle(Config::load(&config), |config| Ok(offline::check(&config, &mut io::stdout())?))
        }
        Task::Explain { config, question, format } => settle(Config::load(&config), |config| {
            Ok(offline::explain(&config, &question, format, &mut io::stdout())?)
        }),
        Task::Ask { socket, request, format } => {
            let streams: (&mut dyn io::Write, &mut dyn io::Write) = (&mut io::stdout(), &mut io::stderr());
            end(client::run(&socket, &request, format, streams).map_err(Into::into))
        }
    }
}

fn check(arguments: &CheckArgs, config: &Config) -> anyhow::Result<()> {
    let text = config.to_toml()?;
    log::info(format_args!("{} is in order; every setting as it would be used:", arguments.config.display()));
    io::stdout().write_all(text.as_bytes()).context("standard output")
}
