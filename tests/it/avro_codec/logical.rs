//! Logical types: exact, or refused; never another unit or scale.

use schemawire::codec::{DecodeErrorKind, EncodeErrorKind};
use schemawire::value::{Date, Decimal, Duration, LocalTimestamp, Time, Timestamp, Uuid};
use serde::{Deserialize, Serialize};

use super::{decode, encode, evolve, json, pair, same};

fn annotated(ty: &str, logical: &str) -> String {
    format!(r#"{{"type": "{ty}", "logicalType": "{logical}"}}"#)
}

fn decimal(precision: u32, scale: u32) -> String {
    format!(r#"{{"type": "bytes", "logicalType": "decimal", "precision": {precision}, "scale": {scale}}}"#)
}

const MOMENT: Timestamp = Timestamp::from_millis(1_700_000_000_123);

#[track_caller]
fn round<T: Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(
    schema: &str,
    value: &T,
    bytes: &[u8],
) {
    let codec = same(schema);
    let payload = encode(&codec, value).unwrap();
    assert_eq!(payload, bytes);
    assert_eq!(&decode::<T>(&codec, &payload).unwrap(), value);
    // In an option, in a union of several, and through the dynamic half.
    let nullable = same(&format!(r#"["null", {schema}]"#));
    let payload = encode(&nullable, &Some(value)).unwrap();
    assert_eq!(payload[1..], *bytes);
    assert_eq!(decode::<Option<T>>(&nullable, &payload).unwrap().as_ref(), Some(value));
    let several = same(&format!(r#"["null", "boolean", {schema}, {{"type": "array", "items": "string"}}]"#));
    assert_eq!(encode(&several, value).unwrap()[1..], *bytes);
    use schemawire::codec::BoundCodec;
    let dynamic = codec.decode_value(bytes).unwrap();
    let mut out = Vec::new();
    codec.encode_value(&dynamic, &mut out).unwrap();
    assert_eq!(out, bytes);
    // And as text, as JSON shows it.
    let text = schemawire::value::from_json(&dynamic.to_string()).unwrap();
    out.clear();
    codec.encode_value(&text, &mut out).unwrap();
    assert_eq!(out, bytes);
}

#[test]
fn every_logical_type_goes_round_in_every_unit() {
    round(&annotated("int", "date"), &Date::from_days(-1), &[1]);
    round(&annotated("int", "time-millis"), &Time::from_millis(1).unwrap(), &[2]);
    round(&annotated("long", "time-micros"), &Time::from_micros(2).unwrap(), &[4]);
    round(&annotated("long", "timestamp-millis"), &Timestamp::from_millis(-1), &[1]);
    round(&annotated("long", "timestamp-micros"), &Timestamp::from_micros(-1), &[1]);
    round(&annotated("long", "timestamp-nanos"), &Timestamp::from_nanos(-1), &[1]);
    let local = |moment| LocalTimestamp::in_utc(moment);
    round(&annotated("long", "local-timestamp-millis"), &local(Timestamp::from_millis(1)), &[2]);
    round(&annotated("long", "local-timestamp-micros"), &local(Timestamp::from_micros(1)), &[2]);
    round(&annotated("long", "local-timestamp-nanos"), &local(Timestamp::from_nanos(1)), &[2]);
    let uuid: Uuid = "89791762-2336-4186-9674-299b90a802e2".parse().unwrap();
    round(&annotated("string", "uuid"), &uuid, b"\x4889791762-2336-4186-9674-299b90a802e2");
    let fixed = r#"{"type": "fixed", "size": 16, "name": "U", "logicalType": "uuid"}"#;
    round(fixed, &uuid, &uuid.0);
    let duration = Duration { months: 1, days: 2, millis: 0x01_02_03_04 };
    let fixed = r#"{"type": "fixed", "size": 12, "name": "D", "logicalType": "duration"}"#;
    round(fixed, &duration, &[1, 0, 0, 0, 2, 0, 0, 0, 4, 3, 2, 1]);
}

#[test]
fn decimals_take_the_fewest_bytes_or_the_fixed_ones() {
    for (unscaled, bytes) in [
        (0, &[0][..]),
        (127, &[127]),
        (128, &[0, 128]),
        (-1, &[255]),
        (-128, &[128]),
        (-129, &[255, 127]),
        (12_345, &[0x30, 0x39]),
    ] {
        let length = bytes.len() as u8 * 2;
        round(&decimal(6, 2), &Decimal::new(unscaled, 2), &[&[length], bytes].concat());
        let fixed = r#"{"type": "fixed", "size": 4, "name": "D", "logicalType": "decimal", "precision": 6, "scale": 2}"#;
        let padding = if unscaled < 0 { 255 } else { 0 };
        round(fixed, &Decimal::new(unscaled, 2), &[&vec![padding; 4 - bytes.len()], bytes].concat());
    }
    let most = Decimal::new(10_i128.pow(38) - 1, 0);
    let codec = same(&decimal(38, 0));
    assert_eq!(decode::<Decimal>(&codec, &encode(&codec, &most).unwrap()).unwrap(), most);
}

#[test]
fn a_plain_number_has_no_unit() {
    for codec in [same(r#""long""#), same(&annotated("long", "local-timestamp-millis")), same(r#""string""#)]
    {
        assert_eq!(encode(&codec, &MOMENT).unwrap_err().kind, EncodeErrorKind::Type);
        let error = decode::<Timestamp>(&codec, &[0]).unwrap_err();
        assert_eq!(error.kind, DecodeErrorKind::Type);
        assert!(error.to_string().contains("timestamp-"), "{error}");
    }
    assert!(encode(&same(r#""int""#), &Date::from_days(1)).is_err());
    assert!(encode(&same(r#""bytes""#), &Decimal::new(1, 2)).is_err());
    assert!(encode(&same(r#"["null", "long"]"#), &Some(MOMENT)).is_err());
}

#[test]
fn a_finer_moment_than_the_unit_is_refused() {
    let fine = Timestamp::from_nanos(1_700_000_000_123_456_789);
    for (unit, fits) in [("timestamp-millis", false), ("timestamp-micros", false), ("timestamp-nanos", true)]
    {
        let result = encode(&same(&annotated("long", unit)), &fine);
        assert_eq!(result.is_ok(), fits, "{unit}");
        if let Err(error) = result {
            assert_eq!(error.kind, EncodeErrorKind::Value);
        }
    }
    let far = Timestamp::from_seconds(10_000_000_000);
    assert!(encode(&same(&annotated("long", "timestamp-nanos")), &far).is_err());
    assert!(encode(&same(&annotated("int", "time-millis")), &Time::from_micros(1).unwrap()).is_err());
    // Of two units the one that holds it exactly is taken.
    let both = r#"[{"type": "long", "logicalType": "timestamp-millis"}, {"type": "record", "name": "R", "fields": []}]"#;
    assert!(encode(&same(both), &fine).is_err());
}

#[test]
fn a_decimal_of_another_scale_or_of_too_many_digits_is_refused() {
    let codec = same(&decimal(4, 2));
    for wrong in [Decimal::new(1, 1), Decimal::new(100, 3), Decimal::new(12_345, 2), Decimal::new(-12_345, 2)]
    {
        assert_eq!(encode(&codec, &wrong).unwrap_err().kind, EncodeErrorKind::Value);
    }
    assert_eq!(decode::<Decimal>(&codec, &[4, 0x30, 0x39]).unwrap_err().kind, DecodeErrorKind::Malformed);
    assert_eq!(decode::<Decimal>(&codec, &[0]).unwrap_err().kind, DecodeErrorKind::Malformed);
    let wide = same(&decimal(60, 0));
    let payload = encode(&wide, &Bytes(&[1; 17])).unwrap();
    assert_eq!(decode::<Decimal>(&wide, &payload).unwrap_err().kind, DecodeErrorKind::Type);
    assert_eq!(decode::<Vec<u8>>(&wide, &payload).unwrap(), [1; 17]);
    // Sign bytes beyond 128 bits say nothing.
    let payload = encode(&wide, &Bytes(&[&[0xff; 4][..], &[0xfe; 16]].concat())).unwrap();
    assert_eq!(decode::<Decimal>(&wide, &payload).unwrap().unscaled(), i128::from_be_bytes([0xfe; 16]));
}

/// Bytes that serde shows as bytes.
struct Bytes<'a>(&'a [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

#[test]
fn the_raw_number_and_bytes_are_there_for_those_who_ask() {
    let codec = same(&annotated("long", "timestamp-millis"));
    let payload = encode(&codec, &1_700_000_000_123_i64).unwrap();
    assert_eq!(decode::<i64>(&codec, &payload).unwrap(), 1_700_000_000_123);
    assert_eq!(decode::<Timestamp>(&codec, &payload).unwrap(), MOMENT);
    let codec = same(&decimal(6, 2));
    assert_eq!(decode::<&[u8]>(&codec, &[4, 0x30, 0x39]).unwrap(), [0x30, 0x39]);
    assert_eq!(encode(&codec, &Bytes(&[0x30, 0x39])).unwrap(), [4, 0x30, 0x39]);
}

#[test]
fn a_time_outside_the_day_and_a_bad_uuid_are_malformed() {
    let codec = same(&annotated("int", "time-millis"));
    let payload = encode(&codec, &86_400_000).unwrap();
    assert_eq!(decode::<Time>(&codec, &payload).unwrap_err().kind, DecodeErrorKind::Malformed);
    let codec = same(&annotated("string", "uuid"));
    let payload = encode(&codec, "not-a-uuid").unwrap();
    let error = decode::<Uuid>(&codec, &payload).unwrap_err();
    assert_eq!((error.kind, error.offset), (DecodeErrorKind::Malformed, Some(0)));
}

#[test]
fn types_that_ask_for_sixteen_bytes_get_those_of_a_uuid_that_is_text() {
    let id: Uuid = "89791762-2336-4186-9674-299b90a802e2".parse().unwrap();
    let codec = same(&annotated("string", "uuid"));
    let payload = encode(&codec, &Bytes(&id.0)).unwrap();
    assert_eq!(payload[1..], *b"89791762-2336-4186-9674-299b90a802e2");
    assert_eq!(decode::<&str>(&codec, &payload).unwrap(), "89791762-2336-4186-9674-299b90a802e2");
    #[cfg(feature = "uuid")]
    {
        let theirs: uuid::Uuid = decode(&codec, &payload).unwrap();
        assert_eq!(theirs.as_bytes(), &id.0);
        assert_eq!(encode(&codec, &theirs).unwrap(), payload);
    }
}

#[test]
fn schemas_that_disagree_in_unit_scale_or_kind_do_not_bind() {
    let fixed = |logical: &str| format!(r#"{{"type": "fixed", "size": 16, "name": "F"{logical}}}"#);
    for (writer, reader) in [
        (annotated("long", "timestamp-millis"), annotated("long", "timestamp-micros")),
        (annotated("long", "timestamp-millis"), annotated("long", "local-timestamp-millis")),
        (annotated("int", "date"), annotated("long", "timestamp-millis")),
        (annotated("int", "time-millis"), annotated("long", "time-micros")),
        (decimal(6, 2), decimal(6, 4)),
        (r#""string""#.to_owned(), decimal(6, 2)),
        (
            fixed(r#", "logicalType": "uuid""#),
            fixed(r#", "logicalType": "decimal", "precision": 9, "scale": 0"#),
        ),
    ] {
        let error = pair(&writer, &reader).unwrap_err();
        assert_eq!(error.kind, schemawire::schema::SchemaErrorKind::Mismatch);
        assert!(error.to_string().contains("would be read as"), "{error}");
    }
}

#[test]
fn an_annotation_on_one_side_only_leaves_the_number_as_it_is() {
    let stamp = annotated("long", "timestamp-millis");
    assert_eq!(evolve::<_, Timestamp>(r#""long""#, &stamp, &1_700_000_000_123_i64), MOMENT);
    assert_eq!(evolve::<_, i64>(&stamp, r#""long""#, &MOMENT), 1_700_000_000_123);
    assert_eq!(evolve::<_, Timestamp>(r#""int""#, &stamp, &5), Timestamp::from_millis(5));
    assert_eq!(evolve::<_, Decimal>(&decimal(4, 2), &decimal(9, 2), &Decimal::new(5, 2)), Decimal::new(5, 2));
    let payload = encode(&same(&stamp), &MOMENT).unwrap();
    assert_eq!(json(&same(&stamp), &payload), "2023-11-14T22:13:20.123Z");
}

#[test]
fn logical_values_stand_in_structs_lists_and_enums() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Event {
        at: Timestamp,
        days: Vec<Date>,
        what: What,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum What {
        #[serde(rename = "bytes")]
        Price(Decimal),
        #[serde(rename = "long")]
        Moment(Timestamp),
    }
    let codec = same(&super::record(
        "Event",
        &format!(
            r#"{{"name": "at", "type": {}}}, {{"name": "days", "type": {{"type": "array", "items": {}}}}},
               {{"name": "what", "type": ["null", {}, {}]}}"#,
            annotated("long", "timestamp-micros"),
            annotated("int", "date"),
            decimal(6, 2),
            annotated("long", "timestamp-millis"),
        ),
    ));
    for what in [What::Price(Decimal::new(-5, 2)), What::Moment(MOMENT)] {
        let event = Event { at: MOMENT, days: vec![Date::from_days(1), Date::from_days(-1)], what };
        let payload = encode(&codec, &event).unwrap();
        assert_eq!(decode::<Event>(&codec, &payload).unwrap(), event);
    }
}
