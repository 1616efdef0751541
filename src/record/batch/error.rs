//! What is wrong with bytes that are not a batch: which check they failed, with the numbers on both sides.

use super::stored::HEADER;
use super::{BATCH_VERSION, Batch, PACKED_VERSION};
use crate::class::Class;
use crate::record::Compression;

/// Bytes that are not a batch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// They end within the header.
    #[error("{size} bytes are too few for a batch, whose header alone has {HEADER}")]
    Truncated {
        /// How many there are.
        size: usize,
    },
    /// There are more than any batch has.
    #[error("{size} bytes are more than a batch may have, {max}", max = Batch::MAX_SIZE)]
    TooLarge {
        /// How many there are.
        size: usize,
    },
    /// They changed after they were written.
    #[error("the batch is damaged: its checksum is {stored:08x}, its bytes give {computed:08x}")]
    Checksum {
        /// The sum that was written.
        stored: u32,
        /// The sum of what is there.
        computed: u32,
    },
    /// Another version of the format.
    #[error(
        "batch format version {version} is not known; this program reads versions {BATCH_VERSION} and {PACKED_VERSION}"
    )]
    UnknownVersion {
        /// The version that was found.
        version: u8,
    },
    /// A codec that is not known.
    #[error(
        "the records are compressed with codec {code}, which is not known; 1 is gzip, 2 snappy, 3 lz4, 4 zstd"
    )]
    UnknownCodec {
        /// The byte that was found.
        code: u8,
    },
    /// Compressed records that do not unpack.
    #[error("the records are compressed with {compression}: {what}")]
    Packed {
        /// The codec.
        compression: Compression,
        /// What is wrong.
        what: &'static str,
    },
    /// Compressed records, which this program was built without the means to unpack. They are not damaged.
    #[error(
        "the records are compressed with {compression}; reading them needs the feature `compression`, which was not built in"
    )]
    NotBuiltIn {
        /// The codec.
        compression: Compression,
    },
    /// The records are not as long as the header says.
    #[error("the header announces {announced} bytes of records, {found} follow")]
    Length {
        /// What the header says.
        announced: usize,
        /// What is there.
        found: usize,
    },
    /// A record that cannot be read.
    #[error("record {index}, at byte {at} of the batch: {what}")]
    Record {
        /// Which one, from 0.
        index: u32,
        /// Where it begins.
        at: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// More bytes than the records have.
    #[error("{bytes} bytes follow the last of {count} records")]
    Trailing {
        /// How many.
        bytes: usize,
        /// How many records the header announces.
        count: u32,
    },
    /// The records reach beyond the offsets that the batch covers.
    #[error("the records reach over {covered} offsets, the batch covers {span}")]
    Span {
        /// What the header says.
        span: u32,
        /// What the records take.
        covered: u64,
    },
}

impl BatchError {
    /// What a caller may do about it.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::NotBuiltIn { .. } => Class::Config,
            _ => Class::BadData,
        }
    }
}
