//! Batches as Kafka's records, and back: nothing of a record is lost, and keys and values go out without being copied.

use std::sync::Arc;

use bytes::Bytes;
use krafka::{ConsumerRecord, Record};

use crate::record::{Batch, Headers, TopicPartition};

/// The most bytes that a batch made of records that came has, unless one record is larger.
const BATCH: usize = 256 << 10;
/// Room for the record with which it has them.
const SPARE: usize = 4 << 10;

/// A batch whose buffer is lent to the client.
struct Lent(Arc<Batch>);

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        self.0.buffer()
    }
}

/// The records of a batch. Those without a time of their own get `now`, so that all of a batch have the same.
pub(super) fn outgoing<'b>(
    at: &'b TopicPartition,
    batch: &'b Arc<Batch>,
    now: i64,
) -> impl Iterator<Item = Record> + 'b {
    let lent = Bytes::from_owner(Lent(Arc::clone(batch)));
    batch.iter().map(move |record| {
        let mut out = Record::new(&*at.topic, Bytes::new());
        out.partition = Some(at.partition.cast_signed());
        out.key = record.key.map(|key| lent.slice_ref(key));
        out.value = record.value.map(|value| lent.slice_ref(value));
        out.timestamp = Some(record.own_timestamp().unwrap_or(now));
        let headers = record.iter_headers();
        out.headers = headers
            .map(|(name, value)| (name.to_owned(), value.map(|value| lent.slice_ref(value))))
            .collect();
        out
    })
}

/// Records of one partition, in order, as batches.
pub(super) fn incoming(records: &[ConsumerRecord]) -> Vec<Batch> {
    let mut batches = Vec::new();
    // A batch that grows is copied again and again.
    let mut left: usize = records.iter().map(estimated).sum();
    let mut batch = Batch::with_capacity(left.min(BATCH + SPARE));
    for record in records {
        let offset = record.offset.cast_unsigned();
        // Compaction may leave more out than a batch can.
        let is_far = offset.saturating_sub(batch.base_offset()) >= u64::from(u32::MAX);
        if !batch.is_empty() && (is_far || batch.size() >= BATCH) {
            batches.push(std::mem::replace(&mut batch, Batch::with_capacity(left.min(BATCH + SPARE))));
        }
        left = left.saturating_sub(estimated(record));
        let headers = match record.headers.as_slice() {
            [] => Headers::new(),
            some => headers(some),
        };
        batch.push_at(offset, record.key.as_deref(), record.value.as_deref(), &headers, record.timestamp);
    }
    if !batch.is_empty() {
        batches.push(batch);
    }
    batches
}

/// The bytes that a record takes in a batch, or a few more; headers apart.
fn estimated(record: &ConsumerRecord) -> usize {
    /// Flags, a time, and the lengths of a key and a value.
    const HEAD: usize = 17;
    HEAD + record.key.as_ref().map_or(0, Bytes::len) + record.value.as_ref().map_or(0, Bytes::len)
}

fn headers(of: &[(String, Option<Bytes>)]) -> Headers {
    let mut headers = Headers::new();
    for (name, value) in of {
        headers.push(name, value.as_deref());
    }
    headers
}
