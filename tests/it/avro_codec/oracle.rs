//! apache-avro as the oracle: how its values look as ours, and what it writes and reads.

use apache_avro::reader::datum::GenericDatumReader;
use apache_avro::types::Value as Theirs;
use apache_avro::writer::datum::GenericDatumWriter;
use schemawire::codec::BoundCodec;
use schemawire::value::{
    Date, Decimal, Duration, LocalTimestamp, Time, Timestamp, Uuid, Value, ValueBuilder,
};

use super::{pair, same};

pub(super) fn parse(text: &str) -> apache_avro::Schema {
    apache_avro::Schema::parse_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// What apache-avro writes.
pub(super) fn write(schema: &apache_avro::Schema, value: Theirs) -> Vec<u8> {
    let writer = GenericDatumWriter::builder(schema).build().expect("a writer");
    writer.write_value_to_vec(value).unwrap_or_else(|error| panic!("{error}"))
}

/// What apache-avro reads.
pub(super) fn read(
    writer: &apache_avro::Schema,
    reader: &apache_avro::Schema,
    mut payload: &[u8],
) -> Result<Theirs, apache_avro::Error> {
    let reader = GenericDatumReader::builder(writer).reader_schema(reader).build()?;
    reader.read_value(&mut payload)
}

/// Their value as ours.
pub(super) fn ours(value: &Theirs) -> Value<'static> {
    let mut builder = ValueBuilder::new();
    build(value, &mut builder);
    builder.finish()
}

fn build(value: &Theirs, out: &mut ValueBuilder<'static>) {
    match value {
        Theirs::Null => out.null(),
        Theirs::Boolean(it) => out.bool(*it),
        Theirs::Int(it) => out.int(*it),
        Theirs::Long(it) => out.long(*it),
        Theirs::Float(it) => out.float(*it),
        Theirs::Double(it) => out.double(*it),
        Theirs::Bytes(it) | Theirs::Fixed(_, it) => out.copied_bytes(it),
        Theirs::String(it) => out.copied_text(it),
        Theirs::Enum(index, name) => out.symbol(*index, name),
        Theirs::Union(branch, inner) => {
            out.branch(*branch);
            build(inner, out);
            out
        }
        Theirs::Array(items) => {
            let open = out.begin_array();
            items.iter().for_each(|item| build(item, out));
            out.end(open)
        }
        Theirs::Map(entries) => {
            let open = out.begin_map();
            for (key, value) in entries {
                out.copied_text(key);
                build(value, out);
            }
            out.end(open)
        }
        Theirs::Record(fields) => {
            let open = out.begin_record("");
            for (name, value) in fields {
                out.name(name);
                build(value, out);
            }
            out.end(open)
        }
        Theirs::Date(it) => out.date(Date::from_days(*it)),
        Theirs::TimeMillis(it) => out.time(Time::from_millis((*it).into()).unwrap()),
        Theirs::TimeMicros(it) => out.time(Time::from_micros(*it).unwrap()),
        Theirs::TimestampMillis(it) => out.timestamp(Timestamp::from_millis(*it)),
        Theirs::TimestampMicros(it) => out.timestamp(Timestamp::from_micros(*it)),
        Theirs::TimestampNanos(it) => out.timestamp(Timestamp::from_nanos(*it)),
        Theirs::LocalTimestampMillis(it) => {
            out.local_timestamp(LocalTimestamp::in_utc(Timestamp::from_millis(*it)))
        }
        Theirs::LocalTimestampMicros(it) => {
            out.local_timestamp(LocalTimestamp::in_utc(Timestamp::from_micros(*it)))
        }
        Theirs::LocalTimestampNanos(it) => {
            out.local_timestamp(LocalTimestamp::in_utc(Timestamp::from_nanos(*it)))
        }
        Theirs::Uuid(it) => out.uuid(Uuid(*it.as_bytes())),
        Theirs::Duration(it) => {
            let (months, days, millis) = (it.months().into(), it.days().into(), it.millis().into());
            out.duration(Duration { months, days, millis })
        }
        Theirs::Decimal(it) => {
            let digits = <Vec<u8>>::try_from(it).unwrap();
            let sign = if digits.first().is_some_and(|it| *it >= 0x80) { 0xff } else { 0 };
            let mut wide = [sign; 16];
            wide[16 - digits.len()..].copy_from_slice(&digits);
            out.decimal(Decimal::new(i128::from_be_bytes(wide), super::property::DECIMAL_SCALE))
        }
        Theirs::BigDecimal(_) => panic!("no schema of these tests has one"),
    };
}

#[test]
fn our_bytes_are_theirs() {
    let text = r#"{"type": "record", "name": "R", "fields": [
        {"name": "a", "type": "long"}, {"name": "b", "type": ["null", "string"]},
        {"name": "c", "type": {"type": "array", "items": "double"}},
        {"name": "d", "type": {"type": "map", "values": "boolean"}}]}"#;
    let value = || {
        Theirs::Record(vec![
            ("a".into(), Theirs::Long(-5)),
            ("b".into(), Theirs::Union(1, Box::new(Theirs::String("x".into())))),
            ("c".into(), Theirs::Array(vec![Theirs::Double(0.5)])),
            ("d".into(), Theirs::Map([("k".into(), Theirs::Boolean(true))].into())),
        ])
    };
    let payload = write(&parse(text), value());
    let codec = same(text);
    let decoded = codec.decode_value(&payload).unwrap();
    assert_eq!(decoded, ours(&value()));
    let mut out = Vec::new();
    codec.encode_value(&ours(&value()), &mut out).unwrap();
    assert_eq!(out, payload);
}

/// Where the oracle is wrong the specification is right; these say where, so that a fixed oracle is noticed.
#[test]
fn the_oracle_ignores_aliases_of_fields_and_reads_cut_data_as_null() {
    let old = r#"{"type": "record", "name": "R", "fields": [{"name": "time", "type": "long"}]}"#;
    let new = r#"{"type": "record", "name": "R", "fields": [
        {"name": "date", "type": "long", "aliases": ["time"], "default": 0}]}"#;
    let payload = write(&parse(old), Theirs::Record(vec![("time".into(), Theirs::Long(77))]));
    let theirs = read(&parse(old), &parse(new), &payload).unwrap();
    assert_eq!(theirs, Theirs::Record(vec![("date".into(), Theirs::Long(0))]));
    assert_eq!(pair(old, new).unwrap().decode_value(&payload).unwrap().to_string(), r#"{"date":77}"#);

    let cut = read(&parse(r#""boolean""#), &parse(r#"["null", "boolean"]"#), &[]);
    assert!(matches!(cut, Ok(Theirs::Union(0, _))), "{cut:?}");
    assert!(same(r#""boolean""#).decode_value(&[]).is_err());
}
