//! Packets in, changes out. What clients and servers say was seen on the wire: udhcpc 1.35, dhclient 4.4.3, dnsmasq
//! 2.90.
#![allow(clippy::unwrap_used, reason = "tests")]

mod packets;

use std::net::IpAddr;

use super::{
    grants::{MAX_HELD, MAX_REQUESTS},
    message::Packet,
    *,
};
use crate::{identity::assignment::Assignment, sample::Mac};
use packets::*;

const NOW: u64 = 1_764_000_000_000_000_000;
const HOUR: u64 = 3_600_000_000_000;

/// A wire, and what is known of it.
#[derive(Default)]
struct Wire {
    grants: Grants,
    tally: Tally<DhcpReason>,
}

impl Wire {
    fn take(&mut self, bytes: &[u8], now: u64) -> Result<Vec<Change>, DhcpReason> {
        let packet = Packet { bytes, sender: Some(LAPTOP) };
        let tally = &mut self.tally;
        message::read(&packet).and_then(|message| self.grants.take(message, now, tally))
    }

    /// Address, name and MAC of the machine that the last of the packets tells of.
    fn told(&mut self, packets: &[Vec<u8>]) -> Option<(IpAddr, Option<Box<str>>, Option<Mac>)> {
        let (last, before) = packets.split_last()?;
        for packet in before {
            assert_eq!(self.take(packet, NOW), Ok(Vec::new()));
        }
        let changes = self.take(last, NOW).ok()?;
        let [Change::Assigned(Assignment { address, from: NOW, until, name, mac, source: _ })] = &*changes
        else {
            return None;
        };
        assert_eq!(*until, Some(NOW + HOUR));
        Some((*address, name.clone(), *mac))
    }
}

#[test]
fn who_got_an_address() {
    let ack = |options| v4(SERVER_SAYS, 2, LAPTOP, options);
    let ask = |options| v4(CLIENT_SAYS, 1, LAPTOP, options);
    for (what, packets, address, name, mac) in [
        (
            "udhcpc -F",
            vec![ask(UDHCPC_FQDN), ack(ACK_FQDN)],
            "10.1.0.105",
            Some("laptop-18.lab.example"),
            true,
        ),
        (
            "dhclient",
            vec![ask(DHCLIENT), ack(ACK_DHCLIENT)],
            "10.1.0.105",
            Some("laptop-6.lab.example"),
            true,
        ),
        ("the ACK alone", vec![ack(ACK_FQDN)], "10.1.0.105", Some("laptop-18.lab.example"), true),
        ("the name from the request", vec![ask(UDHCPC), ack(ACK)], "10.1.0.105", Some("laptop-17"), true),
        ("no name", vec![ack(ACK)], "10.1.0.105", None, true),
        (
            "a request of another transaction",
            vec![transaction(ask(UDHCPC), 9), ack(ACK)],
            "10.1.0.105",
            None,
            true,
        ),
        ("of another client", vec![v4(CLIENT_SAYS, 1, OTHER, UDHCPC), ack(ACK)], "10.1.0.105", None, true),
        (
            "by a relay",
            vec![v4(RELAY_SAYS, 1, LAPTOP, UDHCPC), v4(TO_RELAY, 2, LAPTOP, ACK)],
            "10.1.0.105",
            Some("laptop-17"),
            true,
        ),
        (
            "DHCPv6",
            vec![v6(ASK6, REQUEST6), v6(SAY6, REPLY6)],
            "fd01::103",
            Some("laptop-6.lab.example"),
            true,
        ),
        ("the REPLY alone", vec![v6(SAY6, REPLY6)], "fd01::103", Some("laptop-6.lab.example"), false),
        (
            "by a relay, whose MAC is not the client's",
            vec![v6(RELAY6, &relayed(12, REQUEST6)), v6(TO_RELAY6, &relayed(13, REPLY6))],
            "fd01::103",
            Some("laptop-6.lab.example"),
            false,
        ),
    ] {
        let expected = (address.parse().unwrap(), name.map(Into::into), mac.then_some(LAPTOP));
        assert_eq!(Wire::default().told(&packets), Some(expected), "{what}");
    }
}

