//! Encode and decode of `Message` through schemawire.
//!
//! The messages of `messages.jsonl` take turns, so a figure is the time of one message, the mean of
//! them all. Encoding writes into a buffer that is used again; decoding counts dropping the value.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use schemawire::codec::{Avro, Binding, BoundCodec, Codec, Decode, Encode};
use schemawire::schema::{Format, Mode, Schema, SchemaSet};
use schemawire::value::from_json;

use messages_bench::Message;

fn messages(criterion: &mut Criterion) {
    let schema = schema();
    let binding = Binding::new(&schema);
    let bound = Avro.bind(&binding).expect("the schema binds");
    let payloads = payloads(&bound);
    let messages: Vec<Message> = (1..).zip(&payloads).map(|it| message(&bound, it)).collect();
    let bytes = payloads.iter().map(Vec::len).sum::<usize>() / payloads.len();

    let mut group = criterion.benchmark_group("avro");
    group.throughput(Throughput::Bytes(bytes as u64));
    let mut turns = messages.iter().cycle();
    let mut out = Vec::new();
    group.bench_function("encode", |bencher| {
        bencher.iter(|| {
            out.clear();
            let message = turns.next().expect("a message");
            bound.encode(black_box(message), &mut out)
        });
    });
    let mut turns = payloads.iter().cycle();
    group.bench_function("decode", |bencher| {
        bencher.iter(|| {
            let payload = turns.next().expect("a payload");
            Decode::<Message>::decode(&bound, black_box(payload))
        });
    });
    group.finish();
}

fn schema() -> Schema {
    let texts = [
        ("message.avsc", include_str!("../schema/message.avsc")),
        ("acme.Money", include_str!("../schema/reference-1.avsc")),
    ];
    let mut schemas = SchemaSet::new();
    for (name, text) in texts {
        schemas.add(name, Format::Avro, text);
    }
    let schema = schemas.link("message.avsc", Mode::Strict);
    schema.expect("schemas that link")
}

/// The payloads of the lines, which are written by the schema alone.
fn payloads(bound: &impl BoundCodec) -> Vec<Vec<u8>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/messages.jsonl");
    let lines = std::fs::read_to_string(path).expect("messages.jsonl is there");
    let payload = |(line, number): (&str, usize)| {
        let value = from_json(line).unwrap_or_else(|it| panic!("line {number} is no JSON: {it}"));
        let mut payload = Vec::new();
        match bound.encode_value(&value, &mut payload) {
            Ok(()) => payload,
            Err(error) => panic!("line {number} does not fit the schema: {error}"),
        }
    };
    let payloads: Vec<Vec<u8>> = lines.lines().zip(1..).map(payload).collect();
    assert!(!payloads.is_empty(), "messages.jsonl is empty");
    payloads
}

/// A payload as the Rust type, which has to come back from what is written of it.
fn message<B>(bound: &B, (number, payload): (usize, &Vec<u8>)) -> Message
where
    B: Encode<Message> + for<'de> Decode<'de, Message>,
{
    let read = |payload: &[u8]| -> Message {
        let message = bound.decode(payload);
        message.unwrap_or_else(|it| panic!("message {number} is not read as the Rust type: {it}"))
    };
    let write = |message: &Message| {
        let mut out = Vec::new();
        match bound.encode(message, &mut out) {
            Ok(()) => out,
            Err(error) => panic!("message {number} is not written: {error}"),
        }
    };
    let message = read(payload);
    let written = write(&message);
    let same = write(&read(&written)) == written;
    assert!(same, "message {number} comes back as another");
    message
}

criterion_group!(benches, messages);
criterion_main!(benches);
