//! The quake story: v1 written, v2 read, typed and dynamic.

use std::collections::HashMap;

use prost::Message as _;
use schemawire::codec::{Binding, BoundCodec, Codec, Decode, Encode, Protobuf};
use schemawire::schema::Schema;
use schemawire::value::{Timestamp, View, from_json};

use crate::support::file;

/// `schemas/quake/v1.proto`.
mod v1 {
    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Quake {
        #[prost(string, tag = "1")]
        pub(super) id: String,
        #[prost(string, optional, tag = "2")]
        pub(super) magnitude: Option<String>,
        #[prost(string, tag = "3")]
        pub(super) magnitude_type: String,
        #[prost(string, tag = "4")]
        pub(super) kind: String,
        #[prost(message, optional, tag = "5")]
        pub(super) place: Option<super::Place>,
        #[prost(message, optional, tag = "6")]
        pub(super) time: Option<prost_types::Timestamp>,
        #[prost(message, optional, tag = "7")]
        pub(super) updated: Option<prost_types::Timestamp>,
        #[prost(enumeration = "super::Status", tag = "8")]
        pub(super) status: i32,
        #[prost(enumeration = "super::Alert", optional, tag = "9")]
        pub(super) alert: Option<i32>,
        #[prost(bool, tag = "10")]
        pub(super) tsunami: bool,
        #[prost(int32, tag = "11")]
        pub(super) significance: i32,
        #[prost(int32, optional, tag = "12")]
        pub(super) felt: Option<i32>,
        #[prost(double, optional, tag = "13")]
        pub(super) cdi: Option<f64>,
        #[prost(double, optional, tag = "18")]
        pub(super) rms: Option<f64>,
        #[prost(string, tag = "20")]
        pub(super) code: String,
        #[prost(sint32, tag = "21")]
        pub(super) timezone: i32,
        #[prost(string, repeated, tag = "22")]
        pub(super) sources: Vec<String>,
        #[prost(map = "string, string", tag = "24")]
        pub(super) links: std::collections::HashMap<String, String>,
    }
}

/// `schemas/quake/v2.proto`.
mod v2 {
    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Quake {
        #[prost(message, optional, tag = "6")]
        pub(super) time: Option<prost_types::Timestamp>,
        #[prost(string, tag = "1")]
        pub(super) id: String,
        #[prost(message, optional, tag = "5")]
        pub(super) place: Option<super::Place>,
        #[prost(string, tag = "4")]
        pub(super) event_type: String,
        #[prost(string, optional, tag = "2")]
        pub(super) magnitude: Option<String>,
        #[prost(int64, tag = "11")]
        pub(super) significance: i64,
        #[prost(enumeration = "super::Status", tag = "8")]
        pub(super) status: i32,
        #[prost(enumeration = "super::Alert", optional, tag = "9")]
        pub(super) alert: Option<i32>,
        #[prost(int32, optional, tag = "12")]
        pub(super) felt: Option<i32>,
        #[prost(sint32, tag = "21")]
        pub(super) timezone: i32,
        #[prost(map = "string, string", tag = "24")]
        pub(super) links: std::collections::HashMap<String, String>,
        #[prost(string, repeated, tag = "22")]
        pub(super) sources: Vec<String>,
        #[prost(int32, tag = "26")]
        pub(super) revision: i32,
    }
}

