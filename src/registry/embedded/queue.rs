//! Who waits to write: one of them writes for all, in one transaction, so that a sync of the disk is shared.
//!
//! ```text
//! push, then wait for whichever is first:   the answer         another one wrote for us
//!                                           the log's lock     we write for all who wait now
//! ```

use std::sync::{Arc, Mutex, PoisonError};

use futures_channel::oneshot;

use crate::codec::Codecs;
use crate::registry::RegistryError;
use crate::registry::event::Event;
use crate::registry::state::State;

/// What to write over a state, or why not; asked again where the log was written by another handle meanwhile.
pub(super) type Command = Arc<dyn Fn(&State, &Codecs) -> Result<Vec<Event>, RegistryError> + Send + Sync>;

/// What became of a command: the state that holds it.
pub(super) type Outcome = Result<Arc<State>, RegistryError>;

/// About how many bytes of schemas go into one transaction.
const GROUP_BYTES: usize = 8 << 20;

/// A command whose writer waits.
pub(super) struct Waiting {
    pub(super) command: Command,
    /// About how many bytes it writes.
    pub(super) bytes: usize,
    pub(super) answer: oneshot::Sender<Outcome>,
}

/// The line of those who wait.
#[derive(Default)]
pub(super) struct Queue(Mutex<Vec<Waiting>>);

impl Queue {
    pub(super) fn push(&self, waiting: Waiting) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(waiting);
    }

    /// Takes those who came first, as many as go into one transaction. Who waits no more is passed over: a write that was given up
    /// must not happen with another one's, at any later time.
    pub(super) fn take(&self) -> Vec<Waiting> {
        let mut line = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        line.retain(|waiting| !waiting.answer.is_canceled());
        let mut bytes = 0;
        let fits = |waiting: &Waiting| {
            let fits = bytes < GROUP_BYTES;
            bytes += waiting.bytes;
            fits
        };
        let count = line.iter().map(fits).take_while(|fits| *fits).count();
        line.drain(..count).collect()
    }
}
