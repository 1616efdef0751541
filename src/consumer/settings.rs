//! The settings of a consumer that are the same whatever it reads.

use std::sync::Arc;
use std::time::Duration;

use super::{ConsumeError, DedupeBy, DedupeStore, Failures, OffsetStore, Order, RebalanceListener};
use crate::observer::Observer;
use crate::transport::{Clock, ConsumerSpec, Place, SystemClock};

/// When what is done is committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Commits {
    /// Behind each batch.
    #[default]
    Batch,
    /// As soon as that long has passed since the last commit, and when partitions go.
    Every(Duration),
    /// When [`Consumer::commit`](super::Consumer::commit) or [`Consumer::commit_soon`](super::Consumer::commit_soon) is called, and
    /// at no other time: not when partitions go, not at the end.
    ByHand,
}

/// Where to go on when the next record no longer exists: retention was faster, or the topic was made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnGap {
    /// At the first record that exists.
    #[default]
    Earliest,
    /// Behind the last record that exists.
    Latest,
    /// Nowhere: [`ConsumeError::OutOfRange`].
    Stop,
}

#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) stop_at_end: bool,
    pub(super) commits: Commits,
    pub(super) on_gap: OnGap,
    /// The most offsets of a partition between the first unfinished record and the newest that was given out.
    pub(super) window: u64,
    /// How long partitions that are to go may be worked on.
    pub(super) revoke_within: Duration,
    pub(super) listener: Option<Arc<dyn RebalanceListener>>,
    pub(super) observer: Option<Arc<dyn Observer>>,
    pub(super) offsets: Option<(String, Arc<dyn OffsetStore>)>,
    pub(super) clock: Arc<dyn Clock>,
    /// The topic that is read; retry topics belong to it.
    pub(super) topic: String,
    /// How many handlers run at once.
    pub(super) concurrency: usize,
    pub(super) order: Order,
    /// How long handlers may go on once a run is to stop.
    pub(super) stop_within: Duration,
    pub(super) failures: Failures,
    pub(super) dedupe: Option<(Arc<dyn DedupeStore>, DedupeBy)>,
    /// How many partitions a topic gets that does not exist; `None` refuses it.
    pub(super) create: Option<u32>,
    /// Where partitions without a commit begin; told with the reason.
    pub(super) start: Place,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            stop_at_end: false,
            commits: Commits::default(),
            on_gap: OnGap::default(),
            window: 1_000,
            revoke_within: Duration::from_secs(5),
            listener: None,
            observer: None,
            offsets: None,
            clock: Arc::new(SystemClock::default()),
            topic: String::new(),
            concurrency: 16,
            order: Order::default(),
            stop_within: Duration::from_secs(10),
            failures: Failures::default(),
            dedupe: None,
            create: Some(1),
            start: Place::Earliest,
        }
    }
}

impl Settings {
    /// Refuses deadlines that contradict each other.
    pub(super) fn check(&self, spec: &ConsumerSpec) -> Result<(), ConsumeError> {
        let (within, session) = (self.revoke_within, spec.session_timeout);
        if spec.group.is_some() && within >= session {
            let message = format!(
                "partitions that go may be worked on for {within:?} (`revoke_within`), but a member that does not answer for {session:?} \
                 (`session_timeout`) loses them: make the first the shorter one"
            );
            return Err(ConsumeError::Setting { message });
        }
        self.failures.check()?;
        if self.concurrency == 0 {
            let message = "a `concurrency` of no handlers handles nothing: take 1 or more".into();
            return Err(ConsumeError::Setting { message });
        }
        if self.window == 0 {
            let message = "a `window` of no records gives none: take 1 or more".into();
            return Err(ConsumeError::Setting { message });
        }
        if let Commits::Every(Duration::ZERO) = self.commits {
            let message =
                "`commit_every` of no time at all: take more, or leave it out to commit behind each batch";
            return Err(ConsumeError::Setting { message: message.into() });
        }
        Ok(())
    }
}
