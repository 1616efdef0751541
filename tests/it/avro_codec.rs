//! The Avro codec: typed, borrowed and dynamic; resolution, limits, and apache-avro as the oracle.

mod allocations;
mod bad_bytes;
#[cfg(feature = "apache-avro")]
mod container;
mod limits;
mod logical;
mod numbers;
mod oracle;
mod property;
mod quake;
mod resolution;
mod text;
mod typed;
mod unions;
mod values;

use schemawire::codec::avro::BoundAvro;
use schemawire::codec::{Avro, Binding, BoundCodec, Codec, Decode, DecodeError, Encode, EncodeError};
use schemawire::schema::{Schema, SchemaError};

/// A schema of that text.
#[track_caller]
fn schema(text: &str) -> Schema {
    Schema::avro(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The codec for one schema.
#[track_caller]
fn same(text: &str) -> BoundAvro {
    Avro.bind(&Binding::new(&schema(text))).expect("a schema binds with itself")
}

/// The codec for a writer's and a reader's schema.
fn pair(writer: &str, reader: &str) -> Result<BoundAvro, SchemaError> {
    Avro.bind(&Binding::new(&schema(writer)).with_reader(&schema(reader)))
}

fn encode<T: serde::Serialize + ?Sized>(codec: &BoundAvro, value: &T) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::new();
    codec.encode(value, &mut out)?;
    Ok(out)
}

fn decode<'de, T: serde::Deserialize<'de>>(codec: &BoundAvro, payload: &'de [u8]) -> Result<T, DecodeError> {
    codec.decode(payload)
}

/// Writes a value with one schema and reads it with another.
#[track_caller]
fn evolve<W: serde::Serialize + ?Sized, R: serde::de::DeserializeOwned>(
    writer: &str,
    reader: &str,
    value: &W,
) -> R {
    let codec = pair(writer, reader).unwrap_or_else(|error| panic!("{error}"));
    let payload = encode(&codec, value).unwrap_or_else(|error| panic!("{error}"));
    decode(&codec, &payload).unwrap_or_else(|error| panic!("{error}"))
}

/// The JSON of what the dynamic half reads.
#[track_caller]
fn json(codec: &BoundAvro, payload: &[u8]) -> serde_json::Value {
    let value = codec.decode_value(payload).unwrap_or_else(|error| panic!("{error}"));
    serde_json::from_str(&value.to_string()).expect("values are shown as JSON")
}

/// A record's schema with those fields, given as JSON.
fn record(name: &str, fields: &str) -> String {
    format!(r#"{{"type": "record", "name": "{name}", "fields": [{fields}]}}"#)
}
