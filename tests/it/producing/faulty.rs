//! A log whose producers meet the faults that a test has written down.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use futures_channel::oneshot;
use schemawire::record::{Batch, Sequence, TopicPartition};
use schemawire::transport::{
    AppendError, Appended, BoxFuture, Capabilities, Committed, ConsumerSpec, Memory, Place, ProducerSpec,
    RawConsumer, RawProducer, RawTransaction, TopicSpec, Transport, TransportError, TransportErrorKind,
};

use crate::forward::{Answer, topics_of};

/// What becomes of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is stored.
    Stored,
    /// It is stored, and told as if another producer's records had come in before its third one.
    Parted,
    /// It is not, and that is known.
    Refused,
    /// It is not, but that is not known.
    Unsure,
    /// It is stored, but the acknowledgement is lost.
    AckLost,
    /// It is refused for what it is.
    Poison,
    /// It is stored, and answered when the test says so.
    Late,
    /// It is never answered.
    Silent,
}

/// A log behind faults: each batch takes the next of them, and is stored where there are none left.
#[derive(Debug, Clone)]
pub(super) struct Faulty {
    inner: Arc<dyn Transport>,
    pub(super) script: Script,
    pub(super) able: Capabilities,
    ids: Arc<AtomicU64>,
}

/// The faults to come, and how many batches were handed over.
#[derive(Debug, Clone, Default)]
pub(super) struct Script(Arc<Mutex<Lines>>);

#[derive(Debug, Default)]
struct Lines {
    next: VecDeque<Fate>,
    always: Option<Fate>,
    handed_over: usize,
    late: Vec<oneshot::Sender<()>>,
}

impl Script {
    /// These are next.
    pub(super) fn then(&self, fates: impl IntoIterator<Item = Fate>) {
        self.0.lock().expect("no panic").next.extend(fates);
    }

    /// What becomes of all batches behind the list, which ends here where there is a fault; `None` stores them.
    pub(super) fn always(&self, fate: Option<Fate>) {
        let mut lines = self.0.lock().expect("no panic");
        if fate.is_some() {
            lines.next.clear();
        }
        lines.always = fate;
    }

    /// How many batches were handed over.
    pub(super) fn handed_over(&self) -> usize {
        self.0.lock().expect("no panic").handed_over
    }

    /// How many batches are to be answered late.
    pub(super) fn late(&self) -> usize {
        self.0.lock().expect("no panic").late.len()
    }

    /// Answers those, in their order, and from now on all at once.
    pub(super) fn answer_late(&self) {
        self.always(None);
        let late = std::mem::take(&mut self.0.lock().expect("no panic").late);
        late.into_iter().for_each(|answer| answer.send(()).unwrap_or_default());
    }

    /// Resolves when the test says so.
    fn until_answered(&self) -> impl Future<Output = ()> + Send + 'static {
        let (answer, answered) = oneshot::channel();
        self.0.lock().expect("no panic").late.push(answer);
        async move { answered.await.unwrap_or_default() }
    }

    fn next(&self) -> Fate {
        let mut lines = self.0.lock().expect("no panic");
        lines.handed_over += 1;
        let always = lines.always.unwrap_or(Fate::Stored);
        lines.next.pop_front().unwrap_or(always)
    }
}

impl Faulty {
    /// The log in memory, with these faults.
    pub(super) fn new(fates: impl IntoIterator<Item = Fate>) -> Self {
        Self::over(Arc::new(Memory::new()), fates)
    }

    /// Another log.
    pub(super) fn over(inner: Arc<dyn Transport>, fates: impl IntoIterator<Item = Fate>) -> Self {
        let (script, able) = (Script::default(), inner.capabilities());
        script.then(fates);
        Self { inner, script, able, ids: Arc::default() }
    }

    /// One that cannot tell a batch that comes again.
    pub(super) fn forgetful(mut self) -> Self {
        self.able.idempotent = false;
        self
    }
}

