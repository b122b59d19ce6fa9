//! Frames, built from the inside out: every layer wraps what is there and takes its lengths from it.
//! What a frame shall lie about is [`Frame::set`] afterwards.

pub const SOURCE_MAC: [u8; 6] = [2, 0, 0, 0, 0, 0x0a];
pub const DESTINATION_MAC: [u8; 6] = [2, 0, 0, 0, 0, 0x0b];
/// 192.0.2.1 to 192.0.2.53, 2001:db8::1 to 2001:db8::53.
const V4: [u8; 8] = [192, 0, 2, 1, 192, 0, 2, 53];
const V6: [u8; 32] = *b"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x53";
/// Sequence number of every TCP segment: the next byte but two wraps.
pub const SEQUENCE: u32 = 0xffff_fffd;

pub const TCP: u8 = 6;
pub const UDP: u8 = 17;
pub const FIN: u8 = 1;
pub const SYN: u8 = 2;
pub const RST: u8 = 4;
pub const PSH_ACK: u8 = 0x18;
pub const ACK: u8 = 0x10;

/// A frame, or the inner layers of one.
#[derive(Clone)]
pub struct Frame {
    pub bytes: Vec<u8>,
    /// Where the payload begins.
    pub payload: usize,
    /// What the layer around calls the outermost one: a protocol number, then an EtherType.
    kind: u16,
    /// Whether the IP header leaves it to the frame to say how long it is.
    pub without_length: bool,
}

impl Frame {
    /// Payload that repeats nowhere within 64 KiB, so that a byte out of place shows.
    pub fn payload(length: usize) -> Self {
        let bytes = (0..length).map(|at| (at ^ (at >> 8).wrapping_mul(0x35)) as u8).collect();
        Self { bytes, payload: 0, kind: 0, without_length: false }
    }

    /// Payload of the caller's.
    pub fn holding(bytes: &[u8]) -> Self {
        Self { bytes: bytes.to_vec(), payload: 0, kind: 0, without_length: false }
    }

    fn wrap(mut self, header: &[u8], kind: u16) -> Self {
        drop(self.bytes.splice(..0, header.iter().copied()));
        self.payload += header.len();
        self.kind = kind;
        self
    }

    fn length(&self) -> u16 {
        // Above 64 KiB lengths say 0 (BIG TCP, RFC 2675).
        u16::try_from(self.bytes.len()).unwrap_or(0)
    }

    pub fn udp(self, source: u16, destination: u16) -> Self {
        let length = self.length().saturating_add(8);
        let words = [source, destination, length, 0];
        self.wrap(&words.map(u16::to_be_bytes).concat(), UDP.into())
    }

    /// A header with so many words of options.
    pub fn tcp(self, source: u16, destination: u16, flags: u8, options: u8) -> Self {
        let ports = [source, destination].map(u16::to_be_bytes).concat();
        let rest = [(5 + options) << 4, flags, 0xff, 0xff, 0, 0, 0, 0];
        let options = vec![1; usize::from(options) * 4];
        let header = [&ports[..], &SEQUENCE.to_be_bytes(), &[0; 4], &rest, &options].concat();
        self.wrap(&header, TCP.into())
    }

    /// A transport without a header of our making.
    pub fn protocol(self, protocol: u8) -> Self {
        self.wrap(&[], protocol.into())
    }

    pub fn ipv4(self) -> Self {
        self.ipv4_options(0)
    }

    /// A header with so many words of options.
    pub fn ipv4_options(self, words: u8) -> Self {
        let options = vec![1; usize::from(words) * 4];
        let total = u16::try_from(self.bytes.len() + 20 + options.len()).unwrap_or(0).to_be_bytes();
        let start = [0x45 + words, 0, total[0], total[1], 0, 7, 0, 0, 64, self.kind as u8, 0, 0];
        self.wrap(&[&start[..], &V4, &options].concat(), 0x0800)
    }

    /// As BIG TCP does it (Linux 6.3), on the IPv4 header just made.
    pub fn without_length(self) -> Self {
        Self { without_length: true, ..self.set(2, &[0, 0]) }
    }

    /// Offset in bytes; identification 0x1234.
    pub fn ipv4_fragment(self, offset: u16, more: bool) -> Self {
        let cut = (offset >> 3 | u16::from(more) << 13).to_be_bytes();
        self.ipv4().set(4, &[0x12, 0x34]).set(6, &cut)
    }

    pub fn ipv6(self) -> Self {
        let length = self.length().to_be_bytes();
        let start = [0x60, 0, 0, 0, length[0], length[1], self.kind as u8, 64];
        self.wrap(&[&start[..], &V6].concat(), 0x86dd)
    }

    /// An extension header of 8 bytes and `units` more of its kind's unit (AH: `units` words and 8 bytes).
    pub fn extension(self, kind: u8, units: u8) -> Self {
        let unit = if kind == 51 { 4 } else { 8 };
        let mut header = vec![0; 8 + usize::from(units) * unit];
        header[0] = self.kind as u8;
        header[1] = units;
        self.wrap(&header, kind.into())
    }

    /// Offset in bytes; identification 0x12345678.
    pub fn ipv6_fragment(self, offset: u16, more: bool) -> Self {
        let cut = (offset | u16::from(more)).to_be_bytes();
        let header = [self.kind as u8, 0, cut[0], cut[1], 0x12, 0x34, 0x56, 0x78];
        self.wrap(&header, 44)
    }

    /// A VLAN tag: the TPID, then priority and VLAN id.
    pub fn tag(self, protocol: u16, control: u16) -> Self {
        let header = [control, self.kind].map(u16::to_be_bytes).concat();
        self.wrap(&header, protocol)
    }

    pub fn ethernet(self) -> Self {
        let header = [&DESTINATION_MAC[..], &SOURCE_MAC, &self.kind.to_be_bytes()].concat();
        self.wrap(&header, 0)
    }

    /// Overwrites bytes of the outermost layer.
    pub fn set(mut self, offset: usize, bytes: &[u8]) -> Self {
        self.bytes[offset..offset + bytes.len()].copy_from_slice(bytes);
        self
    }

    /// Appends `length` bytes that no header counts.
    pub fn pad(mut self, length: usize) -> Self {
        self.bytes.extend(vec![0xee; length]);
        self
    }

    /// Cuts off all but `length` bytes; headers keep what they say.
    pub fn cut(mut self, length: usize) -> Self {
        self.bytes.truncate(length);
        self
    }
}
