//! Tables and hosts files.

use super::{Case, check, context};
use crate::identity::lease::Format;

const TABLE: &[Case] = &[
    (
        "with and without all columns",
        "\u{feff}# of the operator's\n10.0.0.5,laptop,02:00:5e:00:53:01\n\n10.0.0.6,printer\n10.0.0.7,,02-00-5E-00-53-02\n\
         \"2001:db8::5\" , \"Bob's PC\" , 02005e005303 \n::ffff:10.0.0.8,mapped,00:00:00:00:00:00",
        &[
            "2: 10.0.0.5 laptop 02:00:5e:00:53:01",
            "4: 10.0.0.6 printer",
            "5: 10.0.0.7 02:00:5e:00:53:02",
            "6: 2001:db8::5 Bob's\\032PC 02:00:5e:00:53:03",
            "7: 10.0.0.8 mapped",
        ],
    ),
    (
        "columns in another order, and more of them",
        "Room,MAC,IP,Name\n4.11,02:00:5e:00:53:01,10.0.0.5,laptop.\n",
        &["2: 10.0.0.5 laptop 02:00:5e:00:53:01"],
    ),
    (
        "neither name nor MAC",
        "ip,name,mac\n10.0.0.5,,\n10.0.0.6\n",
        &[
            "2: ! neither a name nor a MAC: lines are ip,name,mac",
            "3: ! neither a name nor a MAC: lines are ip,name,mac",
        ],
    ),
];

const HOSTS: &[Case] = &[(
    "the first name counts; what no machine has is left out",
    "127.0.0.1 localhost\n::1 localhost ip6-localhost\nff02::1 ip6-allnodes\n0.0.0.0 blocked.example\n\n# 10.0.0.4 old\n\
     10.0.0.5\tlaptop.example.com laptop # Bob\nfe80::5%eth0 laptop\n10.0.0.6\n10.0.0 x\n",
    &[
        "7: 10.0.0.5 laptop.example.com",
        "8: fe80::5 laptop",
        "9: ! an address without a name",
        "10: ! \"10.0.0\" is not an IP address",
    ],
)];

#[test]
fn tables() {
    check(Format::Table, &context(), TABLE);
}

#[test]
fn hosts_files() {
    check(Format::Hosts, &context(), HOSTS);
}
