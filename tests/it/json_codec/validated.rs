//! What is checked against its schema is read as `serde_json` reads it: the same values, the same refusals.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::LazyLock;

use proptest::prelude::*;
use schemawire::codec::json::{BoundJson, ValidatedJson};
use schemawire::codec::{Binding, BoundCodec, Codec, Decode, Json};
use schemawire::limits::Limits;
use schemawire::schema::Schema;
use serde::{Deserialize, Serialize};

/// Any value at all is valid.
fn anything() -> &'static BoundJson {
    static BOUND: LazyLock<BoundJson> = LazyLock::new(|| {
        let schema = Schema::json("{}").expect("a schema");
        ValidatedJson.bind(&Binding::new(&schema)).expect("binds")
    });
    &BOUND
}

/// Reads a payload both ways; equal means equal to the last bit and sign, which `Debug` shows.
fn same<'p, T: Deserialize<'p> + Debug>(bound: &BoundJson, payload: &'p [u8]) {
    let ours = Decode::<T>::decode(bound, payload);
    let bare = serde_json::from_slice::<T>(payload);
    let text = String::from_utf8_lossy(payload);
    match (&ours, &bare) {
        (Ok(ours), Ok(bare)) => assert_eq!(format!("{ours:?}"), format!("{bare:?}"), "{text}"),
        (Err(_), Err(_)) => {}
        // What is read before it is checked: an object has no member twice, and a text that nobody asks for is a text, too.
        (Err(error), Ok(_)) => {
            let dynamic = Json.bind(&Binding::new(&Schema::json("{}").expect("a schema"))).expect("binds");
            assert!(dynamic.decode_value(payload).is_err(), "{text}: {error}");
        }
        (Ok(ours), Err(error)) => panic!("{text} read as {ours:?}, and serde_json says {error}"),
    }
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "shown by `Debug`")]
struct Everything<'a> {
    #[serde(default, borrow)]
    text: Cow<'a, str>,
    #[serde(default)]
    character: Option<char>,
    #[serde(default)]
    small: Option<i8>,
    #[serde(default)]
    large: Option<u64>,
    #[serde(default)]
    huge: Option<i128>,
    #[serde(default)]
    positive: Option<u128>,
    #[serde(default)]
    short: f32,
    #[serde(default)]
    long: f64,
    #[serde(default)]
    items: Vec<Shape>,
    #[serde(default)]
    numbers: BTreeMap<u16, (i64, bool)>,
    #[serde(default)]
    names: BTreeMap<String, Option<f64>>,
    #[serde(default)]
    any: serde_json::Value,
    #[serde(default)]
    unit: (),
    #[serde(default)]
    bytes: Vec<u8>,
    #[serde(default)]
    loose: Option<Loose>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "shown by `Debug`")]
enum Shape {
    Dot,
    Circle(f32),
    Line(i32, i32),
    Box { width: u8, height: Option<u8> },
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
#[expect(dead_code, reason = "shown by `Debug`")]
enum Loose {
    Number(i64),
    Float(f64),
    Text(String),
    Both { a: u8, b: u8 },
}

/// Texts of numbers: plain ones, and those at every edge.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        (-300..300_i64).prop_map(|it| it.to_string()),
        any::<i64>().prop_map(|it| it.to_string()),
        any::<u64>().prop_map(|it| it.to_string()),
        any::<i128>().prop_map(|it| it.to_string()),
        any::<f64>().prop_filter("JSON", |it| it.is_finite()).prop_map(|it| format!("{it:?}")),
        any::<f32>().prop_filter("JSON", |it| it.is_finite()).prop_map(|it| format!("{it}")),
        "-?(0|[1-9][0-9]{0,19})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?",
        "-?[0-9]{0,3}\\.?[0-9]{0,3}e?[0-9]{0,1}",
        // In the middle between two `f32`, and beside it.
        (any::<u32>(), -1..=1_i64).prop_map(|(bits, aside)| {
            let middle = f64::from(f32::from_bits(bits)).to_bits() | 1 << 28;
            let number = f64::from_bits(middle.wrapping_add_signed(aside));
            if number.is_finite() { format!("{number:?}") } else { "0.1".to_owned() }
        }),
        Just("-0".to_owned()),
        Just("1.0".to_owned()),
        Just("18446744073709551616".to_owned()),
        Just("-9223372036854775809".to_owned()),
        Just("1e999".to_owned()),
        Just("01".to_owned()),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>().prop_map(|it| serde_json::to_string(&it).expect("a text")),
        "[a-z ]{0,20}".prop_map(|it| format!("\"{it}\"")),
        r#""(\\u[0-9a-dD][0-9a-f]{3}|\\n|\\"|\\/|x){0,5}""#,
        Just("\"\u{1}\"".to_owned()),
        Just(r#""\x""#.to_owned()),
    ]
}

/// Any JSON, nearly: some of it is broken.
fn json() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        4 => prop::sample::select(vec![
            "text", "character", "small", "large", "huge", "positive", "short", "long", "items", "numbers", "names", "any",
            "unit", "bytes", "loose", "Dot", "Circle", "Line", "Box", "width", "height", "a", "b", "1", "2", "01", "$x",
        ]).prop_map(|it| format!("\"{it}\"")),
        1 => text(),
    ];
    let leaf = prop_oneof![
        number(),
        text(),
        prop::sample::select(vec!["true", "false", "null", "nul", "", "\"Dot\""]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        let space = prop::sample::select(vec!["", "", "", " ", "\n\t", ","]);
        prop_oneof![
            (prop::collection::vec(inner.clone(), 0..6), space.clone())
                .prop_map(|(items, space)| format!("[{space}{}]", items.join(&format!("{space},")))),
            (prop::collection::vec((name.clone(), inner), 0..6), space).prop_map(|(members, space)| {
                let members: Vec<_> =
                    members.iter().map(|(name, it)| format!("{name}{space}:{it}")).collect();
                format!("{{{}{space}}}", members.join(","))
            }),
        ]
    })
}

