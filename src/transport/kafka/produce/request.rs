//! The request that carries batches to a broker, and what comes back for each.
//!
//! ```text
//! version         3 to 8          9 to 12            13
//! transaction     string: null    compact: null
//! acks, time-out  2 bytes, 4 bytes
//! topics          array           compact array
//!   name          string          compact string     the topic's id, 16 bytes
//!   partitions    array           compact array
//!     index       4 bytes
//!     records     bytes           compact bytes      a record batch
//! ```
//!
//! From version 9 on each structure ends with its tagged fields: none. Source: [the protocol](https://kafka.apache.org/protocol).

use bytes::{BufMut, Bytes, BytesMut};
use krafka::KrafkaError;
use krafka::error::ErrorCode;

use crate::record::TopicPartition;

use super::encode::{Part, Stamp, encode, estimated, varint_size, write_varint};

/// Batches for partitions that one broker leads. Those of a topic lie next to each other.
#[derive(Debug)]
pub(in super::super) struct Request {
    pub(in super::super) acks: i16,
    /// How long the broker may wait for its followers, in milliseconds.
    pub(in super::super) timeout: i32,
    pub(in super::super) loads: Vec<Load>,
    /// The topics' ids, one for each load; needed from version 13 on.
    pub(in super::super) ids: Vec<[u8; 16]>,
}

/// What goes to one partition, as one record batch.
#[derive(Debug)]
pub(in super::super) struct Load {
    pub(in super::super) at: TopicPartition,
    pub(in super::super) parts: Vec<Part>,
    pub(in super::super) stamp: Option<Stamp>,
    /// The record batch, where it was made before.
    pub(in super::super) packed: Option<Bytes>,
}

/// What became of a load.
#[derive(Debug, Clone)]
pub(in super::super) enum Outcome {
    /// It is there; offset and time are -1 where they are not known, or the records keep their own.
    Stored { offset: i64, time: i64 },
    /// The broker said no, and maybe named a new leader.
    Refused { code: ErrorCode, is_led: bool },
    /// Nobody knows.
    Lost(KrafkaError),
}

impl Request {
    /// Writes the request's body.
    pub(in super::super) fn write(&self, version: i16, out: &mut BytesMut) {
        let is_compact = version >= 9;
        let array = |out: &mut BytesMut, length: usize| {
            if is_compact { write_varint(out, length as u64 + 1) } else { out.put_u32(length as u32) }
        };
        let end = |out: &mut BytesMut| out.put_bytes(0, usize::from(is_compact));
        // No transaction: a null string.
        if is_compact {
            out.put_u8(0)
        } else {
            out.put_i16(-1)
        }
        out.put_i16(self.acks);
        out.put_i32(self.timeout);
        let topics = || self.loads.chunk_by(|one, other| one.at.topic == other.at.topic);
        array(out, topics().count());
        let mut ids = self.ids.iter();
        for loads in topics() {
            let topic = loads.first().map_or("", |load| &*load.at.topic);
            if version >= 13 {
                out.put_slice(ids.next().unwrap_or(&[0; 16]));
                ids.by_ref().take(loads.len() - 1).for_each(drop);
            } else {
                if is_compact {
                    array(out, topic.len())
                } else {
                    out.put_u16(topic.len() as u16)
                }
                out.put_slice(topic.as_bytes());
            }
            array(out, loads.len());
            for load in loads {
                out.put_u32(load.at.partition);
                load.write(is_compact, out);
                end(out);
            }
            end(out);
        }
        end(out);
    }
}

impl Load {
    /// The bytes that it takes, or a few more.
    pub(super) fn estimated(&self) -> usize {
        self.parts.iter().map(|part| estimated(&part.batch)).sum()
    }

    /// Writes the record batch behind its length.
    fn write(&self, is_compact: bool, out: &mut BytesMut) {
        // The length is known when the batch is written: room for one of the likely size is left before it.
        let likely = if is_compact { varint_size(self.estimated() as u64) } else { 4 };
        let start = out.len();
        out.put_bytes(0, likely);
        match &self.packed {
            Some(packed) => out.put_slice(packed),
            None => encode(&self.parts, self.stamp, out),
        }
        let length = out.len() - start - likely;
        let mut field = BytesMut::with_capacity(8);
        if is_compact {
            write_varint(&mut field, length as u64 + 1);
        } else {
            field.put_u32(length as u32);
        }
        if field.len() != likely {
            let batch = out.split_off(start + likely);
            out.truncate(start);
            out.put_bytes(0, field.len());
            out.put_slice(&batch);
        }
        if let Some(place) = out.get_mut(start..start + field.len()) {
            place.copy_from_slice(&field);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Batch, Headers};
    use std::sync::Arc;

    fn load(topic: &str, partition: u32, value: &[u8]) -> Load {
        let mut batch = Batch::new();
        batch.push(None, Some(value), &Headers::new(), None);
        let parts = vec![Part { batch: Arc::new(batch), records: 0..1, now: 0 }];
        Load { at: TopicPartition::new(topic, partition), parts, stamp: None, packed: None }
    }

    /// Reads back what each version writes, field by field, as the protocol's page has them.
    #[test]
    fn every_version_has_its_own_lengths_and_ends() {
        // A likely length of two bytes that needs only one is among them.
        for size in [0, 1, 20, 45, 60, 61, 62, 63, 64, 200, 16_300, 16_310, 16_320, 16_350, 40_000] {
            let loads = vec![load("a", 1, &vec![7; size]), load("a", 2, b"x"), load("bc", 0, b"")];
            let request = Request { acks: -1, timeout: 30_000, loads, ids: vec![[1; 16], [1; 16], [2; 16]] };
            for version in [3, 8, 9, 12, 13] {
                let mut out = BytesMut::new();
                request.write(version, &mut out);
                let mut expected = BytesMut::new();
                let length = |expected: &mut BytesMut, length: usize| match version {
                    9.. => write_varint(expected, length as u64 + 1),
                    _ => expected.put_u32(length as u32),
                };
                let end = |expected: &mut BytesMut| expected.put_bytes(0, usize::from(version >= 9));
                expected.put_slice(if version >= 9 { &[0] } else { &[255, 255] });
                expected.put_slice(&[255, 255, 0, 0, 0x75, 0x30]);
                length(&mut expected, 2);
                for (name, id, loads) in [("a", 1, &request.loads[..2]), ("bc", 2, &request.loads[2..])] {
                    match version {
                        13 => expected.put_bytes(id, 16),
                        9.. => length(&mut expected, name.len()),
                        _ => expected.put_u16(name.len() as u16),
                    }
                    expected.put_slice(if version == 13 { b"" } else { name.as_bytes() });
                    length(&mut expected, loads.len());
                    for load in loads {
                        let mut batch = BytesMut::new();
                        encode(&load.parts, None, &mut batch);
                        expected.put_u32(load.at.partition);
                        length(&mut expected, batch.len());
                        expected.put_slice(&batch);
                        end(&mut expected);
                    }
                    end(&mut expected);
                }
                end(&mut expected);
                assert_eq!(out, expected, "version {version}, a value of {size} bytes");
            }
        }
    }
}
