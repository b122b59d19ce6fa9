//! Commands of the operator.

use std::sync::mpsc::Sender;

use jiff::Timestamp;

use super::{Owner, answer};
use crate::{
    control::{
        manual::{Changed, Outcome, carry_out},
        peer::Caller,
        protocol::{Request, Response},
    },
    rules::{
        engine::{load::Occasion, report},
        manual::read_name,
        name::suffixes,
    },
};

impl Owner {
    /// Carries a request out; the answer may come later.
    pub(super) fn answer(&mut self, caller: &Caller, request: &Request, reply: Sender<Response>) {
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
        let below = |zone: &[u8]| suffixes(zone).any(|suffix| suffix == name.as_bytes());
        self.config.rules.own_zones.iter().any(|zone| below(zone.as_bytes()))
    }

    fn command(&mut self, caller: &Caller, request: &Request, reply: Sender<Response>) {
        let Some(Outcome { response, change }) =
            carry_out(self.force.manual_mut(), caller, request, Timestamp::now())
        else {
            return answer(Some(reply), Response::error("not understood"));
        };
        if change.is_some() && self.force.rules().is_none() {
            // The first rule there is.
            return self.load_for(Occasion::Look, Some((reply, Some(response))));
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
