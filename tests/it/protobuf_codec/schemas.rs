//! Parsing and linking: what is taken, what is refused, and where.

use base64::Engine as _;
use prost::Message as _;
use prost_types::{DescriptorProto, FileDescriptorProto};
use schemawire::schema::protobuf::{MAX_LENGTH, Origin};
use schemawire::schema::{Format, Mode, Model, Position, Reference, Schema, SchemaError, SchemaErrorKind};

use crate::support::{corpus, rows};

pub(super) fn model(schema: &Schema) -> &schemawire::schema::protobuf::Model {
    match schema.model() {
        Model::Protobuf(model) => model,
        other => panic!("not a Protobuf model: {other:?}"),
    }
}

pub(super) fn lenient(text: &str) -> Result<Schema, SchemaError> {
    Schema::parse(Format::Protobuf, text, Vec::new(), Mode::Lenient)
}

/// All Protobuf texts of the corpora with what they refer to.
pub(super) fn corpus_texts() -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for name in ["karapace-protobuf.jsonl", "probe-protobuf.jsonl"] {
        for row in corpus(name).iter().flat_map(|text| rows(text)) {
            let id = row["id"].as_str().expect("an id").to_owned();
            let history = row["history"].as_array().cloned().unwrap_or_default();
            let all = [&row["old"], &row["new"]].into_iter().chain(&history);
            texts.extend(all.filter_map(|text| Some((id.clone(), text.as_str()?.to_owned()))));
        }
    }
    texts
}

