//! A transactional producer on Kafka. Offsets are held back until the commit, so that a member that has lost a partition meanwhile
//! is found out, and so that the group's generation is read anew for each transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use krafka::KrafkaError;
use krafka::producer::{Acks, DeliveryHandle, TopicPartitionOffset, TransactionState, TransactionalProducer};

use crate::record::{Batch, TopicPartition};

use super::super::{
    Appended, BoxFuture, Clock, Committed, GroupToken, Place, RawTransaction, SystemClock, TransportError,
    TransportErrorKind,
};
use super::error::fault;
use super::link::Link;
use super::produce::check;
use super::{records, topics};

/// How much the client collects into one batch at most, and holds in all; a batch of ours has to find room.
const BATCH: usize = 256 << 10;
const BUFFER: usize = 64 << 20;
/// How long it tries.
const DELIVERY: Duration = Duration::from_secs(120);

/// Batches and offsets that become visible together.
#[derive(Debug)]
pub(super) struct KafkaTransaction {
    shared: Arc<Shared>,
    open: Option<Open>,
    known: BTreeSet<TopicPartition>,
    is_fenced: bool,
}

#[derive(Debug)]
struct Shared {
    link: Arc<Link>,
    client: TransactionalProducer,
    clock: SystemClock,
}

/// What a transaction holds.
#[derive(Debug, Default)]
struct Open {
    batches: Vec<Sent>,
    offsets: Vec<(GroupToken, Vec<(TopicPartition, Committed)>)>,
}

#[derive(Debug)]
struct Sent {
    at: TopicPartition,
    batch: Arc<Batch>,
    now: i64,
    handles: Vec<DeliveryHandle>,
}

impl KafkaTransaction {
    pub(super) async fn open(link: Arc<Link>, id: String) -> Result<Self, TransportError> {
        let max_batch = link.settings.max_batch;
        let builder =
            link.another(None).await?.producer().acks(Acks::All).batch_size(BATCH).metrics_push(false);
        let builder =
            builder.delivery_timeout(DELIVERY).max_block(DELIVERY).buffer_memory(BUFFER.max(2 * max_batch));
        let opened = async move {
            let opened = builder.build_transactional(&*id).await;
            opened.map_err(|error| fault(format_args!("cannot take transactional id `{id}` over"), error))
        };
        let client = link.runtime.run(opened).await?;
        let shared = Arc::new(Shared { link, client, clock: SystemClock::default() });
        Ok(Self { shared, open: None, known: BTreeSet::new(), is_fenced: false })
    }

    fn begin_now(&mut self) -> Result<(), TransportError> {
        self.check_owner()?;
        if self.open.is_some() {
            return Err(self.misused("has been begun already; commit or abort it first"));
        }
        // What could not be aborted is not gone on with.
        if self.shared.client.state() != TransactionState::Ready {
            self.shared.client.begin().map_err(|error| self.shared.failed("begin", error))?;
        }
        self.open = Some(Open::default());
        Ok(())
    }

    async fn append_now(&mut self, at: &TopicPartition, batch: Batch) -> Result<(), TransportError> {
        self.check_owner()?;
        check(at, &batch, self.shared.link.settings.max_batch)?;
        if self.open.is_none() {
            return Err(self.misused("has not been begun"));
        }
        let (shared, is_known) = (Arc::clone(&self.shared), !self.known.insert(at.clone()));
        let mut sent =
            Sent { at: at.clone(), batch: Arc::new(batch), now: shared.clock.wall(), handles: Vec::new() };
        let taken = self.shared.link.runtime.run(async move {
            let Sent { at, batch, now, handles } = &mut sent;
            if !is_known {
                topics::existing(&shared.link, at).await?;
            }
            shared.begin()?;
            for record in records::outgoing(at, batch, *now) {
                handles.push(
                    shared.client.enqueue(record).await.map_err(|error| shared.failed("append to", error))?,
                );
            }
            Ok(sent)
        });
        let taken = taken.await;
        match (taken, &mut self.open) {
            (Ok(sent), Some(open)) => open.batches.push(sent),
            (Err(error), _) => {
                self.known.remove(at);
                self.is_fenced |= error.kind == TransportErrorKind::Fenced;
                return Err(error);
            }
            (Ok(_), None) => {}
        }
        Ok(())
    }

    fn send_offsets_now(
        &mut self,
        token: &GroupToken,
        offsets: &[(TopicPartition, Committed)],
    ) -> Result<(), TransportError> {
        self.check_owner()?;
        if offsets.iter().any(|(_, committed)| committed.metadata.is_some()) {
            return Err(
                self.misused("cannot keep a text beside an offset on Kafka; commit offsets without one")
            );
        }
        self.shared.check_member(token, offsets)?;
        let Some(open) = &mut self.open else { return Err(self.misused("has not been begun")) };
        open.offsets.push((token.clone(), offsets.to_vec()));
        Ok(())
    }

