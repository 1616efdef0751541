//! The canonical text: what it looks like, and that nothing is lost in it.

use base64::Engine as _;
use proptest::prelude::*;
use prost::Message as _;
use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorProto};
use schemawire::schema::{Format, Mode, Schema};

use super::schemas::{corpus_texts, lenient, model};
use crate::support::file;

/// Everything that the language has.
const PROTO2: &str = r#"// A comment.
syntax = "proto2";
package a.b;
import "google/protobuf/timestamp.proto"; // Another.
import public "google/protobuf/duration.proto";
option java_package = "x\ty\"z";
option (custom).name = { key: "v", list: [1, 2.5] };
option optimize_for = SPEED;
message Outer {
  extensions 100 to 199, 1000 to max [(checked) = true];
  reserved 7, 9 to 11, 40000 to max;
  reserved "old", "older";
  option deprecated = true;
  enum Kind { option allow_alias = true; reserved -3, 10 to max; ZERO = 0; NONE = 0 [deprecated = true, (x) = -1.5]; ONE = 1; }
  required string id = 1 [default = "a\n\001é\"", json_name = "ID"];
  optional bytes raw = 2 [default = "\x00\xff'"];
  optional double ratio = 3 [default = -inf];
  optional float huge = 4 [default = 1e30];
  optional Kind kind = 5 [default = ONE];
  map<string, .a.b.Outer.Inner> inners = 6;
  oneof choice { option (o) = 1; string text = 12; group Pair = 13 { required int32 left = 1; } }
  repeated group Entry = 14 [deprecated = true] { optional int64 at = 1; message Deep {} optional Deep deep = 2; }
  message Inner { repeated sint32 numbers = 1 [packed = true]; extend Outer { optional int32 inside = 101; } }
  optional google.protobuf.Timestamp time = 15;
}
extend Outer { optional int32 extra = 100; repeated group Extra2 = 102 { optional bool yes = 1; } }
service Quakes {
  option deprecated = true;
  rpc Watch (stream Outer) returns (stream .a.b.Outer.Inner) { option idempotency_level = NO_SIDE_EFFECTS; }
  rpc Ask (Outer) returns (Outer);
}
enum Last { Z = 0; }
"#;

const PROTO3: &str = r#"syntax = "proto3";
message A {
  optional int32 a = 1;
  oneof x { int32 b = 2; }
  optional A c = 3;
  repeated double d = 4 [packed = false];
  map<int64, bytes> e_f = 5;
  optional bool _g = 6;
}
"#;

#[test]
fn the_canonical_text_looks_like_this() {
    let expected = r#"syntax = "proto2";
package a.b;

import "google/protobuf/timestamp.proto";
import public "google/protobuf/duration.proto";

option java_package = "x\ty\"z";
option (custom).name = { key : "v" , list : [ 1 , 2.5 ] };
option optimize_for = SPEED;

message Outer {
  reserved 7, 9 to 11, 40000 to max;
  reserved "old", "older";

  option deprecated = true;

  required string id = 1 [
    default = "a\n\001é\"",
    json_name = "ID"
  ];
  optional bytes raw = 2 [default = "\000\377\'"];
  optional double ratio = 3 [default = -inf];
  optional float huge = 4 [default = 1e30];
  optional Kind kind = 5 [default = ONE];
  map<string, .a.b.Outer.Inner> inners = 6;
  optional google.protobuf.Timestamp time = 15;

  oneof choice {
    option (o) = 1;

    string text = 12;
    group Pair = 13 {
      required int32 left = 1;
    }
  }

  repeated group Entry = 14 [deprecated = true] {
    optional int64 at = 1;
    optional Deep deep = 2;

    message Deep {
    }
  }

  extensions 100 to 199, 1000 to max [(checked) = true];

  enum Kind {
    reserved -3, 10 to max;

    option allow_alias = true;

    ZERO = 0;
    NONE = 0 [
      deprecated = true,
      (x) = -1.5
    ];
    ONE = 1;
  }

  message Inner {
    repeated sint32 numbers = 1 [packed = true];

    extend Outer {
      optional int32 inside = 101;
    }
  }
}

enum Last {
  Z = 0;
}

extend Outer {
  optional int32 extra = 100;
  repeated group Extra2 = 102 {
    optional bool yes = 1;
  }
}

service Quakes {
  option deprecated = true;

  rpc Watch (stream Outer) returns (stream .a.b.Outer.Inner) {
    option idempotency_level = NO_SIDE_EFFECTS;
  }
  rpc Ask (Outer) returns (Outer);
}
"#;
    assert_eq!(lenient(PROTO2).expect("parses").canonical(), expected);
}

/// The file without places, and with everything in one order that the canonical text may change: fields, and the
/// messages made for maps and groups.
fn ordered(schema: &Schema) -> FileDescriptorProto {
    fn message(it: &mut DescriptorProto) {
        it.field.sort_by_key(|field| field.number);
        it.nested_type.sort_by(|a, b| a.name.cmp(&b.name));
        it.nested_type.iter_mut().for_each(message);
        // Those made for `optional` follow their fields, so that their numbers say the same.
        it.enum_type.sort_by(|a: &EnumDescriptorProto, b| a.name.cmp(&b.name));
    }
    let mut file = model(schema).file().clone();
    file.source_code_info = None;
    file.message_type.sort_by(|a, b| a.name.cmp(&b.name));
    file.message_type.iter_mut().for_each(message);
    file
}

