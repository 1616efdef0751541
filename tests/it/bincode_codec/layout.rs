//! Layout documents: parsed, printed, traced.

use schemawire::schema::bincode::{TraceError, canonical, pretty, trace, trace_values};
use schemawire::schema::{Format, Mode, Model, Reference, Schema, SchemaErrorKind};
use serde::{Deserialize, Serialize};

use super::quake::{borrowed, v1, v2};
use super::{layout, traced};
use crate::support::file;

fn model(schema: &Schema) -> &schemawire::schema::bincode::Model {
    match schema.model() {
        Model::Bincode(model) => model,
        other => panic!("a layout, not {other:?}"),
    }
}

fn refused(text: &str) -> schemawire::schema::SchemaError {
    Schema::bincode(text).expect_err(text)
}

#[test]
fn the_story_s_layouts_are_what_its_types_trace_to() {
    for (path, traced) in [
        ("schemas/quake/v1.bincode.json", trace::<v1::Quake>().unwrap()),
        ("schemas/quake/v2.bincode.json", trace::<v2::Quake>().unwrap()),
    ] {
        let stored = std::fs::read_to_string(file(path)).unwrap_or_default();
        assert_eq!(stored, traced.text(), "{path} should be:\n{}", traced.text());
        assert_eq!(traced.full_name().as_deref(), Some("Quake"));
    }
}

