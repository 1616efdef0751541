//! Logical values as the types of other crates: exactly, or an error.

#[cfg(feature = "uuid")]
mod uuid_crate {
    use schemawire::value::Uuid;
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Row {
        #[serde(with = "schemawire::value::with::uuid")]
        id: uuid::Uuid,
        #[serde(with = "schemawire::value::with::uuid::option")]
        parent: Option<uuid::Uuid>,
    }

    #[test]
    fn a_uuid_passes_through_json() {
        let id = uuid::Uuid::from_u128(0x8979_1762_2336_4186_9674_299b_90a8_02e2);
        let row = Row { id, parent: None };
        let text = r#"{"id":"89791762-2336-4186-9674-299b90a802e2","parent":null}"#;
        assert_eq!(serde_json::to_string(&row).expect("JSON"), text);
        assert_eq!(serde_json::from_str::<Row>(text).expect("JSON"), row);
        assert_eq!(uuid::Uuid::from(Uuid::from(id)), id);
    }
}

#[cfg(feature = "rust_decimal")]
mod rust_decimal_crate {
    use rust_decimal::Decimal as Foreign;
    use schemawire::value::Decimal;
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Row {
        #[serde(with = "schemawire::value::with::rust_decimal")]
        price: Foreign,
        #[serde(with = "schemawire::value::with::rust_decimal::option")]
        old: Option<Foreign>,
    }

    #[test]
    fn a_decimal_keeps_its_scale_through_json() {
        let row = Row { price: Foreign::new(1250, 2), old: Some(Foreign::new(-1, 28)) };
        let text = serde_json::to_string(&row).expect("JSON");
        assert_eq!(text, r#"{"price":"12.50","old":"-0.0000000000000000000000000001"}"#);
        let back: Row = serde_json::from_str(&text).expect("JSON");
        assert_eq!(back, row);
        assert_eq!(back.price.scale(), 2);
    }

    #[test]
    fn a_decimal_that_does_not_fit_is_refused() {
        for (unscaled, scale) in [(1, 29), (1 << 96, 0), (i128::MIN, 2)] {
            let error = Foreign::try_from(Decimal::new(unscaled, scale)).expect_err("too large").to_string();
            assert!(error.contains("does not fit rust_decimal"), "{error}");
        }
        assert_eq!(Decimal::from(Foreign::MIN), Decimal::new(-((1 << 96) - 1), 0));
        assert_eq!(Foreign::try_from(Decimal::from(Foreign::MAX)), Ok(Foreign::MAX));
    }
}

#[cfg(feature = "jiff")]
mod jiff_crate {
    use jiff::civil;
    use proptest::prelude::*;
    use schemawire::value::{Date, LocalTimestamp, Time, Timestamp};
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Row {
        #[serde(with = "schemawire::value::with::jiff::timestamp")]
        at: jiff::Timestamp,
        #[serde(with = "schemawire::value::with::jiff::local_timestamp::option")]
        wall: Option<civil::DateTime>,
        #[serde(with = "schemawire::value::with::jiff::date")]
        day: civil::Date,
        #[serde(with = "schemawire::value::with::jiff::time")]
        time: civil::Time,
    }

    #[test]
    fn moments_pass_through_json() {
        let row = Row {
            at: jiff::Timestamp::new(-1, -5).expect("a moment"),
            wall: Some(civil::datetime(2026, 7, 1, 12, 0, 0, 250_000_000)),
            day: civil::date(-1, 2, 28),
            time: civil::time(23, 59, 59, 1),
        };
        let text = serde_json::to_string(&row).expect("JSON");
        assert_eq!(
            text,
            concat!(
                r#"{"at":"1969-12-31T23:59:58.999999995Z","wall":"2026-07-01T12:00:00.250","#,
                r#""day":"-000001-02-28","time":"23:59:59.000000001"}"#
            )
        );
        assert_eq!(serde_json::from_str::<Row>(&text).expect("JSON"), row);
    }

    #[test]
    fn years_beyond_jiffs_are_refused() {
        let far = Timestamp::from_seconds(i64::MAX);
        assert!(jiff::Timestamp::try_from(far).is_err());
        assert!(civil::DateTime::try_from(LocalTimestamp::in_utc(far)).is_err());
        assert!(civil::Date::try_from(Date::from_days(i32::MAX)).is_err());
        assert!(civil::Date::try_from(Date::from_ymd(10_000, 1, 1).expect("a day")).is_err());
    }

    #[test]
    fn the_ends_of_jiffs_range_pass() {
        for end in [jiff::Timestamp::MIN, jiff::Timestamp::MAX] {
            assert_eq!(jiff::Timestamp::try_from(Timestamp::from(end)), Ok(end));
        }
        for end in [civil::DateTime::MIN, civil::DateTime::MAX] {
            assert_eq!(civil::DateTime::try_from(LocalTimestamp::from(end)), Ok(end));
        }
    }

