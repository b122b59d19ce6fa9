//! Where we and tshark differ, and who is right.

/// Whose message the other does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Ours,
    Tsharks,
}

/// Messages that only one reader has.
pub struct Difference {
    pub file: &'static str,
    pub side: Side,
    pub messages: &'static [&'static str],
}

pub const DIFFERENCES: &[Difference] = &[
    // Six bytes are no header: tshark reads on from them, we report a malformed message without one.
    Difference { file: "compactor/malformed.pcap", side: Side::Tsharks, messages: &["7879 query - rcode 0"] },
    // A TCP response of which the second segment is not in the file: tshark waits for it, we deliver what is there.
    Difference {
        file: "compactor/matching.pcap",
        side: Side::Ours,
        messages: &["0000 response . 255 rcode 0"],
    },
    // TCP segments are missing: tshark reads nothing more of that stream, we are in step again after the hole.
    Difference {
        file: "dnscap/dnso1tcp-bighole.pcap",
        side: Side::Ours,
        messages: &[
            "072a query google.com 1 rcode 0",
            "2116 query 206.218.58.216.in-addr.arpa 12 rcode 0",
            "2980 query google.com 1 rcode 0",
            "2d5e query google.com 1 rcode 0",
            "2f06 query google.com 1 rcode 0",
            "4524 query google.com 1 rcode 0",
            "49c6 query 206.218.58.216.in-addr.arpa 12 rcode 0",
            "5100 query google.com 1 rcode 0",
            "5803 query google.com 1 rcode 0",
            "59c4 query 206.218.58.216.in-addr.arpa 12 rcode 0",
            "6357 query 206.218.58.216.in-addr.arpa 12 rcode 0",
            "6359 query 206.218.58.216.in-addr.arpa 12 rcode 0",
            "63c7 query 206.218.58.216.in-addr.arpa 12 rcode 0",
            "6537 query 206.218.58.216.in-addr.arpa 12 rcode 0",
            "7bb5 query google.com 1 rcode 0",
            "7d8e query 206.218.58.216.in-addr.arpa 12 rcode 0",
            "8173 query 206.218.58.216.in-addr.arpa 12 rcode 0",
            "9342 query 206.218.58.216.in-addr.arpa 12 rcode 0",
            "a350 query google.com 1 rcode 0",
            "afb9 query 206.218.58.216.in-addr.arpa 12 rcode 0",
            "b0c0 query 206.218.58.216.in-addr.arpa 12 rcode 0",
            "b1c8 query google.com 1 rcode 0",
            "b1df query google.com 1 rcode 0",
            "b933 query 206.218.58.216.in-addr.arpa 12 rcode 0",
            "bd30 query google.com 1 rcode 0",
            "c14b query google.com 1 rcode 0",
            "d5b2 query google.com 1 rcode 0",
            "e48e query google.com 1 rcode 0",
            "e725 query google.com 1 rcode 0",
            "e77a query 206.218.58.216.in-addr.arpa 12 rcode 0",
            "eb62 query google.com 1 rcode 0",
            "ed88 query 206.218.58.216.in-addr.arpa 12 rcode 0",
            "efe7 query google.com 1 rcode 0",
            "f936 query google.com 1 rcode 0",
            "fb45 query google.com 1 rcode 0",
            "fb66 query google.com 1 rcode 0",
        ],
    },
    // The length comes in a segment of its own, of which the first is not in the file: tshark does not
    // put the two together, and does not read a message without its length.
    Difference {
        file: "dnscap/do1t-nosyn-1nolen.pcap",
        side: Side::Ours,
        messages: &["8b51 query 206.218.58.216.in-addr.arpa 12 rcode 0", "e7af query google.com 1 rcode 0"],
    },
    // ... which tshark does not do.
    Difference {
        file: "dnscap/sll2.pcap",
        side: Side::Tsharks,
        messages: &["5139 query ,. 1 rcode 0", "5139 response ,. 1 rcode 3"],
    },
    // A dot inside a label is escaped (RFC 1035 §5.1) ...
    Difference {
        file: "dnscap/sll2.pcap",
        side: Side::Ours,
        messages: &["5139 query ,\\. 1 rcode 0", "5139 response ,\\. 1 rcode 3"],
    },
    // A compression loop: there is no name, so no question ...
    Difference { file: "zeek/dns-invalid-names.pcap", side: Side::Ours, messages: &["2223 query - rcode 0"] },
    // ... where tshark puts a remark in place of the name.
    Difference {
        file: "zeek/dns-invalid-names.pcap",
        side: Side::Tsharks,
        messages: &["2223 query <name contains a pointer that loops> 1 rcode 0"],
    },
];
