//! What becomes of a transaction at the client: its batches and offsets, its commit, its abort.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use krafka::KrafkaError;
use krafka::producer::{DeliveryHandle, TopicPartitionOffset, TransactionState, TransactionalProducer};

use crate::record::{Batch, TopicPartition};

use super::super::super::{
    Appended, Committed, GroupToken, Place, SystemClock, TransportError, TransportErrorKind,
};
use super::super::error::fault;
use super::super::link::Link;
use super::super::member::Member;
use super::super::offsets;

/// What the handle and the calls that it has begun share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) link: Arc<Link>,
    pub(super) client: TransactionalProducer,
    pub(super) clock: SystemClock,
}

/// What a transaction holds.
#[derive(Debug, Default)]
pub(super) struct Open {
    pub(super) batches: Vec<Sent>,
    pub(super) offsets: Vec<(GroupToken, Vec<(TopicPartition, Committed)>)>,
}

/// A batch that the client has taken, record by record.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) at: TopicPartition,
    pub(super) batch: Arc<Batch>,
    pub(super) now: i64,
    pub(super) handles: Vec<DeliveryHandle>,
}

impl Shared {
    /// The client's transaction begins with the first thing that goes into it: a broker before 4.0 takes the abort of an empty one for
    /// an error, after which the client is of no more use.
    pub(super) fn begin(&self) -> Result<(), TransportError> {
        if self.client.state() != TransactionState::Ready {
            return Ok(());
        }
        self.client.begin().map_err(|error| self.failed("begin", error))
    }

    /// Commits. What could not be sent is aborted at once; what may have been committed can be committed again.
    pub(super) async fn commit(
        &self,
        mut open: Open,
    ) -> Result<Vec<Appended>, (TransportError, Option<Open>)> {
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
        while !is_shown(&offsets::places(&self.link, &partitions, Place::Latest).await?) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        for (token, offsets) in groups {
            offsets::settled(
                &self.link,
                &token.group,
                offsets.iter().map(|(at, _)| offsets::named(at)).collect(),
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
    pub(super) fn check_member(
        &self,
        token: &GroupToken,
        offsets: &[(TopicPartition, Committed)],
    ) -> Result<Arc<Member>, TransportError> {
        let member = self.link.member(token.member).ok_or_else(|| self.rebalanced())?;
        if member.may_commit(token.generation, offsets) { Ok(member) } else { Err(self.rebalanced()) }
    }

    pub(super) async fn abort(&self) -> Result<(), TransportError> {
        if self.client.state() == TransactionState::Ready {
            return Ok(());
        }
        self.client.abort().await.map_err(|error| self.failed("abort", error))
    }

    pub(super) fn failed(&self, doing: &str, error: KrafkaError) -> TransportError {
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
