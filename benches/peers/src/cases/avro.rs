//! Avro through serde, and beside it what other formats take that need no schema to read.

#![expect(
    deprecated,
    reason = "apache-avro's functions for one datum are what its users call, and what the other clients do"
)]

use std::hint::black_box;

use apache_avro::reader::datum::{GenericDatumReader, from_avro_datum};
use apache_avro::writer::datum::{GenericDatumWriter, to_avro_datum};
use apache_avro::{Schema as TheirSchema, from_value, to_value};
use schemawire::codec::avro::BoundAvro;
use schemawire::codec::{Avro, Binding, Codec, Decode, Encode};
use schemawire::schema::Schema;
use serde_avro_fast::ser::SerializerConfig;

use super::{OURS, group};
use crate::measure::Plan;
use crate::record::{Record, keep};

pub fn bind<R: Record>(reader: &str) -> &'static BoundAvro {
    let [writer, reader] = [R::AVRO, reader].map(|it| Schema::avro(it).expect("an Avro schema"));
    keep(Avro.bind(&Binding::new(&writer).with_reader(&reader)).expect("they bind"))
}

pub fn payload<R: Record>() -> &'static [u8] {
    let mut out = Vec::new();
    bind::<R>(R::AVRO).encode(&R::value(), &mut out).expect("the value fits");
    keep(out)
}

pub fn their_schema(text: &str) -> &'static TheirSchema {
    keep(TheirSchema::parse_str(text).expect("an Avro schema"))
}

pub fn add<R: Record>(plan: &mut Plan) {
    resolving::<R>(plan);
    decode::<R>(plan);
    encode::<R>(plan);
    schemaless::<R>(plan);
}

fn resolving<R: Record>(plan: &mut Plan) {
    let bound = bind::<R>(R::AVRO_V2);
    let payload = payload::<R>();
    let later = R::Later::from(R::value());
    let (writer, reader) = (their_schema(R::AVRO), their_schema(R::AVRO_V2));
    let cached = keep(GenericDatumReader::builder(writer).reader_schema(reader).build().expect("a reader"));

    let ours = move || -> R::Later { bound.decode(black_box(payload)).expect("it reads") };
    let ours_borrowed = move || -> R::LaterBorrowed { bound.decode(black_box(payload)).expect("it reads") };
    let theirs = move || -> R::Later {
        let value = cached.read_value(&mut black_box(payload)).expect("it reads");
        from_value(&value).expect("it fits")
    };
    let once = move || -> R::Later {
        let value = from_avro_datum(writer, &mut black_box(payload), Some(reader)).expect("it reads");
        from_value(&value).expect("it fits")
    };
    assert_eq!(ours(), later);
    assert_eq!(ours_borrowed().into(), later);
    assert_eq!(theirs(), later);
    assert_eq!(once(), later);

    let (name, bytes) = (R::NAME, payload.len());
    plan.add(group::RESOLVING_OWNED, name, OURS, bytes, ours);
    plan.add(group::RESOLVING_OWNED, name, "apache-avro, reader kept", bytes, theirs);
    plan.add(group::RESOLVING_OWNED, name, "apache-avro, from_avro_datum", bytes, once);
    plan.add(group::RESOLVING_BORROWED, name, OURS, bytes, ours_borrowed);
}

fn decode<R: Record>(plan: &mut Plan) {
    let bound = bind::<R>(R::AVRO);
    let payload = payload::<R>();
    let value = R::value();
    let schema = their_schema(R::AVRO);
    let cached = keep(GenericDatumReader::builder(schema).build().expect("a reader"));
    let fast = keep(R::AVRO.parse::<serde_avro_fast::Schema>().expect("an Avro schema"));

    let ours = move || -> R { bound.decode(black_box(payload)).expect("it reads") };
    let ours_borrowed = move || -> R::Borrowed { bound.decode(black_box(payload)).expect("it reads") };
    let fast_owned =
        move || -> R { serde_avro_fast::from_datum_slice(black_box(payload), fast).expect("it reads") };
    let fast_borrowed = move || -> R::Borrowed {
        serde_avro_fast::from_datum_slice(black_box(payload), fast).expect("it reads")
    };
    let through_serde = move || -> R { cached.read_deser(&mut black_box(payload)).expect("it reads") };
    let through_value = move || -> R {
        let value = from_avro_datum(schema, &mut black_box(payload), None).expect("it reads");
        from_value(&value).expect("it fits")
    };
    assert_eq!(ours(), value);
    assert_eq!(ours_borrowed().into(), value);
    assert_eq!(fast_owned(), value);
    assert_eq!(fast_borrowed().into(), value);
    assert_eq!(through_serde(), value);
    assert_eq!(through_value(), value);

    let (name, bytes) = (R::NAME, payload.len());
    plan.add(group::DECODE_OWNED, name, OURS, bytes, ours);
    plan.add(group::DECODE_OWNED, name, "serde_avro_fast", bytes, fast_owned);
    plan.add(group::DECODE_OWNED, name, "apache-avro, read_deser", bytes, through_serde);
    plan.add(group::DECODE_OWNED, name, "apache-avro, from_avro_datum", bytes, through_value);
    plan.add(group::DECODE_BORROWED, name, OURS, bytes, ours_borrowed);
    plan.add(group::DECODE_BORROWED, name, "serde_avro_fast", bytes, fast_borrowed);
}

