//! A value as plain JSON, and back.

use schemawire::value::{Decimal, LocalTimestamp, Timestamp, Uuid, ValueBuilder, View, from_json};

/// What one value looks like.
fn shown(write: impl FnOnce(&mut ValueBuilder<'_>)) -> String {
    let mut builder = ValueBuilder::new();
    write(&mut builder);
    builder.finish().to_string()
}

#[test]
fn scalars_are_shown_as_json_has_them_or_as_text() {
    assert_eq!(shown(|_| ()), "null");
    assert_eq!(shown(|it| _ = it.unsigned(u64::MAX)), "18446744073709551615");
    assert_eq!(shown(|it| _ = it.long(i64::MIN)), "-9223372036854775808");
    assert_eq!(shown(|it| _ = it.float(0.1)), "0.1");
    assert_eq!(shown(|it| _ = it.double(1.0)), "1.0");
    assert_eq!(shown(|it| _ = it.double(f64::NAN)), r#""NaN""#);
    assert_eq!(shown(|it| _ = it.float(f32::INFINITY)), r#""Infinity""#);
    assert_eq!(shown(|it| _ = it.double(f64::NEG_INFINITY)), r#""-Infinity""#);
    assert_eq!(shown(|it| _ = it.text("a\"\n\u{e9}\u{1}")), "\"a\\\"\\n\u{e9}\\u0001\"");
    assert_eq!(shown(|it| _ = it.symbol(3, "RED")), r#""RED""#);
    assert_eq!(shown(|it| _ = it.decimal(Decimal::new(5, 1))), r#""0.5""#);
    assert_eq!(shown(|it| _ = it.uuid(Uuid([0; 16]))), r#""00000000-0000-0000-0000-000000000000""#);
    assert_eq!(shown(|it| _ = it.timestamp(Timestamp::from_millis(1))), r#""1970-01-01T00:00:00.001Z""#);
    let local = LocalTimestamp::in_utc(Timestamp::from_millis(0));
    assert_eq!(shown(|it| _ = it.local_timestamp(local)), r#""1970-01-01T00:00:00""#);
    assert_eq!(shown(|it| _ = it.branch(2).int(1)), "1");
}

/// The vectors of RFC 4648, section 10.
#[test]
fn bytes_are_shown_as_base64() {
    for (bytes, text) in [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ] {
        assert_eq!(shown(|it| _ = it.copied_bytes(bytes.as_bytes())), format!("\"{text}\""));
    }
    assert_eq!(shown(|it| _ = it.bytes(&[0xfb, 0xff, 0xfe])), r#""+//+""#);
}

#[test]
fn every_key_of_a_map_becomes_text() {
    let text = shown(|it| {
        let map = it.begin_map();
        it.text("a").int(1);
        it.int(2).int(2);
        it.bool(true).int(3);
        it.null().int(4);
        it.double(1.5).int(5);
        it.double(f64::NAN).int(6);
        it.bytes(b"f").int(7);
        let key = it.begin_array();
        it.int(8);
        it.end(key);
        it.int(8);
        it.end(map);
    });
    assert_eq!(text, r#"{"a":1,"2":2,"true":3,"null":4,"1.5":5,"NaN":6,"Zg==":7,"[8]":8}"#);
}

#[test]
fn json_is_read_in_order_and_with_the_narrowest_whole_number() {
    let text = r#"{"z":[1,-2147483649,9223372036854775808,1.0,1e2],"a":{"":null},"z2":"t\u00e9xt","b":[true,[],{}]}"#;
    let value = from_json(text).expect("JSON");
    let numbers = value.root().field("z").expect("a member");
    let views: Vec<_> = (0..5).filter_map(|place| numbers.item(place)).map(|item| item.view()).collect();
    assert_eq!(
        views,
        [
            View::Int(1),
            View::Long(-2_147_483_649),
            View::Unsigned(1 << 63),
            View::Double(1.0),
            View::Double(100.0)
        ]
    );
    assert_eq!(
        value.to_string(),
        "{\"z\":[1,-2147483649,9223372036854775808,1.0,100.0],\"a\":{\"\":null},\"z2\":\"t\u{e9}xt\",\"b\":[true,[],{}]}"
    );
    assert_eq!(format!("{:#}", from_json("[1]").expect("JSON")), "[\n  1\n]");
}

#[test]
fn what_is_not_json_is_an_error_with_its_place() {
    for text in ["", "{", "[1,]", "1 2", "nul", "{1:2}", "\"\\ud800\"", "[1e999]"] {
        let error = from_json(text).expect_err(text);
        assert_eq!(error.to_string(), "not JSON");
        let cause = std::error::Error::source(&error).expect("a cause").to_string();
        assert!(cause.contains("line 1 column"), "{cause}");
    }
}

#[test]
fn json_nested_beyond_128_levels_is_refused_before_the_stack_is_gone() {
    assert!(from_json(&format!("{}{}", "[".repeat(127), "]".repeat(127))).is_ok());
    assert!(from_json(&"[".repeat(100_000)).is_err());
    assert!(from_json(&"{\"a\":".repeat(100_000)).is_err());
}
