//! The dynamic codec: every type both ways, held against prost-reflect.

use proptest::prelude::*;
use prost::Message as _;
use prost_reflect::{DynamicMessage, ReflectMessage as _};
use schemawire::codec::{
    Binding, BoundCodec, Codec, DecodeError, DecodeErrorKind, EncodeError, EncodeErrorKind, Message, Protobuf,
};
use schemawire::limits::Limits;
use schemawire::schema::Schema;
use schemawire::value::{Value, ValueBuilder, View, from_json};

pub(super) const ALL: &str = r#"syntax = "proto3";
package t;
import "google/protobuf/timestamp.proto";
enum Color { RED = 0; GREEN = 1; LEAF = 1; BACK = -1; option allow_alias = true; }
message All {
  double f_double = 1;
  float f_float = 2;
  int32 f_int32 = 3;
  int64 f_int64 = 4;
  uint32 f_uint32 = 5;
  uint64 f_uint64 = 6;
  sint32 f_sint32 = 7;
  sint64 f_sint64 = 8;
  fixed32 f_fixed32 = 9;
  fixed64 f_fixed64 = 10;
  sfixed32 f_sfixed32 = 11;
  sfixed64 f_sfixed64 = 12;
  bool f_bool = 13;
  string f_string = 14;
  bytes f_bytes = 15;
  Color f_color = 16;
  All f_all = 17;
  optional int32 o_int32 = 18;
  repeated int32 r_int32 = 19;
  repeated sint64 u_sint64 = 20 [packed = false];
  repeated double r_double = 21;
  repeated string r_string = 22;
  repeated All r_all = 23;
  repeated Color r_color = 24;
  map<string, int32> m_string = 25;
  map<int64, All> m_all = 26;
  map<bool, bytes> m_bool = 27;
  oneof choice { string c_string = 28; All c_all = 29; int32 c_int32 = 3000; }
  google.protobuf.Timestamp time = 31;
  map<sint32, Color> m_color = 32;
}
"#;

fn bind(text: &str) -> schemawire::codec::protobuf::BoundProtobuf {
    Protobuf.bind(&Binding::new(&Schema::protobuf(text).expect("links"))).expect("binds")
}

/// The codec of [`ALL`], bound once.
pub(super) fn bound_to_all() -> &'static schemawire::codec::protobuf::BoundProtobuf {
    static BOUND: std::sync::OnceLock<schemawire::codec::protobuf::BoundProtobuf> =
        std::sync::OnceLock::new();
    BOUND.get_or_init(|| bind(ALL))
}

fn encode(text: &str, json: &str) -> Result<Vec<u8>, EncodeError> {
    let mut out = vec![0xaa];
    let written = bind(text).encode_value(&from_json(json).expect("JSON"), &mut out);
    if written.is_err() {
        assert_eq!(out, [0xaa], "after an error the buffer is as it was");
    }
    written.map(|()| out.split_off(1))
}

fn decode(text: &str, payload: &[u8]) -> Result<Value<'static>, DecodeError> {
    bind(text).decode_value(payload).map(Value::into_owned)
}

/// The same text linked by prost-reflect alone.
fn descriptor(text: &str, name: &str) -> prost_reflect::MessageDescriptor {
    let mut pool = prost_reflect::DescriptorPool::global();
    pool.add_file_descriptor_proto(protox_parse::parse("oracle.proto", text).expect("parses"))
        .expect("links");
    pool.get_message_by_name(name).expect("is declared")
}

#[test]
fn an_empty_payload_shows_the_defaults_of_fields_without_presence() {
    let value = decode(ALL, b"").expect("decodes");
    assert_eq!(
        value.to_string(),
        concat!(
            r#"{"f_double":0.0,"f_float":0.0,"f_int32":0,"f_int64":0,"f_uint32":0,"f_uint64":0,"f_sint32":0,"#,
            r#""f_sint64":0,"f_fixed32":0,"f_fixed64":0,"f_sfixed32":0,"f_sfixed64":0,"f_bool":false,"#,
            r#""f_string":"","f_bytes":"","f_color":"RED","r_int32":[],"u_sint64":[],"r_double":[],"r_string":[],"#,
            r#""r_all":[],"r_color":[],"m_string":{},"m_all":{},"m_bool":{},"m_color":{}}"#
        )
    );
}

