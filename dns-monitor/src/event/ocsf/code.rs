//! Numbers of DNS by the names that OCSF gives them.

use crate::decode::mnemonics::Mnemonic;

/// `rcode_id` and its caption. OCSF numbers the codes as the wire does, but has one number for all that are unassigned
/// and one for those that are reserved for private use.
pub(super) fn rcode(rcode: u16) -> (u16, &'static str) {
    let caption = match rcode {
        0 => "NoError",
        1 => "FormError",
        2 => "ServError",
        3 => "NXDomain",
        4 => "NotImp",
        5 => "Refused",
        6 => "YXDomain",
        7 => "YXRRSet",
        8 => "NXRRSet",
        9 => "NotAuth",
        10 => "NotZone",
        11 => "DSOTYPENI",
        16 => "BADSIG_VERS",
        17 => "BADKEY",
        18 => "BADTIME",
        19 => "BADMODE",
        20 => "BADNAME",
        21 => "BADALG",
        22 => "BADTRUNC",
        23 => "BADCOOKIE",
        3841..=4095 => return (25, "Reserved"),
        _ => return (24, "Unassigned"),
    };
    (rcode, caption)
}

/// `opcode_id` and its caption; `name` is that of IANA.
pub(super) fn opcode(opcode: u8, name: Mnemonic) -> (u8, Mnemonic) {
    let caption = match opcode {
        0 => "Query",
        1 => "Inverse Query",
        2 => "Status",
        3 => "Reserved",
        4 => "Notify",
        5 => "Update",
        6 => "DSO Message",
        _ => return (99, name),
    };
    (opcode, Mnemonic::Assigned(caption))
}
