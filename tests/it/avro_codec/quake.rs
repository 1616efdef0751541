//! The story's schemas: an earthquake written with version 1, read with version 2; owned, borrowed and dynamic.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemawire::codec::BoundCodec;
use schemawire::value::{Decimal, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{decode, encode, json, pair, same};

const V1: &str = include_str!("../../../schemas/quake/v1.avsc");
const V2: &str = include_str!("../../../schemas/quake/v2.avsc");

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Quake<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    magnitude: Option<Decimal>,
    magnitude_type: Cow<'a, str>,
    kind: Cow<'a, str>,
    place: Place<'a>,
    time: Timestamp,
    updated: Timestamp,
    status: Status,
    alert: Option<Alert>,
    tsunami: bool,
    significance: i32,
    felt: Option<i32>,
    cdi: Option<f64>,
    mmi: Option<f64>,
    stations: Option<i32>,
    gap: Option<f64>,
    dmin: Option<f64>,
    rms: Option<f64>,
    network: Cow<'a, str>,
    code: Cow<'a, str>,
    timezone: i32,
    sources: Vec<Cow<'a, str>>,
    products: Vec<Cow<'a, str>>,
    links: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
    #[serde(borrow)]
    title: Cow<'a, str>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Place<'a> {
    #[serde(borrow)]
    description: Cow<'a, str>,
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
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Alert {
    Green,
    Yellow,
    Orange,
    Red,
}

#[derive(Debug, PartialEq, Deserialize)]
struct QuakeV2<'a> {
    id: &'a str,
    event_type: &'a str,
    significance: i64,
    revision: i32,
    time: Timestamp,
    status: Status,
    alert: Option<Alert>,
    magnitude: Option<Decimal>,
    #[serde(borrow)]
    place: PlaceV2<'a>,
    #[serde(borrow)]
    links: BTreeMap<&'a str, &'a str>,
    #[serde(borrow)]
    sources: Vec<&'a str>,
    felt: Option<i64>,
    gap: Option<f64>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct PlaceV2<'a> {
    latitude: f64,
    longitude: f64,
    description: &'a str,
}

fn quake() -> Quake<'static> {
    Quake {
        id: "ci37868143".into(),
        magnitude: Some(Decimal::new(-15, 2)),
        magnitude_type: "ml".into(),
        kind: "earthquake".into(),
        place: Place {
            description: "4km W of Castaic, CA".into(),
            longitude: -118.667_166_7,
            latitude: 34.4945,
            depth: 26.49,
        },
        time: Timestamp::from_millis(1_517_966_773_840),
        updated: Timestamp::from_millis(-1),
        status: Status::Reviewed,
        alert: Some(Alert::Orange),
        tsunami: true,
        significance: i32::MAX,
        felt: None,
        cdi: Some(0.5),
        mmi: None,
        stations: Some(7),
        gap: Some(174.0),
        dmin: None,
        rms: Some(0.35),
        network: "ci".into(),
        code: "37868143".into(),
        timezone: -480,
        sources: vec!["ci".into(), "us".into()],
        products: vec![],
        links: BTreeMap::from([("detail".into(), "https://example.org/detail".into())]),
        title: "M 2.0 - 4km W of Castaic, CA".into(),
    }
}

#[test]
fn version_one_goes_round() {
    let codec = same(V1);
    let payload = encode(&codec, &quake()).unwrap();
    let back: Quake<'_> = decode(&codec, &payload).unwrap();
    assert_eq!(back, quake());
    assert!(matches!(back.title, Cow::Borrowed(_)));
    let value = codec.decode_value(&payload).unwrap();
    let mut again = Vec::new();
    codec.encode_value(&value, &mut again).unwrap();
    assert_eq!(again, payload);
}

#[test]
fn version_one_is_read_as_version_two_borrowed() {
    let codec = pair(V1, V2).unwrap();
    let payload = encode(&codec, &quake()).unwrap();
    let v2: QuakeV2<'_> = decode(&codec, &payload).unwrap();
    let v1 = quake();
    assert_eq!(
        v2,
        QuakeV2 {
            id: &v1.id,
            event_type: &v1.kind,
            significance: v1.significance.into(),
            revision: 0,
            time: v1.time,
            status: v1.status,
            alert: v1.alert,
            magnitude: v1.magnitude,
            place: PlaceV2 {
                latitude: 34.4945,
                longitude: -118.667_166_7,
                description: &v1.place.description
            },
            links: BTreeMap::from([("detail", "https://example.org/detail")]),
            sources: vec!["ci", "us"],
            felt: None,
            gap: Some(174.0),
        }
    );
    assert!(payload.as_ptr_range().contains(&v2.event_type.as_ptr()));
}

#[test]
fn version_one_is_read_as_version_two_dynamically() {
    let codec = pair(V1, V2).unwrap();
    let payload = encode(&codec, &quake()).unwrap();
    let shown = json(&codec, &payload);
    assert_eq!(shown["event_type"], "earthquake");
    assert_eq!(shown["significance"], json!(i32::MAX));
    assert_eq!(shown["magnitude"], "-0.15");
    assert_eq!(shown["time"], "2018-02-07T01:26:13.840Z");
    assert_eq!((&shown["revision"], &shown["status"]), (&json!(0), &json!("reviewed")));
    assert_eq!(shown.get("code"), None);
    // What was read as version 2 can be written as it, and read again.
    let v2 = same(V2);
    let mut again = Vec::new();
    v2.encode_value(&codec.decode_value(&payload).unwrap(), &mut again).unwrap();
    assert_eq!(json(&v2, &again), shown);
}

#[test]
fn version_two_is_read_as_version_one_but_for_what_it_lacks() {
    let error = pair(V2, V1).unwrap_err();
    assert_eq!(error.kind, schemawire::schema::SchemaErrorKind::Mismatch);
}
