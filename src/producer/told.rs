//! Who is told what happens, if anybody.

use std::sync::Arc;

use crate::observer::{Observation, Observer};

/// The observer of a producer, if it has one.
#[derive(Debug, Clone, Default)]
pub(super) struct Told(pub(super) Option<Arc<dyn Observer>>);

impl Told {
    /// Tells what happened; nothing is put together where nobody listens.
    pub(super) fn observe<'a>(&self, what: impl FnOnce() -> Observation<'a>) {
        if let Some(observer) = &self.0 {
            observer.observe(&what());
        }
    }
}
