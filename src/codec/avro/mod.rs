//! The Avro codec: a plan compiled once from writer and reader, driven through serde or into dynamic values
//! ([Apache Avro 1.12 specification](https://avro.apache.org/docs/1.12.0/specification/)).
//!
//! ```text
//! schemas -link-> graph -resolve-> Plan { Read | Skip | Default }
//!                                    |- Encode<T>      T -serde-> bytes
//!                                    |- Decode<'de, T> bytes -serde-> T, which may borrow
//!                                    '- dynamic        bytes <-> Value
//! ```
//!
//! ```
//! use schemawire::codec::{Avro, Binding, Codec, Decode, Encode};
//! use schemawire::schema::Schema;
//!
//! let schema = Schema::avro(r#"{"type": "record", "name": "Point", "fields": [{"name": "x", "type": "int"}]}"#)?;
//! let newer = Schema::avro(
//!     r#"{"type": "record", "name": "Point", "fields": [
//!         {"name": "label", "type": "string", "default": "none"}, {"name": "x", "type": "long"}]}"#,
//! )?;
//! #[derive(serde::Serialize)]
//! struct Old { x: i32 }
//! #[derive(serde::Deserialize)]
//! struct New<'a> { label: &'a str, x: i64 }
//!
//! let codec = Avro.bind(&Binding::new(&schema).with_reader(&newer))?;
//! let mut payload = Vec::new();
//! codec.encode(&Old { x: 7 }, &mut payload)?;
//! let point: New<'_> = codec.decode(&payload)?;
//! assert_eq!((point.label, point.x), ("none", 7));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Which Rust type for which schema
//!
//! | schema | Rust |
//! |---|---|
//! | int, long | integers that hold the number; floats where nothing is lost |
//! | float, double | floats; `f32` for a double where nothing is lost |
//! | string | `String`, `&str`, `Cow<str>`, `char` |
//! | bytes, fixed | `&[u8]`, `Vec<u8>`, `[u8; N]`, `serde_bytes` |
//! | array, map | sequences and tuples; maps with text for keys, structs |
//! | record | structs (fields in any order; what the struct does not have is passed over), maps, tuples in the schema's order |
//! | enum | unit variants by name, `String`, `&str`, the symbol's number |
//! | union with null | `Option` |
//! | any union | a Rust enum whose variant has the branch's name (simple, full, or the primitive's), in any case where only one differs by case alone; or just the value |
//! | logical types | those of [`crate::value`]; the number or bytes under them |
//!
//! A logical type's unit and scale are part of it: a [`crate::value::Timestamp`] is refused where the schema has a plain `long`, and two schemas that
//! disagree in unit, scale or kind do not bind, although the specification would read one as the other. Where only one of them is annotated, the number is read as it stands.
//!
//! Text and bytes of defaults, and symbols, are lent like those of a payload (see the limits of that in `intern.rs`: 64 MiB for all schemas of a process).

mod blocks;
mod compile;
#[cfg(feature = "apache-avro")]
pub mod container;
mod de;
mod defaults;
mod dynamic;
mod fault;
mod intern;
mod item;
mod logical;
mod matching;
mod mismatch;
mod numbers;
mod order;
mod plan;
mod read;
mod resolve;
mod ser;
mod skip;
mod text;
mod write;

#[cfg(feature = "apache-avro")]
pub use container::schema_of;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Binding, BoundCodec, Codec, Decode, DecodeError, Encode, EncodeError};
use crate::limits::Limits;
use crate::schema::avro::link;
use crate::schema::{Format, SchemaError};
use crate::value::Value;
use plan::Plan;

/// The Avro codec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Avro;

impl Avro {
    /// The same codec, which leaves bytes behind a value unread. Without it they are an error: they are the first sign of a wrong schema.
    #[must_use]
    pub const fn allow_trailing_bytes(self) -> AvroWith {
        AvroWith { trailing_bytes: true }
    }
}

/// The Avro codec with options other than the defaults, see [`Avro::allow_trailing_bytes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AvroWith {
    trailing_bytes: bool,
}

/// The Avro codec bound to its schemas.
#[derive(Debug)]
pub struct BoundAvro {
    write: Arc<Plan>,
    read: Arc<Plan>,
    limits: Limits,
    options: AvroWith,
}

impl Codec for Avro {
    type Bound = BoundAvro;

    fn format(&self) -> Format {
        Format::Avro
    }

    fn bind(&self, binding: &Binding<'_>) -> Result<BoundAvro, SchemaError> {
        AvroWith::default().bind(binding)
    }
}

impl Codec for AvroWith {
    type Bound = BoundAvro;

