//! Avro without a Rust type: the dynamic value.

#![expect(
    deprecated,
    reason = "`from_avro_datum` is what a target names; the reader that is kept stands beside it"
)]

use std::hint::black_box;

use apache_avro::reader::datum::{GenericDatumReader, from_avro_datum};
use apache_avro::writer::datum::GenericDatumWriter;
use schemawire::codec::BoundCodec;

use super::avro::{bind, payload, reusing, their_schema, written};
use super::{OURS, group};
use crate::measure::Plan;
use crate::record::{Record, keep};

pub fn add<R: Record>(plan: &mut Plan) {
    let bound = bind::<R>(R::AVRO);
    let payload = payload::<R>();
    let schema = their_schema(R::AVRO);
    let cached = keep(GenericDatumReader::builder(schema).build().expect("a reader"));
    let writer = keep(GenericDatumWriter::builder(schema).build().expect("a writer"));

    let ours = move || bound.decode_value(black_box(payload)).expect("it reads");
    let theirs = move || from_avro_datum(schema, &mut black_box(payload), None).expect("it reads");
    let theirs_cached = move || cached.read_value(&mut black_box(payload)).expect("it reads");
    let value = keep(ours());
    let their_value = keep(theirs());
    assert_eq!(theirs_cached(), *their_value);
    assert_eq!(apache_avro::from_value::<R>(their_value).expect("it fits"), R::value());
    let encode = move |out: &mut Vec<u8>| bound.encode_value(black_box(value), out).expect("it writes");
    assert_eq!(written(encode), payload);
    let their_encode = move |out: &mut Vec<u8>| {
        writer.write_value_ref(out, black_box(their_value)).expect("it writes");
    };
    // Its map comes in any order.
    assert_eq!(written(their_encode).len(), payload.len());

    let (name, bytes) = (R::NAME, payload.len());
    plan.add(group::DYNAMIC_DECODE, name, OURS, bytes, ours);
    plan.add(group::DYNAMIC_DECODE, name, "apache-avro, from_avro_datum", bytes, theirs);
    plan.add(group::DYNAMIC_DECODE, name, "apache-avro, reader kept", bytes, theirs_cached);
    plan.add(group::DYNAMIC_ENCODE, name, OURS, bytes, reusing(bytes, encode));
    plan.add(group::DYNAMIC_ENCODE, name, "apache-avro, writer kept", bytes, reusing(bytes, their_encode));
}
