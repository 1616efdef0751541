//! Batches: records in one buffer, read without copying.

use super::Headers;

/// Records moved together: one buffer, as it lies in the log.
#[derive(Debug, Clone, Default)]
pub struct Batch {}

/// One record of a batch, lent from it.
#[derive(Debug, Clone, Copy)]
pub struct RecordRef<'b> {
    /// Its offset in the partition.
    pub offset: u64,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub timestamp: i64,
    /// The key's message.
    pub key: Option<&'b [u8]>,
    /// The value's message; `None` is a tombstone.
    pub value: Option<&'b [u8]>,
    raw_headers: &'b [u8],
}

impl RecordRef<'_> {
    /// The headers, read now.
    #[must_use]
    pub fn headers(&self) -> Headers {
        let _ = self.raw_headers;
        Headers::new()
    }
}

/// The records of a batch.
#[derive(Debug, Clone)]
pub struct Records<'b>(std::marker::PhantomData<&'b ()>);

/// Bytes that are not a batch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BatchError(String);
