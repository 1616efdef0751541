//! Logical types as text: what is written, what is read, what is refused.

use proptest::prelude::*;
use schemawire::value::{Date, Decimal, Duration, LocalTimestamp, LogicalError, Time, Timestamp, Uuid};
use std::fmt::{Debug, Display};
use std::str::FromStr;

/// Reads the text, and writes the value as the same text.
fn holds<T: FromStr<Err = LogicalError> + Display>(text: &str) -> T {
    let value: T = text.parse().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(value.to_string(), text);
    value
}

fn refuses<T: FromStr<Err = LogicalError> + Debug>(texts: &[&str]) {
    for text in texts {
        let error = text.parse::<T>().expect_err(text).to_string();
        assert!(error.contains(" is not a ") && error.contains("expected"), "{error}");
    }
}

#[test]
fn a_decimal_is_written_with_all_digits_of_its_scale() {
    assert_eq!(holds::<Decimal>("12.34"), Decimal::new(1234, 2));
    assert_eq!(holds::<Decimal>("-0.005"), Decimal::new(-5, 3));
    assert_eq!(holds::<Decimal>("0.00"), Decimal::new(0, 2));
    assert_eq!(holds::<Decimal>("7"), Decimal::new(7, 0));
    assert_eq!(holds::<Decimal>(&i128::MIN.to_string()), Decimal::new(i128::MIN, 0));
    assert_eq!(holds::<Decimal>(&i128::MAX.to_string()), Decimal::new(i128::MAX, 0));
    refuses::<Decimal>(&[
        "",
        "-",
        ".",
        "1.2.3",
        "1e",
        "e5",
        "0x1",
        " 1",
        "1 ",
        "1_0",
        "NaN",
        "1e99999999999",
    ]);
    refuses::<Decimal>(&["170141183460469231731687303715884105728", "1e39"]);
}

#[test]
fn a_decimal_is_read_with_an_exponent() {
    for (text, decimal) in [
        ("1.5e3", Decimal::new(1500, 0)),
        ("1.5E1", Decimal::new(15, 0)),
        ("15e-1", Decimal::new(15, 1)),
        ("+.5", Decimal::new(5, 1)),
        ("0e4000000000", Decimal::new(0, 0)),
    ] {
        assert_eq!(text.parse::<Decimal>().as_ref(), Ok(&decimal), "{text}");
    }
}

#[test]
fn a_decimal_of_a_huge_scale_is_a_short_text() {
    assert_eq!(holds::<Decimal>("5E-4294967295"), Decimal::new(5, u32::MAX));
    assert!(Decimal::new(1, u32::MAX).rescale(0).is_err());
}

#[test]
fn a_decimal_changes_its_scale_exactly_or_not_at_all() {
    let price = Decimal::new(1250, 2);
    assert_eq!(price.rescale(1), Ok(Decimal::new(125, 1)));
    assert_eq!(price.rescale(4), Ok(Decimal::new(125_000, 4)));
    assert_eq!(Decimal::new(0, 2).rescale(4_000_000_000), Ok(Decimal::new(0, 4_000_000_000)));
    assert_eq!(
        price.rescale(0).expect_err("half a unit is left over").to_string(),
        "12.50 is not exact with scale 0 in 128 bits"
    );
    assert!(Decimal::new(i128::MAX, 0).rescale(1).is_err());
    assert_eq!(
        [Decimal::new(0, 5), Decimal::new(-99, 0), Decimal::new(i128::MIN, 0)].map(Decimal::digits),
        [1, 2, 39]
    );
}

#[test]
fn a_uuid_is_read_in_any_case_and_written_in_lower() {
    let uuid = holds::<Uuid>("89791762-2336-4186-9674-299b90a802e2");
    assert_eq!("89791762-2336-4186-9674-299B90A802E2".parse(), Ok(uuid));
    assert_eq!(uuid.0[..4], [0x89, 0x79, 0x17, 0x62]);
    refuses::<Uuid>(&[
        "",
        "8979176223364186967429 9b90a802e2",
        "89791762-2336-4186-9674-299b90a802e",
        "89791762-2336-4186-9674-299b90a802e21",
        "8979176-22336-4186-9674-299b90a802e2",
        "g9791762-2336-4186-9674-299b90a802e2",
        "{89791762-2336-4186-9674-299b90a802e2}",
        "89791762-2336-4186-9674-299b90a802é",
    ]);
}

#[test]
fn a_date_is_iso_8601() {
    assert_eq!(holds::<Date>("1970-01-01").days(), 0);
    assert_eq!(holds::<Date>("1969-12-31").days(), -1);
    assert_eq!(holds::<Date>("2000-02-29").ymd(), (2000, 2, 29));
    assert_eq!(holds::<Date>("0000-03-01").days(), -719_468);
    assert_eq!(holds::<Date>("9999-12-31").days(), 2_932_896);
    assert_eq!(holds::<Date>("+010000-01-01").days(), 2_932_897);
    assert_eq!(holds::<Date>("-000001-12-31").ymd(), (-1, 12, 31));
    assert_eq!(holds::<Date>("+5881580-07-11"), Date::from_days(i32::MAX));
    assert_eq!(holds::<Date>("-5877641-06-23"), Date::from_days(i32::MIN));
    refuses::<Date>(&["2001-02-29", "1900-02-29", "2026-00-01", "2026-13-01", "2026-04-31", "2026-01-00"]);
    refuses::<Date>(&[
        "",
        "2026",
        "2026-1-1",
        "20260101",
        "2026-01-01T",
        "26-01-01",
        "-0000-01-01",
        "+5881580-07-12",
    ]);
    assert!(Date::from_ymd(i32::MAX, 1, 1).is_err() && Date::from_ymd(2026, 2, 30).is_err());
}