#[test]
fn every_schema_of_the_corpora_parses() {
    let mut refused = Vec::new();
    for (id, text) in corpus_texts() {
        if let Err(error) = lenient(&text) {
            refused.push(format!("{id}: {error}\n{text}"));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn what_does_not_link_is_refused_strictly_and_taken_leniently() {
    let mut refused: Vec<String> = corpus_texts()
        .iter()
        .filter_map(|(id, text)| Some(format!("{id}: {}", Schema::protobuf(text).err()?.message)))
        .collect();
    refused.dedup();
    let expected = [
        "karapace-protobuf/test_compatibility_ordering_change_msg#0: message numbers must be between 1 and 536870911",
        "probe-protobuf/unresolvable-type-same-name: name 'x.Y' is not defined",
    ];
    assert!(refused.is_empty() || refused == expected, "{refused:#?}");
}

#[test]
fn syntax_errors_have_line_and_column() {
    let place = |text: &str| Schema::protobuf(text).expect_err(text).position;
    let at = |line, column| Some(Position { line, column });
    assert_eq!(place("syntax = \"proto3\";\nmessage A {\n  int32 x 1;\n}"), at(3, 11));
    assert_eq!(place("syntax = \"proto3\";\nmessage é { }"), at(2, 9));
    assert_eq!(place("syntax = \"proto3\";\nmessage A {\n"), at(2, 12));
    assert_eq!(place("package a;\npackage b;\n"), at(2, 1));
    assert_eq!(place("edition = \"2023\";"), at(1, 1));
    // Columns count characters, not bytes.
    assert_eq!(place("message A { /* \u{e9}\u{e9} */ int32 }"), at(1, 28));
}

#[test]
fn unknown_types_have_line_and_column() {
    let error =
        Schema::protobuf("syntax = \"proto3\";\nmessage A {\n  B b = 1;\n}").expect_err("B is unknown");
    assert_eq!(error.kind, SchemaErrorKind::Invalid);
    assert_eq!(error.position, Some(Position { line: 3, column: 3 }));
    assert_eq!(error.to_string(), "PROTOBUF schema, line 3, column 3: name 'B' is not defined");
}

#[test]
fn an_unknown_import_is_an_unknown_reference_with_its_place() {
    let text =
        "syntax = \"proto3\";\nimport \"google/protobuf/any.proto\";\nimport \"a/b.proto\";\nmessage A {}";
    let error = Schema::protobuf(text).expect_err("a/b.proto is unknown");
    assert_eq!(error.kind, SchemaErrorKind::UnknownReference);
    assert_eq!(error.position, Some(Position { line: 3, column: 1 }));
    assert!(error.message.contains("`a/b.proto`"), "{error}");
    assert!(lenient(text).is_ok());
}

#[test]
fn imports_come_from_references_transitively_and_in_any_order() {
    let parse = |text, references| Schema::parse(Format::Protobuf, text, references, Mode::Strict);
    let c = parse("syntax = \"proto3\"; package c; message C { int32 x = 1; }", vec![]).expect("c");
    let b_text = "syntax = \"proto3\"; package b; import \"c.proto\"; message B { c.C c = 1; }";
    let b = parse(b_text, vec![(Reference::local("c.proto"), c.clone())]).expect("b");
    let a_text = "syntax = \"proto3\"; import \"b.proto\"; import \"c.proto\"; message A { b.B b = 1; c.C c = 2; c.C d = 3; }";
    // c is given by b alone.
    parse(a_text, vec![(Reference::local("b.proto"), b.clone())]).expect("a");
    let both = vec![(Reference::local("c.proto"), c), (Reference::local("b.proto"), b)];
    parse(a_text, both).expect("a with both");
}

#[test]
fn imports_in_a_circle_are_an_error_that_names_it() {
    let lenient = |text: &str| lenient(text).expect("parses");
    let references = vec![
        (Reference::local("b.proto"), lenient("import \"c.proto\"; message B {}")),
        (Reference::local("c.proto"), lenient("import \"b.proto\"; message C {}")),
    ];
    let error = Schema::parse(Format::Protobuf, "import \"b.proto\"; message A {}", references, Mode::Strict)
        .expect_err("a circle");
    assert!(error.message.contains("b.proto -> c.proto -> b.proto"), "{error}");
    assert_eq!(error.position, Some(Position { line: 1, column: 1 }));
}

#[test]
fn a_long_chain_of_imports_does_not_overflow_the_stack() {
    const LENGTH: usize = 3_000;
    let references = (0..LENGTH)
        .map(|index| {
            let text = format!("import \"{}.proto\"; message M{index} {{}}", index + 1);
            (Reference::local(&format!("{index}.proto")), lenient(&text).expect("parses"))
        })
        .collect();
    let error = Schema::parse(Format::Protobuf, "import \"0.proto\";", references, Mode::Strict)
        .expect_err("the last import is missing");
    assert_eq!(error.kind, SchemaErrorKind::UnknownReference);
    assert!(error.message.contains("`3000.proto`, which `2999.proto` imports"), "{error}");
}

#[test]
fn the_files_of_google_and_confluent_need_no_reference() {
    let text = r#"syntax = "proto3";
        import "google/protobuf/timestamp.proto";
        import "google/type/postal_address.proto";
        import "confluent/meta.proto";
        import "confluent/type/decimal.proto";
        message A {
            google.protobuf.Timestamp at = 1;
            google.type.PostalAddress address = 2;
            confluent.type.Decimal price = 3 [(confluent.field_meta) = { params: { key: "precision", value: "8" } }];
        }"#;
    Schema::protobuf(text).expect("links");
}

#[test]
fn options_that_nobody_declares_are_taken_as_confluent_does() {
    let text = "syntax = \"proto3\"; option (a.b).c = { x: 1 }; message A { int32 x = 1 [(nobody) = true, other = X]; }";
    Schema::protobuf(text).expect("links");
}

#[test]
fn a_descriptor_in_base64_is_a_schema() {
    let file = FileDescriptorProto {
        name: Some("user.proto".into()),
        package: Some("a.b".into()),
        syntax: Some("proto3".into()),
        message_type: vec![DescriptorProto { name: Some("User".into()), ..DescriptorProto::default() }],
        ..FileDescriptorProto::default()
    };
    let text = base64::engine::general_purpose::STANDARD.encode(file.encode_to_vec());
    let schema = Schema::protobuf(&text).expect("a descriptor");
    assert_eq!(model(&schema).origin(), Origin::Descriptor);
    assert_eq!(schema.full_name().as_deref(), Some("a.b.User"));
    let unpadded = text.trim_end_matches('=');
    assert_eq!(model(&Schema::protobuf(unpadded).expect("without padding")).file(), &file);
}

#[test]
fn a_word_is_not_taken_for_a_descriptor() {
    let error = Schema::protobuf("message").expect_err("a word");
    assert_eq!(error.kind, SchemaErrorKind::Syntax);
    assert!(Schema::protobuf("").is_ok(), "an empty file declares nothing, and is one");
    assert_eq!(Schema::protobuf("").expect("empty").full_name(), None);
}

#[test]
fn spans_point_into_the_text() {
    let text = "syntax = \"proto3\";\nmessage A {\n  string é = 1;\n}".replace('é', "e");
    let schema = Schema::protobuf(&text).expect("parses");
    let span = model(&schema).span(&[4, 0, 2, 0]).expect("the field has a place");
    assert_eq!(&text[span.start as usize..span.end as usize], "string e = 1;");
}

#[test]
fn deeply_nested_text_does_not_overflow_the_stack() {
    for opening in ["message A { ", "option a = { ", "{", "[", "(", "<", "optional group A = 1 { "] {
        let text = opening.repeat(200_000 / opening.len() * 4);
        let error = lenient(&text).expect_err("too deep");
        assert!(matches!(error.kind, SchemaErrorKind::TooLarge), "{opening}: {error}");
    }
}

#[test]
fn messages_nested_past_the_limit_of_the_language_are_refused() {
    let nested = |depth: usize| "message A {".repeat(depth) + &"}".repeat(depth);
    assert!(lenient(&nested(31)).is_ok());
    assert!(lenient(&nested(40)).is_err());
    let mut message = DescriptorProto::default();
    for _ in 0..60 {
        message =
            DescriptorProto { name: Some("A".into()), nested_type: vec![message], ..Default::default() };
    }
    let file = FileDescriptorProto { message_type: vec![message], ..Default::default() };
    let text = base64::engine::general_purpose::STANDARD.encode(file.encode_to_vec());
    assert_eq!(lenient(&text).expect_err("too deep").kind, SchemaErrorKind::TooLarge);
}

#[test]
fn long_runs_of_space_comments_and_junk_do_not_overflow_the_stack() {
    let pieces = [
        " ", "\n", "//\n", "/**/", "/**/\n", "; ", "\"\" ", "'", "@", "\\", "1 ", "1.0e9 ", ". ", "import ",
        "\"a",
    ];
    for piece in pieces {
        let text = piece.repeat(200_000 / piece.len());
        let _ = lenient(&text);
        let _ = lenient(&format!("message A {{ {text}"));
        let _ = lenient(&format!("option a = {{ {text}"));
    }
}

#[test]
fn a_text_past_the_limit_is_refused_before_it_is_parsed() {
    let text = " ".repeat(MAX_LENGTH + 1);
    assert_eq!(lenient(&text).expect_err("too long").kind, SchemaErrorKind::TooLarge);
}

#[test]
fn numbers_out_of_range_and_empty_oneofs_are_forgiven_leniently() {
    let text = "message A {\n  optional int32 x = 0;\n  oneof o {\n  }\n  message B { optional B b = 536870912; }\n}";
    assert!(Schema::protobuf(text).is_err());
    let schema = lenient(text).expect("forgiven");
    let message = &model(&schema).file().message_type[0];
    assert_eq!(message.field[0].number, Some(0));
    assert_eq!(message.nested_type[0].field[0].number, Some(536_870_912));
    assert!(message.oneof_decl.is_empty());
    // Anything else stays an error, with the place of the first one.
    assert!(lenient("message A { optional int32 x = 0; reserved 0; }").is_err());
    assert!(lenient("message A { optional int32 x = 0; int32 }").is_err());
}
