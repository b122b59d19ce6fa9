//! Leases of DHCP servers.

use jiff::tz::TimeZone;

use super::{Case, check, context};
use crate::identity::lease::{Context, Format};

const ISC: &[Case] = &[
    (
        "a lease",
        "# All times in this file are in UTC (GMT).\nauthoring-byte-order little-endian;\n\n\
         lease 10.0.0.5 {\n  starts 2 2026/11/24 10:00:00;\n  ends 2 2026/11/24 11:00:00;\n  cltt 2 2026/11/24 10:00:00;\n  \
         binding state active;\n  next binding state free;\n  hardware ethernet 02:00:5e:00:53:01;\n  \
         uid \"\\001\\002\\000^\\000S\\001\";\n  client-hostname \"laptop\";\n}\n",
        &["13: 10.0.0.5 laptop 02:00:5e:00:53:01 from 10:00:00 until 11:00:00"],
    ),
    (
        "for ever, by the epoch, on one line, on a ring of tokens",
        "lease 10.0.0.5 { starts epoch 1795514400; # Tue Nov 24 10:00:00 2026\n ends never; \
         hardware token-ring 02:00:5e:00:53:01; client-hostname \"a;b}\\\"\\303\\251\"; }\n",
        &["2: 10.0.0.5 a;b}\"\\195\\169 from 10:00:00"],
    ),
    (
        "released before its end",
        "lease 10.0.0.5 {\n starts 2 2026/11/24 10:00:00;\n ends 2 2026/11/24 10:20:00;\n tstp 2 2026/11/24 10:20:00;\n \
         binding state free;\n hardware ethernet 02:00:5e:00:53:01;\n}\n",
        &["7: 10.0.0.5 02:00:5e:00:53:01 from 10:00:00 until 10:20:00"],
    ),
    (
        "abandoned: somebody else has it",
        "lease 10.0.0.5 {\n starts 2 2026/11/24 10:00:00;\n binding state abandoned;\n}\n",
        &["4: 10.0.0.5 ended 10:00:00"],
    ),
    (
        "other blocks and statements in blocks",
        "server-duid \"\\000\\001\";\nfailover peer \"p\" state {\n my state normal at 2 2026/11/24 10:00:00;\n}\n\
         lease 10.0.0.5 {\n starts 2 2026/11/24 10:00:00;\n on release {\n  set gone = \"yes\";\n  if known { log(\"x\"); }\n }\n \
         client-hostname \"laptop\";\n}\n",
        &["12: 10.0.0.5 laptop from 10:00:00"],
    ),
    (
        "IPv6, with the name that was put into DNS",
        "ia-na \"\\001\\000\\000\\000\\000\\003\\000\\001\" {\n  cltt 2 2026/11/24 10:00:00;\n  iaaddr 2001:db8::5 {\n    \
         binding state active;\n    preferred-life 300;\n    max-life 600;\n    ends 2 2026/11/24 10:10:00;\n    \
         set ddns-fwd-name = \"laptop.example.com\";\n  }\n  iaaddr 2001:db8::6 {\n    ends 2 2026/11/24 10:10:00;\n  }\n}\n\
         ia-pd \"\\001\" {\n  cltt 2 2026/11/24 10:00:00;\n  iaprefix 2001:db8:1::/48 {\n    ends never;\n  }\n}\n",
        &[
            "9: 2001:db8::5 laptop.example.com from 10:00:00 until 10:10:00",
            "12: 2001:db8::6 from 10:00:00 until 10:10:00",
        ],
    ),
];