#[test]
fn what_says_nothing_of_an_address() {
    use DhcpReason::{Malformed, NoAddress, NotDhcp, NotTheirs, Other};
    for (what, packet, expected) in [
        ("a DISCOVER", v4(CLIENT_SAYS, 1, LAPTOP, "350101"), Other),
        ("an OFFER", v4(SERVER_SAYS, 2, LAPTOP, "35010233040000 0e10"), Other),
        ("an ACK without a lease time", v4(SERVER_SAYS, 2, LAPTOP, "350105"), Malformed),
        ("an ACK to an INFORM", yiaddr(v4(SERVER_SAYS, 2, LAPTOP, ACK), [0; 4]), NoAddress),
        ("an ACK of a group", yiaddr(v4(SERVER_SAYS, 2, LAPTOP, ACK), [224, 0, 0, 1]), NoAddress),
        ("an ACK from a client", v4(CLIENT_SAYS, 2, LAPTOP, ACK), NotDhcp),
        ("a request to a client", v4(SERVER_SAYS, 1, LAPTOP, UDHCPC), NotDhcp),
        ("neither request nor reply", v4(SERVER_SAYS, 3, LAPTOP, ACK), Malformed),
        ("no message type", v4(SERVER_SAYS, 2, LAPTOP, "33040000 0e10"), Other),
        ("a type of two bytes", v4(SERVER_SAYS, 2, LAPTOP, "35020505"), Malformed),
        ("an option past the end", v4(SERVER_SAYS, 2, LAPTOP, "350105330400"), Malformed),
        ("an option without a length", v4(SERVER_SAYS, 2, LAPTOP, "35010533"), Malformed),
        ("another cookie", cookie(v4(SERVER_SAYS, 2, LAPTOP, ACK)), NotDhcp),
        ("a release out of nothing", v4(CLIENT_SAYS, 1, LAPTOP, "350107"), NotTheirs),
        ("DNS", udp(("10.1.0.1", 53), ("10.1.0.2", 53), &[0; 300]), NotDhcp),
        ("an empty payload", udp(("10.1.0.1", 67), ("10.1.0.2", 68), &[]), Malformed),
        ("an ADVERTISE", v6(SAY6, &REPLY6.replacen("07", "02", 1)), NotDhcp),
        ("a REPLY from a client", v6(ASK6, REPLY6), NotDhcp),
        ("a REPLY without an address", v6(SAY6, "07d70197 00010006 000300010203"), NoAddress),
        ("a request without a client", v6(ASK6, "03d70197"), Malformed),
        ("a DUID too long", v6(ASK6, &format!("03d70197 00010083 {}", "00".repeat(131))), Malformed),
        (
            "a relay in a relay, and so on",
            v6(TO_RELAY6, &(0..9).fold(REPLY6.to_owned(), |m, _| relayed(13, &m))),
            Malformed,
        ),
        ("a relay with nothing", v6(TO_RELAY6, &format!("0d00{}", "00".repeat(32))), Malformed),
        ("a CONFIRM", v6(ASK6, &REQUEST6.replacen("03", "04", 1)), Other),
    ] {
        assert_eq!(Wire::default().take(&packet, NOW), Err(expected), "{what}");
    }
}

#[test]
fn half_a_packet_is_refused_and_breaks_nothing() {
    for packet in
        [v4(SERVER_SAYS, 2, LAPTOP, ACK_FQDN), v6(SAY6, REPLY6), v6(TO_RELAY6, &relayed(13, REPLY6))]
    {
        for length in 0..packet.len() {
            let half = packet.get(..length).unwrap();
            assert!(Wire::default().take(half, NOW).is_err(), "{length} of {}", packet.len());
        }
    }
}

#[test]
fn a_changed_byte_breaks_nothing() {
    for packet in
        [v4(SERVER_SAYS, 2, LAPTOP, ACK_FQDN), v6(SAY6, REPLY6), v6(TO_RELAY6, &relayed(13, REPLY6))]
    {
        for (at, change) in
            (0..packet.len()).flat_map(|at| [0, 1, 0x40, 0x80, 0xff].map(|change| (at, change)))
        {
            let mut changed = packet.clone();
            changed[at] ^= change;
            let Ok(changes) = Wire::default().take(&changed, NOW) else { continue };
            for change in changes {
                let Change::Assigned(Assignment { name: Some(name), .. }) = change else { continue };
                assert!(name.bytes().all(|byte| byte.is_ascii_graphic()), "{name}, byte {at}");
            }
        }
    }
}

