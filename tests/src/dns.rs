//! As much of the wire format as the load generator needs; the tests' own, so that a mistake
//! of the agent's decoder cannot hide in them.

/// RR type numbers by name, of those that tests ask for.
pub const TYPES: [(&str, u16); 4] = [("A", 1), ("MX", 15), ("TXT", 16), ("AAAA", 28)];

/// A query of class IN with RD set.
pub fn query(id: u16, name: &str, rr_type: u16) -> Vec<u8> {
    query_in_class(id, name, rr_type, 1)
}

/// `version.bind CH TXT`: every `named` answers it, and asks nobody.
pub fn version_query(id: u16) -> Vec<u8> {
    query_in_class(id, "version.bind", 16, 3)
}

fn query_in_class(id: u16, name: &str, rr_type: u16, class: u16) -> Vec<u8> {
    let mut message = id.to_be_bytes().to_vec();
    message.extend([0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0]);
    for label in name.split('.').filter(|label| !label.is_empty()) {
        message.push(u8::try_from(label.len()).unwrap_or(u8::MAX));
        message.extend(label.as_bytes());
    }
    message.push(0);
    message.extend(rr_type.to_be_bytes());
    message.extend(class.to_be_bytes());
    message
}

/// The id of a message, if it has one.
pub fn id(message: &[u8]) -> Option<u16> {
    field(message, 0)
}

/// The response code of a message's header.
pub fn rcode(message: &[u8]) -> Option<u16> {
    Some(field(message, 2)? & 15)
}

/// How many answers the header announces.
pub fn answers(message: &[u8]) -> Option<u16> {
    field(message, 6)
}

fn field(message: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(message.get(at..at + 2)?.try_into().ok()?))
}
