//! Lookups become packets, and the programs say what they do with them.

use dns_monitor::{
    rules::{
        ruleset::Ruleset,
        subject::Subject,
        verdict::{Done, Judged},
    },
    source::kernel::enforce::{Enforcer, KernelRoom},
};

use crate::{
    kernel_support::{
        bench::{Bench, settings},
        client::Client,
        hook::Hook,
        rules,
    },
    rules_support::{chance::Chance, lookups::Asked},
};

/// Samples that find room in the ring together.
const BATCH: usize = 200;
/// Of a client whose MAC is in no list.
const SOME_MAC: [u8; 6] = [2, 0, 0, 0, 9, 9];
/// One lookup in so many comes over TCP.
const TCP: usize = 8;

/// One program, and the rules it has.
pub struct Trial {
    pub program: Program,
    pub enforcer: Enforcer,
}

/// One program.
pub struct Program {
    bench: Bench,
    hook: Hook,
}

/// What became of a lookup.
#[derive(Clone, Debug)]
pub struct Seen {
    pub asked: Asked,
    pub hook: Hook,
    pub tcp: bool,
    /// What the program returned.
    pub verdict: u32,
    /// What its sample says.
    pub judged: Option<Judged>,
    /// When, `CLOCK_MONOTONIC` ns.
    pub time: u64,
}

impl Trial {
    /// No rules yet.
    pub fn new(hook: Hook) -> Self {
        let mut bench = Bench::new(&settings());
        let enforcer = Enforcer::new(&mut bench.object).unwrap();
        Self { program: Program { bench, hook }, enforcer }
    }

    /// Puts a set of rules in force; how often each origin of the one before has decided.
    pub fn install(&mut self, rules: &Ruleset, room: KernelRoom) -> Vec<u64> {
        rules::put_in_force(&mut self.enforcer, rules, room)
    }

    /// See [`Program::ask`].
    pub fn ask(&mut self, chance: &mut Chance, lookups: impl IntoIterator<Item = Asked>) -> Vec<Seen> {
        self.program.ask(chance, lookups)
    }
}

impl Program {
    /// Sends the lookups as queries, and waits for what became of each.
    pub fn ask(&mut self, chance: &mut Chance, lookups: impl IntoIterator<Item = Asked>) -> Vec<Seen> {
        let lookups: Vec<_> = lookups.into_iter().collect();
        lookups.chunks(BATCH).flat_map(|batch| self.ask_batch(chance, batch)).collect()
    }

    fn ask_batch(&mut self, chance: &mut Chance, batch: &[Asked]) -> Vec<Seen> {
        let sent: Vec<_> = batch
            .iter()
            .map(|asked| {
                let (message, tcp) = (asked.message(chance), chance.once_in(TCP));
                let client = client(asked);
                let frame = if tcp { client.tcp(&message) } else { client.udp(&message) };
                (tcp, self.bench.verdict(self.hook, &frame).unwrap().0)
            })
            .collect();
        let taken = self.bench.drain();
        assert_eq!(taken.len(), batch.len(), "{:?}: a sample for each query", self.hook);
        let all = batch.iter().zip(sent).zip(taken);
        all.map(|((asked, (tcp, verdict)), taken)| Seen {
            asked: Asked { mac: Some(client(asked).mac), ..asked.clone() },
            hook: self.hook,
            tcp,
            verdict,
            judged: taken.packet.judged,
            time: taken.packet.time,
        })
        .collect()
    }
}

fn client(asked: &Asked) -> Client {
    Client { address: asked.client, mac: asked.mac.unwrap_or(SOME_MAC), vlan: asked.vlan }
}

impl Seen {
    pub fn subject(&self) -> Subject<'_> {
        self.asked.subject()
    }

    /// What the programs say of it; and the program returned what it says it did.
    pub fn judged(&self) -> Judged {
        let judged = self.judged.unwrap_or_else(|| panic!("not judged: {self:?}"));
        let expected = match judged.done {
            Done::Passed | Done::Would(_) => self.hook.verdict(),
            Done::Blocked(block) if block.name() == "drop" => self.hook.dropped(),
            Done::Blocked(_) | Done::Reset => self.hook.returned(),
        };
        assert_eq!(self.verdict, expected, "{self:?}");
        judged
    }
}
