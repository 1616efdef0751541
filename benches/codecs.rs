//! Every codec, typed and dynamic, encoding and decoding, on a quake, a small, a medium and a large record.
//!
//! `cargo bench --all-features --bench codecs`, or a part of it: `cargo bench --all-features --bench codecs -- decode/small/avro`.
//! Names are `encode|decode/record/format/typed|dynamic`. Encoding is into a buffer that is used again; decoding counts dropping the value.

mod data;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use schemawire::codec::{Avro, Bincode, Binding, BoundCodec, Codec, Decode, Encode, Json, Message, Protobuf};
use schemawire::schema::Schema;
use schemawire::schema::bincode::trace;
use serde::{Deserialize, Serialize};

use data::quake::{full, v1};
use data::{Large, Medium, Small, large, medium, proto, small};

const BENCH_PROTO: &str = include_str!("../schemas/bench/bench.proto");

/// One record in one format: checked first, then measured four ways.
fn measure<C, T>(criterion: &mut Criterion, codec: &C, binding: &Binding<'_>, record: &str, value: &T)
where
    C: Codec,
    C::Bound: Encode<T> + for<'de> Decode<'de, T>,
    T: PartialEq,
{
    let bound = codec.bind(binding).expect("the schema binds");
    let format = codec.format().as_str().to_ascii_lowercase();
    let mut payload = Vec::new();
    bound.encode(value, &mut payload).expect("the value fits the schema");
    assert!(
        bound.decode(&payload).expect("what was written is read") == *value,
        "{format}/{record} came back changed"
    );
    let dynamic = bound.decode_value(&payload).expect("what was written is read");

    let mut out = Vec::with_capacity(2 * payload.len());
    let mut group = criterion.benchmark_group(format!("encode/{record}"));
    group.throughput(Throughput::Bytes(payload.len() as u64));
    group.bench_function(BenchmarkId::new(&format, "typed"), |bencher| {
        bencher.iter(|| {
            out.clear();
            bound.encode(black_box(value), &mut out)
        });
    });
    group.bench_function(BenchmarkId::new(&format, "dynamic"), |bencher| {
        bencher.iter(|| {
            out.clear();
            bound.encode_value(black_box(&dynamic), &mut out)
        });
    });
    group.finish();

    let mut group = criterion.benchmark_group(format!("decode/{record}"));
    group.throughput(Throughput::Bytes(payload.len() as u64));
    group.bench_function(BenchmarkId::new(&format, "typed"), |bencher| {
        bencher.iter(|| Decode::<T>::decode(&bound, black_box(&payload)));
    });
    group.bench_function(BenchmarkId::new(&format, "dynamic"), |bencher| {
        bencher.iter(|| bound.decode_value(black_box(&payload)));
    });
    group.finish();
}

/// One record in the formats that go through serde.
fn through_serde<T>(criterion: &mut Criterion, record: &str, avro: &str, value: &T)
where
    T: Serialize + for<'de> Deserialize<'de> + PartialEq,
{
    let schema = Schema::avro(avro).expect("an Avro schema");
    measure(criterion, &Avro, &Binding::new(&schema), record, value);
    // Nothing is validated, so any schema does.
    let schema = Schema::json("{}").expect("a JSON Schema");
    measure(criterion, &Json, &Binding::new(&schema), record, value);
    let schema = trace::<T>().expect("a type with a layout");
    measure(criterion, &Bincode, &Binding::new(&schema), record, value);
}

/// The dynamic half has to be told which message a payload is.
fn message<'s>(schema: &'s Schema, name: &'s str) -> Binding<'s> {
    Binding::new(schema).with_message(Message::Name(name))
}

fn quake(criterion: &mut Criterion) {
    through_serde::<v1::Quake>(criterion, "quake", include_str!("../schemas/quake/v1.avsc"), &full());
    let schema = Schema::protobuf(include_str!("../schemas/quake/v1.proto")).expect("a Protobuf schema");
    measure(
        criterion,
        &Protobuf,
        &message(&schema, "schemawire.quake.Quake"),
        "quake",
        &proto::Quake::from(full()),
    );
}

fn orders(criterion: &mut Criterion) {
    let schema = Schema::protobuf(BENCH_PROTO).expect("a Protobuf schema");
    through_serde::<Small>(criterion, "small", include_str!("../schemas/bench/small.avsc"), &small());
    measure(
        criterion,
        &Protobuf,
        &message(&schema, "schemawire.bench.Small"),
        "small",
        &proto::Small::from(small()),
    );
    through_serde::<Medium>(criterion, "medium", include_str!("../schemas/bench/medium.avsc"), &medium());
    measure(
        criterion,
        &Protobuf,
        &message(&schema, "schemawire.bench.Medium"),
        "medium",
        &proto::Medium::from(medium()),
    );
    through_serde::<Large>(criterion, "large", include_str!("../schemas/bench/large.avsc"), &large());
    measure(
        criterion,
        &Protobuf,
        &message(&schema, "schemawire.bench.Large"),
        "large",
        &proto::Large::from(large()),
    );
}

criterion_group!(benches, quake, orders);
criterion_main!(benches);
