//! Record data and its text, a few examples of every type that has a form.

/// Type, data on the wire in hexadecimal, presentation form.
pub type Example = (u16, &'static str, &'static str);

/// What BIND's `named-rrchecker` can judge.
pub const KNOWN_TO_BIND: &[Example] = &[
    (1, "c0000201", "192.0.2.1"),
    (2, "036e7331076578616d706c6500", "ns1.example"),
    (3, "0161076578616d706c6500", "a.example"),
    (4, "0162076578616d706c6500", "b.example"),
    (5, "03777777076578616d706c6503636f6d00", "www.example.com"),
    (
        6,
        "026e73076578616d706c65000a686f73746d6173746572076578616d706c650078c275f400001c2000000384001275000000012c",
        "ns.example hostmaster.example 2026010100 7200 900 1209600 300",
    ),
    (7, "0163076578616d706c6500", "c.example"),
    (8, "0164076578616d706c6500", "d.example"),
    (9, "0165076578616d706c6500", "e.example"),
    (10, "00ff41", r#"\# 3 00ff41"#),
    (11, "c0000201060000004000000400000080", "192.0.2.1 6 25 53 80"),
    (12, "04686f7374076578616d706c6500", "host.example"),
    (13, "0a5641582d31312f3738300a7361792022756e697822", r#""VAX-11/780" "say \"unix\"""#),
    (14, "0172076578616d706c65000165076578616d706c6500", "r.example e.example"),
    (15, "000a046d61696c076578616d706c6500", "10 mail.example"),
    (15, "000000", "0 ."),
    (
        16,
        "0b763d73706631202d616c6c000d6261636b5c736c6173682000ff",
        r#""v=spf1 -all" "" "back\\slash \000\255""#,
    ),
    (17, "046d626f78076578616d706c650003747874076578616d706c6500", "mbox.example txt.example"),
    (18, "000103616673076578616d706c6500", "1 afs.example"),
    (19, "0c333131303631373030393536", r#""311061700956""#),
    (20, "0f31353038363230323830303332313703303034", r#""150862028003217" "004""#),
    (20, "0f313530383632303238303033323137", r#""150862028003217""#),
    (21, "00020572656c6179076578616d706c6500", "2 relay.example"),
    (22, "47000580005a0000000001e133ffffff00016100", "0x47000580005a0000000001e133ffffff00016100"),
    (23, "046e736170076578616d706c6500", "nsap.example"),
    (
        24,
        "0001080200000e1070dbd8806955b9000a52076578616d706c6503636f6d000102030405060708",
        "A 8 2 3600 20300101000000 20260101000000 2642 example.com AQIDBAUGBwg=",
    ),
    (25, "0100030803010001cc", "256 3 8 AwEAAcw="),
    (
        26,
        "000a06726663383232076578616d706c65000478343030076578616d706c6500",
        "10 rfc822.example x400.example",
    ),
    (27, "082d33322e36383832083131362e383635320431302e30", r#""-32.6882" "116.8652" "10.0""#),
    (28, "20010db8000000000000000000000001", "2001:db8::1"),
    (29, "001216138b0d2c8c7ff8fca500989acc", "51 30 12.748 N 0 7 39.611 W 11.00m 1.00m 10000.00m 10.00m"),
    (
        29,
        "0033161378bc0424a072464000988d20",
        "33 51 35.900 S 151 12 40.000 E -24.00m 30.00m 10000.00m 10.00m",
    ),
    (30, "0162076578616d706c650040010082", "b.example A MX SIG NXT"),
    (31, "e32c6f78163a9348", "e32c6f78163a9348"),
    (32, "32251a030067", "32251a030067"),
    (33, "0000000513c403736970076578616d706c6500", "0 5 5060 sip.example"),
    (34, "0039246f00e7c9c03120000100010000123456", "39246f00e7c9c03120000100010000123456"),
    (34, "013631323030303030", "+61200000"),
    (
        35,
        "006400320173075349502b44325514215e2e2a24217369703a61406578616d706c6521045f736970045f756470076578616d706c6500",
        r#"100 50 "s" "SIP+D2U" "!^.*$!sip:a@example!" _sip._udp.example"#,
    ),
    (36, "000a026b78076578616d706c6500", "10 kx.example"),
    (37, "0001303908308201", "1 12345 8 MIIB"),
    (38, "0020010db8000000000000000000000005", "0 2001:db8::5"),
    (38, "40000500000000000103737562076578616d706c6500", "64 ::5:0:0:1 sub.example"),
    (38, "800577686f6c65076578616d706c6500", "128 whole.example"),
    (39, "056f74686572076578616d706c6500", "other.example"),
    (40, "0800029788a4", "8 0 2 l4ik"),
    (42, "00011803c0000200011c84c00002400002200420010db8", "1:192.0.2.0/24 !1:192.0.2.64/28 2:2001:db8::/32"),
    (42, "00010000", "1:0.0.0.0/0"),
    (
        43,
        "ec450802d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a",
        "60485 8 2 d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a",
    ),
    (
        44,
        "0402a87f1b687ac0e57d2a081a2f282672334d90ed316d2b818ca9580ea384d92401",
        "4 2 a87f1b687ac0e57d2a081a2f282672334d90ed316d2b818ca9580ea384d92401",
    ),
    (
        45,
        "0a0002010351537986ed35533b6064478eeeb27b5bd74dae149b6e81ba3a0521af82ab7801",
        "10 0 2 . AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==",
    ),
    (
        45,
        "0a0102c0000226010351537986ed35533b6064478eeeb27b5bd74dae149b6e81ba3a0521af82ab7801",
        "10 1 2 192.0.2.38 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==",
    ),
    (
        45,
        "0a020220010db8000080020000000020000001010351537986ed35533b6064478eeeb27b5bd74dae149b6e81ba3a0521af82ab7801",
        "10 2 2 2001:db8:0:8002::2000:1 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==",
    ),
    (
        46,
        "00010d0200000e1070dbd8806955b9000a52076578616d706c6503636f6d000102030405060708",
        "A 13 2 3600 20300101000000 20260101000000 2642 example.com AQIDBAUGBwg=",
    ),
    (
        47,
        "04686f7374076578616d706c65000006400100000003041b000000000000000000000000000000000000000000000000000020",
        "host.example A MX RRSIG NSEC TYPE1234",
    ),
    (
        48,
        "0101030d99db2cc14cabdc33d6d77da63a2f15f71112584f234e8d1dc428e39e8a4a97e1aa271a555dc90701e17e2a4c4b6f120b7c32d44f4ac02bd894cf2d4be7778a19",
        "257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==",
    ),
    (
        49,
        "000201636fc0b8271c82825bb1ac5c41cf5351aa69b4febd94e8f17cdb95000da48c40",
        "AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=",
    ),
    (
        50,
        "0101000c04aabbccdd14174eb2409fe28bcb4887a1836f957f0a8425e27b0006400000000002",
        "1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr A RRSIG",
    ),
    (50, "010000000014174eb2409fe28bcb4887a1836f957f0a8425e27b", "1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr"),
    (51, "0100000c04aabbccdd", "1 0 12 aabbccdd"),
    (51, "0100000000", "1 0 0 -"),
    (
        52,
        "0301010c72ac70b745ac19998811b131d662c9ac69dbdbe7cb23e5b514b56664c5d3d6",
        "3 1 1 0c72ac70b745ac19998811b131d662c9ac69dbdbe7cb23e5b514b56664c5d3d6",
    ),
    (
        53,
        "0300010c72ac70b745ac19998811b131d662c9ac69dbdbe7cb23e5b514b56664c5d3d6",
        "3 0 1 0c72ac70b745ac19998811b131d662c9ac69dbdbe7cb23e5b514b56664c5d3d6",
    ),
    (
        55,
        "10020084200100107b1a74df365639cc39f1d57803010001b771ca136e4aeb5ce44333c53b3d2c13c22243851fc708bcce29f7e2eb5787b5f56ccad34f8223acc10904ddb56b2ec4a6d6232f3b50ea094f0914b3b941bbe529af582c36bbadefdaf2adaf9b4911906f5b2522603c615272b880ec8fb930cc6ee39c444daa75b1678f005a4b2499d1da5433f805c7a5ad3237acc5dd5c5e4303727673076578616d706c6500",
        "2 200100107b1a74df365639cc39f1d578 AwEAAbdxyhNuSutc5EMzxTs9LBPCIkOFH8cIvM4p9+LrV4e19WzK00+CI6zBCQTdtWsuxKbWIy87UOoJTwkUs7lBu+Upr1gsNrut79ryra+bSRGQb1slImA8YVJyuIDsj7kwzG7jnERNqnWxZ48AWkskmdHaVDP4BcelrTI3rMXdXF5D rvs.example",
    ),
    (56, "06737461747573026f6b", r#""status" "ok""#),
    (57, "00000308010203", "0 3 8 AQID"),
    (58, "0470726576076578616d706c6500046e657874076578616d706c6500", "prev.example next.example"),
    (
        59,
        "ec450802d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a",
        "60485 8 2 d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a",
    ),
    (
        60,
        "0101030d99db2cc14cabdc33d6d77da63a2f15f71112584f234e8d1dc428e39e8a4a97e1aa271a555dc90701e17e2a4c4b6f120b7c32d44f4ac02bd894cf2d4be7778a19",
        "257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==",
    ),
    (61, "0102030405", "AQIDBAU="),
    (62, "000000420003000460000008", "66 3 A NS AAAA"),
    (
        63,
        "7848b78c0101c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3a1ddc0b9a87153b9a9713b3c9ae5cc27777f98b8e730044c",
        "2018031500 1 1 c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3a1ddc0b9a87153b9a9713b3c9ae5cc27777f98b8e730044c",
    ),
    (64, "000103737663076578616d706c65000003000220fb", "1 svc.example port=8443"),
    (
        64,
        "00010000000004000100040001000c02683208665c6f6f2c6261720002000000040008c0000201c00002020006001020010db8000000000000000000000001029b000968656c6c6fd2716f6f",
        r#"1 . mandatory=alpn,ipv4hint alpn="h2,f\\\\oo\\,bar" no-default-alpn ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8::1 key667="hello\210qoo""#,
    ),
    (65, "000003737663076578616d706c6500", "0 svc.example"),
    (65, "00010000010006026832026833000500060045fe0d0041", r#"1 . alpn="h2,h3" ech=AEX+DQBB"#),
    (66, "003b0114ef066e6f74696679076578616d706c6500", "CDS 1 5359 notify.example"),
    (67, "0102030405", "AQIDBAU="),
    (68, "0102030405", "AQIDBAU="),
    (99, "0b763d73706631202d616c6c", r#""v=spf1 -all""#),
    (100, "0102", r#"\# 2 0102"#),
    (101, "00000001", r#"\# 4 00000001"#),
    (102, "00000001", r#"\# 4 00000001"#),
    (103, "0102", r#"\# 2 0102"#),
    (104, "000a00144fffff20ee64", "10 0014:4fff:ff20:ee64"),
    (105, "000a0a010200", "10 10.1.2.0"),
    (106, "000a20010db811401000", "10 2001:0db8:1140:1000"),
    (107, "000a0b6c36342d7375626e657431076578616d706c6500", "10 l64-subnet1.example"),
    (108, "00005e00532a", "00-00-5e-00-53-2a"),
    (109, "00005eef1000002a", "00-00-5e-ef-10-00-00-2a"),
    (256, "000a000168747470733a2f2f7777772e6578616d706c652f70617468", r#"10 1 "https://www.example/path""#),
    (
        257,
        "0005697373756563612e6578616d706c653b206163636f756e743d323330313233",
        r#"0 issue "ca.example; account=230123""#,
    ),
    (
        257,
        "8005696f6465666d61696c746f3a7365637572697479406578616d706c65",
        r#"128 iodef "mailto:security@example""#,
    ),
    (
        258,
        "1f6170702d6e616d653a574f4c4647414e477c6170702d636c6173733a4f414d",
        r#""app-name:WOLFGANG|app-class:OAM""#,
    ),
    (
        259,
        "0000000000000001020068747470733a2f2f7777772e6578616d706c652f",
        r#"0 1 2 "" aHR0cHM6Ly93d3cuZXhhbXBsZS8="#,
    ),
    (
        259,
        "499602d2499602d20109696d6167652f676966474946383961280019",
        r#"1234567890 1234567890 1 "image/gif" R0lGODlhKAAZ"#,
    ),
    (259, "0000000000000001020a746578742f706c61696e", r#"0 1 2 "text/plain" -"#),
    (260, "0a00", "10 0 0 ."),
    (260, "0a81cb00710f", "10 1 1 203.0.113.15"),
    (260, "0a0220010db8000000000000000000000015", "10 0 2 2001:db8::15"),
    (260, "808303616d74076578616d706c6500", "128 1 3 amt.example"),
    (
        261,
        "08716e616d656d696e0c6578746572723d31352d313720696e666f75726c3d68747470733a2f2f7265736f6c7665722e6578616d706c65",
        r#""qnamemin" "exterr=15-17" "infourl=https://resolver.example""#,
    ),
    (262, "0345544803307830", r#""ETH" "0x0""#),
    (
        32768,
        "ec450802d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a",
        "60485 8 2 d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a",
    ),
    (
        32769,
        "ec450802d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a",
        "60485 8 2 d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a",
    ),
    (65280, "0a000001", r#"\# 4 0a000001"#),
];

/// What it cannot, checked against the RFC in the comment instead.
pub const UNKNOWN_TO_BIND: &[Example] = &[
    // RFC 4025 §3.1 shows a key in every example; §2.1 lets algorithm 0 go without, BIND does not.
    (45, "0a0300076761746577617907 6578616d706c6500", "10 3 0 gateway.example"),
    // RFC 1876 §2: no version but 0 is defined, so the text is that of RFC 3597.
    (29, "01121613", "\\# 4 01121613"),
    // RFC 4025 §2.3 and RFC 8777 §4.2.3 define gateway types 0 to 3.
    (45, "0a0402aabb", "\\# 5 0a0402aabb"),
    (260, "0a04aabb", "\\# 4 0a04aabb"),
    // RFC 3123 §4: families 1 and 2.
    (42, "0003180101", "\\# 5 0003180101"),
    // RFC 2930 §2.
    (
        249,
        "0867 73732d7473696700 63f0a3c0 63f1f540 0003 0000 0002 abcd 0000",
        "gss-tsig 20230218100904 20230219100904 3 NOERROR 2 q80= 0",
    ),
    // RFC 8945 §4.2: error 16 is BADSIG here.
    (
        250,
        "0b686d61632d73686132353600 0000 6553f100 012c 0004 deadbeef 1e6c 0010 0000",
        "hmac-sha256 1700000000 300 4 3q2+7w== 7788 BADSIG 0",
    ),
    // RFC 9461 §5, RFC 9540 §4, draft-ietf-tls-key-share-prediction §3.
    (
        65,
        "0001 00 0007 0010 2f646e732d71756572797b3f646e737d 0008 0000 0009 0004 001d 0017",
        r#"1 . dohpath="/dns-query{?dns}" ohttp tls-supported-groups=29,23"#,
    ),
    // RFC 9606 §4.
    (261, "08716e616d656d696e", r#""qnamemin""#),
    // IANA: CLA carries character strings, IPN a 64-bit node number.
    (263, "03746370", r#""tcp""#),
    (264, "0000000000000102", "258"),
];

/// Type, data, and why the data is not what the type demands.
pub const BAD: &[(u16, &str, &str, &str)] = &[
    (1, "c00002", "bad-rdata", "an address of 3 bytes"),
    (1, "c000020100", "bad-rdata", "an address of 5 bytes"),
    (28, "20010db8", "bad-rdata", "an IPv6 address of 4 bytes"),
    (5, "", "truncated-name", "no name"),
    (5, "0361", "truncated-name", "a label cut short"),
    (5, "0000", "bad-rdata", "a byte after the name"),
    (2, "c0ff", "forward-pointer", "a pointer ahead"),
    (12, "41", "label-type", "a label of type 01"),
    (15, "0a", "bad-rdata", "half a preference"),
    (6, "00000000000100000002", "bad-rdata", "a SOA that ends after two numbers"),
    (16, "", "bad-rdata", "TXT without a string"),
    (16, "0461", "bad-rdata", "a string cut short"),
    (13, "0161", "bad-rdata", "HINFO with one string"),
    (257, "0000", "bad-rdata", "CAA with an empty tag"),
    (257, "0001 20", "bad-rdata", "CAA with a blank in its tag"),
    (47, "00 0000", "bad-rdata", "an empty window"),
    (47, "00 0021", "bad-rdata", "a window of 33 bytes"),
    (47, "00 000140 000140", "bad-rdata", "the same window twice"),
    (50, "01 00 0000 00 00", "bad-rdata", "NSEC3 without a hash"),
    (29, "00 a0 16 13 80000000 80000000 00989680", "bad-rdata", "LOC with a digit above 9"),
    (29, "00 12 16 13 ffffffff 80000000 00989680", "bad-rdata", "LOC beyond the pole"),
    (38, "81", "bad-rdata", "an A6 prefix of 129 bits"),
    (42, "0001 21 00", "bad-rdata", "an IPv4 prefix of 33 bits"),
    (42, "0001 18 05 c000020100", "bad-rdata", "an IPv4 prefix of 5 bytes"),
    (55, "00 02 0001 aa", "bad-rdata", "HIP without a tag"),
    (64, "0001 00 0003 0002 0001 0001 0000", "bad-rdata", "service parameters out of order"),
    (64, "0001 00 0003 0001 01", "bad-rdata", "a port of 1 byte"),
    (64, "0001 00 0002 0001 01", "bad-rdata", "no-default-alpn with a value"),
    (64, "0001 00 0001 0000", "bad-rdata", "alpn without a protocol"),
    (64, "0001 00 0001 0002 0568", "bad-rdata", "a protocol cut short"),
    (64, "0001 00 0001 0001 00", "bad-rdata", "an empty protocol"),
    (64, "0001 00 0004 0003 c00002", "bad-rdata", "an address hint of 3 bytes"),
    (64, "0001 00 0000 0001 00", "bad-rdata", "half a mandatory key"),
    (64, "0001 00 0003", "bad-rdata", "half a parameter"),
    (108, "00005e0053", "bad-rdata", "an EUI48 of 5 bytes"),
    (104, "000a 0014", "bad-rdata", "a node id of 2 bytes"),
    (34, "0161", "bad-rdata", "a letter in an E.164 number"),
    (22, "", "bad-rdata", "NSAP without a byte"),
    (250, "00 000000000001 012c 0005 aa", "bad-rdata", "a MAC cut short"),
];

/// An IN record of the root that answers nothing, alone in a message.
pub fn message(rtype: u16, class: u16, rdata: &[u8]) -> Vec<u8> {
    let mut message = vec![0x12, 0x34, 0x81, 0x80, 0, 0, 0, 1, 0, 0, 0, 0, 0];
    message.extend(rtype.to_be_bytes());
    message.extend(class.to_be_bytes());
    message.extend([0, 0, 0x0e, 0x10]);
    message.extend(u16::try_from(rdata.len()).unwrap().to_be_bytes());
    message.extend(rdata);
    message
}
