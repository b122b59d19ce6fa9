//! librdkafka's mock brokers, a consumer, and a sender that tries as the agent does.
#![allow(clippy::unwrap_used, clippy::panic, reason = "test support")]

pub mod live;

use std::{
    collections::BTreeSet,
    thread,
    time::{Duration, Instant},
};

use dns_monitor::{
    config::output::{Address, Kafka, KafkaCompression, Kind, Transport},
    output::sink::{Events, Framing, Receipt, Sink, SinkError, Spec, Stop},
};
use rdkafka::{
    ClientConfig, Message as _, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer as _},
    mocking::MockCluster,
    producer::DefaultProducerContext,
};

/// How long the machine may be busy before something counts as never happening.
pub const PATIENCE: Duration = Duration::from_secs(30);
pub const TOPIC: &str = "dns-events";
pub const PARTITIONS: i32 = 4;

pub type Cluster = MockCluster<'static, DefaultProducerContext>;

/// Three brokers with the topic.
pub fn cluster() -> Cluster {
    let cluster = MockCluster::new(3).unwrap();
    cluster.create_topic(TOPIC, PARTITIONS, 3).unwrap();
    cluster
}

/// Settings for its brokers.
pub fn settings(brokers: &str) -> Kafka {
    let address = |broker: &str| {
        let (host, port) = broker.rsplit_once(':').unwrap();
        Address { host: host.to_owned(), port: port.parse().unwrap() }
    };
    Kafka {
        brokers: brokers.split(',').map(address).collect(),
        ports: Vec::new(),
        topic: TOPIC.to_owned(),
        compression: KafkaCompression::default(),
        timeout: Duration::from_secs(2),
        transport: Transport::default(),
        sasl: None,
    }
}

pub fn sink(settings: Kafka) -> Sink {
    let kind = Kind::Kafka(settings);
    Sink::new(&Spec { name: "kafka", kind: &kind, hostname: None }).unwrap().unwrap()
}

/// So many events of fifty clients, from the number `first` on.
pub fn events(first: usize, count: usize) -> Vec<String> {
    let event = |at: usize| {
        format!(r#"{{"event":{{"id":"lab-{at}"}},"client":{{"ip":"192.0.2.{}"}},"n":{at}}}"#, at % 50)
    };
    (first..first + count).map(event).collect()
}

/// One try.
pub fn attempt(sink: &mut Sink, lines: &[String]) -> Result<Receipt, SinkError> {
    let bytes: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let events = Events { bytes: bytes.as_bytes(), count: lines.len() as u64, framing: Framing::Lines };
    sink.deliver(&events, &Stop::default())
}

/// Until it is settled, and how many tries failed before.
pub fn deliver(sink: &mut Sink, lines: &[String]) -> (Receipt, usize) {
    let end = Instant::now() + PATIENCE;
    for failed in 0.. {
        match attempt(sink, lines) {
            Ok(receipt) => return (receipt, failed),
            Err(error) => assert!(Instant::now() < end, "{error}"),
        }
        thread::sleep(Duration::from_millis(50));
    }
    unreachable!("it is settled, or patience ends")
}

/// A message as a consumer gets it.
#[derive(Debug)]
pub struct Message {
    pub partition: i32,
    pub key: Option<String>,
    pub payload: String,
}

/// Everything in the topic, each partition in its order.
pub fn consume(brokers: &str) -> Vec<Message> {
    let mut config = ClientConfig::new();
    let config = config.set("bootstrap.servers", brokers).set("group.id", "lab");
    let consumer: BaseConsumer = config.create().unwrap();
    let mut list = TopicPartitionList::new();
    let mut expected = 0;
    for partition in 0..PARTITIONS {
        list.add_partition_offset(TOPIC, partition, Offset::Beginning).unwrap();
        let (low, high) = consumer.fetch_watermarks(TOPIC, partition, PATIENCE).unwrap();
        expected += usize::try_from(high - low).unwrap();
    }
    consumer.assign(&list).unwrap();
    let (mut messages, end) = (Vec::new(), Instant::now() + PATIENCE);
    while messages.len() < expected {
        assert!(Instant::now() < end, "{} of {expected} messages", messages.len());
        let Some(message) = consumer.poll(Duration::from_millis(100)) else { continue };
        let Ok(message) = message else { continue };
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let (key, payload) = (message.key().map(text), text(message.payload().unwrap()));
        messages.push(Message { partition: message.partition(), key, payload });
    }
    messages
}

pub fn set<'a>(lines: impl IntoIterator<Item = &'a String>) -> BTreeSet<&'a str> {
    lines.into_iter().map(String::as_str).collect()
}
