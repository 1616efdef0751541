//! Structs are told their fields by numbers once these are learnt; whatever a struct's numbers are, its values are those of the names.

use std::fmt;

use schemawire::codec::DecodeErrorKind;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::{decode, encode, pair, same};

const ABC: &str = r#"{"type": "record", "name": "Row", "fields": [
    {"name": "a", "type": "int"}, {"name": "b", "type": "int"}, {"name": "c", "type": "int"}]}"#;

/// How often everything is read: once to learn, and then some.
const TIMES: usize = 3;

#[test]
fn aliases_count_no_numbers() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Row {
        #[serde(alias = "z", alias = "b")]
        y: i32,
        #[serde(rename = "a")]
        x: i32,
        c: i32,
    }
    let codec = same(ABC);
    let payload = encode(&codec, &(1, 2, 3)).unwrap();
    for _ in 0..TIMES {
        assert_eq!(decode(&codec, &payload), Ok(Row { y: 2, x: 1, c: 3 }));
    }
}

#[test]
fn structs_of_one_name_and_the_same_list_of_names_are_told_apart() {
    let ac = r#"{"type": "record", "name": "Row", "fields": [{"name": "a", "type": "int"}, {"name": "c", "type": "int"}]}"#;
    let codec = same(ac);
    let payload = encode(&codec, &(1, 3)).unwrap();
    for _ in 0..TIMES {
        {
            #[derive(Debug, PartialEq, Deserialize)]
            struct Row {
                a: i32,
                #[serde(default)]
                b: i32,
                c: i32,
            }
            assert_eq!(decode(&codec, &payload), Ok(Row { a: 1, b: 0, c: 3 }));
        }
        {
            #[derive(Debug, PartialEq, Deserialize)]
            struct Row {
                #[serde(alias = "b")]
                a: i32,
                c: i32,
            }
            assert_eq!(decode(&codec, &payload), Ok(Row { a: 1, c: 3 }));
        }
    }
}

/// Structs that take turns with one codec, each with its fields in another order; more of them than are learnt.
#[test]
fn many_structs_read_through_one_codec() {
    let codec = same(ABC);
    let payload = encode(&codec, &(1, 2, 3)).unwrap();
    macro_rules! turn {
        ($($first:ident $second:ident $third:ident;)*) => {$({
            #[derive(Deserialize)]
            struct Row { $first: i32, $second: i32, $third: i32 }
            let row: Row = decode(&codec, &payload).unwrap();
            assert_eq!((row.a, row.b, row.c), (1, 2, 3));
        })*};
    }
    for _ in 0..TIMES {
        turn! { a b c; a c b; b a c; b c a; c a b; c b a; }
    }
}

#[test]
fn a_field_that_the_struct_lacks_is_passed_over_and_one_that_it_denies_is_refused() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Last {
        c: i32,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Strict {
        a: i32,
        c: i32,
    }
    let codec = same(ABC);
    let payload = encode(&codec, &(1, 2, 3)).unwrap();
    for _ in 0..TIMES {
        assert_eq!(decode(&codec, &payload), Ok(Last { c: 3 }));
        let error = decode::<Strict>(&codec, &payload).unwrap_err();
        assert_eq!(error.message, "the Rust struct denies the field `b`; it has `a`, `c`");
    }
}

#[test]
fn reordered_skipped_and_defaulted_fields_keep_their_numbers() {
    let reader = r#"{"type": "record", "name": "Row", "fields": [
        {"name": "d", "type": "string", "default": "none"}, {"name": "c", "type": "long"}, {"name": "a", "type": "int"}]}"#;
    #[derive(Debug, PartialEq, Deserialize)]
    struct Row {
        a: i64,
        c: i64,
        d: String,
    }
    let codec = pair(ABC, reader).unwrap();
    let payload = encode(&codec, &(1, 2, 3)).unwrap();
    for _ in 0..TIMES {
        assert_eq!(decode(&codec, &payload), Ok(Row { a: 1, c: 3, d: "none".into() }));
    }
}

/// A struct written by hand, whose identifier answers to names, and to the numbers that are given.
macro_rules! by_hand {
    ($name:ident { $($number:literal => $variant:ident),* }) => {
        #[derive(Debug, PartialEq, Serialize)]
        struct $name { a: i32, b: i32, c: i32 }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                enum Field { A, B, C }

                struct Names;
                impl Visitor<'_> for Names {
                    type Value = Field;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("a field")
                    }

                    fn visit_str<E: Error>(self, name: &str) -> Result<Field, E> {
                        match name {
                            "a" => Ok(Field::A),
                            "b" => Ok(Field::B),
                            "c" => Ok(Field::C),
                            other => Err(E::unknown_field(other, &["a", "b", "c"])),
                        }
                    }

                    fn visit_u64<E: Error>(self, number: u64) -> Result<Field, E> {
                        match number {
                            $($number => Ok(Field::$variant),)*
                            _ => Err(E::custom("no such number")),
                        }
                    }
                }
                impl<'de> Deserialize<'de> for Field {
                    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                        deserializer.deserialize_identifier(Names)
                    }
                }

                struct Fields;
                impl<'de> Visitor<'de> for Fields {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("a row")
                    }

                    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<$name, A::Error> {
                        let mut row = $name { a: 0, b: 0, c: 0 };
                        while let Some(field) = map.next_key()? {
                            match field {
                                Field::A => row.a = map.next_value()?,
                                Field::B => row.b = map.next_value()?,
                                Field::C => row.c = map.next_value()?,
                            }
                        }
                        Ok(row)
                    }
                }
                deserializer.deserialize_struct(stringify!($name), &["a", "b", "c"], Fields)
            }
        }
    };
}