#[test]
fn a_borrowed_type_traces_to_the_layout_of_the_owned_one() {
    assert_eq!(trace::<borrowed::Quake<'static>>().unwrap().text(), trace::<v2::Quake>().unwrap().text());
}

#[test]
fn a_text_is_printed_as_it_was_and_its_canonical_text_stays() {
    for path in ["schemas/quake/v1.bincode.json", "schemas/quake/v2.bincode.json"] {
        let text = std::fs::read_to_string(file(path)).unwrap();
        let schema = Schema::bincode(&text).unwrap();
        assert_eq!(pretty(model(&schema)), text);
        let canonical_text = canonical(model(&schema));
        assert!(!canonical_text.contains('\n'));
        let again = Schema::bincode(&canonical_text).unwrap();
        assert_eq!(again.canonical(), canonical_text);
    }
}

#[test]
fn the_canonical_text_does_not_depend_on_space_or_the_order_of_members_and_types() {
    let one =
        r#"{"layout": 1, "integers": "varint", "root": "B", "types": {"A": "unit", "B": {"newtype": "A"}}}"#;
    let two = r#"{"types":{"B":{"newtype":"A"},"A":"unit"},"root":"B","integers":"varint","layout":1}"#;
    let canonical_text = Schema::bincode(one).unwrap().canonical();
    assert_eq!(canonical_text, Schema::bincode(two).unwrap().canonical());
    assert_eq!(
        canonical_text,
        r#"{"layout":1,"integers":"varint","root":"B","types":{"A":"unit","B":{"newtype":"A"}}}"#
    );
}

#[test]
fn what_is_no_layout_is_an_error_with_its_place() {
    for (text, pointer, part) in [
        ("[]", "", "an object"),
        (r#"{"integers": "varint", "root": "u8"}"#, "", "`layout` is missing"),
        (r#"{"layout": 2, "integers": "varint", "root": "u8"}"#, "/layout", "version is 2"),
        (r#"{"layout": 1, "integers": "big", "root": "u8"}"#, "/integers", "varint"),
        (r#"{"layout": 1, "integers": "varint", "root": 5}"#, "/root", "a number"),
        (r#"{"layout": 1, "integers": "varint", "root": "Missing"}"#, "/root", "`Missing`"),
        (r#"{"layout": 1, "integers": "varint", "root": {"opt": "u8"}}"#, "/root", "`option`"),
        (r#"{"layout": 1, "integers": "varint", "root": {"map": ["u8"]}}"#, "/root/map", "two types"),
        (r#"{"layout": 1, "integers": "varint", "root": {"array": "u8"}}"#, "/root", "length"),
        (
            r#"{"layout": 1, "integers": "varint", "root": {"array": "u8", "length": -1}}"#,
            "/root/length",
            "from 0",
        ),
        (
            r#"{"layout": 1, "integers": "varint", "root": "u8", "types": {"u8": "unit"}}"#,
            "/types/u8",
            "a word",
        ),
        (
            r#"{"layout": 1, "integers": "varint", "root": "A", "types": {"A": {"enum": []}}}"#,
            "/types/A/enum",
            "needs a variant",
        ),
        (
            r#"{"layout": 1, "integers": "varint", "root": "A", "types": {"A": {"tuple": [], "enum": ["a"]}}}"#,
            "/types/A",
            "enum",
        ),
        (
            r#"{"layout": 1, "integers": "varint", "root": "A", "types": {"A": {"enum": ["a", "a"]}}}"#,
            "/types/A/enum/1",
            "twice",
        ),
        (
            r#"{"layout": 1, "integers": "varint", "root": "A", "types": {"A": {"struct": [{"name": "x"}]}}}"#,
            "/types/A/struct/0",
            "`type` is missing",
        ),
        (
            r#"{"layout": 1, "integers": "varint", "root": "A", "types": {"A": {"tuple": ["u8", "A"]}}}"#,
            "/types/A",
            "no end",
        ),
        (
            r#"{"layout": 1, "integers": "varint", "root": "A", "types": {"A": {"newtype": "B"}, "B": {"tuple": ["A"]}}}"#,
            "/types/A",
            "no end",
        ),
        (r#"{"layout": 1, "integers": "varint", "root": "u8", "extra": 1}"#, "/extra", "no member `extra`"),
    ] {
        let error = refused(text);
        assert!(error.pointer.as_deref().is_some_and(|it| it.starts_with(pointer)), "{text}: {error}");
        assert!(error.message.contains(part), "{text}: {error}");
        assert!(error.position.is_some(), "{error}");
    }
    let error = refused("{\n \"layout\": 1,\n \"integers\": 1}");
    assert_eq!(error.position.map(|it| (it.line, it.column)), Some((3, 14)));
}

#[test]
fn defaults_and_aliases_are_checked_in_strict_mode_only() {
    let field = |rest: &str| {
        format!(
            r#"{{"layout": 1, "integers": "varint", "root": "A", "types": {{"A": {{"struct": [
                {{"name": "x", "type": "E", {rest}}}, {{"name": "y", "type": "unit"}}]}}, "E": {{"enum": ["a", {{"name": "b", "newtype": {{"option": "E"}}}}]}}}}}}"#
        )
    };
    for good in [
        r#""default": "a""#,
        r#""default": {"b": null}"#,
        r#""default": {"b": {"b": "a"}}"#,
        r#""aliases": ["z"]"#,
    ] {
        assert!(Schema::bincode(&field(good)).is_ok(), "{good}");
    }
    for bad in [
        r#""default": "b""#,
        r#""default": 1"#,
        r#""default": {"b": "c"}"#,
        r#""aliases": ["y"]"#,
        r#""aliases": ["z", "z"]"#,
    ] {
        assert_eq!(refused(&field(bad)).kind, SchemaErrorKind::Invalid, "{bad}");
        assert!(Schema::parse(Format::Bincode, &field(bad), Vec::new(), Mode::Lenient).is_ok(), "{bad}");
    }
}

#[test]
fn a_default_of_a_type_that_is_nothing_but_itself_ends() {
    let text = r#"{"layout": 1, "integers": "varint", "root": "B", "types": {"A": {"newtype": {"option": "A"}},
        "B": {"struct": [{"name": "x", "type": "A", "default": 1}]}}}"#;
    assert_eq!(refused(text).kind, SchemaErrorKind::Invalid);
}

#[test]
fn a_chain_of_names_as_long_as_the_text_is_no_deep_recursion() {
    let length = 20_000;
    let types: Vec<_> = (0..length).map(|it| format!(r#""T{it}": {{"newtype": "T{}"}}"#, it + 1)).collect();
    let schema = layout("\"T0\"", &format!(r#"{}, "T{length}": "unit""#, types.join(", ")));
    let bound = super::bind_both(&schema, &layout("\"unit\"", ""));
    let error = schemawire::codec::BoundCodec::decode_value(&bound, &[]).unwrap_err();
    assert_eq!(error.kind, schemawire::codec::DecodeErrorKind::Limit);
}

#[test]
fn types_of_a_referenced_layout_are_found_by_name() {
    let place = layout(
        "\"Place\"",
        r#""Place": {"struct": [{"name": "at", "type": "Point"}]}, "Point": {"tuple": ["f64", "f64"]}"#,
    );
    let text = r#"{"layout": 1, "integers": "varint", "root": {"seq": "Place"}}"#;
    let references = vec![(Reference::local("Place"), place)];
    let schema = Schema::parse(Format::Bincode, text, references, Mode::Strict).unwrap();
    let payload = super::encode(&schema, &[Place { at: (1.0, 2.0) }][..]).unwrap();
    assert_eq!(super::decode::<Vec<Place>>(&schema, &payload).unwrap(), [Place { at: (1.0, 2.0) }]);
    assert_eq!(refused(text).kind, SchemaErrorKind::UnknownReference);
    let fixed =
        Schema::bincode(r#"{"layout": 1, "integers": "fixed", "root": "Place", "types": {"Place": "unit"}}"#)
            .unwrap();
    let error = Schema::parse(Format::Bincode, text, vec![(Reference::local("Place"), fixed)], Mode::Strict)
        .unwrap_err();
    assert!(error.message.contains("`fixed`"), "{error}");
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Place {
    at: (f64, f64),
}

#[test]
fn nested_enums_recursion_and_every_shape_are_traced() {
    #[derive(Serialize, Deserialize)]
    enum Tree {
        Both(Box<Self>, Box<Self>),
        Not { inner: Box<Self> },
        Leaf(Leaf),
        Nothing,
    }
    #[derive(Serialize, Deserialize)]
    enum Leaf {
        Number(i64),
        Texts(Vec<Option<String>>),
        Colour(Colour),
    }
    #[derive(Serialize, Deserialize)]
    enum Colour {
        Red,
        Green,
    }
    let schema = traced::<Tree>();
    assert_eq!(
        schema.canonical(),
        r#"{"layout":1,"integers":"varint","root":"Tree","types":{"Colour":{"enum":["Red","Green"]},"Leaf":{"enum":[{"name":"Number","newtype":"i64"},{"name":"Texts","newtype":{"seq":{"option":"string"}}},{"name":"Colour","newtype":"Colour"}]},"Tree":{"enum":[{"name":"Both","tuple":["Tree","Tree"]},{"name":"Not","struct":[{"name":"inner","type":"Tree"}]},{"name":"Leaf","newtype":"Leaf"},"Nothing"]}}}"#
    );
}

#[test]
fn aliases_and_defaults_of_every_field_are_traced() {
    fn eleven() -> u8 {
        11
    }
    #[derive(Serialize, Deserialize)]
    struct Fields {
        #[serde(alias = "zz", alias = "aa")]
        first: i32,
        #[serde(alias = "b")]
        second: Vec<Inner>,
        #[serde(default = "eleven")]
        third: u8,
        #[serde(rename = "4th", alias = "fourth")]
        fourth: Option<bool>,
    }
    #[derive(Serialize, Deserialize)]
    enum Inner {
        One,
        Two {
            #[serde(default)]
            name: String,
        },
    }
    let text = traced::<Fields>();
    assert!(
        text.text().contains(r#"{"name": "first", "type": "i32", "aliases": ["aa", "zz"]}"#),
        "{}",
        text.text()
    );
    assert!(text.text().contains(r#"{"name": "second", "type": {"seq": "Inner"}, "aliases": ["b"]}"#));
    assert!(text.text().contains(r#"{"name": "third", "type": "u8", "default": 11}"#));
    assert!(
        text.text().contains(
            r#"{"name": "4th", "type": {"option": "bool"}, "default": null, "aliases": ["fourth"]}"#
        )
    );
    assert!(text.text().contains(r#"{"name": "Two", "struct": ["#), "{}", text.text());
    assert!(text.text().contains(r#"{"name": "name", "type": "string", "default": ""}"#), "{}", text.text());
}

#[test]
fn types_without_a_fixed_layout_are_refused() {
    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Untagged {
        A(i32),
    }
    #[derive(Serialize, Deserialize)]
    #[serde(tag = "kind")]
    enum Tagged {
        A { x: i32 },
    }
    #[derive(Serialize, Deserialize)]
    struct Flat {
        #[serde(flatten)]
        place: Place,
    }
    #[derive(Serialize, Deserialize)]
    struct Skipping {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        x: Option<i32>,
    }
    assert!(matches!(trace::<Untagged>().unwrap_err(), TraceError::Sample(_)));
    assert!(matches!(trace::<Tagged>().unwrap_err(), TraceError::Sample(_)));
    assert!(matches!(trace::<Flat>().unwrap_err(), TraceError::Sample(_)));
    assert!(matches!(trace::<Skipping>().unwrap_err(), TraceError::Unstable(_)));
}

#[test]
fn a_type_that_refuses_made_up_values_is_traced_from_real_ones() {
    #[derive(Serialize, Deserialize)]
    #[serde(try_from = "String", into = "String")]
    #[derive(Clone)]
    struct Even(String);
    impl TryFrom<String> for Even {
        type Error = String;
        fn try_from(text: String) -> Result<Self, String> {
            if text.len().is_multiple_of(2) { Ok(Self(text)) } else { Err("odd".into()) }
        }
    }
    impl From<Even> for String {
        fn from(even: Even) -> Self {
            even.0
        }
    }
    let error = trace::<Even>().map(|it| it.text().to_owned()).unwrap_err();
    assert!(error.to_string().contains("odd"), "{error}");
    let schema = trace_values(&[vec![Even("ab".into())]]).unwrap();
    assert!(schema.text().contains(r#""root": {"seq": "string"}"#), "{}", schema.text());
    assert!(matches!(trace_values::<Vec<u8>>(&[Vec::new()]).unwrap_err(), TraceError::Unstable(_)));
}
