//! Numbers of DNS by the names that the model prescribes: those of IANA, as IANA writes them.

use crate::decode::mnemonics::{self, Mnemonic};

/// `reply_code`.
pub(super) fn rcode(rcode: u16) -> Mnemonic {
    let name = match rcode {
        0 => "NoError",
        1 => "FormErr",
        2 => "ServFail",
        3 => "NXDomain",
        4 => "NotImp",
        5 => "Refused",
        6 => "YXDomain",
        7 => "YXRRSet",
        8 => "NXRRSet",
        9 => "NotAuth",
        10 => "NotZone",
        _ => return mnemonics::rcode(rcode),
    };
    Mnemonic::Assigned(name)
}

/// `query_type`.
pub(super) fn opcode(opcode: u8) -> Mnemonic {
    Mnemonic::Assigned(match opcode {
        0 => "Query",
        1 => "IQuery",
        2 => "Status",
        4 => "Notify",
        5 => "Update",
        _ => "unknown",
    })
}
