//! One request for one question, however many ask: whoever comes while it is under way waits for the same answer.
//!
//! The future is shared, not owned: it is driven by all who wait, so one that is dropped meanwhile takes nothing from the others.
//! Once nobody waits it is dropped, and its request with it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{Shared, WeakShared};

use super::lookup::Which;
use crate::ids::SchemaKey;
use crate::registry::RegistryError;
use crate::schema::Schema;
use crate::transport::BoxFuture;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Question {
    /// What a key stands for, by its hint.
    Content(Option<String>, SchemaKey),
    Register(String, Schema, bool),
    Lookup(String, Schema, bool),
    Version(String, Which),
}

type Work<T> = BoxFuture<'static, Result<T, RegistryError>>;

/// A request that several wait for.
pub(super) type Flight<T> = Shared<Work<T>>;

/// The requests that are under way.
#[derive(Debug)]
pub(super) struct Flights<T: Clone>(Mutex<HashMap<Question, WeakShared<Work<T>>>>);

impl<T: Clone> Flights<T> {
    pub(super) fn new() -> Self {
        Self(Mutex::new(HashMap::new()))
    }

    /// The flight for a question, and whether it began with this call.
    pub(super) fn join(&self, question: Question, begin: impl FnOnce() -> Work<T>) -> (Flight<T>, bool) {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = flights.get(&question).and_then(WeakShared::upgrade) {
            return (flight, false);
        }
        // Those that nobody waited for to the end left their names.
        const SWEPT: usize = 64;
        if flights.len() >= SWEPT {
            flights.retain(|_, flight| flight.upgrade().is_some());
        }
        let flight = begin().shared();
        if let Some(weak) = flight.downgrade() {
            flights.insert(question, weak);
        }
        (flight, true)
    }

    /// The flight of a question has landed.
    pub(super) fn landed(&self, question: &Question) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(question);
    }
}
