//! Inputs for the targets that read no DNS: one of each format, because what mutates a DNS message seldom hits on it.

use dns_monitor::{
    config::output,
    output::{sink::Framing, spool::Spool},
};

/// Files of leases, and alerts.
const TEXTS: &[&str] = &[
    "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id\n\
     10.0.0.5,02:00:00:00:00:05,01:02,3600,1795523400,1,0,0,laptop.lab.,0,,0\n",
    "address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,fqdn_rev,hostname,\
     hwaddr,state,user_context,hwtype,hwaddr_source\nfd53::5,00:01,3600,1795523400,1,1800,0,7,128,0,0,laptop,\
     02:00:00:00:00:05,0,,1,0\n",
    "authoring-byte-order little-endian;\nlease 10.0.0.5 {\n  starts 2 2026/11/24 11:00:00;\n  ends never;\n  \
     cltt epoch 1795518000; # Tue\n  binding state active;\n  hardware ethernet 02:00:00:00:00:05;\n  \
     uid \"\\001\\002\";\n  client-hostname \"laptop\";\n}\nia-na \"\\001\\000\" {\n  iaaddr fd53::5 {\n    \
     binding state released;\n    ends 2 2026/11/24 12:00:00;\n  }\n}\n",
    "1795523400 02:00:00:00:00:05 10.0.0.5 laptop 01:02:00:00:00:00:05\nduid 00:01:00:01\n1795523400 7 fd53::5 * 00:01\n",
    "ID,Date,Time,Description,IP Address,Host Name,MAC Address\n10,11/24/26,11:00:00,Assign,10.0.0.5,laptop.lab,\
     020000000005,,1,0,,,,,,,,,0\n12,11/24/26,12:00:00,Release,10.0.0.5,laptop.lab,020000000005,,1,0,,,,,,,,,0\n",
    "{\"BootID\":\"x\",\"Address\":[10,0,0,1],\"PrefixLength\":24,\"Leases\":[{\"ClientId\":[1,2,0,0,0,0,5],\
     \"Address\":[10,0,0,5],\"Hostname\":\"laptop\",\"ExpirationUSec\":5,\"ExpirationRealtimeUSec\":1795523400000000}]}",
    "ip,name,mac\n10.0.0.5,laptop,02-00-00-00-00-05\nfd53::5,\"printer, large\",\n",
    "10.0.0.5 laptop.lab laptop # comment\nfe80::1%eth0 router\n",
    "{\"timestamp\":\"2026-11-26T18:02:11.123456+0000\",\"flow_id\":1,\"event_type\":\"alert\",\"src_ip\":\"10.0.0.5\",\
     \"src_port\":40000,\"dest_ip\":\"10.0.0.53\",\"dest_port\":53,\"proto\":\"UDP\",\"alert\":{\"signature\":\"bad\",\
     \"severity\":1},\"dns\":{\"query\":[{\"type\":\"query\",\"id\":4711,\"rrname\":\"bad.example\",\"rrtype\":\"A\"}]}}\n",
    "{\"ts\":1795716131.5,\"uid\":\"C1\",\"id.orig_h\":\"10.0.0.5\",\"id.orig_p\":40000,\"id.resp_h\":\"10.0.0.53\",\
     \"id.resp_p\":53,\"trans_id\":4711,\"query\":\"bad.example\",\"note\":\"Intel::Notice\",\"msg\":\"bad\"}\n",
    "#separator \\x09\n#set_separator\t,\n#unset_field\t-\n#path\tdns\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\t\
     id.resp_p\ttrans_id\tquery\n1795716131.5\tC1\t10.0.0.5\t40000\t10.0.0.53\t53\t4711\tbad.example\n",
    "<134>Nov 26 18:02:11 ids CEF:0|vendor|product|1|100|bad name|8|src=10.0.0.5 spt=40000 dst=10.0.0.53 dpt=53 \
     rt=1795716131000 destinationDnsDomain=bad.example cs1=a\\=b\n",
    "<1>1 2026-11-26T18:02:11.5Z ids app 7 - - lookup of bad[.]example from 10.0.0.5:40000 to [fd53::53]:53 id 0x1267\n",
];

