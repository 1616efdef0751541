//! What parses, what does not, and where the errors are.

use proptest::prelude::*;
use schemawire::schema::avro::{Kind, Logical, Unit};
use schemawire::schema::{Format, Mode, Position, Schema, SchemaErrorKind};

use super::{lenient, model};
use crate::support::{corpus, file, rows};

/// Confluent reads registered schemas leniently and a new one strictly. Of the corpora's new schemas it refuses those whose
/// default does not fit; they parse leniently, and no other reason to refuse one may turn up.
#[test]
fn every_schema_of_the_corpora_that_confluent_takes_parses() {
    let (mut count, mut refused) = (0, Vec::new());
    for name in ["avro-java", "karapace-avro", "apicurio-avro", "probe-avro"] {
        let Some(text) = corpus(&format!("{name}.jsonl")) else { return };
        for row in rows(&text) {
            for text in row["history"].as_array().into_iter().flatten().chain([&row["old"], &row["new"]]) {
                if let Err(error) = lenient(text.as_str().unwrap()) {
                    panic!("{}: {error}", row["id"]);
                }
                count += 1;
            }
            if let Err(error) = Schema::avro(row["new"].as_str().unwrap()) {
                assert!(error.message.starts_with("the default of field"), "{}: {error}", row["id"]);
                refused.push(format!("{}: {error}", row["id"]));
            }
        }
    }
    println!("{count} schemas parse; refused as new ones, for their default:\n{}", refused.join("\n"));
    assert!(refused.len() * 100 < count);
}

#[test]
fn an_error_has_its_line_column_and_pointer() {
    let error = Schema::avro(
        "{\"type\": \"record\", \"name\": \"R\", \"fields\": [\n  {\"name\": \"a\", \"type\": \"innt\"}\n]}",
    )
    .unwrap_err();
    assert_eq!(error.kind, SchemaErrorKind::UnknownReference);
    assert_eq!(error.position, Some(Position { line: 2, column: 25 }));
    assert_eq!(error.pointer.as_deref(), Some("/fields/0/type"));
    assert_eq!(
        error.to_string(),
        "AVRO schema, line 2, column 25, at /fields/0/type: no type `innt` is declared before this place, nor in a reference"
    );
}