#[test]
fn every_type_survives_at_its_limits() {
    let json = r#"{"f_double":-1e308,"f_float":1.5,"f_int32":-2147483648,"f_int64":"-9223372036854775808",
        "f_uint32":4294967295,"f_uint64":18446744073709551615,"f_sint32":-2147483648,"f_sint64":-9223372036854775808,
        "f_fixed32":4294967295,"f_fixed64":18446744073709551615,"f_sfixed32":-2147483648,
        "f_sfixed64":-9223372036854775808,"f_bool":true,"f_string":"é","f_bytes":"_-8","f_color":"BACK",
        "f_all":{"f_int32":1},"o_int32":0,"r_int32":[0,-1,300],"u_sint64":[-1,1],"r_double":[0.5,-0.0],
        "r_string":["","a"],"r_all":[{},{"f_bool":true}],"r_color":["LEAF",-1,7],"m_string":{"a":-1},
        "m_all":{"-5":{"f_string":"x"}},"m_bool":{"true":"AQ=="},"c_all":{"f_int32":2},
        "time":"1969-12-31T23:59:59.999999999Z","m_color":{"-1":"GREEN"}}"#;
    let payload = encode(ALL, json).expect("encodes");
    let value = decode(ALL, &payload).expect("decodes");
    let root = value.root();
    let view = |name: &str| root.field(name).unwrap_or_else(|| panic!("{name} is there")).view();
    assert_eq!(view("f_double"), View::Double(-1e308));
    assert_eq!(view("f_float"), View::Float(1.5));
    assert_eq!(view("f_int32"), View::Int(i32::MIN));
    assert_eq!(view("f_int64"), View::Long(i64::MIN));
    assert_eq!(view("f_uint32"), View::Unsigned(u32::MAX.into()));
    assert_eq!(view("f_uint64"), View::Unsigned(u64::MAX));
    assert_eq!(view("f_sint32"), View::Int(i32::MIN));
    assert_eq!(view("f_sint64"), View::Long(i64::MIN));
    assert_eq!(view("f_fixed64"), View::Unsigned(u64::MAX));
    assert_eq!(view("f_sfixed32"), View::Int(i32::MIN));
    assert_eq!(view("f_bytes"), View::Bytes(&[0xff, 0xef]));
    assert_eq!(view("f_color"), View::Symbol { index: u32::MAX, name: "BACK" });
    assert_eq!(view("o_int32"), View::Int(0), "presence is kept");
    assert_eq!(root.field("r_int32").expect("is there").to_string(), "[0,-1,300]");
    assert_eq!(root.field("r_color").expect("is there").to_string(), r#"["GREEN","BACK",7]"#);
    assert_eq!(root.field("m_string").expect("is there").to_string(), r#"{"a":-1}"#);
    assert_eq!(root.field("m_bool").expect("is there").to_string(), r#"{"true":"AQ=="}"#);
    assert_eq!(root.field("time").expect("is there").to_string(), r#""1969-12-31T23:59:59.999999999Z""#);
    assert_eq!(
        root.field("c_all").and_then(|it| it.field("f_int32")).map(|it| it.view()),
        Some(View::Int(2))
    );

    // The library reads the same bytes, and writes them again.
    let mut known = DynamicMessage::new(descriptor(ALL, "t.All"));
    known.merge(payload.as_slice()).expect("prost-reflect reads it");
    assert_eq!(decode(ALL, &known.encode_to_vec()).expect("decodes"), value);
    assert_eq!(known.unknown_fields().count(), 0);
}

#[test]
fn defaults_are_not_written_where_the_schema_has_no_presence() {
    let json = r#"{"f_int32":0,"f_string":"","f_bool":false,"f_double":0,"f_color":"RED","r_int32":[],"m_string":{},"o_int32":0}"#;
    assert_eq!(encode(ALL, json).expect("encodes"), [0x90, 0x01, 0x00], "o_int32 alone");
    assert_eq!(
        encode(ALL, r#"{"f_double":-0.0}"#).expect("encodes").len(),
        9,
        "minus zero is not the default"
    );
}

#[test]
fn fields_in_any_order_and_in_pieces_read_as_one() {
    let text = "syntax = \"proto3\"; message A { int32 x = 1; B b = 2; repeated int32 r = 3; } message B { int32 y = 1; int32 z = 2; }";
    let payload: &[u8] = &[
        0x1a, 2, 1, 2, // r packed
        0x12, 2, 0x08, 5, // b.y
        0x08, 1, // x
        0x18, 3, // r alone
        0x12, 2, 0x10, 6, // b.z, merged
        0x08, 9, // x again: the last one counts
        0x12, 2, 0x08, 7, // b.y again
        0x1a, 0, // nothing packed
    ];
    assert_eq!(
        decode(text, payload).expect("decodes").to_string(),
        r#"{"x":9,"b":{"y":7,"z":6},"r":[1,2,3]}"#
    );
}

#[test]
fn of_a_oneof_the_last_member_counts() {
    let text = "syntax = \"proto3\"; message A { oneof c { int32 x = 1; B b = 2; } oneof d { int32 z = 3; } } message B { int32 y = 1; int32 w = 2; }";
    let shown = |payload: &[u8]| decode(text, payload).expect("decodes").to_string();
    assert_eq!(shown(&[0x08, 1, 0x12, 2, 0x08, 5, 0x18, 4]), r#"{"b":{"y":5,"w":0},"z":4}"#);
    assert_eq!(shown(&[0x12, 2, 0x08, 5, 0x08, 1]), r#"{"x":1}"#);
    // What stood before another member is gone, what stands behind it is merged.
    assert_eq!(shown(&[0x12, 2, 0x08, 5, 0x08, 1, 0x12, 2, 0x10, 6, 0x12, 0]), r#"{"b":{"y":0,"w":6}}"#);
}

#[test]
fn of_two_map_entries_with_one_key_the_last_counts() {
    let text = "syntax = \"proto3\"; message A { map<string, int32> m = 1; map<int32, B> n = 2; } message B { int32 y = 1; }";
    let payload: &[u8] = &[
        0x0a, 5, 0x0a, 1, b'a', 0x10, 1, 0x0a, 5, 0x0a, 1, b'b', 0x10, 2, 0x0a, 5, 0x10, 3, 0x0a, 1, b'a',
        0x0a, 0, 0x12, 2, 0x08, 4, 0x12, 0,
    ];
    let shown = decode(text, payload).expect("decodes").to_string();
    assert_eq!(shown, r#"{"m":{"b":2,"a":3,"":0},"n":{"4":{"y":0},"0":{"y":0}}}"#);
}

#[test]
fn proto2_keeps_presence_groups_and_extensions() {
    let text = r#"syntax = "proto2"; package p;
        message A { optional int32 x = 1 [default = 5]; required string id = 2; repeated group G = 3 { optional bool on = 1; } extensions 100 to max; }
        extend A { optional string note = 100; }"#;
    let json = r#"{"id":"a","g":[{"on":true},{}],"[p.note]":"n"}"#;
    let payload = encode(text, json).expect("encodes");
    assert_eq!(payload, [0x12, 1, b'a', 0x1b, 0x08, 1, 0x1c, 0x1b, 0x1c, 0xa2, 0x06, 1, b'n']);
    assert_eq!(decode(text, &payload).expect("decodes").to_string(), json);
    let error = decode(text, &[0x08, 1]).expect_err("id is required");
    assert_eq!((error.kind, error.path.as_str()), (DecodeErrorKind::Unresolvable, "id"));
    let error = encode(text, "{}").expect_err("id is required");
    assert_eq!((error.kind, error.path.as_str()), (EncodeErrorKind::MissingField, "id"));
}

#[test]
fn what_does_not_fit_is_refused_with_its_path() {
    let refused = |json: &str| encode(ALL, json).expect_err(json);
    let at = |json: &str| (refused(json).kind, refused(json).path);
    let case = |kind, path: &str| (kind, path.to_owned());
    use EncodeErrorKind::{Type, UnknownField, Value};
    assert_eq!(at(r#"{"f_int32":2147483648}"#), case(Value, "f_int32"));
    assert_eq!(at(r#"{"f_uint32":-1}"#), case(Value, "f_uint32"));
    assert_eq!(at(r#"{"f_int64":0.5}"#), case(Value, "f_int64"));
    assert_eq!(at(r#"{"f_int64":"x"}"#), case(Value, "f_int64"));
    assert_eq!(at(r#"{"f_float":1e300}"#), case(Value, "f_float"));
    assert_eq!(at(r#"{"f_double":9223372036854775807}"#), case(Value, "f_double"));
    assert_eq!(at(r#"{"f_bool":1}"#), case(Type, "f_bool"));
    assert_eq!(at(r#"{"f_string":1}"#), case(Type, "f_string"));
    assert_eq!(at(r#"{"f_bytes":"?"}"#), case(Value, "f_bytes"));
    assert_eq!(at(r#"{"f_color":"PINK"}"#), case(Value, "f_color"));
    assert_eq!(at(r#"{"f_all":{"f_all":{"nope":1}}}"#), case(UnknownField, "f_all.f_all.nope"));
    assert_eq!(at(r#"{"r_all":[{},{"f_int32":true}]}"#), case(Type, "r_all[1].f_int32"));
    assert_eq!(at(r#"{"r_int32":[1,"a"]}"#), case(Value, "r_int32[1]"));
    assert_eq!(at(r#"{"r_int32":1}"#), case(Type, "r_int32"));
    assert_eq!(at(r#"{"m_all":{"x":{}}}"#), case(Value, "m_all[\"x\"]"));
    assert_eq!(at(r#"{"m_all":{"1":{"f_int32":"x"}}}"#), case(Value, "m_all[\"1\"].f_int32"));
    assert_eq!(at(r#"{"c_string":"a","c_int32":1}"#), case(Value, "c_int32"));
    assert_eq!(at(r#"{"time":"yesterday"}"#), case(Value, "time"));
    assert_eq!(at(r#"{"f_int32":1,"fInt32":2}"#), case(Value, "f_int32"));
    assert_eq!(at("[]"), case(Type, ""));
}

#[test]
fn bad_payloads_are_refused_with_offset_and_path() {
    let refused = |payload: &[u8]| {
        let error = decode(ALL, payload).expect_err("bad");
        (error.kind, error.offset, error.path)
    };
    let case = |kind, offset, path: &str| (kind, Some(offset), path.to_owned());
    use DecodeErrorKind::{Malformed, Truncated};
    assert_eq!(refused(&[0x18]), case(Truncated, 1, ""));
    assert_eq!(refused(&[0x18, 0x80]), case(Truncated, 1, ""));
    assert_eq!(refused(&[0x18, 1, 0x09, 0, 0]), case(Truncated, 3, ""));
    assert_eq!(refused(&[0x72, 3, b'a']), case(Truncated, 1, ""));
    assert_eq!(refused(&[0x18, 1, 0x00]), case(Malformed, 2, ""));
    assert_eq!(refused(&[0x18, 1, 0x1e]), case(Malformed, 2, ""));
    assert_eq!(refused(&[0x18, 1, 0x0c]), case(Malformed, 2, ""), "the end of no group");
    assert_eq!(refused(&[0x1a, 1, 1]), case(Malformed, 0, "f_int32"), "another wire type");
    assert_eq!(refused(&[0x80, 2, 0]), case(Malformed, 0, "m_color"), "a map's entry is a length and bytes");
    assert_eq!(refused(&[0x72, 2, b'a', 0xff]), case(Malformed, 3, "f_string"), "not UTF-8");
    assert_eq!(refused(&[0x8a, 0x01, 3, 0x72, 1, 0xff]), case(Malformed, 5, "f_all.f_string"));
    assert_eq!(
        refused(&[0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2]),
        case(Malformed, 1, "")
    );
    assert_eq!(refused(&[0x9a, 0x01, 2, 1, 0x80]), case(Truncated, 4, "r_int32[1]"));
    assert_eq!(refused(&[0xfa, 0x01, 2, 0x10, 0xff]).0, Truncated);
    // A second of nanoseconds.
    assert_eq!(refused(&[0xfa, 0x01, 6, 0x10, 0x80, 0x94, 0xeb, 0xdc, 0x03]).2, "time");
}

#[test]
fn unknown_fields_are_passed_over() {
    // Field 50 in each wire type, groups within groups.
    let payload = [
        0x90, 0x03, 1, 0x91, 0x03, 0, 0, 0, 0, 0, 0, 0, 0, 0x92, 0x03, 1, 0xff, 0x95, 0x03, 0, 0, 0,
        0, // scalars
        0x93, 0x03, 0x0b, 0x08, 1, 0x0c, 0x94, 0x03, 0x18, 5,
    ];
    let value = decode(ALL, &payload).expect("decodes");
    assert_eq!(value.root().field("f_int32").map(|it| it.view()), Some(View::Int(5)));
    assert!(decode(ALL, &[0x93, 0x03, 0x0b, 0x94, 0x03]).is_err(), "groups that cross");
    assert!(decode(ALL, &[0x93, 0x03]).is_err(), "a group without end");
}

#[test]
fn a_recursive_payload_stops_at_the_depth_limit() {
    let mut payload = Vec::new();
    for _ in 0..100_000 {
        let mut outer = vec![0x8a, 0x01];
        let mut length = payload.len();
        while length >= 0x80 {
            outer.push(length as u8 | 0x80);
            length >>= 7;
        }
        outer.push(length as u8);
        outer.extend_from_slice(&payload[..payload.len().min(2_000)]);
        payload = outer;
        if payload.len() > 1_000 {
            break;
        }
    }
    let error = decode(ALL, &payload).expect_err("too deep");
    assert_eq!(error.kind, DecodeErrorKind::Limit, "{error}");
    let groups = "syntax = \"proto2\"; message A { optional group G = 1 { optional A a = 2; } }";
    let error = decode(groups, &[0x0b; 100_000]).expect_err("too deep");
    assert_eq!(error.kind, DecodeErrorKind::Limit, "{error}");
    let mut deep = ValueBuilder::new();
    let opened: Vec<_> = (0..100)
        .map(|_| {
            let open = deep.begin_record("All");
            deep.name("f_all");
            open
        })
        .collect();
    deep.null();
    for open in opened.into_iter().rev() {
        deep.end(open);
    }
    let error = bind(ALL).encode_value(&deep.finish(), &mut Vec::new()).expect_err("too deep");
    assert_eq!(error.kind, EncodeErrorKind::Limit);
}

#[test]
fn a_few_bytes_cannot_become_a_large_value() {
    let wide: String = (1..=2_000).map(|number| format!("int32 f{number} = {number};")).collect();
    let text = format!("syntax = \"proto3\"; message A {{ repeated B b = 1; }} message B {{ {wide} }}");
    // Each two bytes show 2,000 defaults.
    let payload: Vec<u8> = [0x0a, 0].repeat(50_000);
    let error = decode(&text, &payload).expect_err("too large");
    assert_eq!(error.kind, DecodeErrorKind::Limit, "{error}");
}

#[test]
fn elements_are_counted_packed_and_alone() {
    let schema = Schema::protobuf(ALL).expect("links");
    let limits = Limits::DEFAULT.with_elements(3);
    let bound = Protobuf.bind(&Binding::new(&schema).with_limits(limits)).expect("binds");
    let kind = |payload: &[u8]| bound.decode_value(payload).map(|_| ()).map_err(|error| error.kind);
    assert_eq!(kind(&[0x9a, 0x01, 3, 1, 2, 3]), Ok(()));
    assert_eq!(kind(&[0x9a, 0x01, 4, 1, 2, 3, 4]), Err(DecodeErrorKind::Limit));
    assert_eq!(kind(&[0x98, 0x01, 0].repeat(4)), Err(DecodeErrorKind::Limit));
    assert_eq!(kind(&[0xba, 0x01, 0].repeat(4)), Err(DecodeErrorKind::Limit));
    assert_eq!(kind(&[0xca, 0x01, 0].repeat(4)), Err(DecodeErrorKind::Limit), "equal keys count, too");
    let bound =
        Protobuf.bind(&Binding::new(&schema).with_limits(Limits::DEFAULT.with_bytes(2))).expect("binds");
    let error = bound.decode_value(&[0x18, 1, 0x20]).expect_err("too long");
    assert_eq!(error.message, "the payload has 3 bytes, the limit is 2");
}

#[test]
fn a_reader_without_the_message_is_an_error_when_it_reads() {
    let writer =
        Schema::protobuf("syntax = \"proto3\"; message A { int32 x = 1; } message B {}").expect("links");
    let reader = Schema::protobuf("syntax = \"proto3\"; message B { int32 y = 1; }").expect("links");
    let binding = Binding::new(&writer).with_reader(&reader);
    let bound = Protobuf.bind(&binding).expect("binds: B may be meant");
    assert_eq!(bound.decode_value(b"").expect_err("A is unknown").kind, DecodeErrorKind::Unresolvable);
    let bound = Protobuf.bind(&binding.with_message(Message::Name("B"))).expect("binds");
    assert_eq!(bound.decode_value(b"").expect("decodes").to_string(), r#"{"y":0}"#);
}

/// Payloads of `t.All` that are mostly well-formed.
pub(super) fn payloads() -> impl Strategy<Value = Vec<u8>> {
    let number = prop_oneof![1..=32_u32, Just(3000), 0..5000_u32];
    let leaf = (number, 0..6_u32, any::<u64>(), prop::collection::vec(any::<u8>(), 0..8)).prop_map(
        |(number, wire, bits, bytes)| {
            let mut out = Vec::new();
            prost::encoding::encode_varint(u64::from(number) << 3 | u64::from(wire), &mut out);
            match wire {
                0 => prost::encoding::encode_varint(bits >> (bits % 64), &mut out),
                1 => out.extend_from_slice(&bits.to_le_bytes()),
                5 => out.extend_from_slice(&(bits as u32).to_le_bytes()),
                2 => {
                    prost::encoding::encode_varint(bytes.len() as u64, &mut out);
                    out.extend_from_slice(&bytes);
                }
                _ => {}
            }
            out
        },
    );
    let leaves = prop::collection::vec(leaf, 0..4).prop_map(|all| all.concat());
    leaves.prop_recursive(4, 64, 4, move |inner| {
        let nested = (prop_oneof![Just(17_u32), Just(23), Just(26), Just(29), Just(31)], inner).prop_map(
            |(number, inner)| {
                let mut out = Vec::new();
                prost::encoding::encode_varint(u64::from(number) << 3 | 2, &mut out);
                prost::encoding::encode_varint(inner.len() as u64, &mut out);
                [out, inner].concat()
            },
        );
        prop::collection::vec(nested, 0..4).prop_map(|all| all.concat())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8 * ProptestConfig::default().cases, ..ProptestConfig::default() })]

    /// Whatever one reads, the other reads, and alike: what ours shows, written again, is for prost-reflect the same message.
    /// Ours alone refuses nanoseconds out of range and maps' entries in another wire type.
    #[test]
    fn payloads_read_as_prost_reflect_reads_them(payload in payloads()) {
        thread_local! {
            static DESCRIPTOR: prost_reflect::MessageDescriptor = descriptor(ALL, "t.All");
        }
        DESCRIPTOR.with(|descriptor| {
            let bound = bound_to_all();
            let theirs = DynamicMessage::decode(descriptor.clone(), payload.as_slice());
            match (bound.decode_value(&payload), theirs) {
                (Ok(ours), Ok(mut theirs)) => {
                    let mut again = Vec::new();
                    bound.encode_value(&ours, &mut again).expect("what was read is written");
                    let ours = DynamicMessage::decode(descriptor.clone(), again.as_slice()).expect("is read again");
                    forget_unknown(&mut theirs);
                    prop_assert_eq!(comparable(&ours), comparable(&theirs));
                }
                (Err(error), Ok(_)) => {
                    let lax = error.message.contains("nanoseconds") || has_a_stray_entry(descriptor, &payload);
                    prop_assert!(lax, "{}", error);
                }
                (Ok(_), Err(error)) => prop_assert!(false, "theirs alone refused: {}", error),
                (Err(_), Err(_)) => {}
            }
            Ok(())
        })?;
    }
}

/// Whether a map's entry stands in another wire type than a length and bytes: prost and prost-reflect read it as a length
/// without a look at the tag, ours refuses it.
fn has_a_stray_entry(descriptor: &prost_reflect::MessageDescriptor, mut payload: &[u8]) -> bool {
    use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};
    while !payload.is_empty() {
        let Ok((number, wire)) = decode_key(&mut payload) else { return false };
        let field = descriptor.get_field(number);
        if wire != WireType::LengthDelimited {
            if field.is_some_and(|field| field.is_map()) {
                return true;
            }
            let Ok(()) = skip_field(wire, number, &mut payload, DecodeContext::default()) else {
                return false;
            };
            continue;
        }
        let length = decode_varint(&mut payload).ok().and_then(|length| usize::try_from(length).ok());
        let Some((inner, rest)) = length.and_then(|length| payload.split_at_checked(length)) else {
            return false;
        };
        if let Some(prost_reflect::Kind::Message(message)) = field.map(|field| field.kind())
            && has_a_stray_entry(&message, inner)
        {
            return true;
        }
        payload = rest;
    }
    false
}

/// What is not in the schema is not in a value.
fn forget_unknown(message: &mut DynamicMessage) {
    message.take_unknown_fields().for_each(drop);
    let fields: Vec<_> = message.fields().map(|(field, _)| field).collect();
    for field in fields {
        match message.get_field_mut(&field) {
            prost_reflect::Value::Message(inner) => forget_unknown(inner),
            prost_reflect::Value::List(items) => {
                items.iter_mut().filter_map(|it| it.as_message_mut()).for_each(forget_unknown)
            }
            prost_reflect::Value::Map(entries) => {
                entries.values_mut().filter_map(|it| it.as_message_mut()).for_each(forget_unknown)
            }
            _ => {}
        }
    }
}

/// Floats that are no numbers are not equal to themselves, their text is.
fn comparable(message: &DynamicMessage) -> String {
    let mut maps: Vec<String> = Vec::new();
    for (field, value) in message.fields() {
        maps.push(format!("{}: {}", field.name(), comparable_value(value)));
    }
    format!("{} {{{}}}", message.descriptor().name(), maps.join(", "))
}

fn comparable_value(value: &prost_reflect::Value) -> String {
    match value {
        prost_reflect::Value::Message(inner) => comparable(inner),
        prost_reflect::Value::List(items) => {
            format!("{:?}", items.iter().map(comparable_value).collect::<Vec<_>>())
        }
        prost_reflect::Value::Map(entries) => {
            let mut all: Vec<_> =
                entries.iter().map(|(key, it)| format!("{key:?}: {}", comparable_value(it))).collect();
            all.sort();
            format!("{all:?}")
        }
        other => format!("{other:?}"),
    }
}
