//! Lists of texts are checked in one go: what comes out, and what is refused and where, is what one by one would give.

use std::collections::BTreeMap;

use schemawire::codec::{BoundCodec, DecodeErrorKind};
use schemawire::value::{ValueRef, View};

use super::{decode, encode, pair, record, same};

const LIST: &str = r#"{"type": "array", "items": "string"}"#;

/// Texts of one to four bytes a character, empty ones, and some whose length takes two bytes.
fn texts() -> Vec<String> {
    let words = [
        "",
        "a",
        "plain",
        "grüße",
        "数据",
        "🦀 crab",
        "a text of more than thirty-two bytes, all of them plain",
    ];
    (0..60).map(|number| words[number % 7].repeat(1 + number / 20)).collect()
}

/// The texts of a dynamic list.
fn listed(value: ValueRef<'_>) -> Vec<&str> {
    let View::Array(items) = value.view() else { panic!("no list") };
    items.map(|item| item.as_str().unwrap()).collect()
}

#[test]
fn lists_and_maps_of_text_are_lent_from_the_payload() {
    let codec = same(LIST);
    let texts = texts();
    let payload = encode(&codec, &texts).unwrap();
    let lent: Vec<&str> = decode(&codec, &payload).unwrap();
    assert_eq!(lent, texts);
    let range = payload.as_ptr_range();
    assert!(lent.iter().filter(|text| !text.is_empty()).all(|text| range.contains(&text.as_ptr())));
    let value = codec.decode_value(&payload).unwrap();
    assert_eq!(listed(value.root()), texts);

    let map: BTreeMap<String, String> =
        texts.iter().enumerate().map(|(at, text)| (format!("{text}{at}"), text.clone())).collect();
    let codec = same(r#"{"type": "map", "values": "string"}"#);
    let payload = encode(&codec, &map).unwrap();
    let lent: BTreeMap<&str, &str> = decode(&codec, &payload).unwrap();
    assert!(lent.into_iter().eq(map.iter().map(|(key, text)| (key.as_str(), text.as_str()))));
}

#[test]
fn texts_of_several_blocks_and_lists_in_lists_are_read() {
    let codec = same(&format!(r#"{{"type": "array", "items": {LIST}}}"#));
    // Two lists: one of two blocks, the second of which states its size; then an empty one.
    let payload = [4, 4, 2, b'a', 4, 0xc3, 0xa9, 1, 6, 4, b'b', b'c', 0, 0, 0];
    assert_eq!(decode::<Vec<Vec<&str>>>(&codec, &payload).unwrap(), [vec!["a", "é", "bc"], vec![]]);
    let lists: Vec<Vec<String>> = (0..8).map(|_| texts()).collect();
    let payload = encode(&codec, &lists).unwrap();
    assert_eq!(decode::<Vec<Vec<String>>>(&codec, &payload).unwrap(), lists);
}

#[test]
fn a_text_that_is_none_is_named_by_its_place_and_byte() {
    let codec = same(LIST);
    let good = encode(&codec, &["one", "two", "three", "four"]).unwrap();
    let letter = good.iter().position(|byte| *byte == b'h').unwrap();
    for bad in [0x80, 0xc3, 0xff] {
        let mut payload = good.clone();
        payload[letter] = bad;
        let typed = decode::<Vec<&str>>(&codec, &payload).unwrap_err();
        assert_eq!((typed.kind, typed.offset), (DecodeErrorKind::Malformed, Some(letter)));
        assert_eq!(typed.path, "[2]");
        let dynamic = codec.decode_value(&payload).unwrap_err();
        assert_eq!((dynamic.kind, dynamic.offset, dynamic.path), (typed.kind, typed.offset, typed.path));
    }
}

#[test]
fn a_character_is_not_made_of_a_texts_end_and_the_next_ones_length() {
    let codec = same(LIST);
    // The first text is the byte C3. The length of the second, 84, is A8 01; C3 A8 together would be an `è`.
    let mut payload = vec![4, 2, 0xc3, 0xa8, 1];
    payload.extend([b'a'; 84]);
    payload.push(0);
    let error = decode::<Vec<&str>>(&codec, &payload).unwrap_err();
    assert_eq!((error.kind, error.offset), (DecodeErrorKind::Malformed, Some(2)));
    assert_eq!(error.path, "[0]");
}

#[test]
fn a_default_between_lists_is_not_taken_for_a_part_of_them() {
    let list = |name: &str| format!(r#"{{"name": "{name}", "type": {LIST}}}"#);
    let writer = record("R", &format!("{}, {}", list("a"), list("b")));
    let default =
        r#"{"name": "d", "type": {"type": "array", "items": "string"}, "default": ["x", "ÿ", "z"]}"#;
    let reader = record("R", &format!("{}, {default}, {}", list("b"), list("a")));
    let codec = pair(&writer, &reader).unwrap();
    let payload = encode(&codec, &(texts(), texts())).unwrap();
    let (b, d, a): (Vec<String>, Vec<String>, Vec<String>) = decode(&codec, &payload).unwrap();
    assert_eq!((b, d, a), (texts(), vec!["x".to_owned(), "ÿ".to_owned(), "z".to_owned()], texts()));
    let value = codec.decode_value(&payload).unwrap();
    assert_eq!(listed(value.root().field("d").unwrap()), ["x", "ÿ", "z"]);
    assert_eq!(listed(value.root().field("a").unwrap()), texts());
}
