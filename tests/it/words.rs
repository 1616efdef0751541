//! The words of the ground floor: ids, classes, limits; and places in a schema's text.

use std::time::Duration;

use schemawire::class::Class;
use schemawire::ids::{Guid, KeyOrValue, SchemaId, SchemaKey, Version};
use schemawire::limits::Limits;
use schemawire::schema::{Format, Position, SchemaError, SchemaErrorKind, Span};

const GUID: &str = "89791762-2336-4186-9674-299b90a802e2";

#[test]
fn a_guid_is_read_with_or_without_dashes_and_written_with_them() {
    let guid: Guid = GUID.parse().expect("a GUID");
    assert_eq!(guid.0[..4], [0x89, 0x79, 0x17, 0x62]);
    assert_eq!(guid.to_string(), GUID);
    assert_eq!(GUID.replace('-', "").to_uppercase().parse(), Ok(guid));
}

#[test]
fn what_is_no_guid_is_refused_with_what_was_expected() {
    for text in
        ["", "89791762", &GUID[1..], &format!("{GUID}0"), &GUID.replace('8', "g"), &GUID.replace("89", "+9")]
    {
        let error = text.parse::<Guid>().expect_err(text).to_string();
        assert_eq!(
            error,
            format!("`{text}` is not a valid GUID: expected 32 hex digits, with or without dashes")
        );
    }
}

#[test]
fn names_read_as_people_say_them() {
    assert_eq!(SchemaKey::Id(SchemaId(7)).to_string(), "id 7");
    assert_eq!(SchemaKey::Guid(GUID.parse().expect("a GUID")).to_string(), format!("GUID {GUID}"));
    assert_eq!(Version(3).to_string(), "3");
    assert_eq!((KeyOrValue::Key.as_str(), KeyOrValue::Value.as_str()), ("key", "value"));
}

#[test]
fn only_passing_trouble_is_worth_another_try() {
    let later = Class::Retry { after: Some(Duration::from_secs(1)) };
    assert!(Class::RETRY.is_retriable() && later.is_retriable());
    for class in [Class::BadData, Class::Abort, Class::Fenced, Class::Config, Class::Bug] {
        assert!(!class.is_retriable(), "{class:?}");
    }
}

#[test]
fn the_documented_limits_are_the_defaults() {
    let limits = Limits::default();
    assert_eq!((limits.depth, limits.elements, limits.bytes), (64, 1_000_000, 64 * 1024 * 1024));
    let own = Limits::DEFAULT.with_depth(1).with_elements(2).with_bytes(3);
    assert_eq!((own.depth, own.elements, own.bytes), (1, 2, 3));
}

#[test]
fn a_format_is_named_in_any_case() {
    for format in [Format::Avro, Format::Protobuf, Format::Json, Format::Bincode] {
        assert_eq!(format.as_str().parse(), Ok(format));
        assert_eq!(format.to_string().to_lowercase().parse(), Ok(format));
    }
    assert!("xml".parse::<Format>().is_err());
}

#[test]
fn a_place_counts_lines_and_characters_from_one() {
    let text = "a\n\u{e9}\u{e9}x\n";
    let place = |start| Span::new(start, start).position(text);
    assert_eq!(place(0), Position { line: 1, column: 1 });
    assert_eq!(place(1), Position { line: 1, column: 2 });
    assert_eq!(place(2), Position { line: 2, column: 1 });
    assert_eq!(place(6), Position { line: 2, column: 3 });
    assert_eq!(place(3), place(2), "within a character is at its start");
    assert_eq!(place(999), Position { line: 3, column: 1 });
    assert_eq!(place(6).to_string(), "2:3");
}

#[test]
fn a_schema_error_says_where_and_what() {
    let error = SchemaError::at(Format::Json, SchemaErrorKind::Invalid, "no type", "{\n}", Span::new(2, 3));
    assert_eq!(error.to_string(), "JSON schema, line 2, column 1: no type");
    assert_eq!(error.clone().with_pointer("/a").to_string(), "JSON schema, line 2, column 1, at /a: no type");
    assert_eq!(error.with_pointer("").to_string(), "JSON schema, line 2, column 1, at the root: no type");
    let error = SchemaError::new(Format::Custom("LINES"), SchemaErrorKind::Unsupported, "none");
    assert_eq!((error.to_string().as_str(), error.class()), ("LINES schema: none", Class::Config));
}
