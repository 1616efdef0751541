//! Logical values through Avro: as our types, as those of other crates, and as dynamic values; never as another unit or scale.

use std::fmt::Debug;

use schemawire::codec::{Avro, Binding, BoundCodec, Codec, Decode, Encode, EncodeErrorKind};
use schemawire::schema::Schema;
use schemawire::value::{Date, Decimal, Duration, LocalTimestamp, Time, Timestamp, Uuid};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A record `Row` whose fields have these names and types.
fn schema(fields: &[(&str, &str)]) -> Schema {
    let fields: Vec<_> =
        fields.iter().map(|(name, ty)| format!(r#"{{"name": "{name}", "type": {ty}}}"#)).collect();
    let text = format!(r#"{{"type": "record", "name": "Row", "fields": [{}]}}"#, fields.join(", "));
    Schema::avro(&text).expect("a schema")
}

/// Writes the row, reads it back typed, and gives what the dynamic path shows for the same bytes.
fn passes<T: Serialize + DeserializeOwned + Debug + PartialEq>(schema: &Schema, row: &T) -> String {
    let codec = Avro.bind(&Binding::new(schema)).expect("one schema fits itself");
    let mut payload = Vec::new();
    codec.encode(row, &mut payload).expect("the row fits its schema");
    let back: T = codec.decode(&payload).expect("what was written reads back");
    assert_eq!(&back, row);
    let value = codec.decode_value(&payload).expect("what was written reads back");
    let mut again = Vec::new();
    codec.encode_value(&value, &mut again).expect("what was read can be written");
    assert_eq!(again, payload, "typed and dynamic write the same bytes");
    value.to_string()
}

/// The row does not fit, and the error names that field.
fn refuses<T: Serialize>(schema: &Schema, row: &T, field: &str) {
    let codec = Avro.bind(&Binding::new(schema)).expect("one schema fits itself");
    let mut payload = vec![7];
    let error = codec.encode(row, &mut payload).expect_err("a value that the schema cannot hold");
    assert_eq!(error.path, field, "{error}");
    assert!(matches!(error.kind, EncodeErrorKind::Type | EncodeErrorKind::Value), "{error:?}");
    assert_eq!(payload, [7], "nothing is written of a row that is refused");
}

fn logical(ty: &str, name: &str) -> String {
    format!(r#"{{"type": "{ty}", "logicalType": "{name}"}}"#)
}

const DECIMAL: &str = r#"{"type": "bytes", "logicalType": "decimal", "precision": 6, "scale": 2}"#;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Moment {
    at: Timestamp,
}

#[test]
fn every_logical_type_passes_and_is_shown_as_its_text() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Row {
        decimal: Decimal,
        uuid: Uuid,
        date: Date,
        time: Time,
        local: LocalTimestamp,
        span: Duration,
        missing: Option<Timestamp>,
        at: Vec<Timestamp>,
    }
    let span = r#"{"type": "fixed", "name": "Span", "size": 12, "logicalType": "duration"}"#;
    let (uuid, date) = (logical("string", "uuid"), logical("int", "date"));
    let (time, local) = (logical("long", "time-micros"), logical("long", "local-timestamp-nanos"));
    let moment = logical("long", "timestamp-millis");
    let fields = [
        ("decimal", DECIMAL),
        ("uuid", &uuid),
        ("date", &date),
        ("time", &time),
        ("local", &local),
        ("span", span),
        ("missing", &format!(r#"["null", {moment}]"#)),
        ("at", &format!(r#"{{"type": "array", "items": {moment}}}"#)),
    ];
    let row = Row {
        decimal: Decimal::new(-1234, 2),
        uuid: Uuid([7; 16]),
        date: Date::from_days(-1),
        time: Time::from_micros(1).expect("a time"),
        local: LocalTimestamp::in_utc(Timestamp::from_nanos(-1)),
        span: Duration { months: 1, days: 2, millis: 3 },
        missing: None,
        at: vec![Timestamp::from_millis(-1)],
    };
    assert_eq!(
        passes(&schema(&fields), &row),
        concat!(
            r#"{"decimal":"-12.34","uuid":"07070707-0707-0707-0707-070707070707","date":"1969-12-31","#,
            r#""time":"00:00:00.000001","local":"1969-12-31T23:59:59.999999999","span":"P1M2DT0.003S","#,
            r#""missing":null,"at":["1969-12-31T23:59:59.999Z"]}"#
        )
    );
}

#[test]
fn a_timestamp_is_never_silently_another_unit() {
    let finer = Moment { at: Timestamp::from_nanos(1_000) };
    refuses(&schema(&[("at", &logical("long", "timestamp-millis"))]), &finer, "at");
    passes(&schema(&[("at", &logical("long", "timestamp-micros"))]), &finer);
    passes(&schema(&[("at", &logical("long", "timestamp-nanos"))]), &finer);
    let far = Moment { at: Timestamp::from_millis(i64::MAX) };
    refuses(&schema(&[("at", &logical("long", "timestamp-micros"))]), &far, "at");
}

#[test]
fn a_moment_is_neither_a_plain_number_nor_a_local_time() {
    let row = Moment { at: Timestamp::from_seconds(1) };
    for ty in [r#""long""#, &logical("long", "local-timestamp-millis"), &logical("int", "date")] {
        refuses(&schema(&[("at", ty)]), &row, "at");
    }
}

#[test]
fn a_decimal_is_never_silently_another_scale() {
    #[derive(Serialize)]
    struct Row {
        price: Decimal,
    }
    let schema = schema(&[("price", DECIMAL)]);
    for price in [Decimal::new(125, 1), Decimal::new(1, 3), Decimal::new(1_000_000, 2)] {
        refuses(&schema, &Row { price }, "price");
    }
}

#[cfg(feature = "uuid")]
#[test]
fn the_uuid_crates_uuid_passes() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Row {
        #[serde(with = "schemawire::value::with::uuid")]
        id: uuid::Uuid,
        #[serde(with = "schemawire::value::with::uuid::option")]
        parent: Option<uuid::Uuid>,
    }
    let fixed = r#"{"type": "fixed", "name": "Id", "size": 16, "logicalType": "uuid"}"#;
    let parent = format!(r#"["null", {}]"#, logical("string", "uuid"));
    let id = uuid::Uuid::from_bytes([9; 16]);
    for parent_id in [None, Some(id)] {
        passes(&schema(&[("id", fixed), ("parent", &parent)]), &Row { id, parent: parent_id });
    }
}

#[cfg(feature = "rust_decimal")]
#[test]
fn rust_decimals_decimal_passes_with_its_scale_alone() {
    use rust_decimal::Decimal;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Row {
        #[serde(with = "schemawire::value::with::rust_decimal")]
        price: Decimal,
        #[serde(with = "schemawire::value::with::rust_decimal::option")]
        old: Option<Decimal>,
    }
    let schema = schema(&[("price", DECIMAL), ("old", &format!(r#"["null", {DECIMAL}]"#))]);
    let shown = passes(&schema, &Row { price: Decimal::new(1250, 2), old: Some(Decimal::new(-1, 2)) });
    assert_eq!(shown, r#"{"price":"12.50","old":"-0.01"}"#);
    refuses(&schema, &Row { price: Decimal::new(125, 1), old: None }, "price");
}

#[cfg(feature = "jiff")]
#[test]
fn jiffs_types_pass() {
    use jiff::civil;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Row {
        #[serde(with = "schemawire::value::with::jiff::timestamp")]
        at: jiff::Timestamp,
        #[serde(with = "schemawire::value::with::jiff::local_timestamp")]
        wall: civil::DateTime,
        #[serde(with = "schemawire::value::with::jiff::date::option")]
        day: Option<civil::Date>,
        #[serde(with = "schemawire::value::with::jiff::time")]
        time: civil::Time,
    }
    let fields = [
        ("at", &*logical("long", "timestamp-micros")),
        ("wall", &logical("long", "local-timestamp-millis")),
        ("day", &format!(r#"["null", {}]"#, logical("int", "date"))),
        ("time", &logical("int", "time-millis")),
    ];
    let row = |nanos| Row {
        at: jiff::Timestamp::from_nanosecond(nanos).expect("a moment"),
        wall: civil::datetime(2026, 7, 1, 12, 0, 0, 250_000_000),
        day: Some(civil::date(2026, 7, 1)),
        time: civil::time(23, 59, 59, 999_000_000),
    };
    assert_eq!(
        passes(&schema(&fields), &row(-1_000)),
        concat!(
            r#"{"at":"1969-12-31T23:59:59.999999Z","wall":"2026-07-01T12:00:00.250","#,
            r#""day":"2026-07-01","time":"23:59:59.999"}"#
        )
    );
    refuses(&schema(&fields), &row(1), "at");
}

#[cfg(feature = "chrono")]
#[test]
fn chronos_types_pass() {
    use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Row {
        #[serde(with = "schemawire::value::with::chrono::timestamp")]
        at: DateTime<Utc>,
        #[serde(with = "schemawire::value::with::chrono::local_timestamp::option")]
        wall: Option<NaiveDateTime>,
        #[serde(with = "schemawire::value::with::chrono::date")]
        day: NaiveDate,
        #[serde(with = "schemawire::value::with::chrono::time")]
        time: NaiveTime,
    }
    let fields = [
        ("at", &*logical("long", "timestamp-millis")),
        ("wall", &format!(r#"["null", {}]"#, logical("long", "local-timestamp-micros"))),
        ("day", &logical("int", "date")),
        ("time", &logical("long", "time-micros")),
    ];
    let row = |micros| {
        let at: DateTime<Utc> = DateTime::from_timestamp_micros(micros).expect("a moment");
        Row { at, wall: Some(at.naive_utc()), day: at.date_naive(), time: at.time() }
    };
    assert_eq!(
        passes(&schema(&fields), &row(-1_000)),
        concat!(
            r#"{"at":"1969-12-31T23:59:59.999Z","wall":"1969-12-31T23:59:59.999","#,
            r#""day":"1969-12-31","time":"23:59:59.999"}"#
        )
    );
    refuses(&schema(&fields), &row(1), "at");
}
