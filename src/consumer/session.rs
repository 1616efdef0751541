//! Consume, transform, produce as one: what is sent and how far was read become visible together, or not at all.
//!
//! ```text
//!          next, next, ...   Output::send ...        commit
//! session ──────────────────────────────────────> outputs + offsets, in one transaction ──> Committed
//!    ^                                              ├ a partition has left this member, or
//!    │                                              └ no broker took an output ───────────> Aborted
//!    └──────────────── reads the same records again, where they are still its own ───────────┘
//! ```
//!
//! ✔ Each record has its effect on the outputs once, for readers of committed records, whoever of the group crashes when. ✔ An
//! older session with the same transactional id, a *zombie*, is fenced: it commits nothing any more. ✔ When the group has
//! rebalanced, `commit` aborts by itself. ✗ Effects outside of the log are done again after an abort or a crash.
//!
//! ```
//! use schemawire::codec::Json;
//! use schemawire::consumer::{ConsumeExt, Ended};
//! use schemawire::producer::ProduceExt;
//! use schemawire::registry::EmbeddedRegistry;
//! use schemawire::schema::Schema;
//! use schemawire::serdes::Serdes;
//! use schemawire::transport::Memory;
//!
//! # pollster::block_on(async {
//! let log = Memory::new();
//! let serdes = Serdes::new(EmbeddedRegistry::on(&log).await?);
//! let number = Schema::json(r#"{"type": "integer"}"#)?;
//! log.producer("numbers").value(&serdes, Json, &number).build().await?.send_batch(&[1, 2, 3]).await?;
//!
//! let numbers = log.consumer("numbers").group("doubler").value(&serdes, Json, &number).stop_at_end();
//! let mut session = numbers.session("doubler-1").await?;
//! let doubles = log.producer("doubles").value(&serdes, Json, &number).output(&session).await?;
//! while let Some(message) = session.next().await? {
//!     doubles.send(&(2 * message.value::<i64>()?))?;
//! }
//! assert_eq!(session.commit().await?, Ended::Committed);
//! session.close().await?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

use std::collections::BTreeMap;

use super::message::Received;
use super::partitions::Tenure;
use super::{ConsumeError, Consumer, ConsumerBuilder, LoadKeys, RawKeys};
use crate::class::Class;
use crate::codec::Codec;
use crate::observer::Observation;
use crate::producer::Staged;
use crate::record::TopicPartition;
use crate::serdes::Reader;
use crate::transport::{Committed, Place, RawTransaction, Transport, TransportError, TransportErrorKind};

/// What became of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "what was aborted is read again"]
pub enum Ended {
    /// Its records are visible, and what was read is not read again.
    Committed,
    /// Nothing of it is: the group has rebalanced, the outputs could not be written, or it was asked for. What is still this member's
    /// is read again.
    Aborted,
}

/// A consumer whose progress and whose outputs are one transaction after the other.
#[derive(Debug)]
pub struct Session<C: Codec, K = RawKeys> {
    consumer: Consumer<C, K>,
    transaction: Box<dyn RawTransaction>,
    staged: Staged,
    /// What was read in this transaction, by partition.
    read: BTreeMap<TopicPartition, Read>,
    /// It is not known how the last transaction ended, or somebody has taken over.
    is_over: bool,
}

#[derive(Debug, Clone, Copy)]
struct Read {
    /// Under which it was read last.
    tenure: Option<Tenure>,
    /// The first record that was read under it, and the one behind the last.
    first: u64,
    next: u64,
    /// Something was read before under another tenure: the partition has gone and come back, and that is another's.
    is_parted: bool,
}

impl<T: Transport + Clone, C: Codec, K> ConsumerBuilder<'_, T, Reader<C>, K> {
    /// Opens the consumer as a [`Session`]. The transactional id has to be the same after a restart, and another one in each
    /// process that runs at the same time: who opens it last fences the others.
    ///
    /// # Errors
    /// As [`ConsumerBuilder::build`]; a consumer without a group, or with positions in a store of its own; a transport that has no
    /// transactions.
    pub async fn session(self, transactional_id: &str) -> Result<Session<C, K>, ConsumeError> {
        let consumer = self.commit_by_hand().build().await?;
        let member = &consumer.member;
        if member.group.is_none() || member.settings.offsets.is_some() {
            let message = "a session keeps its position in its group, within the transaction: name a `group`, and leave `offsets` out";
            return Err(ConsumeError::Setting { message: message.into() });
        }
        let transaction = member.transport.open_transactional(transactional_id).await?;
        Ok(Session {
            consumer,
            transaction,
            staged: Staged::default(),
            read: BTreeMap::new(),
            is_over: false,
        })
    }
}

