//! What a handler says when it fails, and what is done about it.
//!
//! ```text
//! handler fails -> again in place, with backoff -> t.retry.5s -> t.retry.1m ... -> t.dlq
//!    └ a record that does not read, or configuration at fault: at once ────────────^
//! ```

mod letter;
mod policy;

pub use letter::DeadLetter;
pub(super) use letter::{Letter, class_name};
pub use policy::{Failures, OnFailure};
pub(super) use policy::{Tried, Verdict};

use std::error::Error;
use std::fmt::Write;
use std::time::Duration;

use crate::class::Class;
use crate::codec::{DecodeError, EncodeError};
use crate::consumer::{ConsumeError, Forbidden, StoreError, Unlisted};
use crate::producer::SendError;
use crate::registry::RegistryError;
use crate::serdes::SerdesError;
use crate::transport::TransportError;

/// Why a handler could not do its work. Made from any error by `?`: errors of this crate bring their [`Class`], all others count as
/// passing trouble, so that they are tried again.
///
/// ```
/// use schemawire::consumer::Failure;
///
/// fn charge(amount: i64) -> Result<(), Failure> {
///     let amount = u32::try_from(amount)?;                                // tried again, as any error
///     if amount > 1_000_000 {
///         return Err(Failure::permanent("an amount beyond all limits"));  // at once to the dead letters
///     }
///     Ok(())
/// }
/// assert!(charge(2_000_000).is_err_and(|failure| !failure.class().is_retriable()));
/// ```
#[derive(Debug)]
pub struct Failure {
    class: Class,
    stops: bool,
    source: Box<dyn Error + Send + Sync>,
}

impl Failure {
    /// Trying again will not help: the message goes to the dead letters at once.
    pub fn permanent(why: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { class: Class::BadData, stops: false, source: why.into() }
    }

    /// Passing trouble: the message is tried again, as the schedule says.
    pub fn retry(why: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { class: Class::RETRY, stops: false, source: why.into() }
    }

    /// Passing trouble that lasts for that long at least.
    pub fn retry_after(after: Duration, why: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { class: Class::Retry { after: Some(after) }, stops: false, source: why.into() }
    }

    /// The run is to end at this message, whatever [`Failures`] says; it is not committed.
    pub fn stop(why: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { class: Class::Config, stops: true, source: why.into() }
    }

    /// Whether the registry does not answer, which is no fault of the message.
    pub(super) fn is_outage(&self) -> bool {
        let consume = self.source.downcast_ref::<ConsumeError>();
        self.class.is_retriable() && matches!(consume, Some(ConsumeError::Registry { .. }))
    }

    /// Whether the run is to end at it.
    pub(super) const fn stops(&self) -> bool {
        self.stops
    }

    /// A handler that panicked, with what it said.
    pub(super) fn panicked(what: &(dyn std::any::Any + Send)) -> Self {
        let said = what.downcast_ref::<&str>().copied();
        let said = said
            .or_else(|| what.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("something else than text");
        Self { class: Class::Bug, stops: false, source: format!("the handler panicked: {said}").into() }
    }

    /// What may be done about it.
    #[must_use]
    pub const fn class(&self) -> Class {
        self.class
    }

    /// The error.
    #[must_use]
    pub fn error(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.source
    }

    pub(super) fn into_error(self) -> Box<dyn Error + Send + Sync> {
        self.source
    }

    /// The error and what caused it, in one line of at most [`Failure::REASON`] bytes.
    pub(super) fn reason(&self) -> String {
        let mut reason = self.source.to_string();
        let mut cause = self.source.source();
        while let Some(error) = cause {
            let _ = write!(reason, ": {error}");
            cause = error.source();
        }
        reason.truncate(reason.floor_char_boundary(Self::REASON));
        reason
    }

    /// The most bytes of a reason in a header.
    pub const REASON: usize = 2_000;
}

impl<E: Error + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { class: class_of(&error), stops: false, source: Box::new(error) }
    }
}

/// The class of an error of this crate; of others, that the same may succeed later.
fn class_of(error: &(dyn Error + 'static)) -> Class {
    let classes = [
        error.downcast_ref().map(ConsumeError::class),
        error.downcast_ref().map(SerdesError::class),
        error.downcast_ref().map(SendError::class),
        error.downcast_ref().map(TransportError::class),
        error.downcast_ref().map(RegistryError::class),
        error.downcast_ref().map(DecodeError::class),
        error.downcast_ref().map(EncodeError::class),
        error.downcast_ref().map(|error: &StoreError| error.class),
        error.downcast_ref().map(Forbidden::class),
        error.downcast_ref().map(Unlisted::class),
    ];
    classes.into_iter().flatten().next().unwrap_or(Class::RETRY)
}
