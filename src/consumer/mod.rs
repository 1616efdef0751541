//! The consumer: records of a topic, read as one schema sees them, committed when their work is done.
//!
//! ```text
//! transport -batch-> records -frame, codec-> value      done -> watermark -commit-> transport
//! ```
//!
//! ✔ A commit never passes a record that is not [`Message::done`]. ✔ After a restart the group goes on at its last commit.
//! ✔ Dropping the future of [`Consumer::next`] loses nothing. ✗ A record that was done but not committed is given again after a crash.
//!
//! ```
//! use schemawire::codec::Json;
//! use schemawire::consumer::ConsumeExt;
//! use schemawire::producer::ProduceExt;
//! use schemawire::registry::EmbeddedRegistry;
//! use schemawire::schema::Schema;
//! use schemawire::serdes::Serdes;
//! use schemawire::transport::Memory;
//!
//! # pollster::block_on(async {
//! let log = Memory::new();
//! let serdes = Serdes::new(EmbeddedRegistry::on(&log).await?);
//! let schema = Schema::json(r#"{"type": "string"}"#)?;
//! log.producer("names").value(&serdes, Json, &schema).build().await?.send("Ada").await?;
//!
//! let mut consumer = log.consumer("names").group("greeters").value(&serdes, Json, &schema).stop_at_end().build().await?;
//! while let Some(message) = consumer.next().await? {
//!     assert_eq!(message.value::<&str>()?, "Ada");
//!     message.done();
//! }
//! consumer.close().await?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

mod build;
mod commitment;
mod dedupe;
mod error;
mod failure;
mod key;
mod listener;
mod log_dedupe;
mod log_offsets;
mod log_topic;
mod member;
mod message;
mod next;
mod offset_store;
mod owned;
mod partitions;
mod run;
mod session;
mod settings;
mod started;
mod transitions;
mod types;
mod watermark;

pub use build::ConsumerBuilder;
pub use commitment::Commitment;
pub use dedupe::{DedupeBy, DedupeLimits, DedupeStore, MemoryDedupe, Seen};
pub use error::{ConsumeError, StoreError};
pub use failure::{DeadLetter, Failure, Failures, OnFailure};
pub use key::{LoadKeys, RawKeys, ReadKey, TypedKeys};
pub use listener::RebalanceListener;
pub use log_dedupe::LogDedupe;
pub use log_offsets::LogOffsets;
pub use message::{Message, Received};
pub use offset_store::{MemoryOffsets, OffsetStore};
pub use owned::{Mark, OwnedMessage};
pub use run::{Order, RunHandle, Summary};
pub use session::{Ended, Session};
pub use settings::{Commits, OnGap};
pub use started::{StartReason, Started};
pub use transitions::{Forbidden, Move, Transitions};
pub use types::{OnUnlisted, Types, Unlisted};

use std::collections::VecDeque;
use std::sync::Arc;

use crate::codec::Codec;
use crate::record::TopicPartition;
use crate::transport::{CommitOutcome, Place, Transport};
use member::Member;
use message::Readers;
use next::Current;

/// Opens consumers on any transport.
pub trait ConsumeExt: Transport {
    /// A consumer of that topic.
    fn consumer(&self, topic: &str) -> ConsumerBuilder<'_, Self> {
        ConsumerBuilder::new(self, topic)
    }
}

impl<T: Transport + ?Sized> ConsumeExt for T {}

/// Reads a topic: one message after the other with [`Consumer::next`], or several at once with [`Consumer::run`].
#[derive(Debug)]
pub struct Consumer<C: Codec, K = RawKeys> {
    member: Member,
    readers: Arc<Readers<C, K>>,
    current: Option<Current>,
    /// Batches that came while the window was full.
    behind: VecDeque<Current>,
    /// Whether the transport gives no records until there is room again.
    paused: bool,
    handle: RunHandle,
}

impl<C: Codec, K> Consumer<C, K> {
    fn new(member: Member, readers: Readers<C, K>) -> Self {
        let (current, behind, paused, handle) = (None, VecDeque::new(), false, RunHandle::default());
        Self { member, readers: Arc::new(readers), current, behind, paused, handle }
    }

    /// The partitions that are read, each with the offset up to which everything is done.
    #[must_use]
    pub fn positions(&self) -> Vec<(TopicPartition, u64)> {
        self.member.partitions.lock().positions()
    }

    /// Where the partitions that are read began, and why there.
    #[must_use]
    pub fn started(&self) -> Vec<Started> {
        self.member.started()
    }

    /// How many records were asked for and no longer exist.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.member.skipped()
    }

    /// By partition, how many offsets lie between what is done and the end of the log.
    ///
    /// # Errors
    /// A transport that cannot tell.
    pub async fn lag(&self) -> Result<Vec<(TopicPartition, u64)>, ConsumeError> {
        self.member.lag().await
    }

    /// Commits what is done, and waits until that is stored. Without a group or a store of one's own there is nothing to commit.
    ///
    /// # Errors
    /// A transport or store that cannot store it; what was done stays done, and the next commit takes it along.
    pub async fn commit(&mut self) -> Result<CommitOutcome, ConsumeError> {
        self.member.commit().await
    }

    /// Asks for a commit and waits for nothing: it is made by the next call that waits, [`Consumer::next`] for one, with what is
    /// done by then. Several that are asked for are one.
    pub fn commit_soon(&mut self) -> Commitment {
        self.member.commit_soon()
    }

    /// Goes on reading a partition from another place; what was read of it and is not done no longer counts.
    ///
    /// # Errors
    /// A partition that is not this member's; a transport that cannot look the place up.
    pub async fn seek(&mut self, at: &TopicPartition, place: Place) -> Result<(), ConsumeError> {
        self.member.seek(at, place).await?;
        self.drop_batches(std::slice::from_ref(at));
        Ok(())
    }

    /// Nothing more is given out of these.
    fn drop_batches(&mut self, gone: &[TopicPartition]) {
        self.behind.retain(|behind| !gone.contains(&behind.at));
        if self.current.as_ref().is_some_and(|current| gone.contains(&current.at)) {
            self.current = None;
        }
    }

    /// Commits what is done, unless that is done by hand, and leaves the group.
    ///
    /// # Errors
    /// As [`Consumer::commit`].
    pub async fn close(mut self) -> Result<(), ConsumeError> {
        if self.member.settings.commits != Commits::ByHand {
            self.member.commit().await?;
        }
        Ok(self.member.raw.close().await?)
    }
}