impl<C: Codec, K> Session<C, K> {
    /// Whether anything was read or sent since the last transaction.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.read.is_empty() || self.staged.records() > 0
    }

    /// Makes what was sent visible, and what was read done, together. Aborts by itself when a partition that was read has left
    /// this member, and when the transport has passing trouble before the commit itself.
    ///
    /// # Errors
    /// [`Class::Fenced`] where a newer session has the same transactional id; on Kafka also where its brokers have given the transaction
    /// up, a minute after it was begun, which they tell in the same way. A transport that fails so that it is not known what became of
    /// the transaction. The session is over then, and a new one reads what holds.
    pub async fn commit(&mut self) -> Result<Ended, ConsumeError> {
        self.check()?;
        if !self.is_open() {
            return Ok(Ended::Committed);
        }
        if !self.is_ours() {
            return self.abort().await;
        }
        let prepared = self.prepare().await;
        let is_decided = prepared.is_ok();
        let committed = match prepared {
            Ok(()) => self.transaction.commit().await.map(drop),
            Err(error) => Err(error),
        };
        match committed {
            Ok(()) => {
                let offsets: Vec<_> = self.read.iter().map(|(at, read)| (at.clone(), read.next)).collect();
                self.consumer.member.partitions.lock().stored(&offsets);
                self.tell(true);
                self.read.clear();
                Ok(Ended::Committed)
            }
            // What has not come as far as the commit has certainly not happened.
            Err(error) if error.class() == Class::Abort || !is_decided && error.class().is_retriable() => {
                self.tell(false);
                self.abort().await
            }
            Err(error) => {
                self.is_over = true;
                Err(error.into())
            }
        }
    }

    /// Forgets what was sent, and reads again what was read.
    ///
    /// # Errors
    /// A transport that fails; [`Class::Fenced`].
    pub async fn abort(&mut self) -> Result<Ended, ConsumeError> {
        self.check()?;
        drop(self.staged.take());
        // One that was not begun has nothing to abort.
        let aborted = self.transaction.abort().await;
        if let Err(error) = aborted {
            self.is_over = true;
            return Err(error.into());
        }
        for (at, read) in std::mem::take(&mut self.read) {
            if self.holds(&at, read) {
                match self.consumer.seek(&at, Place::Offset(read.first)).await {
                    // It has gone, of which the next call is told; until then nothing more of it is given out.
                    Err(ConsumeError::Transport(error)) if error.kind == TransportErrorKind::NotAssigned => {
                        self.consumer.drop_batches(std::slice::from_ref(&at));
                    }
                    sought => sought?,
                }
            }
        }
        Ok(Ended::Aborted)
    }

    /// Aborts what is open and leaves the group.
    ///
    /// # Errors
    /// A transport that fails.
    pub async fn close(mut self) -> Result<(), ConsumeError> {
        if self.is_open() && !self.is_over {
            let _ = self.abort().await?;
        }
        self.consumer.close().await
    }

    /// The consumer under it: positions, lag, where it began.
    #[must_use]
    pub const fn consumer(&self) -> &Consumer<C, K> {
        &self.consumer
    }

    /// All of the transaction but its commit.
    async fn prepare(&mut self) -> Result<(), TransportError> {
        let offsets: Vec<_> =
            self.read.iter().map(|(at, read)| (at.clone(), Committed::at(read.next))).collect();
        let token = self.consumer.member.raw.group_token();
        let transaction = &mut self.transaction;
        transaction.begin().await?;
        for (at, batch) in self.staged.take() {
            transaction.append(&at, batch).await?;
        }
        if !offsets.is_empty() {
            transaction.send_offsets(&token, &offsets).await?;
        }
        Ok(())
    }

    /// Whether all that was read is still this member's, without a break.
    fn is_ours(&self) -> bool {
        self.read.iter().all(|(at, read)| !read.is_parted && self.holds(at, *read))
    }

    fn holds(&self, at: &TopicPartition, read: Read) -> bool {
        let partitions = self.consumer.member.partitions.lock();
        read.tenure.is_some_and(|tenure| partitions.is_held(at, tenure))
    }

    fn tell(&self, stored: bool) {
        let member = &self.consumer.member;
        let partitions = self.read.len() as u64;
        member.tell(&Observation::Committed { group: member.name(), partitions, stored });
    }

    fn check(&self) -> Result<(), ConsumeError> {
        if self.is_over {
            let message = "the session is over: its last transaction failed so that only the log knows what became of it; open a new one, which reads on from what holds";
            return Err(ConsumeError::Setting { message: message.into() });
        }
        Ok(())
    }
}

impl<C: Codec, K: LoadKeys> Session<C, K> {
    /// The next message; waits for one. `None` at the end of the log, where [`ConsumerBuilder::stop_at_end`] was asked for. What
    /// was given out counts as read with the next [`Session::commit`].
    ///
    /// # Errors
    /// As [`Consumer::next`].
    pub async fn next(&mut self) -> Result<Option<Received<'_, C, K>>, ConsumeError> {
        self.check()?;
        let Self { consumer, read, .. } = self;
        let Some(message) = consumer.next().await? else { return Ok(None) };
        let (at, offset, tenure) = (message.partition(), message.offset(), message.tenure);
        let fresh = Read { tenure, first: offset, next: offset, is_parted: false };
        let entry = read.entry(at.clone()).or_insert(fresh);
        if entry.tenure != tenure {
            // What is read from here on has to be read again when this transaction is aborted, as it will be.
            *entry = Read { is_parted: true, ..fresh };
        }
        entry.next = offset + 1;
        Ok(Some(message.finish()))
    }
}

/// For [`ProducerBuilder::output`](crate::producer::ProducerBuilder::output).
impl<C: Codec, K> AsRef<Staged> for Session<C, K> {
    fn as_ref(&self) -> &Staged {
        &self.staged
    }
}