    async fn commit_now(&mut self) -> Result<Vec<Appended>, TransportError> {
        self.check_owner()?;
        let Some(open) = self.open.take() else { return Err(self.misused("has not been begun")) };
        let shared = Arc::clone(&self.shared);
        let committed = self.shared.link.runtime.run(async move { Ok(shared.commit(open).await) }).await?;
        committed.map_err(|(error, open)| {
            self.is_fenced |= error.kind == TransportErrorKind::Fenced;
            self.open = open;
            error
        })
    }

    async fn abort_now(&mut self) -> Result<(), TransportError> {
        self.check_owner()?;
        self.open = None;
        let shared = Arc::clone(&self.shared);
        let aborted = self.shared.link.runtime.run(async move { shared.abort().await }).await;
        self.is_fenced |= aborted.as_ref().is_err_and(|error| error.kind == TransportErrorKind::Fenced);
        aborted
    }

    fn check_owner(&self) -> Result<(), TransportError> {
        if !self.is_fenced {
            return Ok(());
        }
        let id = self.shared.client.transactional_id();
        let message = format!("transactional id `{id}` has a newer owner; this one can do nothing more");
        Err(TransportError::new(TransportErrorKind::Fenced, message))
    }

    fn misused(&self, what: &str) -> TransportError {
        let message = format!("the transaction of `{}` {what}", self.shared.client.transactional_id());
        TransportError::new(TransportErrorKind::InvalidRequest, message)
    }
}

impl Shared {
    /// The client's transaction begins with the first thing that goes into it: a broker before 4.0 takes the abort of an empty one for
    /// an error, after which the client is of no more use.
    fn begin(&self) -> Result<(), TransportError> {
        if self.client.state() != TransactionState::Ready {
            return Ok(());
        }
        self.client.begin().map_err(|error| self.failed("begin", error))
    }

    /// Commits. What could not be sent is aborted at once; what may have been committed can be committed again.
    async fn commit(&self, mut open: Open) -> Result<Vec<Appended>, (TransportError, Option<Open>)> {
        let groups = std::mem::take(&mut open.offsets);
        let sent = async {
            for (token, offsets) in &groups {
                self.send_offsets(token, offsets).await?;
            }
            if self.client.state() == TransactionState::Ready {
                // There is nothing in it.
                return Ok(());
            }
            self.client.commit().await.map_err(|error| self.failed("commit", error))
        };
        if let Err(error) = sent.await {
            if self.client.state() == TransactionState::CommitUnknown {
                return Err((error, Some(open)));
            }
            // The broker says only now whether it was a newer owner that spoiled it.
            return Err(match self.abort().await {
                Err(fenced) if fenced.kind == TransportErrorKind::Fenced => (fenced, None),
                _ => (error, None),
            });
        }
        let (mut appended, mut ends) = (Vec::new(), BTreeMap::new());
        for Sent { at, batch, now, handles } in open.batches {
            let stored = confirmed(&at, &batch, now, handles).await;
            appended.push(stored.map_err(|error| (self.failed("commit", error), None))?);
            let count = u32::try_from(batch.len()).unwrap_or(u32::MAX);
            let last = appended.last().and_then(|it| it.offset_of(count.saturating_sub(1)));
            ends.extend(last.map(|last| (at, last)));
        }
        // It is committed, whatever comes of this.
        let shown = self.shown(&ends, &groups);
        let _ = tokio::time::timeout(self.link.settings.request_timeout, shown).await;
        Ok(appended)
    }

    /// Waits until what was committed is seen: the broker answers when it has decided, and tells the partitions a little later.
    /// The next transaction would have to wait for that as well.
    async fn shown(
        &self,
        ends: &BTreeMap<TopicPartition, u64>,
        groups: &[(GroupToken, Vec<(TopicPartition, Committed)>)],
    ) -> Result<(), TransportError> {
        let partitions: Vec<_> = ends.keys().cloned().collect();
        let is_shown =
            |seen: &BTreeMap<_, _>| ends.iter().all(|(at, last)| seen.get(at).is_none_or(|end| end > last));
        while !is_shown(&topics::places(&self.link, &partitions, Place::Latest).await?) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        for (token, offsets) in groups {
            topics::settled(
                &self.link,
                &token.group,
                offsets.iter().map(|(at, _)| topics::named(at)).collect(),
            )
            .await?;
        }
        Ok(())
    }

