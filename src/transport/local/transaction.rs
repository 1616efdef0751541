//! A transactional producer over a [`Store`]: holds its batches back until they can be appended all at once.

use std::sync::Arc;

use crate::record::{Batch, Compression, TopicPartition};

use super::super::{
    Appended, BoxFuture, CommitOutcome, Committed, GroupToken, RawTransaction, TransportError,
    TransportErrorKind,
};
use super::{Store, Transaction, producer};

/// Batches and offsets that a [`Store`] gets together.
#[derive(Debug)]
pub(crate) struct LocalTransaction<S> {
    store: Arc<S>,
    id: String,
    epoch: u64,
    open: Option<Transaction>,
}

impl<S: Store> LocalTransaction<S> {
    /// Takes the id over. What the owner before has committed is seen from now on, or never happens.
    pub(crate) async fn open(store: Arc<S>, id: String) -> Result<Self, TransportError> {
        let epoch = store.hub().take_over(&id);
        store.settled().await?;
        Ok(Self { store, id, epoch, open: None })
    }

    fn begin_now(&mut self) -> Result<(), TransportError> {
        self.store.hub().check_owner(&self.id, self.epoch)?;
        if self.open.is_some() {
            return Err(self.misused("has been begun already; commit or abort it first"));
        }
        self.open =
            Some(Transaction { owner: Some((self.id.clone(), self.epoch)), ..Transaction::default() });
        Ok(())
    }

    fn append_now(&mut self, at: &TopicPartition, mut batch: Batch) -> Result<(), TransportError> {
        batch.pack(Compression::None);
        self.store.hub().check_owner(&self.id, self.epoch)?;
        producer::check(&*self.store, at, &batch)?;
        self.open_or_error()?.batches.push((at.clone(), batch));
        Ok(())
    }

    fn send_offsets_now(
        &mut self,
        token: &GroupToken,
        offsets: &[(TopicPartition, Committed)],
    ) -> Result<(), TransportError> {
        self.store.hub().check_owner(&self.id, self.epoch)?;
        self.open_or_error()?;
        if !self.store.hub().may_commit(token, offsets) {
            return Err(self.rebalanced());
        }
        self.open_or_error()?.offsets.push((token.clone(), offsets.to_vec()));
        Ok(())
    }

    async fn commit_now(&mut self) -> Result<Vec<Appended>, TransportError> {
        self.open_or_error()?;
        let transaction = self.open.take().unwrap_or_default();
        let done = self.store.transact(transaction).await?;
        match done.outcome {
            CommitOutcome::Stored => Ok(done.appended),
            CommitOutcome::StaleGeneration => Err(self.rebalanced()),
        }
    }

    fn open_or_error(&mut self) -> Result<&mut Transaction, TransportError> {
        if self.open.is_none() {
            return Err(self.misused("has not been begun"));
        }
        Ok(self.open.get_or_insert_default())
    }

    fn misused(&self, what: &str) -> TransportError {
        TransportError::new(
            TransportErrorKind::InvalidRequest,
            format!("the transaction of `{}` {what}", self.id),
        )
    }

    fn rebalanced(&self) -> TransportError {
        let message = format!(
            "the transaction of `{}` carries offsets of partitions that have another owner now; abort it, its records are read again there",
            self.id
        );
        TransportError::new(TransportErrorKind::Aborted, message)
    }
}

impl<S: Store> RawTransaction for LocalTransaction<S> {
    fn begin(&mut self) -> BoxFuture<'_, Result<(), TransportError>> {
        Box::pin(std::future::ready(self.begin_now()))
    }

    fn append<'a>(
        &'a mut self,
        at: &'a TopicPartition,
        batch: Batch,
    ) -> BoxFuture<'a, Result<(), TransportError>> {
        Box::pin(std::future::ready(self.append_now(at, batch)))
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
        self.open = None;
        Box::pin(std::future::ready(self.store.hub().check_owner(&self.id, self.epoch)))
    }
}
