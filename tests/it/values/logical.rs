//! Logical types as numbers: every unit exactly, or an error; and through serde.

use schemawire::value::{Date, Decimal, Duration, LocalTimestamp, Time, Timestamp, Uuid};
use serde::{Deserialize, Serialize};

#[test]
fn a_timestamp_is_built_from_every_unit_on_both_sides_of_1970() {
    for (moment, seconds, nanos) in [
        (Timestamp::from_millis(-1), -1, 999_000_000),
        (Timestamp::from_micros(-1), -1, 999_999_000),
        (Timestamp::from_nanos(-1), -1, 999_999_999),
        (Timestamp::from_millis(1_001), 1, 1_000_000),
        (Timestamp::from_micros(1_000_001), 1, 1_000),
        (Timestamp::from_nanos(1_000_000_001), 1, 1),
        (Timestamp::from_millis(i64::MIN), -9_223_372_036_854_776, 192_000_000),
    ] {
        assert_eq!((moment.seconds(), moment.subsecond_nanos()), (seconds, nanos), "{moment}");
    }
    assert!(Timestamp::new(0, 1_000_000_000).is_err());
}

#[test]
fn a_timestamp_is_never_silently_another_unit() {
    let moment = Timestamp::new(1, 1_000_001).expect("a fraction");
    assert_eq!(moment.to_nanos(), Ok(1_001_000_001));
    assert_eq!(
        moment.to_micros().expect_err("a nanosecond too many").to_string(),
        "1970-01-01T00:00:01.001000001Z is not a whole number of microseconds"
    );
    assert!(moment.to_millis().is_err());
    for number in [i64::MIN, -1, 0, 1, i64::MAX] {
        assert_eq!(Timestamp::from_millis(number).to_millis(), Ok(number));
        assert_eq!(Timestamp::from_micros(number).to_micros(), Ok(number));
        assert_eq!(Timestamp::from_nanos(number).to_nanos(), Ok(number));
    }
    let far = Timestamp::from_seconds(i64::MAX);
    assert!(far.to_millis().expect_err("292 billion years").to_string().ends_with("64 bits of milliseconds"));
}

#[test]
fn a_time_of_day_is_within_the_day() {
    assert_eq!(Time::from_millis(86_399_999).and_then(Time::to_millis), Ok(86_399_999));
    assert_eq!(Time::from_micros(86_399_999_999).and_then(Time::to_micros), Ok(86_399_999_999));
    for beyond in [Time::from_millis(86_400_000), Time::from_micros(-1), Time::from_nanos(i64::MAX)] {
        assert!(
            beyond.expect_err("no time of day").to_string().ends_with("since midnight is no time of day")
        );
    }
    assert!(Time::from_hms(24, 0, 0, 0).is_err() && Time::from_hms(0, 0, 0, 1_000_000_000).is_err());
    assert!(Time::from_nanos(1_500).and_then(Time::to_micros).is_err());
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct All {
    decimal: Decimal,
    uuid: Uuid,
    date: Date,
    time: Time,
    moment: Timestamp,
    local: Option<LocalTimestamp>,
    span: Duration,
}

fn all() -> All {
    All {
        decimal: Decimal::new(-1234, 2),
        uuid: Uuid([7; 16]),
        date: Date::from_days(-1),
        time: Time::from_millis(1).expect("a time"),
        moment: Timestamp::from_millis(-1),
        local: Some(LocalTimestamp::in_utc(Timestamp::from_seconds(0))),
        span: Duration { months: 1, days: 2, millis: 3 },
    }
}

#[test]
fn json_shows_logical_values_as_text() {
    let text = concat!(
        r#"{"decimal":"-12.34","uuid":"07070707-0707-0707-0707-070707070707","date":"1969-12-31","#,
        r#""time":"00:00:00.001","moment":"1969-12-31T23:59:59.999Z","local":"1970-01-01T00:00:00","#,
        r#""span":"P1M2DT0.003S"}"#
    );
    assert_eq!(serde_json::to_string(&all()).expect("JSON"), text);
    assert_eq!(serde_json::from_str::<All>(text).expect("JSON"), all());
    let error = serde_json::from_str::<Date>("\"2026-02-30\"").expect_err("no such day").to_string();
    assert!(error.contains("`2026-02-30` is not a date"), "{error}");
    let error = serde_json::from_str::<Timestamp>("1767225600000").expect_err("a unit to guess").to_string();
    assert!(error.contains("expected RFC 3339"), "{error}");
}

#[cfg(feature = "bincode")]
#[test]
fn bincode_carries_logical_values_as_plain_numbers() {
    let config = bincode::config::standard();
    let bytes = bincode::serde::encode_to_vec(all(), config).expect("bincode");
    let (back, read): (All, usize) = bincode::serde::decode_from_slice(&bytes, config).expect("bincode");
    assert_eq!((back, read), (all(), bytes.len()));
    let numbers = bincode::serde::encode_to_vec((-1_i64, 999_000_000_u32), config).expect("bincode");
    assert_eq!(bincode::serde::encode_to_vec(Timestamp::from_millis(-1), config).expect("bincode"), numbers);
    let beyond = bincode::serde::encode_to_vec((0_i64, 1_000_000_000_u32), config).expect("bincode");
    assert!(bincode::serde::decode_from_slice::<Timestamp, _>(&beyond, config).is_err());
    let beyond = bincode::serde::encode_to_vec(86_400_000_000_000_u64, config).expect("bincode");
    assert!(bincode::serde::decode_from_slice::<Time, _>(&beyond, config).is_err());
}
