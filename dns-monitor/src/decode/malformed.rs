//! Why a message could be decoded only in part.

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident $name:literal,)+) => {
        /// The first thing that was wrong with a message.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Malformed { $($(#[$doc])* $variant,)+ }

        impl Malformed {
            /// Every reason, for counters and tests.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The reason as events say it, kebab-case.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

reasons! {
    /// Fewer than the 12 bytes of a header (RFC 1035 §4.1.1).
    ShortHeader "short-header",
    /// A name runs past the end of the message, or of the record data it is in.
    TruncatedName "truncated-name",
    /// A label starts with the bits 01 or 10 (RFC 6891 §5 took 01 back).
    LabelType "label-type",
    /// A name of more than 255 octets on the wire (RFC 1035 §2.3.4).
    NameTooLong "name-too-long",
    /// A compression pointer that does not point before the labels it follows, as every loop needs.
    ForwardPointer "forward-pointer",
    /// The message ends inside the type and class of its question.
    ShortQuestion "short-question",
    /// More than one question (RFC 9619); the first one is decoded.
    ManyQuestions "many-questions",
    /// The message ends before the records that its header announces.
    ShortRecord "short-record",
    /// Record data runs past the end of the message.
    RdataLength "rdata-length",
    /// Record data does not have the form that its type demands.
    BadRdata "bad-rdata",
    /// An OPT record in the wrong place, twice, or with a broken option (RFC 6891 §6.1).
    BadEdns "bad-edns",
    /// The message goes on past the bytes that were captured.
    CapturedInPart "captured-in-part",
}

impl Malformed {
    /// Whether the reason is that bytes ran out, as a capture cut short also causes.
    pub(super) const fn is_short(self) -> bool {
        matches!(
            self,
            Self::ShortHeader
                | Self::TruncatedName
                | Self::ShortQuestion
                | Self::ShortRecord
                | Self::RdataLength
        )
    }
}

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::error::Error for Malformed {}
