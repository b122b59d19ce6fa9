//! Domain names where they lie in the message (RFC 1035 §3.1, §4.1.4).
//!
//! Reading a name hops from length byte to length byte and copies nothing. Length bytes are
//! at most 63, below `A`, so case folding may run over whole runs of labels at once.

use super::malformed::Malformed;

mod presentation;

/// The longest name on the wire, octets, root label included (RFC 1035 §2.3.4).
pub const MAX_WIRE_LENGTH: usize = 255;

/// A name that was read and found valid. Equality and hashing ignore ASCII case (RFC 4343).
#[derive(Clone, Copy)]
pub struct Name<'a> {
    message: &'a [u8],
    first: Run<'a>,
    wire_length: u8,
    label_count: u8,
}

/// Labels that lie side by side, each after its length byte, up to the root or a pointer.
#[derive(Clone, Copy)]
struct Run<'a> {
    /// The message from the first length byte on; [`Run::labels`] is the part that counts.
    bytes: &'a [u8],
    /// Bytes of labels, length bytes included.
    length: u8,
    count: u8,
    /// Offset in the message at which the name goes on; `None` where the root label follows.
    pointer: Option<u16>,
}

impl<'a> Run<'a> {
    /// Reads the run at `start`; also says where it ends, root label or pointer included.
    #[inline]
    fn read(message: &'a [u8], start: usize) -> Result<(Self, usize), Malformed> {
        let mut at = start;
        let mut count = 0u8;
        loop {
            // A label that is cut short makes the next length byte lie past the end.
            let length = *message.get(at).ok_or(Malformed::TruncatedName)?;
            let (pointer, end) = match length {
                0 => (None, at.saturating_add(1)),
                1..=63 => {
                    at = at.saturating_add(usize::from(length)).saturating_add(1);
                    count = count.saturating_add(1);
                    if at.saturating_sub(start) >= MAX_WIRE_LENGTH {
                        return Err(Malformed::NameTooLong);
                    }
                    continue;
                }
                64..=191 => return Err(Malformed::LabelType),
                192.. => {
                    let low = *message.get(at.saturating_add(1)).ok_or(Malformed::TruncatedName)?;
                    let target = u16::from_be_bytes([length & 0x3f, low]);
                    // Each run starts before the one that points to it: no loop is possible.
                    if usize::from(target) >= start {
                        return Err(Malformed::ForwardPointer);
                    }
                    (Some(target), at.saturating_add(2))
                }
            };
            let bytes = message.get(start..).ok_or(Malformed::TruncatedName)?;
            let length = u8::try_from(at.saturating_sub(start)).map_err(|_| Malformed::NameTooLong)?;
            return Ok((Self { bytes, length, count, pointer }, end));
        }
    }

    fn labels(&self) -> &'a [u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }
}

impl<'a> Name<'a> {
    /// Reads the name at offset `at` of `message`; also returns the offset of what follows it.
    ///
    /// # Errors
    /// [`Malformed::TruncatedName`], [`Malformed::LabelType`], [`Malformed::NameTooLong`] or
    /// [`Malformed::ForwardPointer`].
    #[inline]
    pub fn read(message: &'a [u8], at: usize) -> Result<(Self, usize), Malformed> {
        let (first, next) = Run::read(message, at)?;
        let mut wire_length = usize::from(first.length).saturating_add(1);
        let mut label_count = first.count;
        let mut pointer = first.pointer;
        while let Some(target) = pointer {
            let (run, _) = Run::read(message, usize::from(target))?;
            wire_length = wire_length.saturating_add(usize::from(run.length));
            label_count = label_count.saturating_add(run.count);
            pointer = run.pointer;
            if wire_length > MAX_WIRE_LENGTH {
                return Err(Malformed::NameTooLong);
            }
        }
        let wire_length = u8::try_from(wire_length).map_err(|_| Malformed::NameTooLong)?;
        Ok((Self { message, first, wire_length, label_count }, next))
    }

