//! Decisions: what a command means in a state, or why it is refused.
//!
//! A decision changes nothing. Its events, applied in order, make it so; they belong together and are written as one batch.

mod compatible;
mod context;
mod delete;
mod import;
mod register;
mod restore;
mod settings;

pub use context::delete_context;
pub use delete::{delete_subject, delete_version};
pub use register::{register, register_all, registered};
pub use restore::restore;
pub use settings::{delete_config, delete_mode, set_config, set_mode};

pub(super) use compatible::history;

use crate::registry::event::Event;

/// What a command leads to.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Decision<T> {
    /// What happens, in this order; nothing where everything is so already.
    pub events: Vec<Event>,
    /// What the command answers once that is so.
    pub answer: T,
}

impl<T> Decision<T> {
    fn new(events: Vec<Event>, answer: T) -> Self {
        Self { events, answer }
    }

    /// Everything is so already.
    const fn nothing(answer: T) -> Self {
        Self { events: Vec::new(), answer }
    }
}
