//! Batches as Kafka's records, and back: nothing of a record is lost, and keys and values go out without being copied.

use std::sync::Arc;

use bytes::Bytes;
use krafka::{ConsumerRecord, Record};

use crate::record::{Batch, Headers, TopicPartition};

/// Once a batch made of records that came has so many bytes, the next record begins another.
const BATCH: usize = 64 << 10;

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

/// The first records of one partition, in order, as a batch, and how many they are: none only where there are none.
pub(super) fn incoming(records: &[ConsumerRecord]) -> (Batch, usize) {
    let first = records.first().map_or(0, |record| record.offset);
    let (mut count, mut bytes) = (0, 0);
    for record in records {
        // Compaction may leave more out than a batch can.
        let is_far = record.offset.saturating_sub(first) >= i64::from(u32::MAX);
        if is_far || bytes >= BATCH {
            break;
        }
        count += 1;
        bytes += estimated(record);
    }
    let mut batch = Batch::with_capacity(bytes);
    for record in records.iter().take(count) {
        let headers = match record.headers.as_slice() {
            [] => Headers::new(),
            some => headers(some),
        };
        let (key, value) = (record.key.as_deref(), record.value.as_deref());
        batch.push_at(record.offset.cast_unsigned(), key, value, &headers, record.timestamp);
    }
    (batch, count)
}

/// The bytes that a record of the client's takes.
pub(super) fn held(record: &ConsumerRecord) -> usize {
    size_of::<ConsumerRecord>() + payload(record)
}

/// The bytes that a record takes in a batch, or a few more: a batch that grows is copied again and again.
fn estimated(record: &ConsumerRecord) -> usize {
    /// Flags, a gap, a time, and the lengths of a key, a value and the headers.
    const HEAD: usize = 30;
    /// The lengths of a header's name and value.
    const LENGTHS: usize = 10;
    HEAD + LENGTHS * record.headers.len() + payload(record)
}

fn payload(record: &ConsumerRecord) -> usize {
    let length = |it: &Option<Bytes>| it.as_ref().map_or(0, Bytes::len);
    let headers = record.headers.iter().map(|(name, value)| name.len() + length(value));
    length(&record.key) + length(&record.value) + headers.sum::<usize>()
}

fn headers(of: &[(String, Option<Bytes>)]) -> Headers {
    let mut headers = Headers::new();
    for (name, value) in of {
        headers.push(name, value.as_deref());
    }
    headers
}
