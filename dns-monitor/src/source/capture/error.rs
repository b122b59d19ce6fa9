//! What can be wrong with a capture file.

use std::io;

use pcap_file::PcapError;

/// Why a capture cannot be read, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The file cannot be opened.
    #[error("cannot open {file}")]
    Open {
        /// As it was named.
        file: String,
        /// What the system says.
        source: io::Error,
    },
    /// The file cannot be read on.
    #[error("cannot read packet {packet} of {file}")]
    Read {
        /// As it was named.
        file: String,
        /// From 1; 0 is the file's header.
        packet: u64,
        /// What the system says.
        source: io::Error,
    },
    /// It begins like neither.
    #[error("{file} is neither a pcap nor a pcapng file")]
    Format {
        /// As it was named.
        file: String,
    },
    /// The file ends within a packet.
    #[error("{file} breaks off within packet {packet}")]
    Truncated {
        /// As it was named.
        file: String,
        /// From 1; 0 is the file's header.
        packet: u64,
    },
    /// The file contradicts its format.
    #[error("{file} is damaged at packet {packet}: {reason}")]
    Damaged {
        /// As it was named.
        file: String,
        /// From 1; 0 is the file's header.
        packet: u64,
        /// What is wrong.
        reason: String,
    },
    /// All packets are of a link that nothing here can read.
    #[error(
        "{file} has link type {link_type}: Ethernet, Linux cooked (SLL, SLL2), raw IP and BSD loopback can be read"
    )]
    LinkType {
        /// As it was named.
        file: String,
        /// LINKTYPE_ number, as tcpdump.org lists them.
        link_type: u32,
    },
}

/// What is wrong, before it is known where.
#[derive(Debug)]
pub(super) enum Fault {
    Format,
    LinkType(u32),
    Interface(u32),
    TooManyInterfaces,
    Pcap(PcapError),
    Io(io::Error),
}

impl Fault {
    pub(super) fn of(self, file: &str, packet: u64) -> CaptureError {
        let file = file.to_owned();
        let damaged = |file, reason| CaptureError::Damaged { file, packet, reason };
        match self {
            Self::Format => CaptureError::Format { file },
            Self::LinkType(link_type) => CaptureError::LinkType { file, link_type },
            Self::Interface(id) => damaged(file, format!("no interface {id}")),
            Self::TooManyInterfaces => damaged(file, "too many interfaces".to_owned()),
            Self::Io(source) | Self::Pcap(PcapError::IoError(source)) => match source.kind() {
                io::ErrorKind::UnexpectedEof => CaptureError::Truncated { file, packet },
                _ => CaptureError::Read { file, packet, source },
            },
            Self::Pcap(PcapError::IncompleteBuffer) => CaptureError::Truncated { file, packet },
            Self::Pcap(error) => damaged(file, error.to_string()),
        }
    }
}

impl From<PcapError> for Fault {
    fn from(error: PcapError) -> Self {
        Self::Pcap(error)
    }
}
