//! What an error of librdkafka or of a broker means for an event.

use rdkafka::error::RDKafkaErrorCode as Code;

use crate::output::sink::{
    SinkError,
    fault::{broken, busy, unauthorised, words},
};

/// What becomes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// The broker will never take it.
    Refused,
    /// It, or another in the same batch.
    Blamed,
    /// Not with these settings.
    Misplaced,
    /// Later.
    Later,
    /// Nobody answers.
    Unanswered,
}

impl Fate {
    /// Of an event that was sent, alone or among others.
    pub(super) const fn of(code: Code, alone: bool) -> Self {
        match code {
            Code::MessageSizeTooLarge
            | Code::MessageBatchTooLarge
            | Code::InvalidRecord
            | Code::InvalidMessage
            | Code::InvalidMessageSize
            | Code::InvalidTimestamp => match alone {
                true => Self::Refused,
                false => Self::Blamed,
            },
            Code::Authentication
            | Code::SSL
            | Code::ClusterAuthorizationFailed
            | Code::TopicAuthorizationFailed
            | Code::SaslAuthenticationFailed
            | Code::UnsupportedSASLMechanism
            | Code::InvalidTopic
            | Code::PolicyViolation
            | Code::UnknownPartition
            | Code::UnknownTopic
            | Code::UnknownTopicOrPartition
            | Code::UnsupportedCompressionType => Self::Misplaced,
            Code::MessageTimedOut
            | Code::BrokerTransportFailure
            | Code::Resolve
            | Code::AllBrokersDown
            | Code::TimedOutQueue
            | Code::OperationTimedOut => Self::Unanswered,
            _ => Self::Later,
        }
    }

    /// Whether it comes again, and why; `reason` is in the words of who said so.
    pub(super) fn setback(self, to: &str, reason: &str) -> Option<SinkError> {
        let reason = words(reason.as_bytes());
        match self {
            Self::Refused => None,
            Self::Misplaced => Some(unauthorised(to, reason)),
            Self::Unanswered => Some(broken(to, std::io::ErrorKind::TimedOut, &reason)),
            Self::Blamed | Self::Later => Some(busy(to, None, reason)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, Fate};

    #[test]
    fn only_what_an_event_is_to_blame_for_is_refused() {
        let cases = [
            (Code::MessageSizeTooLarge, false, Fate::Blamed),
            (Code::MessageSizeTooLarge, true, Fate::Refused),
            (Code::InvalidRecord, true, Fate::Refused),
            (Code::TopicAuthorizationFailed, true, Fate::Misplaced),
            (Code::UnknownTopic, false, Fate::Misplaced),
            (Code::MessageTimedOut, true, Fate::Unanswered),
            (Code::NotEnoughReplicas, true, Fate::Later),
            (Code::KafkaStorageError, false, Fate::Later),
        ];
        for (code, alone, expected) in cases {
            assert_eq!(Fate::of(code, alone), expected, "{code:?} {alone}");
        }
    }
}