/// The same in both versions, but for the order of its fields.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Place {
    #[prost(string, tag = "1")]
    description: String,
    #[prost(double, tag = "2")]
    longitude: f64,
    #[prost(double, tag = "3")]
    latitude: f64,
    #[prost(double, tag = "4")]
    depth: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub(super) enum Status {
    Unspecified = 0,
    Automatic = 1,
    Reviewed = 2,
    Deleted = 3,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub(super) enum Alert {
    Unspecified = 0,
    Green = 1,
    Yellow = 2,
    Orange = 3,
    Red = 4,
}

impl prost::Name for v1::Quake {
    const PACKAGE: &'static str = "schemawire.quake";
    const NAME: &'static str = "Quake";
}

impl prost::Name for v2::Quake {
    const PACKAGE: &'static str = "schemawire.quake";
    const NAME: &'static str = "Quake";
}

impl prost::Name for Place {
    const PACKAGE: &'static str = "schemawire.quake";
    const NAME: &'static str = "Place";

    fn full_name() -> String {
        "schemawire.quake.Quake.Place".into()
    }
}

fn schema(version: u32) -> Schema {
    let path = file(&format!("schemas/quake/v{version}.proto"));
    Schema::protobuf(&std::fs::read_to_string(path).expect("the file is there")).expect("links")
}

fn quake() -> v1::Quake {
    v1::Quake {
        id: "us7000".into(),
        magnitude: Some("4.70".into()),
        magnitude_type: "mb".into(),
        kind: "earthquake".into(),
        place: Some(Place { description: "Lima".into(), longitude: -77.0, latitude: -12.5, depth: 60.25 }),
        time: Some(prost_types::Timestamp { seconds: 1_700_000_000, nanos: 250_000_000 }),
        updated: None,
        status: Status::Reviewed.into(),
        alert: Some(Alert::Green.into()),
        tsunami: true,
        significance: 340,
        felt: Some(0),
        cdi: None,
        rms: Some(0.5),
        code: "7000".into(),
        timezone: -300,
        sources: vec!["us".into(), "pe".into()],
        links: HashMap::from([("detail".to_owned(), "https://example.org".to_owned())]),
    }
}

#[test]
fn what_v1_wrote_reads_as_v2() {
    let (v1, v2) = (schema(1), schema(2));
    let writer = Protobuf.bind(&Binding::new(&v1)).expect("binds");
    let mut payload = Vec::new();
    writer.encode(&quake(), &mut payload).expect("encodes");
    assert_eq!(payload, quake().encode_to_vec(), "the bytes are prost's");

    let reader = Protobuf.bind(&Binding::new(&v1).with_reader(&v2)).expect("binds");
    let read: v2::Quake = reader.decode(&payload).expect("decodes");
    let old = quake();
    let expected = v2::Quake {
        time: old.time,
        id: old.id,
        place: old.place,
        event_type: old.kind,
        magnitude: old.magnitude,
        significance: 340,
        status: old.status,
        alert: old.alert,
        felt: Some(0),
        timezone: -300,
        links: old.links,
        sources: old.sources,
        revision: 0,
    };
    assert_eq!(read, expected);
}

#[test]
fn what_v1_wrote_reads_as_v2_without_a_type() {
    let (v1, v2) = (schema(1), schema(2));
    let payload = quake().encode_to_vec();
    let reader = Protobuf.bind(&Binding::new(&v1).with_reader(&v2)).expect("binds");
    let value = reader.decode_value(&payload).expect("decodes");
    let root = value.root();
    assert_eq!(root.type_name(), Some("schemawire.quake.Quake"));
    assert_eq!(root.field("event_type").and_then(|it| it.as_str()), Some("earthquake"));
    assert!(root.field("kind").is_none() && root.field("code").is_none());
    assert_eq!(root.field("significance").map(|it| it.view()), Some(View::Long(340)));
    assert_eq!(root.field("revision").map(|it| it.view()), Some(View::Int(0)));
    let moment = Timestamp::new(1_700_000_000, 250_000_000).expect("a moment");
    assert_eq!(root.field("time").map(|it| it.view()), Some(View::Timestamp(moment)));
    assert!(root.field("updated").is_none(), "not written, and the schema can tell");
    assert_eq!(
        root.field("status").map(|it| it.view()),
        Some(View::Symbol { index: 2, name: "STATUS_REVIEWED" })
    );
    assert_eq!(root.field("felt").map(|it| it.view()), Some(View::Int(0)));
    let depth = root.field("place").and_then(|place| place.field("depth"));
    assert_eq!(depth.map(|it| it.view()), Some(View::Double(60.25)));
}

#[test]
fn a_dynamic_value_is_written_as_prost_writes_it() {
    let schema = schema(1);
    let bound = Protobuf.bind(&Binding::new(&schema)).expect("binds");
    let payload = quake().encode_to_vec();
    let value = bound.decode_value(&payload).expect("decodes");
    let mut again = Vec::new();
    bound.encode_value(&value, &mut again).expect("encodes");
    assert_eq!(again, payload);
}

#[test]
fn json_is_written_by_field_names_and_rfc_3339() {
    let schema = schema(1);
    let bound = Protobuf.bind(&Binding::new(&schema)).expect("binds");
    let json = r#"{
        "id": "us7000", "magnitude": "4.70", "magnitudeType": "mb", "kind": "earthquake",
        "place": {"description": "Lima", "longitude": -77, "latitude": -12.5, "depth": 60.25},
        "time": "2023-11-14T22:13:20.25Z", "updated": null, "status": "STATUS_REVIEWED", "alert": 1, "tsunami": true,
        "significance": "340", "felt": 0.0, "rms": 0.5, "code": "7000", "timezone": -300, "sources": ["us", "pe"],
        "links": {"detail": "https://example.org"}
    }"#;
    let mut payload = Vec::new();
    bound.encode_value(&from_json(json).expect("JSON"), &mut payload).expect("encodes");
    assert_eq!(v1::Quake::decode(payload.as_slice()).expect("decodes"), quake());
}

#[test]
fn the_nested_message_goes_by_its_own_path() {
    let schema = schema(1);
    let bound = Protobuf.bind(&Binding::new(&schema)).expect("binds");
    assert_eq!(Encode::<Place>::message_indexes(&bound).expect("declared"), Some(&[0, 0][..]));
    assert_eq!(Encode::<v1::Quake>::message_indexes(&bound).expect("declared"), Some(&[0][..]));
}
