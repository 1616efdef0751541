//! Why something is not measured.

use crate::class::Class;
use crate::codec::{DecodeError, EncodeError};
use crate::schema::SchemaError;

/// A bench that cannot be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BenchError {
    /// A schema that does not bind.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// A value that a codec does not write.
    #[error("{codec} does not write message {}", index + 1)]
    Encode {
        /// The codec's name.
        codec: String,
        /// Which message, from 0.
        index: usize,
        /// What the codec says.
        source: EncodeError,
    },
    /// A payload that the codec wrote and does not read.
    #[error("{codec} does not read message {}, which it wrote", index + 1)]
    Decode {
        /// The codec's name.
        codec: String,
        /// Which message, from 0.
        index: usize,
        /// What the codec says.
        source: DecodeError,
    },
    /// A value that comes back as another one.
    #[error("{codec} reads message {} back as another value", index + 1)]
    Changed {
        /// The codec's name.
        codec: String,
        /// Which message, from 0.
        index: usize,
    },
    /// Nothing to measure.
    #[error("there is nothing to measure: no messages, or no codec that takes them")]
    Empty,
}

impl BenchError {
    /// What a caller may do about it.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Schema(it) => it.class(),
            Self::Encode { source, .. } => source.class(),
            Self::Decode { source, .. } => source.class(),
            Self::Changed { .. } | Self::Empty => Class::BadData,
        }
    }
}
