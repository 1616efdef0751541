//! Every decoder of this build against bad bytes: a value or an error with a place, never a panic, never more memory than its budget.
//!
//! Which attacks each format has of its own is tested with its codec; here stands what holds for all of them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use schemawire::class::Class;
use schemawire::codec::{Binding, BoundCodec, Codec, Codecs, Decode, DecodeError, Message};
use schemawire::limits::Limits;
use schemawire::schema::{Format, Mode, Schema, SchemaError};
use schemawire::value::{Decimal, Timestamp, Value, ValueBuilder};
use serde::Deserialize;

/// The decoders of the story's record in one format, and a payload that they read.
struct Case {
    format: Format,
    bound: Arc<dyn BoundCodec>,
    /// The typed half, where serde has it.
    typed: Option<Typed>,
    payload: Vec<u8>,
}

type Typed = Box<dyn Fn(&[u8]) -> Result<(), DecodeError> + Send + Sync>;

/// As much of the record as it takes to read it, owned and borrowed.
#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "what matters is that it is read")]
struct Quake<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    magnitude: Option<Decimal>,
    place: Place,
    time: Timestamp,
    status: Status,
    felt: Option<i32>,
    rms: Option<f64>,
    timezone: i32,
    sources: Vec<String>,
    links: HashMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "what matters is that it is read")]
struct Place {
    description: String,
    longitude: f64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Automatic,
    Reviewed,
    Deleted,
}

fn typed<C: Codec>(codec: &C, schema: &Schema) -> Option<Typed>
where
    C::Bound: for<'de> Decode<'de, Quake<'de>>,
{
    let bound = codec.bind(&Binding::new(schema).with_limits(LIMITS)).expect("a bound codec");
    Some(Box::new(move |bytes| bound.decode(bytes).map(drop)))
}

/// Small enough that a decoder which forgets them is caught.
const LIMITS: Limits = Limits::DEFAULT.with_bytes(1 << 16).with_elements(1000).with_depth(16);

/// One case for every format that this build has.
static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| Codecs::default().formats().map(case).collect());

fn case(format: Format) -> Case {
    let schema = Schema::parse(format, &schema_text(format), Vec::new(), Mode::Strict).expect("a schema");
    let bound = bind(&schema).expect("a bound codec");
    let typed = match format {
        #[cfg(feature = "avro")]
        Format::Avro => typed(&schemawire::codec::Avro, &schema),
        #[cfg(feature = "json")]
        Format::Json => typed(&schemawire::codec::Json, &schema),
        #[cfg(feature = "bincode")]
        Format::Bincode => typed(&schemawire::codec::Bincode, &schema),
        _ => None,
    };
    let mut payload = Vec::new();
    bound.encode_value(&quake(format), &mut payload).expect("a payload");
    Case { format, bound, typed, payload }
}

fn schema_text(format: Format) -> String {
    let file = match format {
        Format::Avro => "v1.avsc",
        Format::Protobuf => "v1.proto",
        Format::Json => "v1.json",
        Format::Bincode => "v1.bincode.json",
        Format::Custom(name) => panic!("{name} is no format of this build"),
    };
    let path = crate::support::file(&format!("schemas/quake/{file}"));
    std::fs::read_to_string(path).expect("a file of the project")
}

fn bind(schema: &Schema) -> Result<Arc<dyn BoundCodec>, SchemaError> {
    let binding = Binding::new(schema).with_limits(LIMITS);
    let binding = match schema.format() {
        Format::Protobuf => binding.with_message(Message::Name("schemawire.quake.Quake")),
        _ => binding,
    };
    Codecs::default().codec(schema.format())?.bind_dyn(&binding)
}

fn quake(format: Format) -> Value<'static> {
    let mut out = ValueBuilder::new();
    let quake = out.begin_record("Quake");
    out.name("id").text("us7000abcd");
    match format {
        // Protobuf has no decimals; the story writes text.
        Format::Protobuf => out.name("magnitude").text("4.70"),
        _ => out.name("magnitude").decimal("4.70".parse().expect("a decimal")),
    };
    out.name("magnitude_type").text("mb");
    out.name("kind").text("earthquake");
    out.name("place");
    let place = out.begin_record("Place");
    out.name("description").text("12 km SSW of Volcano, Hawaii");
    out.name("longitude").double(-155.27);
    out.name("latitude").double(19.33);
    out.name("depth").double(5.5);
    out.end(place);
    for name in ["time", "updated"] {
        out.name(name).timestamp("2026-01-02T03:04:05.678Z".parse().expect("a moment"));
    }
    let status = if format == Format::Protobuf { (2, "STATUS_REVIEWED") } else { (1, "reviewed") };
    out.name("status").symbol(status.0, status.1);
    out.name("alert").null();
    out.name("tsunami").bool(false);
    out.name("significance").int(340);
    out.name("felt").int(12);
    for name in ["cdi", "mmi", "stations", "gap", "dmin"] {
        out.name(name).null();
    }
    out.name("rms").double(0.25);
    out.name("network").text("us");
    out.name("code").text("7000abcd");
    out.name("timezone").int(-600);
    for name in ["sources", "products"] {
        out.name(name);
        let list = out.begin_array();
        out.text("us").text("hv");
        out.end(list);
    }
    out.name("links");
    let links = out.begin_map();
    out.text("detail").text("https://earthquake.usgs.gov/detail");
    out.end(links);
    out.name("title").text("M 4.7 - 12 km SSW of Volcano, Hawaii");
    out.end(quake);
    out.finish()
}

impl Case {
    /// Decodes in every way, and checks what has to hold whatever the bytes are; answers what the dynamic half says.
    fn decode(&self, bytes: &[u8]) -> Result<(), DecodeError> {
        if let Some(typed) = &self.typed {
            let _ = self.hold(bytes, typed);
        }
        self.hold(bytes, &|bytes| self.bound.decode_value(bytes).map(drop))
    }