/// Numbers its batches as an idempotent client does, where the log is idempotent.
#[derive(Debug)]
struct FaultyProducer {
    id: u64,
    inner: Arc<dyn RawProducer>,
    script: Script,
    is_idempotent: bool,
    next: Arc<Mutex<HashMap<TopicPartition, Next>>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Next {
    epoch: u32,
    number: u64,
    is_broken: bool,
}

impl RawProducer for FaultyProducer {
    fn append(
        &self,
        at: &TopicPartition,
        mut batch: Batch,
    ) -> BoxFuture<'static, Result<Appended, AppendError>> {
        if batch.sequence().is_none() && self.is_idempotent {
            let mut next = self.next.lock().expect("no panic");
            let next = next.entry(at.clone()).or_default();
            if next.is_broken {
                *next = Next { epoch: next.epoch + 1, ..Next::default() };
            }
            let Next { epoch, number, .. } = *next;
            batch.set_sequence(Some(Sequence { producer: self.id, epoch, number }));
            next.number += 1;
        }
        let (fate, sequence) = (self.script.next(), batch.sequence());
        let (inner, at) = (Arc::clone(&self.inner), at.clone());
        let next = Arc::clone(&self.next);
        let stored = matches!(fate, Fate::Stored | Fate::Parted | Fate::AckLost | Fate::Late)
            .then(|| inner.append(&at, batch.clone()));
        let late = (fate == Fate::Late).then(|| self.script.until_answered());
        Box::pin(async move {
            if let Some(late) = late {
                late.await;
            }
            let failed = |kind, possibly_written, batch| {
                if let (Some(sequence), Some(next)) = (sequence, next.lock().expect("no panic").get_mut(&at))
                {
                    next.is_broken |= next.epoch == sequence.epoch;
                }
                let source = trouble(kind);
                Err(AppendError { at: at.clone(), possibly_written, batch: Some(Box::new(batch)), source })
            };
            let stored = match stored {
                None => None,
                Some(stored) => match stored.await {
                    Err(error) => {
                        // It comes behind one that is missing.
                        return failed(error.source.kind, false, batch);
                    }
                    Ok(appended) => Some(appended),
                },
            };
            match (fate, stored) {
                (Fate::Stored | Fate::Late, Some(appended)) => Ok(appended),
                (Fate::Parted, Some(appended)) => {
                    let breaks = vec![(2, appended.base_offset + 90)];
                    Ok(Appended { breaks, ..appended })
                }
                (Fate::Silent, _) => std::future::pending().await,
                (Fate::Poison, _) => failed(TransportErrorKind::TooLarge, false, batch),
                (Fate::Refused, _) => failed(TransportErrorKind::Io, false, batch),
                _ => failed(TransportErrorKind::Io, true, batch),
            }
        })
    }

    fn flush(&self) -> BoxFuture<'_, Result<(), TransportError>> {
        self.inner.flush()
    }
}

fn trouble(kind: TransportErrorKind) -> TransportError {
    TransportError { kind, message: format!("a planted fault: {kind:?}"), source: None }
}

impl Transport for Faulty {
    fn capabilities(&self) -> Capabilities {
        self.able
    }

    fn open_producer(&self, spec: ProducerSpec) -> Answer<'_, Box<dyn RawProducer>> {
        Box::pin(async {
            let inner = self.inner.open_producer(spec).await?.into();
            let (script, is_idempotent) = (self.script.clone(), self.able.idempotent);
            let id = self.ids.fetch_add(1, Ordering::Relaxed) + (1 << 40);
            let producer = FaultyProducer { id, inner, script, is_idempotent, next: Arc::default() };
            Ok(Box::new(producer) as Box<dyn RawProducer>)
        })
    }

    fn open_consumer(&self, spec: ConsumerSpec) -> Answer<'_, Box<dyn RawConsumer>> {
        self.inner.open_consumer(spec)
    }

    fn open_transactional(&self, id: &str) -> Answer<'_, Box<dyn RawTransaction>> {
        self.inner.open_transactional(id)
    }

    topics_of!(inner);
}