/// What collectors say, as the target `collectors` takes it: a digit, the rest.
const SAID: &[&[u8]] = &[
    b"0\0\0\0\0\0\0\0\x22\0\0\0\x01\0\0\0\x01\0\0\0\x16protobuf:dnstap.Dnstap\0\0\0\0\0\0\0\x04\0\0\0\x05",
    b"11 rsp 36 200 OK\nrelp_version=0\ncommands=syslog\n2 rsp 6 200 OK\n3 rsp 12 500 no space\n0 serverclose 0\n",
    b"2INFO {\"server_id\":\"x\",\"headers\":true,\"max_payload\":1048576}\r\nPING\r\nPONG\r\n+OK\r\n-ERR 'Slow Consumer'\r\n\
      MSG _INBOX.x.7 1 25\r\n{\"stream\":\"dns\",\"seq\":17}\r\nHMSG _INBOX.x.8 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\n\
      MSG _INBOX.x.9 1 47\r\n{\"error\":{\"code\":503,\"err_code\":10077,\"x\":\"\"}}\r\n",
    b"3\x01\0\0\x02{\"errors\":true,\"items\":[{\"create\":{\"status\":201}},{\"create\":{\"status\":400,\"error\":{\"type\":\"t\",\
      \"reason\":\"r\"}}}]}",
    b"3\x02\0\0\x02{\"text\":\"Success\",\"code\":0}",
    b"3\x03\0\0\x02{\"text\":\"Success\",\"code\":0,\"ackId\":4}",
    b"3\x05\x01\x2c\x02Code: 241. DB::Exception: Memory limit exceeded",
    b"3\x06\0\0\x02{\"partialSuccess\":{\"rejectedLogRecords\":\"1\",\"errorMessage\":\"m\"}}",
];

/// The text of every format, messages of DHCP as its target takes them, and what collectors say.
pub fn seeds() -> impl Iterator<Item = Vec<u8>> {
    let said = SAID.iter().map(|said| said.to_vec());
    TEXTS
        .iter()
        .map(|text| text.as_bytes().to_vec())
        .chain([granted(), replied()])
        .chain(said)
        .chain(spooled())
        .chain(settings())
}

/// Every output that the manual shows, for the target `collectors`.
fn settings() -> impl Iterator<Item = Vec<u8>> {
    let manual = include_str!("../../docs/dns-monitor.toml");
    manual.split("#[[output]]").skip(1).map(|table| {
        let lines = table.lines().take_while(|line| !line.starts_with('['));
        // Words have a blank behind the `#`.
        let settings = lines.filter_map(|line| line.strip_prefix('#').filter(|line| !line.starts_with(' ')));
        settings.fold(b"5".to_vec(), |seed, line| [&seed, line.as_bytes(), b"\n"].concat())
    })
}

/// A file of a spool with three batches, for the target `collectors`; none where it cannot be written.
fn spooled() -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().ok()?;
    let mut spool = Spool::open(folder.path(), &output::Spool::default()).ok()?;
    spool.append(b"{}\n{}\n", 2, Framing::Lines).ok()?;
    spool.append(b"\0\0\0\x01x", 1, Framing::Lengths).ok()?;
    spool.append(b"{}\n", 1, Framing::Lines).ok()?;
    let segment = std::fs::read(folder.path().join(format!("{:020}.seg", 0))).ok()?;
    Some([&b"4"[..], &segment].concat())
}

/// A DHCPACK (RFC 2131), as UDP payload from the server.
fn granted() -> Vec<u8> {
    let mut message = vec![1, 2, 1, 6, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 5];
    message.resize(1 + 28, 0);
    message.extend([2, 0, 0, 0, 0, 5]);
    message.resize(1 + 236, 0);
    message
        .extend(b"\x63\x82\x53\x63\x35\x01\x05\x33\x04\0\0\x0e\x10\x0c\x06laptop\x51\x08\x01\0\0laptop\xff");
    message
}

/// A REPLY of DHCPv6 (RFC 9915), the same.
fn replied() -> Vec<u8> {
    let mut address = b"\0\x05\0\x18\xfd\x53".to_vec();
    address.resize(4 + 15, 0);
    address.extend(b"\x05\0\0\x07\x08\0\0\x0e\x10");
    let mut message = b"\x03\x07\x01\x02\x03\0\x01\0\x0a\0\x03\0\x01\x02\0\0\0\0\x05\0\x03".to_vec();
    message.extend((12 + address.len() as u16).to_be_bytes());
    message.extend(b"\0\0\0\x07\0\0\x07\x08\0\0\x0b\xb8");
    message.extend(address);
    message.extend(b"\0\x27\0\x08\0\x06laptop");
    message
}