/// Formats whose bytes only their own type reads: the bar for what serde allows.
fn schemaless<R: Record>(plan: &mut Plan) {
    let value = R::value();
    let postcarded: &'static [u8] = keep(postcard::to_stdvec(&value).expect("it writes"));
    let owned = move || -> R { postcard::from_bytes(black_box(postcarded)).expect("it reads") };
    let borrowed = move || -> R::Borrowed { postcard::from_bytes(black_box(postcarded)).expect("it reads") };
    assert_eq!(owned(), value);
    assert_eq!(borrowed().into(), value);
    plan.add(group::DECODE_OWNED, R::NAME, "postcard", postcarded.len(), owned);
    plan.add(group::DECODE_BORROWED, R::NAME, "postcard", postcarded.len(), borrowed);

    let mut buffer = vec![0; 2 * postcarded.len()];
    let value = keep(value);
    plan.add(group::ENCODE, R::NAME, "postcard", postcarded.len(), move || {
        postcard::to_slice(black_box(value), &mut buffer).expect("it writes").len()
    });

    // What the owned fields cost with nothing to read: nothing owned is made faster.
    plan.add(group::DECODE_OWNED, R::NAME, "(a clone of the value)", 0, move || black_box(value).clone());
}

fn encode<R: Record>(plan: &mut Plan) {
    let bound = bind::<R>(R::AVRO);
    let value = keep(R::value());
    let payload = payload::<R>();
    let schema = their_schema(R::AVRO);
    let writer = keep(GenericDatumWriter::builder(schema).build().expect("a writer"));
    let fast = keep(R::AVRO.parse::<serde_avro_fast::Schema>().expect("an Avro schema"));
    let mut fast = SerializerConfig::new(fast);

    let ours = move |out: &mut Vec<u8>| bound.encode(black_box(value), out).expect("it writes");
    let mut fast = move |out: &mut Vec<u8>| {
        *out =
            serde_avro_fast::to_datum(black_box(value), std::mem::take(out), &mut fast).expect("it writes");
    };
    let through_serde = move |out: &mut Vec<u8>| {
        writer.write_ser(out, black_box(value)).expect("it writes");
    };
    assert_eq!(written(ours), payload);
    assert_eq!(written(&mut fast), payload);
    assert_eq!(written(through_serde), payload);

    let (name, bytes) = (R::NAME, payload.len());
    plan.add(group::ENCODE, name, OURS, bytes, reusing(bytes, ours));
    plan.add(group::ENCODE, name, "serde_avro_fast", bytes, reusing(bytes, fast));
    plan.add(group::ENCODE, name, "apache-avro, write_ser", bytes, reusing(bytes, through_serde));
    let plain = keep(R::plain());
    // Its map comes in any order, so that the bytes are not compared.
    plan.add(group::ENCODE, name, "apache-avro, to_value, resolve, to_avro_datum", bytes, move || {
        let value = to_value(black_box(plain)).and_then(|it| it.resolve(schema)).expect("it fits");
        to_avro_datum(schema, value).expect("it writes")
    });
}

/// What an encoder appends.
pub fn written(mut encode: impl FnMut(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    encode(&mut out);
    out
}

/// An encoder that finds its buffer empty and large enough.
pub fn reusing(bytes: usize, mut encode: impl FnMut(&mut Vec<u8>)) -> impl FnMut() {
    let mut out = Vec::with_capacity(2 * bytes);
    move || {
        out.clear();
        encode(&mut out);
        black_box(&out);
    }
}