#[test]
fn a_time_of_day_shows_as_many_digits_as_it_needs() {
    assert_eq!(holds::<Time>("00:00:00").nanos(), 0);
    assert_eq!(holds::<Time>("23:59:59.999999999").nanos(), 86_399_999_999_999);
    assert_eq!(holds::<Time>("01:02:03.004").hms(), (1, 2, 3, 4_000_000));
    assert_eq!(holds::<Time>("01:02:03.000005").hms(), (1, 2, 3, 5_000));
    assert_eq!("01:02:03.5000000000".parse::<Time>().map(|it| it.to_string()), Ok("01:02:03.500".into()));
    refuses::<Time>(&["24:00:00", "23:60:00", "23:59:60", "1:02:03", "01:02", "01:02:03.", "01:02:03Z", ""]);
    refuses::<Time>(&["01:02:03.0000000001"]);
}

#[test]
fn a_timestamp_is_rfc_3339_in_utc_and_read_with_any_offset() {
    assert_eq!(holds::<Timestamp>("1970-01-01T00:00:00Z"), Timestamp::from_seconds(0));
    assert_eq!(holds::<Timestamp>("1969-12-31T23:59:59.999Z"), Timestamp::from_millis(-1));
    let noon = holds::<Timestamp>("2026-07-01T12:00:00.250Z");
    for text in [
        "2026-07-01T14:00:00.25+02:00",
        "2026-07-01t12:00:00.250000000z",
        "2026-07-01 06:30:00.250-05:30",
        "2026-07-01T12:00:00,25-00:00",
    ] {
        assert_eq!(text.parse(), Ok(noon), "{text}");
    }
    refuses::<Timestamp>(&[
        "2026-07-01",
        "2026-07-01T12:00:00",
        "2026-07-01T12:00Z",
        "2026-07-01T12:00:00+0200",
        "",
    ]);
    refuses::<Timestamp>(&[
        "2026-07-01T12:00:00+24:00",
        "2026-07-01T12:00:00+02:60",
        "2026-07-01T12:00:00Zz",
    ]);
    refuses::<Timestamp>(&["2016-12-31T23:59:60Z", "2026-07-01T12:00:00.0000000001Z"]);
}

#[test]
fn a_local_timestamp_has_no_offset() {
    let local = holds::<LocalTimestamp>("2026-07-01T12:00:00.250");
    assert_eq!(local.assume_utc().to_string(), "2026-07-01T12:00:00.250Z");
    assert_eq!(LocalTimestamp::in_utc(local.assume_utc()), local);
    refuses::<LocalTimestamp>(&["2026-07-01T12:00:00Z", "2026-07-01T12:00:00+02:00", "2026-07-01"]);
}

#[test]
fn a_duration_is_iso_8601() {
    assert_eq!(holds::<Duration>("P1M2DT3.004S"), Duration { months: 1, days: 2, millis: 3004 });
    assert_eq!(holds::<Duration>("PT0S"), Duration::default());
    assert_eq!(holds::<Duration>("P5D"), Duration { months: 0, days: 5, millis: 0 });
    assert_eq!("P1Y2M1W3DT1H1M1.5S".parse(), Ok(Duration { months: 14, days: 10, millis: 3_661_500 }));
    let most = Duration { months: u32::MAX, days: u32::MAX, millis: u32::MAX };
    assert_eq!(most.to_string().parse(), Ok(most));
    refuses::<Duration>(&[
        "", "P", "PT", "P1", "P1DT", "P1D1M", "P1M1M", "P1.5D", "PT1.5M", "-P1D", "P-1D", "1D", "P1H",
    ]);
    refuses::<Duration>(&["P4294967296D", "P400000000Y", "PT4294967.296S", "PT0.0001S", "P1DT1S "]);
}

#[test]
fn an_error_quotes_no_more_than_the_start_of_a_hostile_text() {
    let error = "9".repeat(1 << 20).parse::<Decimal>().expect_err("a million digits").to_string();
    assert!(error.len() < 300, "{} bytes", error.len());
}

proptest! {
    #[test]
    fn what_is_written_reads_back(
        unscaled in any::<i128>(), scale in prop_oneof![0_u32..200, any::<u32>()],
        days in any::<i32>(), nanos in 0_i64..86_400_000_000_000,
        seconds in any::<i64>(), fraction in 0_u32..1_000_000_000,
        bytes in any::<[u8; 16]>(), span in any::<(u32, u32, u32)>(),
    ) {
        holds::<Decimal>(&Decimal::new(unscaled, scale).to_string());
        holds::<Date>(&Date::from_days(days).to_string());
        holds::<Time>(&Time::from_nanos(nanos).unwrap().to_string());
        let moment = Timestamp::new(seconds, fraction).unwrap();
        prop_assert_eq!(holds::<Timestamp>(&moment.to_string()), moment);
        let local = LocalTimestamp::in_utc(moment);
        prop_assert_eq!(holds::<LocalTimestamp>(&local.to_string()), local);
        prop_assert_eq!(holds::<Uuid>(&Uuid(bytes).to_string()), Uuid(bytes));
        let span = Duration { months: span.0, days: span.1, millis: span.2 };
        prop_assert_eq!(holds::<Duration>(&span.to_string()), span);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[-+0-9PTYMWDHSZez:.,]{0,40}|.{0,40}") {
        let _ = (text.parse::<Decimal>(), text.parse::<Uuid>(), text.parse::<Date>(), text.parse::<Time>());
        let _ = (text.parse::<Timestamp>(), text.parse::<LocalTimestamp>(), text.parse::<Duration>());
    }
}
