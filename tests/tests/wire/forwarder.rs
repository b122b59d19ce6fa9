use std::{
    net::{IpAddr, UdpSocket},
    time::Duration,
};

use dns_monitor::{
    decode::message::Message,
    identity::true_client::{Forwarders, TrueClient},
    sample::Mac,
};
use dns_monitor_tests::{
    address::{self, Network},
    namespace::Namespace,
    wait,
};

use super::{Hosts, dnsmasq, mac};

/// Asks the forwarder until the server has a query, and takes it.
fn forwarded(client: &Namespace, forwarder: IpAddr, more: &[&str], server: &UdpSocket) -> (Vec<u8>, IpAddr) {
    wait::until("the forwarder asks", || {
        let mut dig = client.command("dig");
        let _unanswered = dig
            .args(["+tries=1", "+timeout=1", &format!("@{forwarder}"), "www.lab.example"])
            .args(more)
            .output()?;
        let mut buffer = [0; 512];
        let Ok((length, from)) = server.recv_from(&mut buffer) else { return Ok(None) };
        Ok(Some((buffer[..length].to_vec(), from.ip())))
    })
    .unwrap()
}

#[test]
fn dnsmasq_says_for_whom_it_asks() {
    let hosts = Hosts::new();
    let (resolver, host, client) = (hosts.resolver(), hosts.client(0), hosts.client(1));
    let server = resolver.inside(|| UdpSocket::bind("0.0.0.0:5353")).unwrap().unwrap();
    server.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    let (asker, its_mac) = (address::client(1, Network::Plain), mac(client));
    let forwarder = address::client(0, Network::Plain);
    let both = |ip: IpAddr, mac: Option<Mac>| Some(TrueClient { ip: Some(ip), mac });
    let mac_alone = Some(TrueClient { ip: None, mac: Some(its_mac) });
    let (v4, v6) = (forwarder.v4.into(), forwarder.v6.into());
    let forged = &["+subnet=198.51.100.1/32"][..];
    for (settings, to, more, expected) in [
        (&["--add-mac", "--add-subnet=32,128"][..], v4, &[][..], both(asker.v4.into(), Some(its_mac))),
        (&["--add-mac", "--add-subnet=32,128"], v6, &[], both(asker.v6.into(), Some(its_mac))),
        (&["--add-mac=base64"], v4, &[], mac_alone),
        (&["--add-mac=text"], v4, &[], mac_alone),
        (&["--add-subnet=24,64"], v4, &[], None),
        (&["--add-cpe-id=box-7"], v4, &[], None),
        (&[], v4, &[], None),
        // What docs/IDENTITY.md warns of, and the cure.
        (&["--add-subnet=32,128"], v4, forged, both("198.51.100.1".parse().unwrap(), None)),
        (&["--add-subnet=32,128", "--strip-subnet"], v4, forged, both(asker.v4.into(), None)),
    ] {
        let upstream = format!("--server={}#5353", address::resolver(Network::Plain).v4);
        let _dnsmasq = dnsmasq(host, &[settings, &[&*upstream, "--cache-size=0"]].concat());
        let (query, from) = forwarded(client, to, more, &server);
        assert_eq!(from, IpAddr::from(forwarder.v4));
        let edns = Message::parse(&query).unwrap().edns();
        let said = edns.and_then(|edns| TrueClient::claimed(&edns, from));
        assert_eq!(said, expected, "{settings:?} {to} {more:?}");
        if let Some(edns) = edns {
            assert_eq!(Forwarders::default().true_client(from, &edns), None, "nobody is believed by default");
            let mut forwarders = Forwarders::new(&[from.into()]);
            assert_eq!(forwarders.true_client(from, &edns), expected);
        }
        server.set_nonblocking(true).unwrap();
        while server.recv(&mut [0; 512]).is_ok() {}
        server.set_nonblocking(false).unwrap();
    }
}