#[test]
fn what_is_no_schema_is_refused_in_both_modes() {
    let wrong = [
        ("", "expected a JSON value"),
        ("{}", "needs a member `type`"),
        ("5", "a type is a name"),
        (r#""record""#, "stands alone"),
        (r#"{"type":"widget"}"#, "no type `widget`"),
        (r#"{"type":{"type":"int"}}"#, "write the inner type by itself"),
        (r#"{"type":"array"}"#, "`items`"),
        (r#"{"type":"map"}"#, "`values`"),
        (r#"{"type":"record","fields":[]}"#, "`name`"),
        (r#"{"type":"record","name":"R"}"#, "`fields`"),
        (r#"{"type":"record","name":"R","fields":[{"type":"int"}]}"#, "`name`"),
        (r#"{"type":"record","name":"R","fields":[{"name":"a"}]}"#, "`type`"),
        (r#"{"type":"record","name":"R","fields":["a"]}"#, "`name`"),
        (
            r#"{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"a","type":"int"}]}"#,
            "two fields `a`",
        ),
        (r#"{"type":"record","name":"R","fields":[{"name":"a","type":"int","order":"up"}]}"#, "`order`"),
        (r#"{"type":"record","name":"R","aliases":"S","fields":[]}"#, "`aliases`"),
        (r#"{"type":"record","name":"int","fields":[]}"#, "primitive"),
        (r#"{"type":"enum","name":"E"}"#, "`symbols`"),
        (r#"{"type":"enum","name":"E","symbols":["A","A"]}"#, "`A` twice"),
        (r#"{"type":"enum","name":"E","symbols":[1]}"#, "`symbols` holds strings"),
        (r#"{"type":"enum","name":"E","symbols":["A"],"default":"B"}"#, "no symbol of enum `E`"),
        (r#"{"type":"fixed","name":"F"}"#, "`size`"),
        (r#"{"type":"fixed","name":"F","size":-1}"#, "`size`"),
        (r#"{"type":"fixed","name":"F","size":1.0}"#, "`size`"),
        (r#"{"type":"fixed","name":"F","size":3000000000}"#, "`size`"),
        (r#"["int",["string"]]"#, "directly in a union"),
        (r#"["int","int"]"#, "two branches of type `int`"),
        (r#"["int",{"type":"int","logicalType":"date"}]"#, "two branches of type `int`"),
        (r#"[{"type":"fixed","name":"F","size":1},"F"]"#, "two branches of type `F`"),
        (
            r#"[{"type":"fixed","name":"F","size":1},{"type":"enum","name":"F","symbols":[]}]"#,
            "two branches of type `F`",
        ),
        (
            r#"{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"fixed","name":"F","size":1}},{"name":"b","type":{"type":"fixed","name":"F","size":2}}]}"#,
            "declared a second time",
        ),
        (
            r#"{"type":"record","name":"R","fields":[{"name":"a","type":"Later"},{"name":"b","type":{"type":"fixed","name":"Later","size":2}}]}"#,
            "before this place",
        ),
    ];
    for (text, expected) in wrong {
        for error in [Schema::avro(text).unwrap_err(), lenient(text).unwrap_err()] {
            assert!(error.message.contains(expected), "{text}: {error}");
            assert!(error.position.is_some() && error.pointer.is_some(), "{text}: {error:?}");
        }
    }
}

#[test]
fn what_old_registries_let_pass_is_refused_for_a_new_schema_only() {
    let old = [
        r#"{"type":"record","name":"my-record","fields":[]}"#,
        r#"{"type":"record","name":"R","namespace":"a.b-c","fields":[]}"#,
        r#"{"type":"record","name":"R","fields":[{"name":"a b","type":"int"}]}"#,
        r#"{"type":"enum","name":"E","symbols":["A-B"]}"#,
        r#"{"type":"record","name":"R","aliases":["1"],"fields":[]}"#,
        r#"{"type":"int","type":"string"}"#,
        r#"{"type":"record","name":"R","fields":[{"name":"a","type":["null","int"],"default":"null"}]}"#,
    ];
    for text in old {
        assert!(Schema::avro(text).is_err(), "{text}");
        assert!(lenient(text).is_ok(), "{text}");
    }
}

#[test]
fn a_default_fits_its_type_or_any_branch_of_its_union() {
    let record = |kind: &str, default: &str| {
        Schema::avro(&format!(
            r#"{{"type":"record","name":"R","fields":[{{"name":"f","type":{kind},"default":{default}}}]}}"#
        ))
    };
    let point = r#"{"type":"record","name":"P","fields":[{"name":"x","type":"int"},{"name":"y","type":"int","default":0}]}"#;
    let color = r#"{"type":"enum","name":"E","symbols":["RED"]}"#;
    let fixed = r#"{"type":"fixed","name":"F","size":2}"#;
    let node = r#"["null","R"]"#;
    let right = [
        (r#""null""#, "null"),
        (r#""boolean""#, "true"),
        (r#""int""#, "-2147483648"),
        (r#""long""#, "9223372036854775807"),
        (r#""float""#, "1"),
        (r#""double""#, "1.5"),
        (r#""double""#, "\"NaN\""),
        (r#""double""#, "\"2.5\""),
        (r#""string""#, "\"\""),
        (r#""bytes""#, "\"\\u00ff\""),
        (fixed, "\"ab\""),
        (color, "\"RED\""),
        (point, r#"{"x":1}"#),
        (r#"{"type":"array","items":"int"}"#, "[1,2]"),
        (r#"{"type":"map","values":"int"}"#, r#"{"a":1}"#),
        (r#"["null","int"]"#, "5"),
        (r#"["int","null"]"#, "null"),
        (node, "null"),
    ];
    for (kind, default) in right {
        assert!(record(kind, default).is_ok(), "{kind} {default}: {}", record(kind, default).unwrap_err());
    }
    let wrong = [
        (r#""null""#, "0"),
        (r#""boolean""#, "\"true\""),
        (r#""int""#, "2147483648"),
        (r#""int""#, "1.0"),
        (r#""int""#, "\"1\""),
        (r#""long""#, "9223372036854775808"),
        (r#""long""#, "1e3"),
        (r#""float""#, "\"one\""),
        (r#""string""#, "1"),
        (r#""bytes""#, "\"\\u0100\""),
        (fixed, "\"abc\""),
        (color, "\"BLUE\""),
        (point, r#"{"y":1}"#),
        (point, r#"{"x":"1"}"#),
        (point, "[]"),
        (r#"{"type":"array","items":"int"}"#, r#"[1,"2"]"#),
        (r#"{"type":"map","values":"int"}"#, "[]"),
        (r#"["null","int"]"#, "\"null\""),
        (node, "{}"),
        (r#""R""#, "{}"),
    ];
    for (kind, default) in wrong {
        let error = record(kind, default).expect_err(default);
        assert_eq!(error.pointer.as_deref(), Some("/fields/0/default"), "{error}");
        assert!(error.message.starts_with("the default of field `f` does not fit its type"), "{error}");
    }
}

#[test]
fn defaults_of_nested_unions_of_records_are_checked_in_linear_time() {
    let branches: Vec<String> = (0..12).map(|index| format!(r#""R{index}""#)).collect();
    let next = format!(r#"["null",{}]"#, branches.join(","));
    let mut value = r#""wrong""#.to_owned();
    for _ in 0..60 {
        value = format!(r#"{{"next":{value}}}"#);
    }
    // Every record is declared once, nested in the one before it; each may be followed by any of them.
    let mut declared = String::from("\"null\"");
    for index in (0..12).rev() {
        declared = format!(
            r#"{{"type":"record","name":"R{index}","fields":[{{"name":"inner","type":{declared},"default":null}},{{"name":"next","type":{}}}]}}"#,
            if index == 0 { next.clone() } else { r#"["null","R0"]"#.to_owned() }
        );
        declared = format!(r#"["null",{declared}]"#);
    }
    let text = format!(
        r#"{{"type":"record","name":"Top","fields":[{{"name":"a","type":{declared}}},{{"name":"b","type":{next},"default":{value}}}]}}"#
    );
    assert!(Schema::avro(&text).unwrap_err().message.contains("does not fit"));
}

#[test]
fn logical_types_are_read_and_invalid_annotations_are_ignored() {
    let logical = |text: &str| model(&Schema::avro(text).unwrap()).root.logical;
    let decimal = Some(Logical::Decimal { precision: 4, scale: 2 });
    let cases = [
        (r#"{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}"#, decimal),
        (
            r#"{"type":"bytes","logicalType":"decimal","precision":4}"#,
            Some(Logical::Decimal { precision: 4, scale: 0 }),
        ),
        (r#"{"type":"fixed","name":"F","size":2,"logicalType":"decimal","precision":4,"scale":2}"#, decimal),
        (r#"{"type":"fixed","name":"F","size":2,"logicalType":"decimal","precision":5,"scale":2}"#, None),
        (
            r#"{"type":"fixed","name":"F","size":16,"logicalType":"decimal","precision":38}"#,
            Some(Logical::Decimal { precision: 38, scale: 0 }),
        ),
        (r#"{"type":"fixed","name":"F","size":16,"logicalType":"decimal","precision":39}"#, None),
        (r#"{"type":"bytes","logicalType":"decimal","precision":4,"scale":5}"#, None),
        (r#"{"type":"bytes","logicalType":"decimal","precision":4,"scale":-1}"#, None),
        (r#"{"type":"bytes","logicalType":"decimal","precision":0}"#, None),
        (r#"{"type":"bytes","logicalType":"decimal"}"#, None),
        (r#"{"type":"string","logicalType":"decimal","precision":4}"#, None),
        (r#"{"type":"string","logicalType":"uuid"}"#, Some(Logical::Uuid)),
        (r#"{"type":"fixed","name":"F","size":16,"logicalType":"uuid"}"#, Some(Logical::Uuid)),
        (r#"{"type":"fixed","name":"F","size":15,"logicalType":"uuid"}"#, None),
        (r#"{"type":"int","logicalType":"date"}"#, Some(Logical::Date)),
        (r#"{"type":"long","logicalType":"date"}"#, None),
        (r#"{"type":"int","logicalType":"time-millis"}"#, Some(Logical::Time(Unit::Millis))),
        (r#"{"type":"long","logicalType":"time-micros"}"#, Some(Logical::Time(Unit::Micros))),
        (r#"{"type":"int","logicalType":"time-micros"}"#, None),
        (r#"{"type":"long","logicalType":"timestamp-millis"}"#, Some(Logical::Timestamp(Unit::Millis))),
        (r#"{"type":"long","logicalType":"timestamp-micros"}"#, Some(Logical::Timestamp(Unit::Micros))),
        (r#"{"type":"long","logicalType":"timestamp-nanos"}"#, Some(Logical::Timestamp(Unit::Nanos))),
        (
            r#"{"type":"long","logicalType":"local-timestamp-millis"}"#,
            Some(Logical::LocalTimestamp(Unit::Millis)),
        ),
        (
            r#"{"type":"long","logicalType":"local-timestamp-micros"}"#,
            Some(Logical::LocalTimestamp(Unit::Micros)),
        ),
        (
            r#"{"type":"long","logicalType":"local-timestamp-nanos"}"#,
            Some(Logical::LocalTimestamp(Unit::Nanos)),
        ),
        (r#"{"type":"fixed","name":"F","size":12,"logicalType":"duration"}"#, Some(Logical::Duration)),
        (r#"{"type":"fixed","name":"F","size":11,"logicalType":"duration"}"#, None),
        (r#"{"type":"int","logicalType":"unheard-of"}"#, None),
        (r#"{"type":"int","logicalType":7}"#, None),
    ];
    for (text, expected) in cases {
        assert_eq!(logical(text), expected, "{text}");
    }
}

#[test]
fn names_take_the_namespace_around_them() {
    let text = r#"{"type":"record","name":"a.b.R","namespace":"ignored","aliases":["Old","c.Older"],"fields":[
        {"name":"e","type":{"type":"enum","name":"E","symbols":[]}},
        {"name":"f","type":{"type":"fixed","name":"F","namespace":"c","size":1}},
        {"name":"g","type":["E","c.F","R",{"type":"array","items":"a.b.E"}]}]}"#;
    let schema = Schema::avro(text).unwrap();
    let Kind::Record(record) = &model(&schema).root.kind else { panic!("{schema:?}") };
    assert_eq!(record.name.full(), "a.b.R");
    assert_eq!((record.name.namespace(), record.name.simple()), (Some("a.b"), "R"));
    assert_eq!(record.aliases.iter().map(|alias| alias.full()).collect::<Vec<_>>(), ["a.b.Old", "c.Older"]);
    let names: Vec<_> = record.fields.iter().map(|field| field.schema.kind.name()).collect();
    assert_eq!(names, ["a.b.E", "c.F", "union"]);
}

#[test]
fn nesting_beyond_the_limit_is_an_error_not_an_overflow() {
    let text = r#"{"type":"array","items":"#.repeat(100_000);
    assert_eq!(Schema::avro(&text).unwrap_err().kind, SchemaErrorKind::TooLarge);
    assert_eq!(Schema::avro(&"[".repeat(100_000)).unwrap_err().kind, SchemaErrorKind::TooLarge);
}

#[test]
fn comments_are_taken_as_java_takes_them() {
    let schema = Schema::parse(Format::Avro, "/* a */ \"int\" // b", Vec::new(), Mode::Strict).unwrap();
    assert_eq!(schema.canonical(), "\"int\"");
}

proptest! {
    #[test]
    fn any_text_is_a_schema_or_an_error_with_a_place(text in ".{0,60}") {
        for mode in [Mode::Strict, Mode::Lenient] {
            if let Err(error) = Schema::parse(Format::Avro, &text, Vec::new(), mode) {
                prop_assert!(error.position.is_some() && error.pointer.is_some(), "{error:?}");
            }
        }
    }

    /// One byte of a real schema is another: it parses, and then its canonical text parses to the same; or it does not.
    #[test]
    fn a_schema_with_a_changed_byte_is_a_schema_or_an_error(at in 0_usize..3_000, byte in 0x20_u8..0x7f) {
        let mut bytes = std::fs::read(file("schemas/quake/v1.avsc")).unwrap();
        let at = at % bytes.len();
        bytes[at] = byte;
        let text = String::from_utf8(bytes).unwrap();
        match Schema::avro(&text) {
            Ok(schema) => {
                let canonical = schema.canonical();
                prop_assert_eq!(Schema::avro(&canonical).unwrap().canonical(), canonical);
            }
            Err(error) => prop_assert!(error.position.is_some() && error.pointer.is_some(), "{error:?}"),
        }
    }
}
