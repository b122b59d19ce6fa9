//! What a response to the resolver says: what leads from name to name, and who had what fetched.

use super::{
    facts::{Kind, Library},
    goals::{GoalId, Goals},
    names::{Names, NodeId},
    path::Path,
};
use crate::decode::{
    class,
    message::Message,
    name::Name,
    record::{Record, Section},
    rr_type,
};

/// Records of one response that are looked at: what leads from name to name stands at the front.
const MAX_RECORDS: usize = 64;

/// What one record says.
enum Lesson<'a> {
    /// A name leads to another one.
    Fact(Kind, Name<'a>),
    /// There is data of this type at this name.
    Data(u16),
}

impl<'a> Lesson<'a> {
    fn of(record: &Record<'a>) -> Option<Self> {
        if record.class != class::IN {
            return None;
        }
        let (kind, offset) = match (record.section, record.rtype) {
            (_, rr_type::NS) => (Kind::Server, 0),
            (Section::Answer, rr_type::CNAME) => (Kind::Alias, 0),
            (Section::Answer, rr_type::DNAME) => (Kind::Subtree, 0),
            // A preference comes before the name, in SRV a weight and a port as well.
            (Section::Answer, rr_type::MX | rr_type::SVCB | rr_type::HTTPS) => {
                (Kind::Target(record.rtype), 2)
            }
            (Section::Answer, rr_type::SRV) => (Kind::Target(record.rtype), 6),
            (Section::Answer, rtype) => return Some(Self::Data(rtype)),
            _ => return None,
        };
        let target = record.name_at(offset)?;
        // `.` says that there is no target (RFC 2782, RFC 7505), or that it is the name itself (RFC 9460).
        (!target.is_root()).then_some(Self::Fact(kind, target))
    }
}

/// Takes what responses say.
pub struct Learner<'l> {
    /// Of which names.
    pub names: &'l mut Names,
    /// What leads where.
    pub library: &'l mut Library,
    /// Those who wait.
    pub goals: &'l mut Goals,
    /// A buffer.
    pub path: &'l mut Path,
    /// When it was said, ns since the Unix epoch.
    pub time: u64,
    /// For whom it was fetched.
    pub by: GoalId,
}

impl Learner<'_> {
    /// Takes one response to a question, whose name is here or not.
    pub fn take(&mut self, message: &Message<'_>, question: Option<NodeId>, qtype: u16) {
        if let Some(node) = question {
            self.fill(node, qtype);
        }
        let mut set: Option<(Name<'_>, Kind, Option<NodeId>)> = None;
        let records = message.records().map_while(Result::ok).take(MAX_RECORDS);
        for record in records.take_while(|record| record.section != Section::Additional) {
            match Lesson::of(&record) {
                Some(Lesson::Data(rtype)) => self.data(&record.name, message, rtype),
                Some(Lesson::Fact(kind, target)) => {
                    let source = match set {
                        Some((name, last, source)) if last == kind && name == record.name => source,
                        _ => self.begin(&record.name, kind),
                    };
                    set = Some((record.name, kind, source));
                    if let Some(source) = source {
                        let target = self.names.path(&target, self.path);
                        self.library.learn(self.names, source, kind, target, (self.time, self.by));
                        self.names.release(source);
                    }
                }
                None => {}
            }
        }
    }

    /// The owner of a record set, held once for each of its records; `None` where all of the set is known.
    fn begin(&mut self, owner: &Name<'_>, kind: Kind) -> Option<NodeId> {
        let path = self.names.path(owner, self.path);
        let facts = |node| self.names.node(node).facts.as_ref();
        let known = self.names.find(path).and_then(facts);
        if known.is_some_and(|facts| facts.is_fresh(kind, self.time)) {
            return None;
        }
        let owner = self.names.hold(path);
        self.names.touch(owner, self.time);
        Some(owner)
    }

    /// Data at another name than the question's: what its alias leads to.
    fn data(&mut self, owner: &Name<'_>, message: &Message<'_>, rtype: u16) {
        if message.question.is_some_and(|question| question.name == *owner) {
            return;
        }
        let Some(node) = self.names.find(self.names.path(owner, self.path)) else { return };
        // What is in the cache already is not replaced by what comes along with something else.
        if self.names.node(node).filled(rtype).and_then(|by| self.goals.get(by)).is_none() {
            self.fill(node, rtype);
        }
    }

    fn fill(&mut self, node: NodeId, rtype: u16) {
        if let Some(goal) = self.goals.get_mut(self.by) {
            goal.fills = true;
            self.names.node_mut(node).fill(rtype, self.by);
        }
    }
}