    fn format(&self) -> Format {
        Format::Avro
    }

    fn bind(&self, binding: &Binding<'_>) -> Result<BoundAvro, SchemaError> {
        let writer = link(binding.writer)?;
        let write = Arc::new(resolve::plain(&writer)?);
        let read = match binding.reader {
            Some(reader) if reader != binding.writer => Arc::new(resolve::resolve(&writer, &link(reader)?)?),
            _ => Arc::clone(&write),
        };
        Ok(BoundAvro { write, read, limits: binding.limits, options: *self })
    }
}

impl BoundAvro {
    #[inline]
    fn decoder<'de>(&self, payload: &'de [u8]) -> Result<read::Decoder<'de, '_>, fault::Fault> {
        read::Decoder::new(payload, &self.read, &self.limits)
    }

    /// A value through serde.
    #[inline]
    fn typed<'de, 'p, T: Deserialize<'de>>(
        &'p self,
        decoder: &mut read::Decoder<'de, 'p>,
    ) -> Result<T, fault::Fault> {
        T::deserialize(de::NodeDeserializer::new(decoder, self.read.root))
    }

    /// Once more from the start, for a struct that told a field's number other than its name.
    #[cold]
    #[inline(never)]
    fn typed_by_names<'de, 'p, T: Deserialize<'de>>(
        &'p self,
        decoder: &mut read::Decoder<'de, 'p>,
        payload: &'de [u8],
    ) -> Result<T, fault::Fault> {
        *decoder = self.decoder(payload)?;
        decoder.telling = read::Telling::Names;
        self.typed(decoder)
    }

    /// Nothing may be left behind the value, unless that is allowed.
    fn finish(&self, decoder: &read::Decoder<'_, '_>) -> Result<(), fault::Fault> {
        if self.options.trailing_bytes { Ok(()) } else { decoder.finish() }
    }

    /// Appends to `out` whatever `write` writes, or nothing.
    fn append(
        &self,
        out: &mut Vec<u8>,
        write: impl FnOnce(ser::Encoder<'_, '_>) -> Result<(), fault::Refusal>,
    ) -> Result<(), EncodeError> {
        let start = out.len();
        write(ser::Encoder::new(out, &self.write, self.limits.depth)).map_err(|refusal| {
            out.truncate(start);
            refusal.into()
        })
    }
}

impl<T: Serialize + ?Sized> Encode<T> for BoundAvro {
    fn encode(&self, value: &T, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.append(out, |mut encoder| {
            value.serialize(ser::NodeSerializer::new(&mut encoder, self.write.root))
        })
    }
}

impl<'de, T: Deserialize<'de>> Decode<'de, T> for BoundAvro {
    fn decode(&self, payload: &'de [u8]) -> Result<T, DecodeError> {
        let mut decoder = self.decoder(payload)?;
        let mut value = self.typed(&mut decoder);
        if decoder.telling == read::Telling::WrongNumber {
            value = self.typed_by_names(&mut decoder, payload);
        }
        // A value may be large: it moves once, from here to the caller.
        match value {
            Ok(value) => {
                self.finish(&decoder)?;
                Ok(value)
            }
            Err(fault) => Err(fault.at(decoder.offset()).into()),
        }
    }
}

/// Values that stand one after the other: each read gives the value and its length.
#[cfg(feature = "apache-avro")]
impl BoundAvro {
    fn decode_prefix<'de, T: Deserialize<'de>>(&self, payload: &'de [u8]) -> Result<(T, usize), DecodeError> {
        let mut decoder = self.decoder(payload)?;
        let mut value = self.typed(&mut decoder);
        if decoder.telling == read::Telling::WrongNumber {
            value = self.typed_by_names(&mut decoder, payload);
        }
        let offset = decoder.offset();
        value.map(|value| (value, offset)).map_err(|fault| fault.at(offset).into())
    }

    fn decode_value_prefix<'de>(&self, payload: &'de [u8]) -> Result<(Value<'de>, usize), DecodeError> {
        let mut decoder = self.decoder(payload)?;
        let value = dynamic::decode(&mut decoder)?;
        Ok((value, decoder.offset()))
    }
}

impl BoundCodec for BoundAvro {
    fn encode_value(&self, value: &Value<'_>, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.append(out, |encoder| dynamic::encode(encoder, value.root()))
    }

    fn decode_value<'de>(&self, payload: &'de [u8]) -> Result<Value<'de>, DecodeError> {
        let mut decoder = self.decoder(payload)?;
        let value = dynamic::decode(&mut decoder)?;
        self.finish(&decoder)?;
        Ok(value)
    }
}
