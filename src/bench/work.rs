//! What is measured: a codec's two operations over all messages, again and again.

use std::hint::black_box;
use std::sync::Arc;

use super::payloads::Payloads;
use super::{BenchError, Path};
use crate::codec::{BoundCodec, DecodeError, EncodeError};
use crate::value::Value;

/// One codec with its messages. A pass is every message once; the passes loop within, so that calling this costs nothing a message.
pub(super) trait Work {
    /// Writes every message, that often, into one buffer.
    fn encode(&mut self, passes: u64) -> Result<(), EncodeError>;

    /// Reads every payload, that often, and drops what it read.
    fn decode(&mut self, passes: u64) -> Result<(), DecodeError>;
}

/// What is to be measured and what is known before.
pub(super) struct Prepared<'b> {
    pub(super) codec: String,
    pub(super) path: Path,
    pub(super) rust_type: Option<String>,
    pub(super) notes: Vec<String>,
    pub(super) payloads: Arc<Payloads>,
    pub(super) work: Box<dyn Work + 'b>,
}

/// Values of a codec, by its dynamic half.
struct Dynamic {
    bound: Arc<dyn BoundCodec>,
    values: Vec<Value<'static>>,
    payloads: Arc<Payloads>,
    out: Vec<u8>,
}

/// The dynamic half of a codec. Every value goes through the codec once first, so that what is measured is what it reads itself.
pub(super) fn dynamic(
    codec: &str,
    bound: Arc<dyn BoundCodec>,
    values: &[Value<'_>],
) -> Result<Prepared<'static>, BenchError> {
    let mut payloads = Payloads::default();
    let mut own = Vec::with_capacity(values.len());
    let mut again = Vec::new();
    for (index, value) in values.iter().enumerate() {
        let payload = payloads
            .add(|out| bound.encode_value(value, out))
            .map_err(|source| BenchError::Encode { codec: codec.into(), index, source })?;
        let undone = |source| BenchError::Decode { codec: codec.into(), index, source };
        let read = bound.decode_value(payload).map_err(undone)?;
        again.clear();
        let written = bound.encode_value(&read, &mut again);
        if written.is_err() || again != payload {
            return Err(BenchError::Changed { codec: codec.into(), index });
        }
        own.push(read.into_owned());
    }
    let payloads = Arc::new(payloads);
    let work = Dynamic { bound, values: own, payloads: Arc::clone(&payloads), out: Vec::new() };
    Ok(Prepared {
        codec: codec.into(),
        path: Path::Dynamic,
        rust_type: None,
        notes: Vec::new(),
        payloads,
        work: Box::new(work),
    })
}

impl Work for Dynamic {
    fn encode(&mut self, passes: u64) -> Result<(), EncodeError> {
        for _ in 0..passes {
            for value in &self.values {
                self.out.clear();
                self.bound.encode_value(black_box(value), &mut self.out)?;
                black_box(self.out.as_slice());
            }
        }
        Ok(())
    }

    fn decode(&mut self, passes: u64) -> Result<(), DecodeError> {
        for _ in 0..passes {
            for payload in self.payloads.iter() {
                black_box(self.bound.decode_value(black_box(payload))?);
            }
        }
        Ok(())
    }
}

/// Two closures over one typed codec.
pub(super) struct Typed<E, D> {
    pub(super) encode: E,
    pub(super) decode: D,
    pub(super) count: usize,
    pub(super) payloads: Arc<Payloads>,
    pub(super) out: Vec<u8>,
}

impl<E, D> Work for Typed<E, D>
where
    E: Fn(usize, &mut Vec<u8>) -> Result<(), EncodeError>,
    D: Fn(&[u8]) -> Result<(), DecodeError>,
{
    fn encode(&mut self, passes: u64) -> Result<(), EncodeError> {
        for _ in 0..passes {
            for index in 0..self.count {
                self.out.clear();
                (self.encode)(index, &mut self.out)?;
                black_box(self.out.as_slice());
            }
        }
        Ok(())
    }

    fn decode(&mut self, passes: u64) -> Result<(), DecodeError> {
        for _ in 0..passes {
            for payload in self.payloads.iter() {
                (self.decode)(black_box(payload))?;
            }
        }
        Ok(())
    }
}
