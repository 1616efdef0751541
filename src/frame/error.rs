//! Why a message's frame cannot be read or written.

use crate::class::Class;

/// A frame that cannot be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FrameError {
    /// What kind of trouble it is.
    pub kind: FrameErrorKind,
    /// What is wrong, what was expected.
    pub message: String,
}

/// The kinds of trouble with a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FrameErrorKind {
    /// The message ends before its frame does.
    Truncated,
    /// The first byte is not this framing's.
    UnknownMagic,
    /// The record lacks the header that holds the frame.
    MissingHeader,
    /// Message indexes that cannot be.
    BadIndexes,
    /// This framing cannot carry that key.
    UnsupportedKey,
}

impl FrameError {
    pub(crate) fn new(kind: FrameErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// What a caller may do about it.
    #[must_use]
    pub fn class(&self) -> Class {
        match self.kind {
            FrameErrorKind::UnsupportedKey => Class::Config,
            _ => Class::BadData,
        }
    }
}
