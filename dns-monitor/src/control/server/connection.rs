//! One caller: admitted, heard, answered.

use std::{
    io,
    os::unix::net::UnixStream,
    sync::{Arc, atomic::Ordering},
    thread::Builder,
};

use jiff::Timestamp;

use super::{MAX_CALLERS, Shared};
use crate::control::{
    line::{self, LineError},
    peer::{self, Caller},
    protocol::{self, MAX_REQUEST, Request, Response},
};

/// Gives the caller a thread, or says why not. Does not wait.
pub(super) fn receive(stream: UnixStream, shared: &Arc<Shared>) {
    let caller = match identify(&stream, shared) {
        Ok(caller) => caller,
        Err(refusal) => return say(&stream, &refusal, shared),
    };
    let Some(seat) = Seat::take(shared) else {
        let text = format!("{MAX_CALLERS} callers are being served: try again");
        return say(&stream, &Response::error(text), shared);
    };
    // A caller that gets no thread sees the connection closed.
    let _out_of_threads = Builder::new().name("control-caller".into()).spawn(move || {
        if let Some(response) = answer(&stream, &caller, &seat.0) {
            say(&stream, &response, &seat.0);
        }
    });
}

/// The mode of the socket keeps others away; this is for the moment before it is set.
fn identify(stream: &UnixStream, shared: &Shared) -> Result<Caller, Response> {
    let unknown = |error: io::Error| Response::error(format!("cannot tell who calls: {error}"));
    let caller = Caller::of(stream).map_err(unknown)?;
    let groups = peer::groups(stream).map_err(unknown)?;
    if shared.access.admits(&caller, &groups) {
        return Ok(caller);
    }
    let whom = "root or a member of the group that the configuration names";
    Err(Response::error(format!("uid {} may not command the agent: be {whom}", caller.uid)))
}

/// `None`: nobody waits for an answer.
fn answer(stream: &UnixStream, caller: &Caller, shared: &Shared) -> Option<Response> {
    let line = match line::read(stream, MAX_REQUEST, shared.patience) {
        Ok(line) => line,
        Err(error @ LineError::TooLong(_)) => return Some(Response::error(error.to_string())),
        Err(LineError::Closed | LineError::Io(_)) => return None,
    };
    Some(match protocol::decode(&line) {
        Ok(request) => carry_out(caller, request, shared),
        Err(error) => Response::error(error.to_string()),
    })
}

fn carry_out(caller: &Caller, request: Request, shared: &Shared) -> Response {
    let noted = request.is_change().then(|| (Timestamp::now(), request.clone()));
    let mut response = shared.handler.handle(caller, request);
    if let Some((time, request)) = noted
        && let Err(error) = shared.audit.note(time, caller, &request, &response)
    {
        response.warn(error.to_string());
    }
    response
}

/// A caller that does not listen loses the answer.
fn say(stream: &UnixStream, response: &Response, shared: &Shared) {
    if let Ok(line) = protocol::encode(response) {
        let _gone = line::write(stream, &line, shared.patience);
    }
}

/// One of the places for callers; free again when dropped, even if the handler panics.
struct Seat(Arc<Shared>);

impl Seat {
    fn take(shared: &Arc<Shared>) -> Option<Self> {
        let more = |callers| (callers < MAX_CALLERS).then_some(callers + 1);
        let callers = &shared.callers;
        callers
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more)
            .ok()
            .map(|_| Self(Arc::clone(shared)))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.callers.fetch_sub(1, Ordering::Relaxed);
    }
}