    proptest! {
        /// jiff is the oracle for the calendar.
        #[test]
        fn days_and_texts_agree_with_jiffs(nanos in -377_705_023_201_000_000_000_i128..253_402_207_200_000_000_000) {
            let theirs = jiff::Timestamp::from_nanosecond(nanos).expect("a moment");
            let ours = Timestamp::from(theirs);
            prop_assert_eq!(jiff::Timestamp::try_from(ours), Ok(theirs));
            prop_assert_eq!(ours.to_string().parse::<jiff::Timestamp>().expect("RFC 3339"), theirs);
            prop_assert_eq!(theirs.to_string().parse(), Ok(ours));
            let local = jiff::tz::Offset::UTC.to_datetime(theirs);
            prop_assert_eq!(LocalTimestamp::from(local), LocalTimestamp::in_utc(ours));
            prop_assert_eq!(Date::from(local.date()).to_string(), local.date().to_string());
            prop_assert_eq!(civil::Date::try_from(Date::from(local.date())), Ok(local.date()));
            prop_assert_eq!(civil::Time::try_from(Time::from(local.time())), Ok(local.time()));
        }
    }
}

#[cfg(feature = "chrono")]
mod chrono_crate {
    use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
    use proptest::prelude::*;
    use schemawire::value::{Date, LocalTimestamp, Time, Timestamp};
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Row {
        #[serde(with = "schemawire::value::with::chrono::timestamp::option")]
        at: Option<DateTime<Utc>>,
        #[serde(with = "schemawire::value::with::chrono::local_timestamp")]
        wall: NaiveDateTime,
        #[serde(with = "schemawire::value::with::chrono::date")]
        day: NaiveDate,
        #[serde(with = "schemawire::value::with::chrono::time")]
        time: NaiveTime,
    }

    #[test]
    fn moments_pass_through_json() {
        let at = DateTime::from_timestamp(-1, 5).expect("a moment");
        let row = Row { at: Some(at), wall: at.naive_utc(), day: at.date_naive(), time: at.time() };
        let text = serde_json::to_string(&row).expect("JSON");
        assert_eq!(
            text,
            concat!(
                r#"{"at":"1969-12-31T23:59:59.000000005Z","wall":"1969-12-31T23:59:59.000000005","#,
                r#""day":"1969-12-31","time":"23:59:59.000000005"}"#
            )
        );
        assert_eq!(serde_json::from_str::<Row>(&text).expect("JSON"), row);
    }

    #[test]
    fn a_leap_second_is_refused() {
        let day = NaiveDate::from_ymd_opt(2016, 12, 31).expect("a day");
        let leap = day.and_hms_milli_opt(23, 59, 59, 1_000).expect("a leap second");
        let error = Timestamp::try_from(leap.and_utc()).expect_err("no POSIX time").to_string();
        assert!(error.contains("leap second"), "{error}");
        assert!(LocalTimestamp::try_from(leap).is_err() && Time::try_from(leap.time()).is_err());
    }

    #[test]
    fn years_beyond_chronos_are_refused_and_its_ends_pass() {
        for far in [i64::MIN, -1 << 53, 1 << 53, i64::MAX] {
            assert!(DateTime::<Utc>::try_from(Timestamp::from_seconds(far)).is_err(), "{far}");
        }
        assert!(NaiveDate::try_from(Date::from_days(i32::MIN)).is_err());
        for end in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            assert_eq!(Timestamp::try_from(end).and_then(DateTime::<Utc>::try_from), Ok(end));
        }
        for end in [NaiveDate::MIN, NaiveDate::MAX] {
            assert_eq!(NaiveDate::try_from(Date::from(end)), Ok(end));
        }
    }

    proptest! {
        /// chrono is the oracle for the calendar beyond jiff's years.
        #[test]
        fn days_and_texts_agree_with_chronos(days in -95_000_000_i32..95_000_000, second in 0_u32..86_400) {
            let day = NaiveDate::from_epoch_days(days).expect("a day");
            prop_assert_eq!(Date::from(day), Date::from_days(days));
            prop_assert_eq!(NaiveDate::try_from(Date::from_days(days)), Ok(day));
            let time = NaiveTime::from_num_seconds_from_midnight_opt(second, 0).expect("a time");
            let moment = Timestamp::try_from(day.and_time(time).and_utc()).expect("no leap second");
            prop_assert_eq!(moment.seconds(), i64::from(days) * 86_400 + i64::from(second));
        }
    }
}
