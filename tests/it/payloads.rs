//! The records of the benches are what the benches say: their sizes, their allocations, and equal to what apache-avro makes of them.

#[path = "../../benches/payloads/mod.rs"]
#[expect(dead_code, reason = "the benches' records in other formats are measured, not tested here")]
mod bench;

use apache_avro::from_value;
use apache_avro::reader::datum::GenericDatumReader;
use apache_avro::writer::datum::GenericDatumWriter;
use schemawire::codec::avro::BoundAvro;
use schemawire::codec::{Avro, Binding, Codec, Decode, Encode};
use schemawire::schema::Schema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use bench::{borrowed, large, medium, owned, schemas, small, v2};

/// apache-avro's bytes of a value, which it writes by the schema and through serde.
fn theirs<T: Serialize>(schema: &str, value: &T) -> Vec<u8> {
    let schema = apache_avro::Schema::parse_str(schema).unwrap();
    let mut out = Vec::new();
    GenericDatumWriter::builder(&schema).build().unwrap().write_ser(&mut out, value).unwrap();
    out
}

/// What apache-avro sees in those bytes as a later reader.
fn their_reading<T: DeserializeOwned>(writer: &str, reader: &str, mut payload: &[u8]) -> T {
    let [writer, reader] = [writer, reader].map(|it| apache_avro::Schema::parse_str(it).unwrap());
    let value = GenericDatumReader::builder(&writer).reader_schema(&reader).build().unwrap();
    from_value(&value.read_value(&mut payload).unwrap()).unwrap()
}

fn bind(writer: &str, reader: &str) -> BoundAvro {
    let [writer, reader] = [writer, reader].map(|it| Schema::avro(it).unwrap());
    Avro.bind(&Binding::new(&writer).with_reader(&reader)).unwrap()
}

/// What an action gives, and how often this thread allocated in it.
fn count<T>(action: impl FnOnce() -> T) -> (T, u64) {
    let mut result = None;
    let info = allocation_counter::measure(|| result = Some(action()));
    (result.unwrap(), info.count_total)
}

/// What was read, and the allocations of a second reading: the first one may bind the type.
fn read<'de, T: serde::Deserialize<'de>>(codec: &BoundAvro, payload: &'de [u8]) -> (T, u64) {
    let _: T = codec.decode(payload).unwrap();
    count(|| codec.decode(payload).unwrap())
}

/// One record: its bytes are apache-avro's and as many as stated, and so are the allocations that each reader takes.
macro_rules! record {
    ($test:ident, $type:ident, $value:ident, $v1:ident, $v2:ident, $length:literal bytes, owned $owned:literal, borrowed $borrowed:literal) => {
        #[test]
        fn $test() {
            let value = $value();
            let same = bind(schemas::$v1, schemas::$v1);
            let resolving = bind(schemas::$v1, schemas::$v2);
            let mut payload = Vec::new();
            same.encode(&value, &mut payload).unwrap();
            assert_eq!(payload.len(), $length);
            assert!(payload == theirs(schemas::$v1, &value), "apache-avro writes other bytes");

            let (again, allocations) = count(|| {
                payload.clear();
                same.encode(&value, &mut payload)
            });
            assert_eq!((again, allocations), (Ok(()), 0), "into a buffer that is used again");

            let (it, allocations) = read::<owned::$type>(&same, &payload);
            assert!(it == value);
            assert_eq!(allocations, $owned, "owned");
            let (it, allocations) = read::<borrowed::$type<'_>>(&same, &payload);
            assert!(owned::$type::from(it) == value);
            assert_eq!(allocations, $borrowed, "borrowed");

            let later = v2::$type::from(value);
            assert!(their_reading::<v2::$type>(schemas::$v1, schemas::$v2, &payload) == later);
            let (it, allocations) = read::<v2::$type>(&resolving, &payload);
            assert!(it == later);
            assert_eq!(allocations, $owned + 1, "owned as v2, with the default's text");
            let (it, allocations) = read::<v2::borrowed::$type<'_>>(&resolving, &payload);
            assert!(v2::$type::from(it) == later);
            assert_eq!(allocations, $borrowed, "borrowed as v2");
        }
    };
}

record!(small_is_98_bytes, Small, small, SMALL, SMALL_V2, 98 bytes, owned 3, borrowed 0);
record!(medium_is_1812_bytes, Medium, medium, MEDIUM, MEDIUM_V2, 1_812 bytes, owned 63, borrowed 2);
record!(large_is_62435_bytes, Large, large, LARGE, LARGE_V2, 62_435 bytes, owned 1_005, borrowed 4);
