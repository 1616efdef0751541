//! A transactional producer on Kafka. Offsets are held back until the commit, so that a member that has lost a partition meanwhile
//! is found out, and so that the group's generation is read anew for each transaction.

mod shared;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use krafka::producer::{Acks, TransactionState};

use crate::record::{Batch, TopicPartition};

use super::super::{
    Appended, BoxFuture, Clock, Committed, GroupToken, RawTransaction, SystemClock, TransportError,
    TransportErrorKind,
};
use super::error::fault;
use super::link::Link;
use super::produce::check;
use super::{records, topics};
use shared::{Open, Sent, Shared};

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