const KEA: &[Case] = &[
    (
        "IPv4: given, renewed, declined, reclaimed, released, deleted",
        "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context\n\
         10.0.0.5,02:00:5e:00:53:01,01:02,3600,1795518000,1,0,0,laptop.,0,\n\
         10.0.0.5,02:00:5e:00:53:01,01:02,3600,1795519800,1,0,0,laptop.,0,{ \"a\": 1&#x2c \"b\": 2 }\n\
         10.0.0.6,,,3600,1795518000,1,0,0,,1,\n\
         10.0.0.7,02:00:5e:00:53:02,,3600,1795518000,1,0,0,,2,\n\
         10.0.0.8,02:00:5e:00:53:02,,3600,1795518000,1,0,0,,3,\n\
         10.0.0.5,02:00:5e:00:53:01,01:02,0,1795516200,1,0,0,laptop.,0,\n",
        &[
            "2: 10.0.0.5 laptop 02:00:5e:00:53:01 from 10:00:00 until 11:00:00",
            "3: 10.0.0.5 laptop 02:00:5e:00:53:01 from 10:30:00 until 11:30:00",
            "4: 10.0.0.6 ended 10:00:00",
            "5: 10.0.0.7 ended 11:00:00",
            "6: 10.0.0.8 ended 11:00:00",
            "7: 10.0.0.5 ended 12:00:00",
        ],
    ),
    (
        "an old header, a comma in a name, a lease for ever, a header in the middle",
        "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname\n\
         10.0.0.5,,,3600,1795518000,1,0,0,a&#x2cb&#x26#x&#zz\n\n\
         address,valid_lifetime,hostname,expire\n10.0.0.6,4294967295,b,6090481695\n",
        &["2: 10.0.0.5 a,b&#x&#zz from 10:00:00 until 11:00:00", "5: 10.0.0.6 b from 10:00:00"],
    ),
    (
        "IPv6: an address, a prefix, hardware that is not Ethernet",
        "address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,fqdn_rev,hostname,\
         hwaddr,state,user_context\n\
         2001:db8::5,00:03:00:01:02:00:5e:00:53:01,600,1795515000,1,300,0,7,128,1,1,laptop.example.com.,02:00:5e:00:53:01,0,\n\
         2001:db8:1::,00:03,600,1795515000,1,300,2,7,48,0,0,,,0,\n\
         2001:db8::6,00:03,600,1795515000,1,300,1,7,128,0,0,,00:11:22:33:44:55:66:77,0,\n",
        &[
            "2: 2001:db8::5 laptop.example.com 02:00:5e:00:53:01 from 10:00:00 until 10:10:00",
            "4: 2001:db8::6 from 10:00:00 until 10:10:00",
        ],
    ),
];

const DNSMASQ: &[Case] = &[(
    "IPv4, then IPv6; without a name, for ever, not on Ethernet",
    "1795525200 02:00:5e:00:53:01 10.0.0.5 laptop 01:02:00:5e:00:53:01\n0 02:00:5e:00:53:02 10.0.0.6 * *\n\
         1795525200 06-02:00:5e:00:53:03 10.0.0.7 bus *\nduid 00:01:00:01:2f:00:00:00:02:00:5e:00:53:09\n\
         1795525200 12345678 2001:db8::5 laptop 00:03:00:01:02:00:5e:00:53:01\n1795525200 T7 2001:db8::6 * 00:03\n",
    &[
        "1: 10.0.0.5 laptop 02:00:5e:00:53:01 from 12:00:00 until 13:00:00",
        "2: 10.0.0.6 02:00:5e:00:53:02 from 12:00:00",
        "3: 10.0.0.7 bus from 12:00:00 until 13:00:00",
        "5: 2001:db8::5 laptop from 12:00:00 until 13:00:00",
        "6: 2001:db8::6 from 12:00:00 until 13:00:00",
    ],
)];

const DNSMASQ_12H: &[Case] = &[(
    "with a known length: since the last renewal, but not from the future on, nor before the epoch",
    "1795525200 02:00:5e:00:53:01 10.0.0.5 laptop *\n1795611600 02:00:5e:00:53:02 10.0.0.6 * *\n1 02:00:5e:00:53:03 10.0.0.7 x *\n",
    &[
        "1: 10.0.0.5 laptop 02:00:5e:00:53:01 from 01:00:00 until 13:00:00",
        "2: 10.0.0.6 02:00:5e:00:53:02 from 12:00:00 until 2026-11-25T13:00:00",
        "3: 10.0.0.7 x 02:00:5e:00:53:03 until 1970-01-01T00:00:01",
    ],
)];

