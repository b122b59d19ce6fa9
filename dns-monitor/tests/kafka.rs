//! Kafka: librdkafka's mock brokers and a real consumer. Everything that was sent arrives, also if brokers die meanwhile.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

mod cli_support;
mod kafka_support;
mod replay_support;

use std::{collections::BTreeMap, fs, net::TcpListener};

use cli_support::{capture, exchange};
use dns_monitor::output::sink::SinkError;
use kafka_support::{
    Cluster, TOPIC, attempt, cluster, consume, deliver, events,
    live::{Live, enter_network, look_up},
    set, settings, sink,
};
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use replay_support::replay;
use serde_json::Value;

#[test]
fn every_event_is_there_once_and_those_of_a_client_are_in_order() {
    let cluster = cluster();
    let brokers = cluster.bootstrap_servers();
    let mut sink = sink(settings(&brokers));
    let sent = events(0, 5000);
    for batch in sent.chunks(700) {
        let receipt = attempt(&mut sink, batch).unwrap();
        assert_eq!((receipt.taken, receipt.refused), (batch.len() as u64, 0));
    }
    let messages = consume(&brokers);
    assert_eq!(messages.len(), sent.len());
    assert_eq!(set(messages.iter().map(|message| &message.payload)), set(&sent));
    let mut clients: BTreeMap<String, (i32, u64)> = BTreeMap::new();
    for message in &messages {
        let event: Value = serde_json::from_str(&message.payload).unwrap();
        assert_eq!(message.key.as_deref(), event["client"]["ip"].as_str());
        let (key, number) = (message.key.clone().unwrap(), event["n"].as_u64().unwrap());
        let last = clients.insert(key, (message.partition, number));
        let in_order = last.is_none_or(|(partition, last)| partition == message.partition && last < number);
        assert!(in_order, "{message:?} behind {last:?}");
    }
    assert_eq!(clients.len(), 50);
}

#[test]
fn what_was_acknowledged_is_there_though_brokers_died() {
    let cluster = cluster();
    let brokers = cluster.bootstrap_servers();
    let mut sink = sink(settings(&brokers));
    let sent = events(0, 6000);
    let mut failed = 0;
    for (number, batch) in sent.chunks(500).enumerate() {
        // One of them, then all of them, each time in the midst of it.
        match number {
            3 => cluster.broker_down(1).unwrap(),
            5 => cluster.broker_up(1).unwrap(),
            7 => {
                cluster.broker_down(-1).unwrap();
                let error = attempt(&mut sink, batch).unwrap_err();
                assert!(matches!(error, SinkError::Broken { .. }), "{error}");
                failed += 1;
                cluster.broker_up(-1).unwrap();
            }
            _ => {}
        }
        if number == 3 {
            // Its partitions have another leader now, as a cluster would have it.
            (0..kafka_support::PARTITIONS)
                .for_each(|at| cluster.partition_leader(TOPIC, at, Some(2)).unwrap());
        }
        let (receipt, again) = deliver(&mut sink, batch);
        assert_eq!((receipt.taken, receipt.refused), (500, 0));
        failed += again;
    }
    assert!(failed > 0);
    let messages = consume(&brokers);
    // What comes twice has the same id: it is the same event.
    assert_eq!(set(messages.iter().map(|message| &message.payload)), set(&sent));
}

#[test]
fn only_what_a_broker_will_never_take_is_refused() {
    let cluster = cluster();
    let brokers = cluster.bootstrap_servers();
    let mut sink = sink(settings(&brokers));
    let mut sent = events(0, 10);
    sent[4] = format!(
        r#"{{"event":{{"id":"long"}},"client":{{"ip":"192.0.2.1"}},"long":"{}"}}"#,
        "x".repeat(2 << 20)
    );
    let receipt = attempt(&mut sink, &sent).unwrap();
    assert_eq!((receipt.taken, receipt.refused), (9, 1));
    assert!(receipt.reason.unwrap().contains("Message size too large"));
    // A batch that is too large is no event that is too large.
    let large = RDKafkaRespErr::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
    cluster.request_errors(RDKafkaApiKey::Produce, &[large]);
    let receipt = attempt(&mut sink, &events(10, 20)).unwrap();
    assert_eq!((receipt.taken, receipt.refused), (20, 0), "{receipt:?}");
    // What is refused though it came alone is.
    let one_client = |count: usize| vec![events(30, 1).remove(0); count];
    cluster.request_errors(RDKafkaApiKey::Produce, &[large, large]);
    let receipt = attempt(&mut sink, &one_client(3)).unwrap();
    assert_eq!((receipt.taken, receipt.refused), (2, 1), "{receipt:?}");
    assert_eq!(consume(&brokers).len(), 31);
}