#[test]
fn who_has_an_address_gives_it_back() {
    let release = |mac, address| ciaddr(v4(CLIENT_SAYS, 1, mac, "350107"), address);
    let ended = |address: &str| {
        Ok(vec![Change::Ended { address: address.parse().unwrap(), at: NOW + 1, source: Source::Dhcp }])
    };
    use crate::identity::assignment::Source;
    for (what, before, packet, expected) in [
        ("its own", v4(SERVER_SAYS, 2, LAPTOP, ACK), release(LAPTOP, [10, 1, 0, 105]), ended("10.1.0.105")),
        (
            "another's",
            v4(SERVER_SAYS, 2, LAPTOP, ACK),
            release(OTHER, [10, 1, 0, 105]),
            Err(DhcpReason::NotTheirs),
        ),
        (
            "a decline",
            v4(SERVER_SAYS, 2, LAPTOP, ACK),
            v4(CLIENT_SAYS, 1, LAPTOP, "350104 32040a010069"),
            ended("10.1.0.105"),
        ),
        ("DHCPv6", v6(SAY6, REPLY6), v6(ASK6, &REQUEST6.replacen("03", "08", 1)), ended("fd01::103")),
        (
            "no longer valid",
            v6(SAY6, REPLY6),
            v6(SAY6, &REPLY6.replace("00000e100000 0e10", "0000000000000000")),
            ended("fd01::103"),
        ),
    ] {
        let mut wire = Wire::default();
        assert!(wire.take(&before, NOW).is_ok(), "{what}");
        assert_eq!(wire.take(&packet, NOW + 1), expected, "{what}");
        let again =
            if expected.is_ok() { wire.take(&release(LAPTOP, [10, 1, 0, 105]), NOW + 2) } else { continue };
        assert_eq!(again, Err(DhcpReason::NotTheirs), "{what}: only once");
    }
}

#[test]
fn a_renewal_that_says_less_keeps_the_name() {
    let mut wire = Wire::default();
    wire.told(&[v4(CLIENT_SAYS, 1, LAPTOP, UDHCPC), v4(SERVER_SAYS, 2, LAPTOP, ACK)]).unwrap();
    let (_, name, _) = wire.told(&[v4(SERVER_SAYS, 2, LAPTOP, ACK)]).unwrap();
    assert_eq!(name.as_deref(), Some("laptop-17"));
    let (_, name, mac) = wire.told(&[v4(SERVER_SAYS, 2, OTHER, ACK)]).unwrap();
    assert_eq!((name, mac), (None, Some(OTHER)), "another client's name is its own");
}

#[test]
fn for_ever_has_no_end() {
    let ack = v4(SERVER_SAYS, 2, LAPTOP, "350105 3304ffffffff");
    let changes = Wire::default().take(&ack, NOW).unwrap();
    let [Change::Assigned(Assignment { until, .. })] = &*changes else { unreachable!() };
    assert_eq!(*until, None);
}

#[test]
fn floods_are_bounded() {
    let mut wire = Wire::default();
    let mac = |number: usize| {
        let [.., a, b, c, d] = number.to_be_bytes();
        [2, 7, a, b, c, d]
    };
    for number in 0..MAX_REQUESTS + 10 {
        wire.take(&v4(CLIENT_SAYS, 1, mac(number), UDHCPC), NOW).unwrap();
    }
    assert_eq!(wire.tally.count(DhcpReason::ForgottenRequest), 10);
    for number in 0..=MAX_HELD {
        let address = std::net::Ipv4Addr::from_bits(0x0a00_0000 + u32::try_from(number).unwrap());
        let (client, addresses) = (mac(number).into(), vec![(address.into(), None)]);
        let granted = message::Message::Granted { client, transaction: 1, addresses, name: None, mac: None };
        assert_eq!(wire.grants.take(granted, NOW, &mut wire.tally).unwrap().len(), 1);
    }
    let release = ciaddr(v4(CLIENT_SAYS, 1, mac(0), "350107"), [10, 0, 0, 0]);
    assert_eq!(wire.take(&release, NOW), Err(DhcpReason::NotTheirs), "forgotten");
}
