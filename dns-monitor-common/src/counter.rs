//! What happened to every packet the programs saw: exactly one fate each, counted per CPU.

/// What a fate means for the ledger: `seen = emitted + filtered + lost`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The packet went to the agent.
    Emitted,
    /// The packet was not taken, by design or because it cannot be DNS.
    Filtered,
    /// The packet should have gone to the agent and did not.
    Lost,
    /// Not a fate of packets: a count beside the ledger.
    Aside,
}

macro_rules! counters {
    ($($(#[$doc:meta])* $variant:ident $name:literal $kind:ident,)+) => {
        /// A slot of the per-CPU counter map.
        #[repr(u32)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Counter { $($(#[$doc])* $variant,)+ }

        impl Counter {
            /// Every counter, in the order of the map.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The reason, as the ledger prints it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The ledger's column.
            pub const fn kind(self) -> Kind {
                match self { $(Self::$variant => Kind::$kind,)+ }
            }
        }
    };
}

counters! {
    /// At least one sample of the packet is in the ring, and none is missing.
    Sampled "sampled" Emitted,
    /// EtherType is neither IPv4 nor IPv6.
    NotIp "not-ip" Filtered,
    /// Neither UDP nor TCP (after IPv6 extension headers).
    OtherProtocol "other-protocol" Filtered,
    /// UDP or TCP between other ports.
    OtherPort "other-port" Filtered,
    /// A TCP segment without data and without SYN, FIN or RST.
    TcpWithoutData "tcp-without-data" Filtered,
    /// A fragment of a TCP segment: path MTU discovery keeps these off real networks.
    TcpFragment "tcp-fragment" Filtered,
    /// The frame ends inside the Ethernet header or a VLAN tag.
    ShortLink "short-link" Filtered,
    /// The frame ends inside an IP header, or the header lies about its length.
    BadIp "bad-ip-header" Filtered,
    /// More IPv6 extension headers than the program follows.
    DeepExtensions "too-many-extension-headers" Filtered,
    /// The packet ends inside the UDP or TCP header, or the header lies about its length.
    BadTransport "bad-transport-header" Filtered,
    /// A UDP datagram without a byte of payload.
    EmptyDatagram "empty-datagram" Filtered,
    /// Our own answer on its way out: the sample of its query tells of it.
    OwnAnswer "own-answer" Filtered,
    /// The ring buffer had no room.
    RingFull "ring-full" Lost,
    /// This CPU has no ring buffer: it came up after the agent did.
    NoRing "no-ring" Lost,
    /// The kernel refused to copy the payload.
    CopyFailed "copy-failed" Lost,
    /// Larger than [`MAX_PIECES`](crate::sample::MAX_PIECES) samples (BIG TCP).
    Oversize "oversize" Lost,
    /// Samples submitted; a TCP super-packet makes several.
    Samples "samples" Aside,
    /// Queries that a rule blocks and that passed, because the agent was silent for too long.
    Unwatched "unwatched" Aside,
    /// Answers that could not be written: the query was dropped in silence.
    AnswerFailed "answer-failed" Aside,
    /// Programs that an agent had left behind had it for the agent, and there was none. No program counts it: the next agent
    /// does, by their counters.
    NoAgent "no-agent" Lost,
}
