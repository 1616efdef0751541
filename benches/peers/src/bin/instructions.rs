//! The cases of the instruction gate, for callgrind: `scripts/instructions.sh` runs it and counts what `measured` takes.
//!
//! Prints a line for each run: the case and its messages. A case is run twice, so that what is not a message's own falls out of
//! the difference.

#[path = "../frames.rs"]
mod frames;
#[path = "../../../payloads/mod.rs"]
mod payloads;

use std::hint::black_box;

use pollster::block_on;
use prost::Name;
use schemawire::codec::json::ValidatedJson;
use schemawire::codec::{Avro, Bincode, Binding, BoundCodec, Codec, Decode, Encode, Json, Message, Protobuf};
use schemawire::record::Headers;
use schemawire::registry::EmbeddedRegistry;
use schemawire::schema::Schema;
use schemawire::schema::bincode::trace;
use schemawire::serdes::Serdes;
use serde::de::{Deserialize, DeserializeOwned};
use serde::ser::Serialize;

use payloads::{borrowed, large, medium, proto, schemas, small, v2};

/// The messages of a case's two runs.
const RUNS: [u64; 2] = [10, 50];

/// What callgrind counts; never inlined, so that it is there to be found.
#[inline(never)]
fn measured(run: &mut dyn FnMut(u64), messages: u64) {
    run(messages);
    // Something to return for, or the call would become a jump out of here, behind which callgrind loses sight of it.
    black_box(&messages);
}

fn case<T>(name: &str, mut action: impl FnMut() -> T) {
    let mut run = |messages| {
        for _ in 0..messages {
            drop(black_box(action()));
        }
    };
    // Binds types, fills caches, lets buffers grow.
    run(20);
    for messages in RUNS {
        measured(&mut run, messages);
        println!("{name}\t{messages}");
    }
}

/// The same for a codec, both ways, typed and dynamic.
fn codec<C, T>(name: &str, codec: &C, binding: &Binding<'_>, value: &T)
where
    C: Codec,
    C::Bound: Encode<T> + for<'de> Decode<'de, T>,
{
    let bound = codec.bind(binding).expect("it binds");
    let mut out = Vec::new();
    bound.encode(value, &mut out).expect("it writes");
    let payload = out.clone();
    case(&format!("{name} encode"), || {
        out.clear();
        bound.encode(black_box(value), &mut out).expect("it writes");
    });
    case(&format!("{name} decode"), || -> T { bound.decode(black_box(&payload)).expect("it reads") });
    let dynamic = bound.decode_value(&payload).expect("it reads");
    case(&format!("{name} encode dynamic"), || {
        out.clear();
        bound.encode_value(black_box(&dynamic), &mut out).expect("it writes");
    });
    case(&format!("{name} decode dynamic"), || bound.decode_value(black_box(&payload)).expect("it reads"));
}

/// Avro's ways to read: lending, and as v2.
fn avro<'p, Borrowed, Later, LaterBorrowed>(name: &str, texts: [&str; 2], payload: &'p [u8])
where
    Borrowed: Deserialize<'p>,
    Later: DeserializeOwned,
    LaterBorrowed: Deserialize<'p>,
{
    let [v1, v2] = texts.map(|it| Schema::avro(it).expect("an Avro schema"));
    let same = Avro.bind(&Binding::new(&v1)).expect("it binds");
    let later = Avro.bind(&Binding::new(&v1).with_reader(&v2)).expect("they bind");
    case(&format!("{name} avro decode borrowed"), || -> Borrowed {
        same.decode(black_box(payload)).expect("it reads")
    });
    case(&format!("{name} avro decode v1 as v2"), || -> Later {
        later.decode(black_box(payload)).expect("it reads")
    });
    case(&format!("{name} avro decode v1 as v2 borrowed"), || -> LaterBorrowed {
        later.decode(black_box(payload)).expect("it reads")
    });
}

/// A record in all formats.
fn record<T, P>(name: &str, avro: &str, json: &str, value: &T, message: &P) -> Vec<u8>
where
    T: Serialize + DeserializeOwned,
    P: prost::Message + Name + Default + 'static,
{
    let schema = Schema::avro(avro).expect("an Avro schema");
    codec(&format!("{name} avro"), &Avro, &Binding::new(&schema), value);
    let mut payload = Vec::new();
    Avro.bind(&Binding::new(&schema)).expect("it binds").encode(value, &mut payload).expect("it writes");
    let schema = Schema::json(json).expect("a JSON Schema");
    codec(&format!("{name} json"), &Json, &Binding::new(&schema), value);
    codec(&format!("{name} json validated"), &ValidatedJson, &Binding::new(&schema), value);
    let schema = trace::<T>().expect("a type with a layout");
    codec(&format!("{name} bincode"), &Bincode, &Binding::new(&schema), value);
    let schema = Schema::protobuf(schemas::PROTO).expect("a Protobuf schema");
    let full_name = P::full_name();
    let binding = Binding::new(&schema).with_message(Message::Name(&full_name));
    codec(&format!("{name} protobuf"), &Protobuf, &binding, message);
    payload
}

/// Frame and lookup alone, and the full path.
fn serdes() {
    let (reader, messages) = frames::of_64_schemas();
    let mut at = 0;
    case("frame and lookup, random ids", || {
        at = (at + 1) % frames::MESSAGES;
        reader.deserialize::<usize>(black_box(&messages[at])).expect("it reads")
    });
    case("frame and lookup, the same id", || {
        reader.deserialize::<usize>(black_box(&messages[0])).expect("it reads")
    });

    let serdes = Serdes::new(block_on(EmbeddedRegistry::in_memory()).expect("a registry"));
    let schema = Schema::avro(schemas::SMALL).expect("an Avro schema");
    let later = Schema::avro(schemas::SMALL_V2).expect("an Avro schema");
    let writer = serdes.writer(Avro, "small-value", &schema);
    block_on(writer.prepare()).expect("it registers");
    let (mut headers, mut out) = (Headers::new(), Vec::new());
    let value = small();
    case("small serialize", || {
        out.clear();
        writer.serialize_into(black_box(&value), &mut headers, &mut out).expect("it writes");
    });
    let message = out.clone();
    let reader = serdes.reader(Avro, &later);
    case("small deserialize v1 as v2 borrowed", || -> v2::borrowed::Small<'_> {
        reader.deserialize(black_box(&message)).expect("it reads")
    });
}

fn main() {
    let value = small();
    let message = proto::Small::from(small());
    let payload = record("small", schemas::SMALL, schemas::SMALL_JSON, &value, &message);
    let texts = [schemas::SMALL, schemas::SMALL_V2];
    avro::<borrowed::Small<'_>, v2::Small, v2::borrowed::Small<'_>>("small", texts, &payload);

    let value = medium();
    let message = proto::Medium::from(medium());
    let payload = record("medium", schemas::MEDIUM, schemas::MEDIUM_JSON, &value, &message);
    let texts = [schemas::MEDIUM, schemas::MEDIUM_V2];
    avro::<borrowed::Medium<'_>, v2::Medium, v2::borrowed::Medium<'_>>("medium", texts, &payload);

    let value = large();
    let message = proto::Large::from(large());
    let payload = record("large", schemas::LARGE, schemas::LARGE_JSON, &value, &message);
    let texts = [schemas::LARGE, schemas::LARGE_V2];
    avro::<borrowed::Large<'_>, v2::Large, v2::borrowed::Large<'_>>("large", texts, &payload);

    serdes();
}
