//! Protobuf, JSON and bincode, typed, against the libraries that the same bytes come from.

use std::hint::black_box;

use prost::{Message as _, Name};
use schemawire::codec::json::ValidatedJson;
use schemawire::codec::{Bincode, Binding, Codec, Decode, Encode, Json, Message, Protobuf};
use schemawire::limits::Limits;
use schemawire::schema::Schema;
use schemawire::schema::bincode::trace;

use super::avro::{reusing, written};
use super::{OURS, group};
use crate::guard::Guarded;
use crate::measure::Plan;
use crate::payloads::schemas;
use crate::record::{Record, keep};

pub fn add<R: Record>(plan: &mut Plan) {
    protobuf::<R>(plan);
    json::<R>(plan);
    bincode::<R>(plan);
}

fn protobuf<R: Record>(plan: &mut Plan) {
    let schema = Schema::protobuf(schemas::PROTO).expect("a Protobuf schema");
    let full_name = R::Proto::full_name();
    let binding = Binding::new(&schema).with_message(Message::Name(&full_name));
    let bound = keep(Protobuf.bind(&binding).expect("it binds"));
    let value = keep(R::Proto::from(R::value()));
    let payload: &'static [u8] = keep(value.encode_to_vec());

    let ours = move || -> R::Proto { bound.decode(black_box(payload)).expect("it reads") };
    let bare = move || R::Proto::decode(black_box(payload)).expect("it reads");
    let encode = move |out: &mut Vec<u8>| bound.encode(black_box(value), out).expect("it writes");
    let bare_encode = move |out: &mut Vec<u8>| black_box(value).encode(out).expect("it writes");
    assert!(ours() == *value && bare() == *value, "{full_name} came back changed");
    assert_eq!(written(encode), payload);

    let (name, bytes) = (R::NAME, payload.len());
    plan.add(group::PROTOBUF_DECODE, name, OURS, bytes, ours);
    plan.add(group::PROTOBUF_DECODE, name, "prost", bytes, bare);
    plan.add(group::PROTOBUF_ENCODE, name, OURS, bytes, reusing(bytes, encode));
    plan.add(group::PROTOBUF_ENCODE, name, "prost", bytes, reusing(bytes, bare_encode));
    // Beside Avro, as the bar for what a schema in the code allows.
    plan.add(group::DECODE_OWNED, name, "prost", bytes, bare);
    plan.add(group::ENCODE, name, "prost", bytes, reusing(bytes, bare_encode));
}

fn json<R: Record>(plan: &mut Plan) {
    let schema = Schema::json(R::JSON).expect("a JSON Schema");
    let bound = keep(Json.bind(&Binding::new(&schema)).expect("it binds"));
    let validated = keep(ValidatedJson.bind(&Binding::new(&schema)).expect("it binds"));
    let document: serde_json::Value = serde_json::from_str(R::JSON).expect("JSON");
    let validator = keep(jsonschema::validator_for(&document).expect("a JSON Schema"));
    let value = keep(R::value());
    let payload: &'static [u8] = keep(serde_json::to_vec(value).expect("it writes"));

    let ours = move || -> R { bound.decode(black_box(payload)).expect("it reads") };
    let checked = move || -> R { validated.decode(black_box(payload)).expect("it reads") };
    let bare = move || -> R { serde_json::from_slice(black_box(payload)).expect("it reads") };
    let bare_checked = move || -> R {
        let document: serde_json::Value = serde_json::from_slice(black_box(payload)).expect("it reads");
        assert!(validator.is_valid(&document));
        serde_json::from_value(document).expect("it fits")
    };
    for back in [ours(), checked(), bare(), bare_checked()] {
        assert_eq!(back, *value);
    }
    let encode = move |out: &mut Vec<u8>| bound.encode(black_box(value), out).expect("it writes");
    let bare_encode =
        move |out: &mut Vec<u8>| serde_json::to_writer(out, black_box(value)).expect("it writes");
    assert_eq!(written(encode), payload);

    let (name, bytes) = (R::NAME, payload.len());
    plan.add(group::JSON_DECODE, name, OURS, bytes, ours);
    plan.add(group::JSON_DECODE, name, "serde_json", bytes, bare);
    plan.add(group::JSON_DECODE, name, CHECKED, bytes, checked);
    plan.add(group::JSON_DECODE, name, "serde_json and jsonschema", bytes, bare_checked);
    plan.add(group::JSON_ENCODE, name, OURS, bytes, reusing(bytes, encode));
    plan.add(group::JSON_ENCODE, name, "serde_json", bytes, reusing(bytes, bare_encode));
}

/// JSON that is held against its schema.
pub const CHECKED: &str = "schemawire, validated";

/// The bare crate under the same limit of bytes, and under the same guard against nesting, which it does not have itself.
fn bincode<R: Record>(plan: &mut Plan) {
    const BYTES: usize = Limits::DEFAULT.bytes;
    let config = ::bincode::config::standard().with_limit::<BYTES>();
    let schema = trace::<R>().expect("a type with a layout");
    let bound = keep(Bincode.bind(&Binding::new(&schema)).expect("it binds"));
    let value = keep(R::value());
    let payload: &'static [u8] = keep(::bincode::serde::encode_to_vec(value, config).expect("it writes"));

    let ours = move || -> R { bound.decode(black_box(payload)).expect("it reads") };
    let bare = move || -> R {
        let (Guarded(value), length) =
            ::bincode::serde::decode_from_slice(black_box(payload), config).expect("it reads");
        assert_eq!(length, payload.len());
        value
    };
    let encode = move |out: &mut Vec<u8>| bound.encode(black_box(value), out).expect("it writes");
    let bare_encode = move |out: &mut Vec<u8>| {
        ::bincode::serde::encode_into_std_write(Guarded(black_box(value)), out, config).expect("it writes");
    };
    assert_eq!(ours(), *value);
    assert_eq!(bare(), *value);
    assert_eq!(written(encode), payload);
    assert_eq!(written(bare_encode), payload);

    let (name, bytes) = (R::NAME, payload.len());
    plan.add(group::BINCODE_DECODE, name, OURS, bytes, ours);
    plan.add(group::BINCODE_DECODE, name, "bincode", bytes, bare);
    plan.add(group::BINCODE_ENCODE, name, OURS, bytes, reusing(bytes, encode));
    plan.add(group::BINCODE_ENCODE, name, "bincode", bytes, reusing(bytes, bare_encode));
}