    async fn send_offsets(
        &self,
        token: &GroupToken,
        offsets: &[(TopicPartition, Committed)],
    ) -> Result<(), TransportError> {
        let member = self.check_member(token, offsets)?;
        let Some(metadata) = member.client.group_metadata().await else { return Err(self.rebalanced()) };
        let named = |(at, committed): &(TopicPartition, Committed)| {
            let next = i64::try_from(committed.offset).unwrap_or(i64::MAX);
            TopicPartitionOffset::new(&*at.topic, at.partition.cast_signed(), next)
        };
        let offsets: Vec<_> = offsets.iter().map(named).collect();
        self.begin()?;
        self.client
            .send_offsets(&offsets, &metadata)
            .await
            .map_err(|error| self.failed("send offsets in", error))
    }

    /// The member, while these partitions are its own.
    fn check_member(
        &self,
        token: &GroupToken,
        offsets: &[(TopicPartition, Committed)],
    ) -> Result<Arc<super::member::Member>, TransportError> {
        let member = self.link.member(token.member).ok_or_else(|| self.rebalanced())?;
        if member.may_commit(token.generation, offsets) { Ok(member) } else { Err(self.rebalanced()) }
    }

    async fn abort(&self) -> Result<(), TransportError> {
        if self.client.state() == TransactionState::Ready {
            return Ok(());
        }
        self.client.abort().await.map_err(|error| self.failed("abort", error))
    }

    fn failed(&self, doing: &str, error: KrafkaError) -> TransportError {
        let id = self.client.transactional_id();
        let mut fault = fault(format_args!("cannot {doing} the transaction of `{id}`"), error);
        // Whatever the call says then: the client has seen that there is a newer owner.
        if self.client.state() == TransactionState::Fatal && fault.kind != TransportErrorKind::Denied {
            fault.kind = TransportErrorKind::Fenced;
        }
        fault
    }

    fn rebalanced(&self) -> TransportError {
        let message = format!(
            "the transaction of `{}` carries offsets of partitions that have another owner now; abort it, its records are read \
             again there",
            self.client.transactional_id()
        );
        TransportError::new(TransportErrorKind::Aborted, message)
    }
}

/// Where the records of a batch are, or the first error.
async fn confirmed(
    at: &TopicPartition,
    batch: &Batch,
    now: i64,
    handles: Vec<DeliveryHandle>,
) -> Result<Appended, KrafkaError> {
    let base_offset = Appended::UNKNOWN_OFFSET;
    let mut appended =
        Appended { at: at.clone(), base_offset, breaks: Vec::new(), timestamp: now, duplicate: false };
    for ((index, record), handle) in (0..).zip(batch).zip(handles) {
        let stored = handle.await?;
        let offset = if stored.is_success() { stored.offset.cast_unsigned() } else { base_offset };
        if index == 0 {
            appended.base_offset = offset;
        } else if appended.offset_of(index).unwrap_or(base_offset) != offset {
            appended.breaks.push((index, offset));
        }
        appended.duplicate |= stored.is_deduplicated();
        if record.own_timestamp().is_none() && stored.timestamp >= 0 {
            appended.timestamp = stored.timestamp;
        }
    }
    Ok(appended)
}

impl RawTransaction for KafkaTransaction {
    fn begin(&mut self) -> BoxFuture<'_, Result<(), TransportError>> {
        Box::pin(std::future::ready(self.begin_now()))
    }

    fn append<'a>(
        &'a mut self,
        at: &'a TopicPartition,
        batch: Batch,
    ) -> BoxFuture<'a, Result<(), TransportError>> {
        Box::pin(self.append_now(at, batch))
    }

    fn send_offsets<'a>(
        &'a mut self,
        token: &'a GroupToken,
        offsets: &'a [(TopicPartition, Committed)],
    ) -> BoxFuture<'a, Result<(), TransportError>> {
        Box::pin(std::future::ready(self.send_offsets_now(token, offsets)))
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<Vec<Appended>, TransportError>> {
        Box::pin(self.commit_now())
    }

    fn abort(&mut self) -> BoxFuture<'_, Result<(), TransportError>> {
        Box::pin(self.abort_now())
    }
}

impl Drop for KafkaTransaction {
    fn drop(&mut self) {
        // An open transaction is given up now, and not when the broker loses patience: readers wait behind it.
        let shared = Arc::clone(&self.shared);
        self.shared.link.runtime.handle().spawn(async move {
            let options = krafka::CloseOptions::new().timeout(shared.link.settings.request_timeout);
            let _ = shared.client.close_with(options).await;
        });
    }
}