fn assert_nothing_is_lost(text: &str) {
    let schema = lenient(text).expect("parses");
    let canonical = schema.canonical();
    let again = lenient(&canonical).unwrap_or_else(|error| panic!("{error}\n{canonical}"));
    assert_eq!(ordered(&schema), ordered(&again), "{canonical}");
    assert_eq!(again.canonical(), canonical, "the canonical text is its own canonical text");
}

#[test]
fn parsing_the_canonical_text_gives_the_same_file() {
    assert_nothing_is_lost(PROTO2);
    assert_nothing_is_lost(PROTO3);
    for path in ["schemas/quake/v1.proto", "schemas/quake/v2.proto"] {
        assert_nothing_is_lost(&std::fs::read_to_string(file(path)).expect("the file is there"));
    }
    for (_, text) in corpus_texts() {
        assert_nothing_is_lost(&text);
    }
}

#[test]
fn the_order_of_messages_is_kept_so_that_indexes_stay() {
    let text = "enum E { Z = 0; } message B { message Y {} enum F { X = 0; } message C {} } enum G { W = 0; } message A {}";
    let schema = lenient(text).expect("parses");
    let canonical = schema.canonical();
    let order: Vec<usize> =
        ["enum E", "message B", "message Y", "enum F", "message C", "enum G", "message A"]
            .iter()
            .map(|it| canonical.find(it).expect("is there"))
            .collect();
    assert!(order.is_sorted(), "{canonical}");
}

/// The descriptor of a text, linked and with interpreted options, as a client would send it.
pub(super) fn linked_descriptor(text: &str) -> String {
    let mut file = protox_parse::parse("user.proto", text).expect("parses");
    file.source_code_info = None;
    let mut pool = prost_reflect::DescriptorPool::global();
    pool.add_file_descriptor_proto(file).expect("links");
    let file = pool.get_file_by_name("user.proto").expect("was added");
    base64::engine::general_purpose::STANDARD.encode(file.encode_to_vec())
}

#[test]
fn a_descriptor_keeps_map_entries_and_groups_as_nested_messages() {
    let text = r#"syntax = "proto2";
package p;
message M {
  map<string, int32> counts = 1;
  optional group Pair = 2 { optional int32 left = 1; }
  message Nested {}
  repeated int32 many = 3 [packed = true, deprecated = true];
}"#;
    let schema = Schema::protobuf(&linked_descriptor(text)).expect("a descriptor");
    let expected = r#"package p;

message M {
  repeated .p.M.CountsEntry counts = 1 [json_name = "counts"];
  optional .p.M.Pair pair = 2 [
    features.message_encoding = DELIMITED,
    json_name = "pair"
  ];
  repeated int32 many = 3 [
    packed = true,
    deprecated = true,
    json_name = "many"
  ];

  message CountsEntry {
    option map_entry = true;

    optional string key = 1 [json_name = "key"];
    optional int32 value = 2 [json_name = "value"];
  }

  message Pair {
    optional int32 left = 1 [json_name = "left"];
  }

  message Nested {
  }
}
"#;
    assert_eq!(schema.canonical(), expected);
    let again = Schema::parse(Format::Protobuf, expected, Vec::new(), Mode::Strict).expect("the text links");
    assert_eq!(again.canonical(), expected);
}

#[test]
fn the_text_of_a_descriptor_means_what_the_descriptor_meant() {
    let quake = std::fs::read_to_string(file("schemas/quake/v1.proto")).expect("the file is there");
    for text in [&quake, PROTO3] {
        let descriptor = Schema::protobuf(&linked_descriptor(text)).expect("a descriptor");
        let again = linked_descriptor(&descriptor.canonical());
        let decode = |text: &str| {
            let bytes = base64::engine::general_purpose::STANDARD.decode(text).expect("base64");
            FileDescriptorProto::decode(bytes.as_slice()).expect("a descriptor")
        };
        let sorted = |mut file: FileDescriptorProto| {
            for message in &mut file.message_type {
                message.field.sort_by_key(|field| field.number);
            }
            file
        };
        assert_eq!(sorted(decode(descriptor.text())), sorted(decode(&again)));
    }
}

proptest! {
    /// Strings of any bytes come back from options and defaults as they were.
    #[test]
    fn strings_in_options_and_defaults_survive(text in "\\PC*|[\\x01-\\x7f]*", bytes in prop::collection::vec(any::<u8>(), 0..20)) {
        let octal: String = bytes.iter().map(|byte| format!("\\{byte:03o}")).collect();
        let escaped: String = text.bytes().map(|byte| format!("\\{byte:03o}")).collect();
        assert_nothing_is_lost(&format!(
            "option a = \"{octal}\"; message A {{ optional string s = 1 [default = \"{escaped}\"]; optional bytes b = 2 [default = \"{octal}\"]; }}"
        ));
    }

    #[test]
    fn numbers_in_options_and_defaults_survive(float in any::<f64>().prop_filter("a literal", |it| it.is_finite()), whole in any::<i64>()) {
        assert_nothing_is_lost(&format!(
            "option a = {float:e}; option b = {whole}; option c = {{ x: {float:e} }}; message A {{ optional double d = 1 [default = {float:e}]; optional int64 i = 2 [default = {whole}]; }}"
        ));
    }
}