const WINDOWS: &[Case] = &[(
    "the legend, and all that happens to an address",
    "\t\tMicrosoft DHCP Service Activity Log\r\n\r\n\r\nEvent ID  Meaning\r\n00\tThe log was started.\r\n\
         10\tA new IP address was leased to a client.\r\n\r\n\
         ID,Date,Time,Description,IP Address,Host Name,MAC Address,User Name, TransactionID, QResult\r\n\
         00,11/24/26,00:00:01,Started,,,,,0,6\r\n\
         10,11/24/26,10:00:00,Assign,10.0.0.5,laptop.example.com,02005E005301,,4711,0\r\n\
         11,11/24/26,10:30:00,Renew,10.0.0.5,laptop.example.com,02005E005301,,4711,0\r\n\
         12,11/24/26,10:40:00,Release,10.0.0.5,laptop.example.com,02005E005301,,4711,0\r\n\
         16,11/24/26,10:41:00,Deleted,10.0.0.6,,,,0,6\r\n17,11/24/26,10:42:00,Expired,10.0.0.7,,,,0,6\r\n\
         18,11/24/2026,10:43:00,Expired,10.0.0.8,,,,0,6\r\n30,11/24/26,10:44:00,DNS Update Request,10.0.0.5,x,,,0,6\r\n",
    &[
        "10: 10.0.0.5 laptop.example.com 02:00:5e:00:53:01 from 10:00:00",
        "11: 10.0.0.5 laptop.example.com 02:00:5e:00:53:01 from 10:30:00",
        "12: 10.0.0.5 ended 10:40:00",
        "13: 10.0.0.6 ended 10:41:00",
        "14: 10.0.0.7 ended 10:42:00",
        "15: 10.0.0.8 ended 10:43:00",
    ],
)];

const NETWORKD: &[Case] = &[
    (
        "leases, with the hardware address and without",
        r#"{"BootID":"d7f5","Address":[10,0,0,1],"PrefixLength":24,"Leases":[
           {"ClientId":[255,1],"Address":[10,0,0,5],"AddressString":"10.0.0.5","Hostname":"laptop","HardwareAddressType":1,
            "HardwareAddressLength":6,"HardwareAddress":[2,0,94,0,83,1],"ExpirationUSec":77,"ExpirationRealtimeUSec":1795525200000000},
           {"ClientId":[1,2,0,94,0,83,2],"Address":[10,0,0,6]},
           {"ClientId":[1,2],"Address":[10,0,0,7],"HardwareAddressType":32,"HardwareAddress":[2,0,94,0,83,2]}]}"#,
        &[
            "1: 10.0.0.5 laptop 02:00:5e:00:53:01 from 12:00:00 until 13:00:00",
            "2: 10.0.0.6 02:00:5e:00:53:02 from 12:00:00",
            "3: 10.0.0.7 from 12:00:00",
        ],
    ),
    ("no leases", r#"{"Leases":[]}"#, &[]),
    ("nor a place for them", r#"{"BootID":"d7f5","Address":[10,0,0,1],"PrefixLength":24}"#, &[]),
];

#[test]
fn isc() {
    check(Format::Isc, &context(), ISC);
}

#[test]
fn kea() {
    check(Format::Kea, &context(), KEA);
}

#[test]
fn dnsmasq() {
    check(Format::Dnsmasq, &context(), DNSMASQ);
    let lease_time = Some(12 * 3600 * 1_000_000_000);
    check(Format::Dnsmasq, &Context { lease_time, ..context() }, DNSMASQ_12H);
}

#[test]
fn windows() {
    check(Format::Windows, &context(), WINDOWS);
}

#[test]
fn local_times_are_of_the_zone_that_was_given() -> Result<(), jiff::Error> {
    // A zone whose rules are given here: the tests do not depend on what the host knows.
    let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3")?;
    let text = "10,11/24/26,11:00:00,Assign,10.0.0.5,winter,,,0,0\n10,07/24/26,11:00:00,Assign,10.0.0.5,summer,,,0,0\n\
                10,10/25/26,02:30:00,Assign,10.0.0.5,twice,,,0,0\n10,03/29/26,02:30:00,Assign,10.0.0.5,never,,,0,0\n";
    let expected = [
        "1: 10.0.0.5 winter from 10:00:00",
        "2: 10.0.0.5 summer from 2026-07-24T09:00:00",
        "3: 10.0.0.5 twice from 2026-10-25T00:30:00",
        "4: 10.0.0.5 never from 2026-03-29T01:30:00",
    ];
    assert_eq!(super::read(Format::Windows, text.as_bytes(), &Context { zone, ..context() }), expected);
    Ok(())
}

#[test]
fn networkd() {
    check(Format::Networkd, &context(), NETWORKD);
}
