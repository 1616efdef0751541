//! Every codec, typed and dynamic, encoding and decoding, on a small, a medium and a large record.
//!
//! `cargo bench --all-features --bench codecs`, or a part of it: `cargo bench --all-features --bench codecs -- decode/small/avro`.
//! Names are `encode|decode/record/format/typed|dynamic`. Encoding is into a buffer that is used again; decoding counts dropping the
//! value. How it compares with other crates is measured by `benches/peers`.

#[expect(dead_code, reason = "borrowed and later readers are measured elsewhere")]
mod payloads;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use schemawire::codec::json::ValidatedJson;
use schemawire::codec::{Avro, Bincode, Binding, BoundCodec, Codec, Decode, Encode, Json, Message, Protobuf};
use schemawire::schema::Schema;
use schemawire::schema::bincode::trace;
use serde::{Deserialize, Serialize};

use payloads::owned::{Large, Medium, Small};
use payloads::{large, medium, proto, schemas, small};

/// One record in one format: checked first, then measured four ways.
fn measure<C, T>(
    criterion: &mut Criterion,
    codec: &C,
    format: &str,
    binding: &Binding<'_>,
    record: &str,
    value: &T,
) where
    C: Codec,
    C::Bound: Encode<T> + for<'de> Decode<'de, T>,
    T: PartialEq,
{
    let bound = codec.bind(binding).expect("the schema binds");
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
    group.bench_function(BenchmarkId::new(format, "typed"), |bencher| {
        bencher.iter(|| {
            out.clear();
            bound.encode(black_box(value), &mut out)
        });
    });
    group.bench_function(BenchmarkId::new(format, "dynamic"), |bencher| {
        bencher.iter(|| {
            out.clear();
            bound.encode_value(black_box(&dynamic), &mut out)
        });
    });
    group.finish();

    let mut group = criterion.benchmark_group(format!("decode/{record}"));
    group.throughput(Throughput::Bytes(payload.len() as u64));
    group.bench_function(BenchmarkId::new(format, "typed"), |bencher| {
        bencher.iter(|| Decode::<T>::decode(&bound, black_box(&payload)));
    });
    group.bench_function(BenchmarkId::new(format, "dynamic"), |bencher| {
        bencher.iter(|| bound.decode_value(black_box(&payload)));
    });
    group.finish();
}

/// One record in all formats.
fn record<T, P>(criterion: &mut Criterion, name: &str, avro: &str, json: &str, value: &T, message: &P)
where
    T: Serialize + for<'de> Deserialize<'de> + PartialEq,
    P: prost::Message + prost::Name + Default + PartialEq + 'static,
{
    let schema = Schema::avro(avro).expect("an Avro schema");
    measure(criterion, &Avro, "avro", &Binding::new(&schema), name, value);
    let schema = Schema::json(json).expect("a JSON Schema");
    measure(criterion, &Json, "json", &Binding::new(&schema), name, value);
    measure(criterion, &ValidatedJson, "json-validated", &Binding::new(&schema), name, value);
    let schema = trace::<T>().expect("a type with a layout");
    measure(criterion, &Bincode, "bincode", &Binding::new(&schema), name, value);
    // The dynamic half has to be told which message a payload is.
    let schema = Schema::protobuf(schemas::PROTO).expect("a Protobuf schema");
    let full_name = P::full_name();
    let binding = Binding::new(&schema).with_message(Message::Name(&full_name));
    measure(criterion, &Protobuf, "protobuf", &binding, name, message);
}

fn records(criterion: &mut Criterion) {
    let (it, message) = (small(), proto::Small::from(small()));
    record::<Small, _>(criterion, "small", schemas::SMALL, schemas::SMALL_JSON, &it, &message);
    let (it, message) = (medium(), proto::Medium::from(medium()));
    record::<Medium, _>(criterion, "medium", schemas::MEDIUM, schemas::MEDIUM_JSON, &it, &message);
    let (it, message) = (large(), proto::Large::from(large()));
    record::<Large, _>(criterion, "large", schemas::LARGE, schemas::LARGE_JSON, &it, &message);
}

criterion_group!(benches, records);
criterion_main!(benches);