    fn hold(
        &self,
        bytes: &[u8],
        decode: &dyn Fn(&[u8]) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let mut decoded = Ok(());
        let memory = allocation_counter::measure(|| decoded = decode(bytes));
        // A list that grows is there twice for a moment; an error has its sentence.
        let budget = 2 * (LIMITS.bytes + bytes.len()) as u64 + 4096;
        assert!(memory.bytes_max <= budget, "{}: {} bytes for {bytes:02x?}", self.format, memory.bytes_max);
        if let Err(error) = &decoded {
            assert_eq!(error.class(), Class::BadData);
            assert!(!error.message.is_empty());
            assert!(
                error.offset.is_none_or(|it| it <= bytes.len()),
                "{}: {error} of {}",
                self.format,
                bytes.len()
            );
        }
        decoded
    }
}

#[test]
fn the_payload_that_all_this_starts_from_is_read() {
    for case in CASES.iter() {
        let value = case.bound.decode_value(&case.payload).unwrap();
        assert_eq!(
            value.root().field("title").and_then(|it| it.as_str()),
            Some("M 4.7 - 12 km SSW of Volcano, Hawaii")
        );
        assert_eq!(case.decode(&case.payload), Ok(()), "{}", case.format);
        if let Some(typed) = &case.typed {
            assert_eq!(typed(&case.payload), Ok(()), "{}", case.format);
        }
    }
}

#[test]
fn an_empty_payload_is_an_error_where_empty_means_nothing() {
    for case in CASES.iter() {
        // A Protobuf message without fields has no bytes.
        assert_eq!(case.decode(&[]).is_ok(), case.format == Format::Protobuf, "{}", case.format);
    }
}

#[test]
fn every_cut_payload_is_an_error() {
    for case in CASES.iter() {
        let mut whole = 0;
        for end in 0..case.payload.len() {
            whole += usize::from(case.decode(&case.payload[..end]).is_ok());
        }
        // A Protobuf message that ends between two fields is whole: it has 25 places to end at, at most.
        let allowed = if case.format == Format::Protobuf { 25 } else { 0 };
        assert!(whole <= allowed, "{}: {whole} cut payloads were read", case.format);
    }
}

#[test]
fn a_byte_behind_the_payload_is_an_error() {
    for case in CASES.iter() {
        for extra in [&[0][..], &[0xff], &[0; 100]] {
            let bytes = [&case.payload, extra].concat();
            assert!(case.decode(&bytes).is_err(), "{}: {extra:02x?}", case.format);
        }
    }
}

#[test]
fn every_flipped_bit_gives_a_value_or_an_error() {
    for case in CASES.iter() {
        let mut bytes = case.payload.clone();
        for index in 0..bytes.len() {
            for bit in 0..8 {
                bytes[index] ^= 1 << bit;
                let _ = case.decode(&bytes);
                bytes[index] ^= 1 << bit;
            }
        }
        assert_eq!(bytes, case.payload);
    }
}

#[test]
fn a_payload_longer_than_the_limit_is_an_error() {
    for case in CASES.iter() {
        let bytes = vec![b' '; LIMITS.bytes + 1];
        assert!(case.decode(&bytes).is_err(), "{}", case.format);
    }
}

/// Bytes that mean much in one format or another: lengths, markers, brackets.
fn meaningful() -> impl Strategy<Value = u8> {
    prop_oneof![
        any::<u8>(),
        prop::sample::select(
            &[0, 1, 2, 0x7f, 0x80, 0xfb, 0xfc, 0xfd, 0xfe, 0xff, b'[', b'{', b'"', b'\\', b','][..]
        ),
    ]
}

proptest! {
    #[test]
    fn random_bytes_give_a_value_or_an_error(bytes in prop::collection::vec(meaningful(), 0..300)) {
        for case in CASES.iter() {
            let _ = case.decode(&bytes);
        }
    }

    #[test]
    fn a_payload_with_random_bytes_in_it_gives_a_value_or_an_error(
        at in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(meaningful(), 1..20),
    ) {
        for case in CASES.iter() {
            let (before, after) = case.payload.split_at(at.index(case.payload.len()));
            let _ = case.decode(&[before, &bytes, after].concat());
            let _ = case.decode(&[before, &bytes, after.get(bytes.len()..).unwrap_or_default()].concat());
        }
    }

    #[test]
    fn a_damaged_schema_text_gives_a_schema_or_an_error(
        at in any::<prop::sample::Index>(),
        cut in 0_usize..30,
        text in prop::sample::select(&["", "{", "}", "[", "\"", ",", "null", "-1", "99999999999", "\\u0000", "é", "/*", "int"][..]),
    ) {
        for format in Codecs::default().formats() {
            let mut damaged: Vec<char> = schema_text(format).chars().collect();
            let start = at.index(damaged.len());
            let end = (start + cut).min(damaged.len());
            damaged.splice(start..end, text.chars());
            let damaged: String = damaged.into_iter().collect();
            for mode in [Mode::Strict, Mode::Lenient] {
                match Schema::parse(format, &damaged, Vec::new(), mode) {
                    Ok(schema) => {
                        let canonical = schema.canonical();
                        let again = Schema::parse(format, &canonical, Vec::new(), mode);
                        let again = again.map_err(|error| TestCaseError::fail(format!("{error}\n{canonical}")))?;
                        prop_assert_eq!(again.canonical(), canonical);
                        if let Ok(bound) = bind(&schema) {
                            let _ = bound.decode_value(b"{}");
                        }
                    }
                    Err(error) => prop_assert!(!error.to_string().is_empty()),
                }
            }
        }
    }
}