#[test]
fn what_needs_another_setting_waits_and_says_so() {
    let cases = [
        (RDKafkaRespErr::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "topic dns-events: "),
        (RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "topic dns-events: "),
    ];
    for (error, words) in cases {
        let cluster: Cluster = cluster();
        cluster.topic_error(TOPIC, error).unwrap();
        let mut sink = sink(settings(&cluster.bootstrap_servers()));
        let told = attempt(&mut sink, &events(0, 5)).unwrap_err();
        let expected = matches!(&told, SinkError::Unauthorised { reason, .. } if reason.contains(words));
        assert!(expected, "{error:?}: {told}");
        cluster.topic_error(TOPIC, RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR).unwrap();
        assert_eq!(deliver(&mut sink, &events(0, 5)).0.taken, 5);
    }
}

#[test]
fn a_broker_that_is_busy_gets_it_later() {
    let cluster = cluster();
    let brokers = cluster.bootstrap_servers();
    let replicas = RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS;
    cluster.request_errors(RDKafkaApiKey::Produce, &[replicas; 3]);
    let (mut sink, sent) = (sink(settings(&brokers)), events(0, 500));
    assert_eq!(deliver(&mut sink, &sent).0.taken, 500);
    let messages = consume(&brokers);
    assert_eq!((messages.len(), set(messages.iter().map(|message| &message.payload))), (500, set(&sent)));
}

#[test]
fn who_accepts_and_never_answers_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut sink = sink(settings(&listener.local_addr().unwrap().to_string()));
    let error = attempt(&mut sink, &events(0, 5)).unwrap_err();
    assert!(matches!(error, SinkError::Broken { .. }), "{error}");
    drop(listener);
    let error = attempt(&mut sink, &events(0, 5)).unwrap_err().to_string();
    assert!(error.contains("refused"), "{error}");
}

/// The agent as its users run it.
#[test]
fn a_capture_is_in_the_topic_as_on_standard_output() {
    let cluster = cluster();
    let brokers = cluster.bootstrap_servers();
    let folder = tempfile::tempdir().unwrap();
    let (file, config) = (folder.path().join("lookups.pcap"), folder.path().join("agent.toml"));
    let packets: Vec<_> = (0..3000).flat_map(|at| exchange(at, u32::from(at) * 2000)).collect();
    fs::write(&file, capture(&packets)).unwrap();
    let listed: Vec<_> = brokers.split(',').map(|broker| format!("{broker:?}")).collect();
    let text = format!(
        "[[output]]\ntype = 'stdout'\n[[output]]\ntype = 'kafka'\nbrokers = [{}]\ntopic = '{TOPIC}'\ncompression = 'zstd'\n",
        listed.join(", ")
    );
    fs::write(&config, text).unwrap();
    let output = replay(&["--config".as_ref(), config.as_os_str(), file.as_os_str()]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && told.contains("output kafka: delivers"), "{told}");
    let lines: Vec<_> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    let messages = consume(&brokers);
    assert_eq!((lines.len(), messages.len()), (3000, 3000));
    assert_eq!(set(messages.iter().map(|message| &message.payload)), set(&lines));
}

/// In the sandbox only the ports that the configuration names can be reached: brokers name others.
#[test]
fn the_agent_reaches_the_brokers_that_brokers_name() {
    enter_network();
    let (cluster, folder) = (cluster(), tempfile::tempdir().unwrap());
    let brokers = cluster.bootstrap_servers();
    let ports: Vec<_> = brokers.split(',').map(|broker| broker.rsplit_once(':').unwrap().1).collect();
    let output = |known: &[&str]| {
        format!(
            "[[output]]\ntype = 'kafka'\nbrokers = ['127.0.0.1:{}']\nports = [{}]\ntopic = '{TOPIC}'\ntimeout = '2s'\n",
            ports[0],
            known.join(", ")
        )
    };
    // The leaders of all partitions are brokers that were not listed.
    for partition in 0..kafka_support::PARTITIONS {
        cluster.partition_leader(TOPIC, partition, Some(2)).unwrap();
    }
    let agent = Live::start(folder.path(), &output(&ports[..1]));
    look_up(100);
    agent.wait("a port that is not in brokers must be in ports");
    agent.stop();
    let agent = Live::start(folder.path(), &output(&ports));
    // All brokers die, and come back: what came meanwhile comes then.
    agent.wait("output kafka: delivers");
    cluster.broker_down(-1).unwrap();
    look_up(100);
    agent.wait("trying again");
    cluster.broker_up(-1).unwrap();
    agent.wait("output kafka: delivers again");
    let told = agent.stop();
    let messages = consume(&brokers);
    let id = |payload: &String| {
        let event: Value = serde_json::from_str(payload).unwrap();
        event["event"]["id"].as_str().unwrap().to_owned()
    };
    let ids: std::collections::BTreeSet<_> = messages.iter().map(|message| id(&message.payload)).collect();
    let book = told.lines().find(|line| line.starts_with("  events ")).unwrap();
    assert!(book.contains("+ lost 0") && ids.len() >= 200, "{}: {book}\n{told}", ids.len());
}
