//! Bytes of an older layout, read by name.

use schemawire::codec::{Bincode, Binding, BoundCodec, Codec, Decode, DecodeErrorKind};
use schemawire::schema::SchemaErrorKind;
use schemawire::value::{Value, View};
use serde::{Deserialize, Serialize};

use super::quake::{borrowed, empty, full, upgraded, v1, v2};
use super::{bind, bind_both, decode, encode, layout, traced};

#[test]
fn v1_bytes_are_read_into_the_owned_v2_struct() {
    let (old, new) = (traced::<v1::Quake>(), traced::<v2::Quake>());
    for quake in [full(), empty()] {
        let payload = encode(&old, &quake).unwrap();
        let expected = upgraded(quake);
        assert_eq!(decode::<v2::Quake>(&old, &payload).unwrap(), expected, "by serde's attributes alone");
        assert_eq!(Decode::<v2::Quake>::decode(&bind_both(&old, &new), &payload).unwrap(), expected);
    }
}

#[test]
fn v1_bytes_are_read_into_the_borrowed_v2_struct() {
    let (old, new) = (traced::<v1::Quake>(), traced::<v2::Quake>());
    let payload = encode(&old, &full()).unwrap();
    for bound in [bind(&old), bind_both(&old, &new)] {
        let quake: borrowed::Quake<'_> = bound.decode(&payload).unwrap();
        assert!(payload.as_ptr_range().contains(&quake.event_type.as_ptr()));
        // The same layout is written again, so equal bytes mean equal fields.
        assert_eq!(encode(&new, &quake).unwrap(), encode(&new, &upgraded(full())).unwrap());
    }
}

#[test]
fn v1_bytes_are_read_as_a_dynamic_v2_value() {
    let (old, new) = (traced::<v1::Quake>(), traced::<v2::Quake>());
    let bound = bind_both(&old, &new);
    for quake in [full(), empty()] {
        let payload = encode(&old, &quake).unwrap();
        let value: Value<'_> = bound.decode_value(&payload).unwrap();
        let root = value.root();
        assert_eq!(root.field("event_type").unwrap().as_str(), Some("earthquake"));
        assert_eq!(root.field("significance").unwrap().view(), View::Long(-300));
        assert_eq!(root.field("revision").unwrap().view(), View::Int(0));
        assert!(root.field("code").is_none() && root.field("kind").is_none());
        assert_eq!(root.field("status").unwrap().view(), View::Symbol { index: 0, name: "reviewed" });
        let written = super::encode(&new, &upgraded(quake)).unwrap();
        let mut again = Vec::new();
        bind(&new).encode_value(&value, &mut again).unwrap();
        assert_eq!(again, written, "all fields, written as v2");
    }
}

