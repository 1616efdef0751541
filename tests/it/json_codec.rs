//! JSON: typed, borrowed, dynamic, validated; what hostile payloads and schemas meet.

mod limits;
mod quake;
mod schema;
mod validated;
mod validation;

use schemawire::codec::json::BoundJson;
use schemawire::codec::{Binding, Codec, Decode, DecodeError, Encode, Json};
use schemawire::schema::Schema;
use serde::{Deserialize, Serialize};

/// A codec that checks nothing.
fn unchecked() -> BoundJson {
    let anything = Schema::json("true").expect("a schema");
    Json.bind(&Binding::new(&anything)).expect("a bound codec")
}

fn decode<'de, T: Deserialize<'de>>(payload: &'de str) -> Result<T, DecodeError> {
    unchecked().decode(payload.as_bytes())
}

fn encode<T: Serialize + ?Sized>(value: &T) -> String {
    let mut out = Vec::new();
    unchecked().encode(value, &mut out).expect("a payload");
    String::from_utf8(out).expect("text")
}
