//! What a caller may do about an error: the one question that retry, breaker and transaction logic asks.

use std::time::Duration;

/// The class of an error. Every error type of this crate answers `class()`; nothing else is matched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Class {
    /// These bytes, this value or this schema are at fault; the same call fails again.
    BadData,
    /// Passing trouble: the same call may succeed, at the earliest after `after` where it is given.
    Retry {
        /// The earliest moment at which another try makes sense, as the other side asked for it.
        after: Option<Duration>,
    },
    /// The transaction is lost; abort it and begin another.
    Abort,
    /// A newer owner has taken over; this handle can do nothing more.
    Fenced,
    /// Configuration or usage is at fault; a person has to change it.
    Config,
    /// A defect of this crate, or of a library under it.
    Bug,
}

impl Class {
    /// Passing trouble without a hint when to try again.
    pub const RETRY: Self = Self::Retry { after: None };

    /// Whether the same call may succeed later.
    #[must_use]
    pub const fn is_retriable(self) -> bool {
        matches!(self, Self::Retry { .. })
    }
}
