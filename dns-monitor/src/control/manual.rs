//! The commands about manual rules, carried out on the rules themselves.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    peer::Caller,
    protocol::{ManualRule, Request, Response},
};
use crate::rules::{
    manual::{Author, Change, Manual, Rule, What, read_name},
    name::NameBuf,
};

/// What came of a command.
#[derive(Debug, PartialEq)]
pub struct Outcome {
    /// What to tell the caller.
    pub response: Response,
    /// The rule to put in force, or the name to forget.
    pub change: Option<Changed>,
}

/// How the rules are different now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// This one came, perhaps in place of another.
    Set(Rule),
    /// The one for this name is gone.
    Forgotten(NameBuf),
}

/// Carries out `allow`, `block`, `forget` and `manual`; `None`: it is another command. Drops no rule that is over:
/// whoever calls [`Manual::expire`] has to know of them all.
pub fn carry_out(manual: &mut Manual, caller: &Caller, request: &Request, now: Timestamp) -> Option<Outcome> {
    let result = match request {
        Request::Allow { name, for_seconds } => {
            set(manual, order(caller, name, What::Allow, *for_seconds, now), true)
        }
        Request::Block { name, for_seconds, action, i_mean_it } => {
            set(manual, order(caller, name, What::Block(*action), *for_seconds, now), *i_mean_it)
        }
        Request::Forget { name } => forget(manual, name),
        Request::Manual {} => Ok(Outcome { response: list(manual, now), change: None }),
        Request::Reload {} | Request::Status {} | Request::Stats {} | Request::Explain { .. } => return None,
    };
    Some(result.unwrap_or_else(|message| Outcome { response: Response::error(message), change: None }))
}

fn order(
    caller: &Caller,
    name: &str,
    what: What,
    seconds: Option<u64>,
    now: Timestamp,
) -> Result<Rule, String> {
    let name = named(name)?;
    let by = Author { uid: caller.uid, user: caller.user() };
    Rule::new(name, what, by, now, seconds.map(Duration::from_secs)).map_err(|error| error.to_string())
}

fn set(manual: &mut Manual, rule: Result<Rule, String>, may_be_wide: bool) -> Result<Outcome, String> {
    let rule = rule?;
    if !may_be_wide {
        rule.check_width().map_err(|error| error.to_string())?;
    }
    let Change { before, unsaved } = manual.set(rule.clone()).map_err(|error| error.to_string())?;
    let replaced = before.map(|before| format!(" (was {})", before.what.name())).unwrap_or_default();
    let until = rule.until.map_or_else(|| "it is forgotten".to_owned(), |until| format!("{until:.0}"));
    let message =
        format!("{} and everything below it: {} until {until}{replaced}", rule.name, rule.what.name());
    Ok(Outcome { response: done(message, unsaved), change: Some(Changed::Set(rule)) })
}

fn forget(manual: &mut Manual, name: &str) -> Result<Outcome, String> {
    let name = named(name)?;
    let Some(Change { before, unsaved }) = manual.forget(&name) else {
        return Err(format!(
            "there is no manual rule for {name}: dns-monitor rules manual lists those there are"
        ));
    };
    let was = before.map_or("a rule", |rule| rule.what.name());
    let response = done(format!("{name}: {was} is forgotten"), unsaved);
    Ok(Outcome { response, change: Some(Changed::Forgotten(name)) })
}

fn list(manual: &Manual, now: Timestamp) -> Response {
    let in_force = manual.iter().filter(|rule| rule.until.is_none_or(|until| until > now));
    Response::Manual { rules: in_force.map(listed).collect() }
}

fn listed(rule: &Rule) -> ManualRule {
    ManualRule {
        name: rule.name.to_string(),
        action: rule.what.name().to_owned(),
        since: rule.since,
        until: rule.until,
        uid: rule.by.uid,
        user: rule.by.user.clone(),
    }
}

fn named(text: &str) -> Result<NameBuf, String> {
    read_name(text).map_err(|error| format!("{text:?} is no name: {error}"))
}

fn done(message: String, unsaved: Option<impl std::fmt::Display>) -> Response {
    let mut response = Response::done(message);
    if let Some(error) = unsaved {
        response.warn(format!("in force, but a restart would lose it: {error}"));
    }
    response
}

#[cfg(test)]
mod tests;