    /// How many labels the name has, root not counted.
    pub const fn label_count(&self) -> usize {
        self.label_count as usize
    }

    /// Octets on the wire without compression, root label included; 1 to 255.
    pub const fn wire_length(&self) -> usize {
        self.wire_length as usize
    }

    /// Whether this is the root, which has no labels.
    pub const fn is_root(&self) -> bool {
        self.label_count == 0
    }

    /// Whether this is the same name, not only an equal one: read at the same place of the same message.
    #[inline]
    pub fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self.first.bytes, other.first.bytes)
    }

    /// The labels from left to right, as sent, root not included.
    pub fn labels(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.runs().flat_map(|run| Labels { rest: run.labels() })
    }

    /// Whether any letter was sent in upper case, as 0x20 mixing does.
    pub fn has_upper(&self) -> bool {
        self.runs().any(|run| presentation::has_upper(run.labels()))
    }

    /// Appends the presentation form in lower case: no trailing dot, the root is `.`.
    pub fn write_lower(&self, out: &mut Vec<u8>) {
        self.write(out, true);
    }

    /// Appends the presentation form with the case that was sent.
    pub fn write_original(&self, out: &mut Vec<u8>) {
        self.write(out, false);
    }

    /// The canonical wire form (RFC 4034 §6.2), lower case and uncompressed, as a map key.
    pub fn canonical<'b>(&self, buffer: &'b mut [u8; MAX_WIRE_LENGTH]) -> &'b [u8] {
        let mut end = 0usize;
        for run in self.runs() {
            let next = end.saturating_add(usize::from(run.length));
            let Some(room) = buffer.get_mut(end..next) else { break };
            room.copy_from_slice(run.labels());
            room.make_ascii_lowercase();
            end = next;
        }
        if let Some(root) = buffer.get_mut(end) {
            *root = 0;
        }
        buffer.get(..=end).unwrap_or_default()
    }

    #[inline]
    fn write(&self, out: &mut Vec<u8>, lower: bool) {
        if self.is_root() {
            return out.push(b'.');
        }
        for run in self.runs() {
            presentation::append(run.bytes, usize::from(run.length), lower, out);
        }
        out.pop();
    }

    fn runs(&self) -> Runs<'a> {
        Runs { message: self.message, next: Some(self.first) }
    }
}

impl PartialEq for Name<'_> {
    fn eq(&self, other: &Self) -> bool {
        if self.wire_length != other.wire_length {
            return false;
        }
        if self.first.pointer.is_none() && other.first.pointer.is_none() {
            let (these, those) = (self.first.labels(), other.first.labels());
            return these == those || these.eq_ignore_ascii_case(those);
        }
        self.labels().map(<[u8]>::len).eq(other.labels().map(<[u8]>::len))
            && self.labels().zip(other.labels()).all(|(a, b)| a.eq_ignore_ascii_case(b))
    }
}

impl Eq for Name<'_> {}

impl std::hash::Hash for Name<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        state.write(self.canonical(&mut [0; MAX_WIRE_LENGTH]));
    }
}

impl std::fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = Vec::with_capacity(self.wire_length());
        self.write_original(&mut text);
        // The presentation form is ASCII.
        f.write_str(&String::from_utf8_lossy(&text))
    }
}

impl std::fmt::Debug for Name<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Name({self})")
    }
}

/// Follows the pointers of a name that [`Name::read`] has found valid.
struct Runs<'a> {
    message: &'a [u8],
    next: Option<Run<'a>>,
}

impl<'a> Iterator for Runs<'a> {
    type Item = Run<'a>;

    #[inline]
    fn next(&mut self) -> Option<Run<'a>> {
        let run = self.next?;
        self.next = run.pointer.and_then(|at| Some(Run::read(self.message, usize::from(at)).ok()?.0));
        Some(run)
    }
}

struct Labels<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Labels<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (&length, rest) = self.rest.split_first()?;
        let (label, rest) = rest.split_at_checked(usize::from(length))?;
        self.rest = rest;
        Some(label)
    }
}