by_hand!(CountedFromOne { 1 => A, 2 => B, 3 => C });
by_hand!(Backwards { 0 => C, 1 => B, 2 => A });
by_hand!(WithoutNumbers {});

#[test]
fn a_struct_whose_numbers_are_not_the_places_of_its_fields_is_read_by_names() {
    let codec = same(ABC);
    let payload = encode(&codec, &(1, 2, 3)).unwrap();
    for _ in 0..2 * TIMES {
        assert_eq!(decode(&codec, &payload), Ok(CountedFromOne { a: 1, b: 2, c: 3 }));
        assert_eq!(decode(&codec, &payload), Ok(Backwards { a: 1, b: 2, c: 3 }));
        assert_eq!(decode(&codec, &payload), Ok(WithoutNumbers { a: 1, b: 2, c: 3 }));
    }
    // Errors are those of the payload, and not of the numbers.
    let error = decode::<Backwards>(&codec, &payload[..2]).unwrap_err();
    assert_eq!((error.kind, error.path.as_str()), (DecodeErrorKind::Truncated, "c"));
}

/// An element of a list, and a record that holds itself, are told numbers on every level.
#[test]
fn records_within_records_have_their_own_numbers() {
    let tree = r#"{"type": "record", "name": "Tree", "fields": [
        {"name": "label", "type": "int"}, {"name": "below", "type": {"type": "array", "items": "Tree"}}]}"#;
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Tree {
        below: Vec<Self>,
        label: i32,
    }
    let leaf = |label| Tree { below: Vec::new(), label };
    let value = Tree { below: vec![leaf(1), Tree { below: vec![leaf(2)], label: 3 }, leaf(4)], label: 5 };
    let codec = same(tree);
    let payload = encode(&codec, &value).unwrap();
    for _ in 0..TIMES {
        assert_eq!(decode::<Tree>(&codec, &payload).as_ref(), Ok(&value));
    }
}

#[test]
fn threads_may_learn_at_once() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Row {
        c: i32,
        b: i32,
        a: i32,
    }
    let codec = same(ABC);
    let payload = encode(&codec, &(1, 2, 3)).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..100 {
                    assert_eq!(decode(&codec, &payload), Ok(Row { c: 3, b: 2, a: 1 }));
                    assert_eq!(decode(&codec, &payload), Ok(CountedFromOne { a: 1, b: 2, c: 3 }));
                }
            });
        }
    });
}

/// An identifier that is no enum, and whose number 0 is not what its name says.
#[test]
fn an_identifier_that_is_no_enum_is_told_names() {
    #[derive(Debug, PartialEq, Serialize)]
    struct Only {
        a: i32,
    }

    impl<'de> Deserialize<'de> for Only {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            #[derive(PartialEq)]
            struct Place(u8);

            impl<'de> Deserialize<'de> for Place {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    struct Names;
                    impl Visitor<'_> for Names {
                        type Value = Place;

                        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                            f.write_str("a field")
                        }

                        fn visit_str<E: Error>(self, name: &str) -> Result<Place, E> {
                            Ok(Place(u8::from(name == "a")))
                        }

                        fn visit_u64<E: Error>(self, _: u64) -> Result<Place, E> {
                            Ok(Place(0))
                        }
                    }
                    deserializer.deserialize_identifier(Names)
                }
            }

            struct Fields;
            impl<'de> Visitor<'de> for Fields {
                type Value = Only;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("a row")
                }

                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Only, A::Error> {
                    let mut only = Only { a: 0 };
                    while let Some(place) = map.next_key()? {
                        match place {
                            Place(1) => only.a = map.next_value()?,
                            Place(_) => drop(map.next_value::<i32>()?),
                        }
                    }
                    Ok(only)
                }
            }
            deserializer.deserialize_struct("Only", &["a"], Fields)
        }
    }

    let codec = same(r#"{"type":"record","name":"Only","fields":[{"name":"a","type":"int"}]}"#);
    let payload = encode(&codec, &(7,)).unwrap();
    for _ in 0..TIMES {
        assert_eq!(decode(&codec, &payload), Ok(Only { a: 7 }));
    }
}
