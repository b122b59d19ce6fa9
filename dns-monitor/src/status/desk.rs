//! Puts the figures together when somebody asks; passes on what is about rules.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    board::{Board, Figures},
    health::{self, Health},
    output::Output,
    process::Process,
    report::Status,
};
use crate::{
    control::{
        peer::Caller,
        protocol::{Request, Response},
        server::Handler,
    },
    output,
    rules::engine::Handle,
    sandbox,
};

/// Answers whoever is on the control socket.
#[derive(Clone)]
pub struct Desk {
    rules: Handle,
    outputs: output::service::Handle,
    board: Arc<Board>,
    sandbox: sandbox::Report,
    started_at: Timestamp,
}

impl Desk {
    /// The agent starts now.
    #[must_use]
    pub fn new(
        rules: Handle,
        outputs: output::service::Handle,
        board: Arc<Board>,
        sandbox: sandbox::Report,
    ) -> Self {
        Self { rules, outputs, board, sandbox, started_at: Timestamp::now() }
    }

    /// How the agent is; `None`: it is stopping.
    #[must_use]
    pub fn status(&self) -> Option<Status> {
        let rules = self.rules.stats()?;
        let figures = self.board.read();
        let left = figures.as_ref().map(|figures| figures.time);
        let Figures { interfaces, stages, causes, outputs: books, rates, .. } = figures.unwrap_or_default();
        let outputs = self.outputs.watched();
        let outputs = outputs.iter().map(|output| Output::new(output.state(), &books)).collect();
        let mut status = Status {
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at: self.started_at,
            time: Timestamp::now(),
            health: Health::Ok,
            problems: Vec::new(),
            sandbox: self.sandbox.clone(),
            process: Process::own(),
            interfaces,
            rates,
            stages,
            causes,
            outputs,
            rules,
        };
        status.problems = health::problems(&status, left);
        status.health = status.problems.first().map_or(Health::Ok, |worst| worst.health);
        Some(status)
    }
}

impl Handler for Desk {
    fn handle(&self, caller: &Caller, request: Request) -> Response {
        match request {
            Request::Status {} => match self.status() {
                Some(status) => Response::Status(Box::new(status)),
                None => Response::error("the agent is stopping"),
            },
            Request::Reload {} => {
                let outputs = self.outputs.reload();
                let mut response = self.rules.handle(caller, request);
                if let Ok(outputs) = outputs.recv() {
                    response.join(outputs);
                }
                response
            }
            request => self.rules.handle(caller, request),
        }
    }
}
