//! What has come from a collector and is not read yet.

use super::{SinkError, Stop, connection::Connection, fault::garbage};

/// Read at once.
const CHUNK: usize = 16 << 10;
/// No reply of any protocol here is longer.
const MAX: usize = 1 << 20;

/// What has come and is not read yet.
#[derive(Debug, Default)]
pub(super) struct Input {
    bytes: Vec<u8>,
    at: usize,
}

/// One whole reply and its length, or nothing yet; the error says what is wrong.
pub(super) type Parsed<T> = Result<Option<(T, usize)>, String>;

impl Input {
    /// The next reply, waiting for it.
    ///
    /// # Errors
    /// Those of the connection; [`SinkError::Garbage`] where `parse` says so, or a reply has no end.
    pub(super) fn next<T>(
        &mut self,
        connection: &mut Connection,
        stop: &Stop,
        parse: impl Fn(&[u8]) -> Parsed<T>,
    ) -> Result<T, SinkError> {
        loop {
            if let Some(reply) = self.ready(connection, &parse)? {
                return Ok(reply);
            }
            self.more(connection, stop)?;
        }
    }

    /// The next reply, if it has come already.
    ///
    /// # Errors
    /// [`SinkError::Garbage`] as above.
    pub(super) fn ready<T>(
        &mut self,
        connection: &Connection,
        parse: impl Fn(&[u8]) -> Parsed<T>,
    ) -> Result<Option<T>, SinkError> {
        match parse(self.bytes.get(self.at..).unwrap_or_default()) {
            Ok(Some((reply, length))) => {
                self.at = self.at.saturating_add(length);
                Ok(Some(reply))
            }
            Ok(None) => Ok(None),
            Err(reason) => Err(garbage(connection.to(), reason)),
        }
    }

    fn more(&mut self, connection: &mut Connection, stop: &Stop) -> Result<(), SinkError> {
        self.bytes.drain(..self.at.min(self.bytes.len()));
        self.at = 0;
        if self.bytes.len() >= MAX {
            return Err(garbage(connection.to(), "its reply has no end"));
        }
        let start = self.bytes.len();
        self.bytes.resize(start.saturating_add(CHUNK), 0);
        let read = connection.read(self.bytes.get_mut(start..).unwrap_or_default(), stop);
        self.bytes.truncate(start.saturating_add(*read.as_ref().unwrap_or(&0)));
        read.map(|_| ())
    }
}

/// Reads replies as if they had come from a collector, and gives each to `take`. A reply takes no more than there is, and
/// is not there before its last byte.
#[cfg(fuzzing)]
pub(super) fn fuzz<T: std::fmt::Debug + PartialEq>(
    mut bytes: &[u8],
    parse: impl Fn(&[u8]) -> Parsed<T>,
    mut take: impl FnMut(T),
) {
    while let Ok(Some((reply, length))) = parse(bytes) {
        let (whole, behind) = bytes.split_at(length);
        let Some((_, short)) = whole.split_last() else { unreachable!("a reply of no bytes: {reply:?}") };
        assert_eq!(parse(short), Ok(None), "{whole:?}");
        assert!(
            parse(whole).is_ok_and(|again| again.is_some_and(|(again, to)| (&again, to) == (&reply, length)))
        );
        take(reply);
        bytes = behind;
    }
}
