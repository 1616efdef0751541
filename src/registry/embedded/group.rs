//! Commands that are written together: each decided over what those before it make so, refused alone.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::queue::Command;
use crate::codec::Codecs;
use crate::record::{Batch, Headers};
use crate::registry::event::Event;
use crate::registry::state::State;
use crate::registry::{RegistryError, RegistryErrorKind};
use crate::transport::TransportError;

/// The batch of each command that changes something, and the outcome of each command.
pub(super) fn decided(
    state: &State,
    commands: &[Command],
    codecs: &Codecs,
    limit: usize,
) -> (Vec<Batch>, Vec<Result<(), RegistryError>>) {
    let mut batches = Vec::new();
    let mut outcomes = Vec::with_capacity(commands.len());
    // What those before have made so counts, though it is not written yet; the times of records are not looked at.
    let mut ahead: Option<State> = None;
    for command in commands {
        let newest = ahead.as_ref().unwrap_or(state);
        // A schema that a parser panics over must not take along those that wait beside it.
        let decided = catch_unwind(AssertUnwindSafe(|| command(newest, codecs))).unwrap_or_else(|_| {
            let message = "the registry could not decide: it panicked over what it was asked";
            Err(RegistryError::new(RegistryErrorKind::Unexpected, message))
        });
        match decided.and_then(|events| batch(&events, limit).map(|batch| (events, batch))) {
            Err(refusal) => outcomes.push(Err(refusal)),
            Ok((events, batch)) => {
                outcomes.push(Ok(()));
                if events.is_empty() {
                    continue;
                }
                if commands.len() > 1 {
                    let ahead = ahead.get_or_insert_with(|| state.clone());
                    events.iter().for_each(|event| ahead.apply(event, 0));
                }
                batches.push(batch);
            }
        }
    }
    (batches, outcomes)
}

/// The events of one command, which belong together.
fn batch(events: &[Event], limit: usize) -> Result<Batch, RegistryError> {
    let mut batch = Batch::new();
    for event in events {
        let (key, value) = event.write();
        batch.push(Some(&key), value.as_deref(), &Headers::new(), None);
    }
    if batch.size() > limit {
        let message = format!(
            "Register operation failed because schema is too large: it takes {} bytes of the log, the limit is {limit}",
            batch.size()
        );
        return Err(RegistryError::new(RegistryErrorKind::SchemaTooLarge, message));
    }
    Ok(batch)
}

/// The error once more, for another one who waits.
pub(super) fn same(error: &RegistryError) -> RegistryError {
    let kind = error.source.as_deref().and_then(|it| it.downcast_ref::<TransportError>()).map(|it| it.kind);
    let copy = RegistryError::new(error.kind, error.message.clone());
    match (kind, &error.source) {
        (Some(kind), Some(source)) => copy.because(TransportError::new(kind, source.to_string())),
        _ => copy,
    }
}
