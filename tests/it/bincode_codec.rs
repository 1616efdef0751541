//! The bincode codec and its layout documents.

mod codec;
mod dynamic;
mod evolve;
mod layout;
mod limits;
mod quake;

use schemawire::codec::{Bincode, Binding, BoundCodec, Codec, Decode, DecodeError, Encode, EncodeError};
use schemawire::schema::Schema;
use schemawire::schema::bincode::trace;
use schemawire::value::Value;
use serde::{Deserialize, Serialize};

type Bound = <Bincode as Codec>::Bound;

fn bind(schema: &Schema) -> Bound {
    Bincode.bind(&Binding::new(schema)).expect("a layout that binds")
}

fn bind_both(writer: &Schema, reader: &Schema) -> Bound {
    Bincode.bind(&Binding::new(writer).with_reader(reader)).expect("layouts that fit")
}

/// A layout document with that root and those types.
fn layout(root: &str, types: &str) -> Schema {
    let text = format!(r#"{{"layout": 1, "integers": "varint", "root": {root}, "types": {{{types}}}}}"#);
    Schema::bincode(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn traced<T: Serialize + Deserialize<'static>>() -> Schema {
    trace::<T>().unwrap_or_else(|error| panic!("{error}"))
}

fn encode<T: Serialize + ?Sized>(schema: &Schema, value: &T) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::new();
    bind(schema).encode(value, &mut out)?;
    Ok(out)
}

fn decode<'de, T: Deserialize<'de>>(schema: &Schema, payload: &'de [u8]) -> Result<T, DecodeError> {
    bind(schema).decode(payload)
}

fn decode_value<'de>(schema: &Schema, payload: &'de [u8]) -> Result<Value<'de>, DecodeError> {
    bind(schema).decode_value(payload)
}
