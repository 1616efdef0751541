use super::{DEPTH, Dialect, Document};
use crate::schema::{Format, Position, SchemaError, SchemaErrorKind};

fn parse(text: &str) -> Result<Document, SchemaError> {
    Document::parse(Format::Json, text, Dialect::STRICT)
}

#[test]
fn order_numbers_and_text_come_back_as_written() {
    let text = r#"{"b":1.50,"a":[1e2,-0,123456789012345678901234567890],"c":"é\n\u0001😀","d":[true,false,null,{}]}"#;
    assert_eq!(parse(text).unwrap().root.to_text(), text);
    let spaced = " { \"b\" : [ 1 , 2 ] }\n";
    assert_eq!(parse(spaced).unwrap().root.to_text(), r#"{"b":[1,2]}"#);
    assert_eq!(parse(r#""\ud83d\ude00\/""#).unwrap().root.as_str(), Some("😀/"));
}

#[test]
fn a_value_converts_for_libraries() {
    let text = r#"{"b":1.5,"a":[1,null,true,"x"],"c":-3}"#;
    let expected: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!(parse(text).unwrap().root.to_value(), expected);
}

#[test]
fn an_error_names_line_column_and_pointer() {
    let error = parse("{\n  \"a\": [1,\n   tru]}").unwrap_err();
    assert_eq!(error.position, Some(Position { line: 3, column: 4 }));
    assert_eq!(error.pointer.as_deref(), Some("/a/1"));
    assert_eq!(error.kind, SchemaErrorKind::Syntax);
}

#[test]
fn a_member_named_twice_is_an_error_or_the_last_value_at_the_first_place() {
    let text = r#"{"a":1,"b":2,"a":3}"#;
    let error = parse(text).unwrap_err();
    assert_eq!((error.pointer.as_deref(), error.position.unwrap().column), (Some("/a"), 14));
    let forgiving = Dialect { comments: false, duplicates: true };
    let document = Document::parse(Format::Json, text, forgiving).unwrap();
    assert_eq!(document.root.to_text(), r#"{"a":3,"b":2}"#);
}

#[test]
fn nesting_beyond_the_limit_is_an_error_and_up_to_it_is_not() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(parse(&nested(DEPTH)).is_ok());
    assert_eq!(parse(&nested(DEPTH + 1)).unwrap_err().kind, SchemaErrorKind::TooLarge);
    assert_eq!(parse(&"{\"a\":".repeat(1_000_000)).unwrap_err().kind, SchemaErrorKind::TooLarge);
}

#[test]
fn text_that_is_not_json_is_an_error() {
    let wrong = [
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "01",
        "1.",
        "-",
        "1e",
        "1e999",
        "\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\t\"",
        "nul",
        "1 2",
        "// x\n1",
        "\u{feff}1",
        "{\"a\":1,}",
        "+1",
        "\"\\ué000\"",
    ];
    for text in wrong {
        assert!(parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn comments_are_read_where_the_dialect_has_them() {
    let dialect = Dialect { comments: true, duplicates: false };
    let document = Document::parse(Format::Avro, "/* a */ {\"a\" // b\n : /**/ 1} // c", dialect).unwrap();
    assert_eq!(document.root.to_text(), r#"{"a":1}"#);
    assert!(Document::parse(Format::Avro, "1 /* no end", dialect).is_err());
    assert!(Document::parse(Format::Avro, "1 /", dialect).is_err());
}

#[test]
fn a_place_leads_back_to_its_pointer() {
    let document = parse(r#"{"a/b":[{"c~d":"x"}]}"#).unwrap();
    let member = &document.root.members()[0];
    let inner = &member.value.items()[0].members()[0];
    assert_eq!(document.pointer(inner.value.span), "/a~1b/0/c~0d");
    assert_eq!(document.pointer(inner.name_span), "/a~1b/0/c~0d");
    assert_eq!(document.pointer(document.root.span), "");
}
