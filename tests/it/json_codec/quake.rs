//! The story's record: written with v1, read owned, borrowed, dynamic, and as the changed struct of v2.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemawire::codec::json::{BoundJson, ValidatedJson};
use schemawire::codec::{Binding, BoundCodec, Codec, Decode, DecodeErrorKind, Encode, EncodeErrorKind, Json};
use schemawire::schema::Schema;
use schemawire::value::{ValueBuilder, View};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Quake {
    id: String,
    magnitude: Option<String>,
    magnitude_type: String,
    kind: String,
    place: Place,
    time: String,
    updated: String,
    status: Status,
    alert: Option<String>,
    tsunami: bool,
    significance: i32,
    felt: Option<i32>,
    network: String,
    code: String,
    timezone: i32,
    sources: Vec<String>,
    links: BTreeMap<String, String>,
    title: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Place {
    description: String,
    longitude: f64,
    latitude: f64,
    depth: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Automatic,
    Reviewed,
    Deleted,
}

#[derive(Debug, PartialEq, Deserialize)]
struct BorrowedQuake<'a> {
    id: &'a str,
    #[serde(borrow)]
    title: Cow<'a, str>,
    #[serde(borrow)]
    sources: Vec<&'a str>,
}

/// The same record after the change: a renamed field, a wider number, another order, one field more and two fewer.
#[derive(Debug, PartialEq, Deserialize)]
struct QuakeV2 {
    time: String,
    id: String,
    place: Place,
    #[serde(alias = "kind")]
    event_type: String,
    significance: i64,
    status: Status,
    #[serde(default = "one")]
    revision: u32,
}

fn one() -> u32 {
    1
}

fn sample() -> Quake {
    Quake {
        id: "us7000abcd".into(),
        magnitude: Some("4.70".into()),
        magnitude_type: "mb".into(),
        kind: "earthquake".into(),
        place: Place {
            description: "12 km SSW of \"Volcano\", Hawaii".into(),
            longitude: -155.27,
            latitude: 19.33,
            depth: 5.5,
        },
        time: "2026-01-02T03:04:05.678Z".into(),
        updated: "2026-01-02T04:04:05.678Z".into(),
        status: Status::Reviewed,
        alert: None,
        tsunami: false,
        significance: 340,
        felt: Some(12),
        network: "us".into(),
        code: "7000abcd".into(),
        timezone: -600,
        sources: vec!["us".into(), "hv".into()],
        links: BTreeMap::from([("detail".into(), "https://earthquake.usgs.gov/x".into())]),
        title: "M 4.7 - \"Volcano\"".into(),
    }
}

fn schema(version: &str) -> Schema {
    let path = crate::support::file(&format!("schemas/quake/{version}.json"));
    Schema::json(&std::fs::read_to_string(path).expect("a file")).expect("a schema")
}

fn checked() -> BoundJson {
    ValidatedJson.bind(&Binding::new(&schema("v1"))).expect("a bound codec")
}

fn payload() -> Vec<u8> {
    let mut out = Vec::new();
    checked().encode(&sample(), &mut out).expect("a payload");
    out
}

#[test]
fn a_typed_owned_value_reads_back_what_was_written() {
    assert_eq!(Decode::<Quake>::decode(&checked(), &payload()).unwrap(), sample());
}

#[test]
fn a_typed_borrowed_value_lends_text_from_the_payload() {
    let payload = payload();
    let quake: BorrowedQuake<'_> = checked().decode(&payload).unwrap();
    assert_eq!(
        quake,
        BorrowedQuake { id: "us7000abcd", title: "M 4.7 - \"Volcano\"".into(), sources: vec!["us", "hv"] }
    );
    assert!(payload.as_ptr_range().contains(&quake.id.as_ptr()));
    assert!(matches!(quake.title, Cow::Owned(_)), "an escape cannot be lent");
}

#[test]
fn a_dynamic_value_keeps_the_order_of_members_and_lends_text() {
    let payload = payload();
    let value = checked().decode_value(&payload).unwrap();
    let root = value.root();
    assert_eq!(
        root.field("place").and_then(|it| it.field("depth")).map(|it| it.view()),
        Some(View::Double(5.5))
    );
    assert_eq!(root.field("title").and_then(|it| it.as_str()), Some("M 4.7 - \"Volcano\""));
    let id = root.field("id").and_then(|it| it.as_str()).unwrap();
    assert!(payload.as_ptr_range().contains(&id.as_ptr()));

    let mut again = Vec::new();
    checked().encode_value(&value, &mut again).unwrap();
    assert_eq!(again, payload);
}

