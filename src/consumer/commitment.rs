//! The handle of a commit that was asked for.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_channel::oneshot;
use futures_util::FutureExt;

use crate::transport::CommitOutcome;

/// Resolves when a commit that [`Consumer::commit_soon`](super::Consumer::commit_soon) asked for is made: by the next call that
/// waits for messages. `None` where the consumer was dropped before. May be dropped.
#[derive(Debug)]
pub struct Commitment(pub(super) oneshot::Receiver<CommitOutcome>);

impl Future for Commitment {
    type Output = Option<CommitOutcome>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll_unpin(context).map(Result::ok)
    }
}