#[test]
fn a_field_that_only_the_reader_has_needs_a_default() {
    let old = layout("\"A\"", r#""A": {"struct": [{"name": "x", "type": "i32"}]}"#);
    let new =
        layout("\"A\"", r#""A": {"struct": [{"name": "x", "type": "i32"}, {"name": "y", "type": "i32"}]}"#);
    let error = Bincode.bind(&Binding::new(&old).with_reader(&new)).unwrap_err();
    assert_eq!(error.kind, SchemaErrorKind::Mismatch);
    assert!(error.message.contains("`y`") && error.message.contains("default"), "{error}");
}

#[test]
fn types_that_do_not_fit_are_refused_when_they_are_bound() {
    let text = layout("\"A\"", r#""A": {"struct": [{"name": "x", "type": {"seq": "string"}}]}"#);
    let number = layout("\"A\"", r#""A": {"struct": [{"name": "x", "type": {"seq": "i32"}}]}"#);
    let error = Bincode.bind(&Binding::new(&text).with_reader(&number)).unwrap_err();
    assert_eq!(error.kind, SchemaErrorKind::Mismatch);
    assert!(error.message.contains("`x[]`") && error.message.contains("string"), "{error}");
    let avro = schemawire::schema::Schema::json("{}").unwrap();
    assert_eq!(Bincode.bind(&Binding::new(&avro)).unwrap_err().kind, SchemaErrorKind::Mismatch);
}

#[test]
fn every_number_is_read_as_a_wider_one_and_a_narrower_one_that_holds_it() {
    let (narrow, wide) = (layout("\"u8\"", ""), layout("\"i64\"", ""));
    let payload = encode(&narrow, &200_u8).unwrap();
    assert_eq!(decode::<i128>(&narrow, &payload).unwrap(), 200);
    assert_eq!(bind_both(&narrow, &wide).decode_value(&payload).unwrap().root().view(), View::Long(200));
    let payload = encode(&wide, &-7_i64).unwrap();
    assert_eq!(decode::<i8>(&wide, &payload).unwrap(), -7);
    assert!(decode::<u64>(&wide, &payload).is_err());
    let error = bind_both(&wide, &narrow).decode_value(&payload).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::Unresolvable);
}

#[test]
fn a_number_that_a_float_does_not_hold_exactly_is_no_float() {
    let schema = layout("\"i64\"", "");
    let exact = encode(&schema, &(1_i64 << 53)).unwrap();
    assert_eq!(decode::<f64>(&schema, &exact).unwrap(), 9_007_199_254_740_992.0);
    let odd = encode(&schema, &((1_i64 << 53) + 1)).unwrap();
    assert_eq!(decode::<f64>(&schema, &odd).unwrap_err().kind, DecodeErrorKind::Type);
    assert_eq!(
        decode::<f64>(&schema, &encode(&schema, &i64::MAX).unwrap()).unwrap_err().kind,
        DecodeErrorKind::Type
    );
    let double = layout("\"f64\"", "");
    assert_eq!(decode::<f32>(&double, &encode(&double, &0.5_f64).unwrap()).unwrap(), 0.5);
    assert_eq!(
        decode::<f32>(&double, &encode(&double, &0.1_f64).unwrap()).unwrap_err().kind,
        DecodeErrorKind::Type
    );
    assert!(decode::<f32>(&double, &encode(&double, &f64::NAN).unwrap()).unwrap().is_nan());
}

#[test]
fn options_come_and_go() {
    let (plain, optional) = (layout("\"i32\"", ""), layout(r#"{"option": "i64"}"#, ""));
    let payload = encode(&plain, &5_i32).unwrap();
    assert_eq!(decode::<Option<i64>>(&plain, &payload).unwrap(), Some(5));
    assert_eq!(bind_both(&plain, &optional).decode_value(&payload).unwrap().root().view(), View::Long(5));
    let (some, none) = (encode(&optional, &Some(5)).unwrap(), encode(&optional, &None::<i64>).unwrap());
    let back = bind_both(&optional, &plain);
    assert_eq!(Decode::<i32>::decode(&back, &some).unwrap(), 5);
    assert_eq!(Decode::<i32>::decode(&back, &none).unwrap_err().kind, DecodeErrorKind::Unresolvable);
    assert_eq!(back.decode_value(&none).unwrap_err().kind, DecodeErrorKind::Unresolvable);
}

#[test]
fn a_variant_that_the_reader_does_not_know_is_its_other_one_or_an_error() {
    #[derive(Serialize, Deserialize)]
    enum Old {
        Plain,
        Rich { a: i32, b: Vec<String> },
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum New {
        Plain,
        #[serde(other)]
        Unknown,
    }
    let (old, new) = (traced::<(Old, u8)>(), traced::<(New, u8)>());
    let payload = encode(&old, &(Old::Rich { a: 1, b: vec!["x".into()] }, 7_u8)).unwrap();
    for bound in [bind(&old), bind_both(&old, &new)] {
        assert_eq!(Decode::<(New, u8)>::decode(&bound, &payload).unwrap(), (New::Unknown, 7));
    }
    let error = bind_both(&old, &new).decode_value(&payload).unwrap_err();
    assert_eq!((error.kind, error.path.as_str()), (DecodeErrorKind::Unresolvable, "[0]"));
}

#[test]
fn an_alias_of_a_variant_reads_the_old_name() {
    let old = layout("\"E\"", r#""E": {"enum": ["a", "b"]}"#);
    let new = layout("\"E\"", r#""E": {"enum": [{"name": "c", "aliases": ["b"]}, "a"]}"#);
    let value = bind_both(&old, &new).decode_value(&[1]).unwrap().into_owned();
    assert_eq!(value.root().view(), View::Symbol { index: 0, name: "c" });
}

#[test]
fn a_type_that_takes_anything_sees_names() {
    let old = traced::<v1::Quake>();
    let payload = encode(&old, &full()).unwrap();
    let json: serde_json::Value = decode(&old, &payload).unwrap();
    assert_eq!(json["place"]["depth"], 26.49);
    assert_eq!(json["status"], "reviewed");
    assert_eq!(json["products"][1], "étude");
}

#[test]
fn recursive_types_are_matched_by_name() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Old {
        name: String,
        children: Vec<Self>,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct New {
        children: Vec<Self>,
        #[serde(default)]
        size: Option<u8>,
        #[serde(alias = "name")]
        label: String,
    }
    let leaf = |name: &str| Old { name: name.into(), children: Vec::new() };
    let old = Old { name: "root".into(), children: vec![leaf("a"), leaf("b")] };
    let (writer, reader) = (traced::<Old>(), traced::<New>());
    let payload = encode(&writer, &old).unwrap();
    let bound = bind_both(&writer, &reader);
    let new: New = bound.decode(&payload).unwrap();
    assert_eq!(new.children[1], New { children: Vec::new(), size: None, label: "b".into() });
    let value = bound.decode_value(&payload).unwrap();
    assert_eq!(
        value.to_string(),
        r#"{"label":"root","children":[{"label":"a","children":[],"size":null},{"label":"b","children":[],"size":null}],"size":null}"#
    );
}

#[test]
fn layouts_that_meet_in_too_many_ways_are_refused() {
    // Two circles of optional steps, whose lengths have no common divisor.
    let circle = |length: usize| {
        let types = (0..length).map(|it| {
            let next = (it + 1) % length;
            format!(r#""T{it}": {{"struct": [{{"name": "next", "type": {{"option": "T{next}"}}}}]}}"#)
        });
        layout("\"T0\"", &types.collect::<Vec<_>>().join(", "))
    };
    let error = Bincode.bind(&Binding::new(&circle(2_000)).with_reader(&circle(1_999))).unwrap_err();
    assert_eq!(error.kind, SchemaErrorKind::TooLarge);
    assert!(Bincode.bind(&Binding::new(&circle(20)).with_reader(&circle(21))).is_ok());
}