#[test]
fn nothing_is_allocated_for_borrowed_values_and_for_writing_into_a_used_buffer() {
    #[derive(Serialize, Deserialize)]
    struct Station<'a> {
        id: &'a str,
        network: &'a str,
        depth: f64,
    }
    let codec = super::unchecked();
    let mut out = Vec::with_capacity(100);
    let written = allocation_counter::measure(|| {
        codec.encode(&Station { id: "hv1", network: "hv", depth: 0.5 }, &mut out).unwrap();
    });
    assert_eq!(written.count_total, 0);
    let read = allocation_counter::measure(|| {
        let station: Station<'_> = codec.decode(&out).unwrap();
        assert_eq!((station.id, station.network, station.depth), ("hv1", "hv", 0.5));
    });
    assert_eq!(read.count_total, 0);
}

#[test]
fn a_dynamic_value_takes_a_few_allocations_whatever_its_size() {
    let codec = super::unchecked();
    // Text with escapes has to be copied, into one buffer that grows.
    let one = String::from_utf8(payload()).unwrap().replace("\\\"", "'").into_bytes();
    let many = [b"[".as_slice(), &vec![one.as_slice(); 50].join(&b','), b"]"].concat();
    for bytes in [&one, &many] {
        let read = allocation_counter::measure(|| drop(codec.decode_value(bytes).unwrap()));
        assert!(read.count_total <= 5, "{} allocations", read.count_total);
    }
}

#[test]
fn v1_bytes_are_read_as_the_v2_struct_by_alias_and_default() {
    let (v1, v2) = (schema("v1"), schema("v2"));
    for bound in [
        Json.bind(&Binding::new(&v1).with_reader(&v2)).unwrap(),
        ValidatedJson.bind(&Binding::new(&v1).with_reader(&v2)).unwrap(),
    ] {
        let quake: QuakeV2 = bound.decode(&payload()).unwrap();
        assert_eq!(
            quake,
            QuakeV2 {
                time: "2026-01-02T03:04:05.678Z".into(),
                id: "us7000abcd".into(),
                place: sample().place,
                event_type: "earthquake".into(),
                significance: 340,
                status: Status::Reviewed,
                revision: 1,
            }
        );
    }
}

#[test]
fn a_value_that_breaks_the_writers_schema_is_not_written() {
    let mut out = b"frame".to_vec();
    let mut quake = sample();
    quake.magnitude = Some("four".into());
    let error = checked().encode(&quake, &mut out).unwrap_err();
    assert_eq!((error.kind, error.path.as_str()), (EncodeErrorKind::Value, "magnitude"));
    assert!(error.message.contains("#/properties/magnitude/pattern"), "{error}");
    assert!(!error.message.contains("four"), "the value is not shown: {error}");
    assert_eq!(out, b"frame");
}

#[test]
fn a_payload_that_breaks_the_readers_schema_is_not_read() {
    let reader = Schema::json(
        r#"{"properties": {"place": {"properties": {"depth": {"maximum": 5}}}, "sources": {"items": {"maxLength": 2}}}}"#,
    )
    .unwrap();
    let bound = ValidatedJson.bind(&Binding::new(&schema("v1")).with_reader(&reader)).unwrap();
    let error = bound.decode_value(&payload()).unwrap_err();
    assert_eq!((error.kind, error.path.as_str()), (DecodeErrorKind::Invalid, "place.depth"));
    assert!(error.message.contains("#/properties/place/properties/depth/maximum"), "{error}");
    let typed = Decode::<Quake>::decode(&bound, &payload()).unwrap_err();
    assert_eq!(typed, error);
}

#[test]
fn logical_values_are_written_as_their_text() {
    let timestamp = "2026-01-02T03:04:05.678Z";
    let mut builder = ValueBuilder::new();
    let record = builder.begin_record("Quake");
    builder.name("time").timestamp(timestamp.parse().unwrap());
    builder.name("magnitude").decimal("4.70".parse().unwrap());
    builder.name("raw").bytes(&[0, 255]);
    builder.end(record);
    let mut out = Vec::new();
    super::unchecked().encode_value(&builder.finish(), &mut out).unwrap();
    let text = format!(r#"{{"time":"{timestamp}","magnitude":"4.70","raw":"AP8="}}"#);
    assert_eq!(String::from_utf8(out).unwrap(), text);
}

#[test]
fn without_validation_the_schema_is_not_looked_at() {
    let bound = Json.bind(&Binding::new(&schema("v1"))).unwrap();
    let mut out = Vec::new();
    bound.encode("not a quake", &mut out).unwrap();
    assert_eq!(out, b"\"not a quake\"");
}

#[test]
fn a_schema_of_another_format_is_refused() {
    let avro = Schema::custom("OTHER", "", std::sync::Arc::new(Other), Vec::new());
    for error in
        [Json.bind(&Binding::new(&avro)).unwrap_err(), ValidatedJson.bind(&Binding::new(&avro)).unwrap_err()]
    {
        assert!(error.to_string().contains("OTHER"), "{error}");
    }
}

#[derive(Debug)]
struct Other;

impl schemawire::schema::CustomModel for Other {
    fn canonical(&self) -> String {
        String::new()
    }
}
