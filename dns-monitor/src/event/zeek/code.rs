//! Numbers of DNS by the names that Zeek gives them.

use crate::decode::mnemonics::{self, Mnemonic};

/// ANY.
const ANY: u16 = 255;

/// `qclass_name`.
pub(super) fn class(class: u16) -> Mnemonic {
    match class {
        1 => Mnemonic::Assigned("C_INTERNET"),
        2 => Mnemonic::Assigned("C_CSNET"),
        3 => Mnemonic::Assigned("C_CHAOS"),
        4 => Mnemonic::Assigned("C_HESOD"),
        254 => Mnemonic::Assigned("C_NONE"),
        255 => Mnemonic::Assigned("C_ANY"),
        _ => Mnemonic::Unassigned("qclass-", class),
    }
}

/// `qtype_name`.
pub(super) fn rr_type(rr_type: u16) -> Mnemonic {
    match mnemonics::rr_type(rr_type) {
        _ if rr_type == ANY => Mnemonic::Assigned("*"),
        Mnemonic::Unassigned(_, number) => Mnemonic::Unassigned("query-", number),
        assigned => assigned,
    }
}

/// `opcode_name`.
pub(super) fn opcode(opcode: u8) -> Mnemonic {
    match opcode {
        0 => Mnemonic::Assigned("query"),
        1 => Mnemonic::Assigned("iquery"),
        2 => Mnemonic::Assigned("server-status"),
        4 => Mnemonic::Assigned("notify"),
        5 => Mnemonic::Assigned("dynamic-update"),
        6 => Mnemonic::Assigned("dso"),
        _ => Mnemonic::Unassigned("opcode-", u16::from(opcode)),
    }
}
