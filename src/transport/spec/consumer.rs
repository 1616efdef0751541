//! How a consumer is asked for.

use std::time::Duration;

use super::super::TransportError;
use super::{Place, contradiction};

/// How a consumer is opened.
///
/// ```
/// use schemawire::transport::{Assignor, ConsumerSpec, Isolation};
///
/// let spec = ConsumerSpec::new(&["quakes"]).with_group("alerts").with_assignor(Assignor::CooperativeSticky);
/// assert_eq!(spec.isolation, Isolation::ReadCommitted);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConsumerSpec {
    /// The topics to read.
    pub topics: Vec<String>,
    /// The group to join; without one, all partitions are read and nothing is committed.
    pub group: Option<String>,
    /// Where to begin a partition without a committed offset.
    pub start: Place,
    /// How long a member may be silent before its partitions go to others (default: 10 s).
    ///
    /// Kafka with [`GroupProtocol::Consumer`]: the broker decides it (its default is 45 s), and this is not used.
    pub session_timeout: Duration,
    /// The name under which the server logs, counts and throttles this consumer (default: that of the transport).
    ///
    /// Memory and the embedded log have no server, and keep it for nothing.
    pub client_id: Option<String>,
    /// A name of the member that outlives it: a member that comes back under it within the session timeout finds its partitions
    /// (static membership; default: none). Needs a group.
    ///
    /// Memory and the embedded log: members live in one process, and leave when they are dropped; the name changes nothing.
    pub instance: Option<String>,
    /// How the partitions are shared (default: [`Assignor::Range`]). All members of a group have to name the same.
    ///
    /// Kafka refuses a member that names another one with its first call that reads; memory and the embedded log where it is
    /// opened. There the partitions that stay are read on under every assignor; under Kafka's classic range and round-robin all
    /// are given back first.
    pub assignor: Assignor,
    /// How the group agrees (default: [`GroupProtocol::Classic`], which every broker has).
    ///
    /// Memory and the embedded log have one way of their own.
    pub protocol: GroupProtocol,
    /// Whether records of open and aborted transactions are seen (default: [`Isolation::ReadCommitted`]).
    ///
    /// Memory and the embedded log: what is not committed does not lie in the log, and is never seen.
    pub isolation: Isolation,
}

impl ConsumerSpec {
    /// Reads these topics from the earliest record, without a group; session timeout 10 s.
    #[must_use]
    pub fn new(topics: &[&str]) -> Self {
        Self {
            topics: topics.iter().map(|&topic| topic.to_owned()).collect(),
            group: None,
            start: Place::Earliest,
            session_timeout: Duration::from_secs(10),
            client_id: None,
            instance: None,
            assignor: Assignor::Range,
            protocol: GroupProtocol::Classic,
            isolation: Isolation::ReadCommitted,
        }
    }

    /// Joins that group.
    #[must_use]
    pub fn with_group(mut self, group: &str) -> Self {
        self.group = Some(group.into());
        self
    }

    /// Begins there.
    #[must_use]
    pub const fn with_start(mut self, start: Place) -> Self {
        self.start = start;
        self
    }

    /// Gives up a member that is silent for that long.
    #[must_use]
    pub const fn with_session_timeout(mut self, session_timeout: Duration) -> Self {
        self.session_timeout = session_timeout;
        self
    }

    /// Goes by that name.
    #[must_use]
    pub fn with_client_id(mut self, client_id: &str) -> Self {
        self.client_id = Some(client_id.into());
        self
    }

    /// Is that member of its group whenever it comes back.
    #[must_use]
    pub fn with_instance(mut self, instance: &str) -> Self {
        self.instance = Some(instance.into());
        self
    }

    /// Shares partitions so.
    #[must_use]
    pub const fn with_assignor(mut self, assignor: Assignor) -> Self {
        self.assignor = assignor;
        self
    }

    /// Agrees with the others so.
    #[must_use]
    pub const fn with_protocol(mut self, protocol: GroupProtocol) -> Self {
        self.protocol = protocol;
        self
    }

    /// Sees that much of transactions.
    #[must_use]
    pub const fn with_isolation(mut self, isolation: Isolation) -> Self {
        self.isolation = isolation;
        self
    }

    /// Refuses settings that no transport can hold together.
    pub(crate) fn check(&self) -> Result<(), TransportError> {
        if let (Some(instance), None) = (&self.instance, &self.group) {
            return Err(contradiction(format!(
                "the instance `{instance}` is a member of no group; name the group, or leave the instance away"
            )));
        }
        if self.group.is_some() && self.session_timeout.is_zero() {
            return Err(contradiction("a session timeout of 0 s would give every member up at once"));
        }
        if self.protocol == GroupProtocol::Consumer && self.assignor == Assignor::RoundRobin {
            return Err(contradiction(
                "round-robin does not exist under the group protocol `consumer`, whose broker assigns; take range or \
                 cooperative-sticky, or the protocol `classic`",
            ));
        }
        Ok(())
    }
}

/// How the partitions of topics are shared among the members of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Assignor {
    /// Per topic, runs of partitions: partitions of one number in several topics go to one member.
    #[default]
    Range,
    /// One partition to each member in turn, over all topics.
    RoundRobin,
    /// Evenly, and as they were as far as that goes; who keeps a partition goes on reading it while others move.
    /// Under [`GroupProtocol::Consumer`] the broker's `uniform`.
    CooperativeSticky,
}

/// How the members of a group agree on who reads what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum GroupProtocol {
    /// One member assigns for all, and all wait for it; every version of Kafka.
    #[default]
    Classic,
    /// The broker assigns, and moves only what has to move (KIP-848); Kafka 4.0 and newer.
    Consumer,
}

/// How much a consumer sees of transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Isolation {
    /// Only what is committed, in order: an open transaction holds up what lies behind it.
    #[default]
    ReadCommitted,
    /// All that was appended, what was given up included.
    ReadUncommitted,
}