/// An object whose members have the names of the fields, and mostly what these take.
fn fields() -> impl Strategy<Value = String> {
    let member = prop_oneof![
        (
            prop::sample::select(vec!["small", "large", "huge", "positive", "short", "long", "loose", "any"]),
            number()
        )
            .prop_map(|(name, it)| format!("\"{name}\":{it}")),
        (prop::sample::select(vec!["text", "character", "loose", "any"]), text())
            .prop_map(|(name, it)| format!("\"{name}\":{it}")),
        prop::collection::vec(number(), 0..4).prop_map(|it| format!("\"bytes\":[{}]", it.join(","))),
        (number(), number())
            .prop_map(|(a, b)| format!(r#""items":[{{"Circle":{a}}},"Dot",{{"Line":[{b},3]}}]"#)),
        number()
            .prop_map(|it| format!(r#""items":[{{"Box":{{"width":{it},"height":null}}}}, {{"Dot":null}}]"#)),
        (0..99_u16, number()).prop_map(|(key, it)| format!(r#""numbers":{{"{key}":[{it},true]}}"#)),
        (text(), number()).prop_map(|(key, it)| format!(r#""names":{{{key}:{it}}}"#)),
        json().prop_map(|it| format!("\"any\":{it}")),
    ];
    prop::collection::vec(member, 0..6).prop_map(|members| format!("{{{}}}", members.join(", ")))
}

proptest! {
    #[test]
    fn every_payload_reads_as_serde_json_reads_it(payload in prop_oneof![json(), fields(), fields()]) {
        let bound = anything();
        let payload = payload.as_bytes();
        same::<Everything<'_>>(bound, payload);
        same::<serde_json::Value>(bound, payload);
        same::<Vec<f32>>(bound, payload);
        same::<BTreeMap<Cow<'_, str>, Shape>>(bound, payload);
        same::<Option<&str>>(bound, payload);
    }

    #[test]
    fn every_number_reads_as_serde_json_reads_it(number in number()) {
        let (bound, payload) = (anything(), number.as_bytes());
        same::<f32>(bound, payload);
        same::<f64>(bound, payload);
        same::<i8>(bound, payload);
        same::<u32>(bound, payload);
        same::<i64>(bound, payload);
        same::<u64>(bound, payload);
        same::<i128>(bound, payload);
        same::<u128>(bound, payload);
        same::<serde_json::Number>(bound, payload);
    }

    /// Bytes that are no text, cut payloads, and bytes behind the value.
    #[test]
    fn broken_payloads_are_refused_alike(
        payload in fields(), cut in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let bound = anything();
        let mut broken = payload.into_bytes();
        same::<Everything<'_>>(bound, &broken[..cut.index(broken.len())]);
        let at = cut.index(broken.len());
        broken[at] = byte;
        same::<Everything<'_>>(bound, &broken);
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Order<'a> {
    #[serde(borrow)]
    customer: &'a str,
    items: Vec<u32>,
}

#[test]
fn a_checked_value_lends_from_its_payload_and_allocates_what_it_owns_and_one_arena() {
    let bound = anything();
    let payload = br#"{"customer": "Ada", "items": [1, 2, 3]}"#;
    let read = || Decode::<Order<'_>>::decode(bound, payload).expect("fits");
    assert_eq!(read(), Order { customer: "Ada", items: vec![1, 2, 3] });
    let allocated = allocation_counter::measure(|| drop(read())).count_total;
    assert_eq!(allocated, 2, "the items, and the arena");
}

#[test]
fn a_member_that_stands_twice_is_refused_however_many_there_are() {
    let bound = anything();
    for members in [2, 10, 64, 65, 200] {
        let mut names: Vec<String> = (0..members).map(|it| format!("\"member-{it}\":{it}")).collect();
        let object = |names: &[String]| format!("{{{}}}", names.join(","));
        let whole = object(&names);
        let _: BTreeMap<String, u32> = bound.decode(whole.as_bytes()).expect("all differ");
        names.push("\"member-1\":0".to_owned());
        let twice = object(&names);
        let error = Decode::<BTreeMap<String, u32>>::decode(bound, twice.as_bytes()).expect_err("twice");
        assert!(error.message.contains("`member-1` stands twice"), "{error}");
    }
}

#[test]
fn limits_hold_in_one_pass_as_in_two() {
    let schema = Schema::json("{}").expect("a schema");
    let limits = Limits::DEFAULT.with_depth(3).with_elements(10).with_bytes(400);
    let bound = ValidatedJson.bind(&Binding::new(&schema).with_limits(limits)).expect("binds");
    let read = |payload: &str| Decode::<serde_json::Value>::decode(&bound, payload.as_bytes());
    for taken in ["[[[]]]", "[1,2,3,4,5,6,7,8,9,10]", "[[1,2],[3]]", r#"{"a":[],"b":{}}"#] {
        read(taken).unwrap_or_else(|error| panic!("{taken}: {error}"));
    }
    let long = format!("\"{}\"", "x".repeat(400));
    for (refused, why) in [("[[[[]]]]", "levels"), ("[1,2,3,4,5,6,7,8,9,10,11]", "items"), (&long, "bytes")] {
        let error = read(refused).expect_err(refused);
        assert!(error.message.contains(why), "{error}");
    }
}
