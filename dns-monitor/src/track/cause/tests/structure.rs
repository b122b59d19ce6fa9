//! Garbage in random order breaks neither tree nor lists.

use super::messages::{Line, Talk};

/// Xorshift: the same numbers in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

fn name(random: &mut Random) -> String {
    let labels = random.below(5);
    let label = |random: &mut Random| format!("l{}", random.below(4));
    let name: Vec<_> = (0..=labels).map(|_| label(random)).collect();
    name.join(".")
}

fn record(random: &mut Random) -> String {
    let rtype = ["A", "NS", "CNAME", "MX", "SRV", "DNAME", "HTTPS"][random.below(7) as usize];
    format!("{} {rtype} {}", name(random), name(random))
}

fn line(random: &mut Random, time: u64) -> String {
    let qtype = ["A", "AAAA", "NS", "DS", "DNSKEY", "MX"][random.below(6) as usize];
    let peer = format!("{}{}", ["c", "s"][random.below(2) as usize], random.below(20));
    let arrow = [">", "<"][random.below(2) as usize];
    let is_query = peer.starts_with('c') == (arrow == ">");
    let records = if is_query { String::new() } else { format!(": {} | {}", record(random), record(random)) };
    format!("{time} {peer} {arrow} {} {qtype}{records}", name(random))
}

#[test]
fn random_conversations_leave_nothing_behind() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    for max in [1, 8, 64, 1000] {
        let mut talk = Talk::new(max);
        for step in 0..20_000 {
            let text = line(&mut random, step * 3);
            talk.take(&Line::read(&text));
        }
        let causes = talk.tracker().causes();
        assert!(causes.goals.len() <= max && causes.names.len() <= max * 3 + 1, "{max}");
        talk.give_up();
        talk.take(&Line::read("1000000 c1 > last A"));
        assert!(talk.told.iter().any(|line| !line.ends_with("none")), "{max}");
    }
}
