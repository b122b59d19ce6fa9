//! The laboratory itself: it must answer as the tests assume, and leave nothing behind.
#![allow(clippy::unwrap_used, reason = "tests")]

use dns_monitor_tests::{
    Lab, LabOptions,
    address::{self, Family, Network},
    named::Recursion,
};

#[test]
fn the_resolver_answers_as_the_lab_internet_says() {
    let lab = Lab::new().unwrap();
    for (what, arguments, expected) in [
        ("an address", &["www.lab.example", "A"][..], "192.0.2.80"),
        ("over TCP", &["+tcp", "www.lab.example", "AAAA"], "2001:db8::80"),
        (
            "a CNAME chain",
            &["alias.lab.example", "A"],
            "alias3.lab.example.\t60\tIN\tCNAME\twww.lab.example.",
        ),
        ("a name that is not", &["nowhere.lab.example", "A"], "status: NXDOMAIN"),
        ("a wildcard", &["h4711.w.lab.example", "MX"], "10 www.lab.example."),
        ("without glue", &["www.glueless.example", "A"], "192.0.2.90"),
        ("a refused zone", &["www.lame.example", "A"], "status: SERVFAIL"),
        ("above the EDNS size", &["+ignore", "txt1800.lab.example", "TXT"], "flags: qr tc rd ra"),
        ("the same by TCP", &["txt1800.lab.example", "TXT"], "Truncated, retrying in TCP mode"),
        ("HTTPS", &["https.lab.example", "HTTPS"], "alpn=\"h2,h3\""),
        ("an unknown type", &["unknown.lab.example", "TYPE65280"], "\\# 4 C0000250"),
    ] {
        let printed = lab.ask(0, arguments).unwrap();
        assert!(printed.contains(expected), "{what}: {arguments:?}\n{printed}");
    }
    for network in Network::ALL {
        for family in [Family::V4, Family::V6] {
            let server = format!("@{}", address::resolver(network).of(family));
            let printed = lab.ask(1, &["+short", &server, "www.lab.example", "A"]).unwrap();
            assert_eq!(printed, "192.0.2.80\n", "{network:?} {family:?}");
        }
    }
}

#[test]
fn large_answers_come_in_fragments_where_the_resolver_allows() {
    let recursion = Recursion { udp_size: 4096, ..Recursion::default() };
    let lab = Lab::with(&LabOptions { recursion }).unwrap();
    for family in [Family::V4, Family::V6] {
        let server = format!("@{}", address::resolver(Network::Plain).of(family));
        let printed = lab.ask(0, &[&server, "+bufsize=4096", "txt3500.lab.example", "TXT"]).unwrap();
        assert!(!printed.contains("TCP") && printed.contains("(UDP)"), "{printed}");
        let size = printed.split("MSG SIZE  rcvd: ").nth(1).unwrap().trim().parse::<u32>().unwrap();
        assert!(size > 3500, "{printed}");
    }
}

#[test]
fn a_lab_that_ends_leaves_no_namespace_and_no_file() {
    let lab = Lab::new().unwrap();
    let (folder, namespace) = (lab.folder(), lab.resolver().name().to_owned());
    let namespace = std::path::Path::new("/run/netns").join(namespace);
    assert!(folder.exists() && namespace.exists());
    drop(lab);
    assert!(!folder.exists() && !namespace.exists());
}
