//! Sets of schemas that refer to each other: any order, many uses, nested, and what cannot be linked.

use schemawire::schema::{Format, LinkError, Mode, Schema, SchemaSet};

/// Links `root` of the texts in every rotation of their order; the results are all the same.
fn link(format: Format, texts: &[(&str, &str)], root: &str) -> Result<Schema, LinkError> {
    let mut results = (0..texts.len()).map(|first| {
        let mut set = SchemaSet::new();
        for (name, text) in texts.iter().cycle().skip(first).take(texts.len()) {
            set.add(name, format, text);
        }
        set.link(root, Mode::Strict)
    });
    let first = results.next().expect("a text");
    for other in results {
        assert_eq!(first, other);
    }
    first
}

fn reference_names(schema: &Schema) -> Vec<&str> {
    schema.references().iter().map(|(reference, _)| reference.name.as_str()).collect()
}

const AVRO: [(&str, &str); 4] = [
    (
        "order.avsc",
        r#"{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"a","type":"Item"},{"name":"b","type":"shop.Item"},{"name":"to","type":"Address"}]}"#,
    ),
    (
        "item.avsc",
        r#"{"type":"record","name":"Item","namespace":"shop","fields":[{"name":"color","type":["null","Color"]}]}"#,
    ),
    (
        "address.avsc",
        r#"{"type":"record","name":"shop.Address","fields":[{"name":"color","type":"Color"},{"name":"zip","type":"Zip"}]}"#,
    ),
    (
        "common.avsc",
        r#"[{"type":"enum","name":"shop.Color","symbols":["RED"]},{"type":"fixed","name":"Zip","size":5}]"#,
    ),
];

#[cfg(feature = "avro")]
#[test]
fn avro_texts_are_found_by_the_full_names_that_they_declare() {
    let order = link(Format::Avro, &AVRO, "shop.Order").unwrap();
    assert_eq!(reference_names(&order), ["shop.Item", "shop.Address"]);
    let (_, address) = &order.references()[1];
    assert_eq!(
        reference_names(address),
        ["shop.Color"],
        "one text that declares both names is one reference"
    );
    assert_eq!(schemawire::schema::avro::link(&order).unwrap().fields(0).count(), 3);
}

#[cfg(feature = "protobuf")]
const PROTOBUF: [(&str, &str); 4] = [
    (
        "shop/order.proto",
        r#"syntax = "proto3"; package shop; import "shop/item.proto"; import "shop/address.proto"; import "google/protobuf/timestamp.proto"; message Order { Item a = 1; Item b = 2; Address to = 3; google.protobuf.Timestamp at = 4; }"#,
    ),
    (
        "shop/item.proto",
        r#"syntax = "proto3"; package shop; import "shop/color.proto"; message Item { Color color = 1; }"#,
    ),
    (
        "shop/address.proto",
        r#"syntax = "proto3"; package shop; import "shop/color.proto"; message Address { Color color = 1; }"#,
    ),
    ("shop/color.proto", r#"syntax = "proto3"; package shop; enum Color { RED = 0; }"#),
];

#[cfg(feature = "protobuf")]
#[test]
fn protobuf_texts_are_found_by_import_path_and_well_known_imports_need_no_text() {
    let order = link(Format::Protobuf, &PROTOBUF, "shop/order.proto").unwrap();
    assert_eq!(reference_names(&order), ["shop/item.proto", "shop/address.proto"]);
    for (_, schema) in order.references() {
        assert_eq!(reference_names(schema), ["shop/color.proto"]);
    }
}

const JSON: [(&str, &str); 4] = [
    (
        "order.json",
        r#"{"$id":"https://shop.test/schemas/order.json","type":"object","properties":{"a":{"$ref":"item.json"},"b":{"$ref":"item.json#/properties/color"},"to":{"$ref":"https://shop.test/schemas/address.json"}}}"#,
    ),
    (
        "https://shop.test/schemas/item.json",
        r##"{"type":"object","properties":{"color":{"$ref":"color.json"},"self":{"$ref":"#"}}}"##,
    ),
    (
        "address",
        r#"{"$id":"https://shop.test/schemas/address.json","type":"object","properties":{"color":{"$ref":"color.json"}}}"#,
    ),
    ("color.json", r#"{"enum":["RED"]}"#),
];

#[test]
fn json_texts_are_found_by_name_by_resolved_uri_and_by_their_own_id() {
    let order = link(Format::Json, &JSON, "order.json").unwrap();
    assert_eq!(reference_names(&order), ["item.json", "https://shop.test/schemas/address.json"]);
}

#[test]
fn what_two_ways_lead_to_is_one_schema() {
    let order = link(Format::Json, &JSON, "order.json").unwrap();
    let colors: Vec<&Schema> =
        order.references().iter().map(|(_, schema)| &schema.references()[0].1).collect();
    assert!(std::ptr::eq(colors[0].text(), colors[1].text()));
}

#[test]
fn very_many_ways_to_one_schema_cost_no_more_than_its_texts() {
    let name = |index: usize| format!("{index}.json");
    let mut set = SchemaSet::new();
    for index in 0..100 {
        let (next, after) = (name(index + 1), name(index + 2));
        set.add(
            &name(index),
            Format::Json,
            &format!(r#"{{"anyOf":[{{"$ref":"{next}"}},{{"$ref":"{after}"}}]}}"#),
        );
    }
    set.add("100.json", Format::Json, "true").add("101.json", Format::Json, "true");
    assert!(set.link("0.json", Mode::Strict).is_ok());
}

#[test]
fn a_chain_of_references_beyond_the_limit_is_an_error() {
    let mut set = SchemaSet::new();
    for index in 0..10_000 {
        let text = format!(r#"{{"$ref":"{}.json"}}"#, index + 1);
        set.add(&format!("{index}.json"), Format::Json, &text);
    }
    set.add("10000.json", Format::Json, "true");
    let error = set.link("0.json", Mode::Lenient).unwrap_err();
    assert_eq!(error, LinkError::TooDeep { name: "9871.json".into(), limit: 128 });
    assert!(set.link("9900.json", Mode::Lenient).is_ok());
}

#[test]
fn a_cycle_is_an_error_that_names_it_in_full() {
    let cycle = |format: Format, texts: &[(&str, &str)], root: &str| {
        let mut set = SchemaSet::new();
        for (name, text) in texts {
            set.add(name, format, text);
        }
        set.link(root, Mode::Strict).unwrap_err().to_string()
    };
    let json = [
        ("start", r#"{"$ref":"a"}"#),
        ("a", r#"{"$ref":"b"}"#),
        ("b", r#"{"properties":{"x":{"$ref":"c"}}}"#),
        ("c", r#"{"$ref":"a#/properties"}"#),
    ];
    assert_eq!(cycle(Format::Json, &json, "start"), "references go in a circle: a -> b -> c -> a");
    #[cfg(feature = "avro")]
    {
        let avro = [
            ("A", r#"{"type":"record","name":"A","fields":[{"name":"b","type":"B"}]}"#),
            ("B", r#"{"type":"record","name":"B","fields":[{"name":"a","type":["null","A"]}]}"#),
        ];
        assert_eq!(cycle(Format::Avro, &avro, "B"), "references go in a circle: B -> A -> B");
    }
    #[cfg(feature = "protobuf")]
    {
        let protobuf = [
            ("a.proto", r#"syntax = "proto3"; import "b.proto"; message A { B b = 1; }"#),
            ("b.proto", r#"syntax = "proto3"; import "a.proto"; message B { A a = 1; }"#),
            ("own.proto", r#"syntax = "proto3"; import "own.proto"; message C {}"#),
        ];
        assert_eq!(
            cycle(Format::Protobuf, &protobuf, "a.proto"),
            "references go in a circle: a.proto -> b.proto -> a.proto"
        );
        assert_eq!(
            cycle(Format::Protobuf, &protobuf, "own.proto"),
            "references go in a circle: own.proto -> own.proto"
        );
    }
}

#[test]
fn an_unknown_name_says_who_refers_to_it() {
    let mut set = SchemaSet::new();
    set.add("a", Format::Json, r#"{"$ref":"b"}"#).add(
        "b",
        Format::Json,
        r#"{"$ref":"https://shop.test/c.json"}"#,
    );
    let error = set.link("a", Mode::Strict).unwrap_err();
    assert_eq!(error.to_string(), "no schema named `https://shop.test/c.json`, which `b` refers to");
    assert_eq!(set.link("z", Mode::Strict).unwrap_err().to_string(), "no schema named `z`");
}

/// A JSON document of that name does not stand for an import.
#[cfg(all(feature = "avro", feature = "protobuf"))]
#[test]
fn a_name_leads_to_texts_of_the_same_format_only() {
    let mut set = SchemaSet::new();
    set.add("b.proto", Format::Json, "true");
    set.add("a.proto", Format::Protobuf, r#"syntax = "proto3"; import "b.proto"; message A {}"#);
    assert!(
        matches!(set.link("a.proto", Mode::Strict), Err(LinkError::Unknown { name, .. }) if name == "b.proto")
    );
}

#[cfg(feature = "avro")]
#[test]
fn a_text_that_does_not_parse_is_named_with_its_place() {
    let mut set = SchemaSet::new();
    set.add("A", Format::Avro, r#"{"type":"record","name":"A","fields":[{"name":"b","type":"B"}]}"#);
    set.add("B", Format::Avro, r#"{"type":"fixed","name":"B","size":-1}"#);
    let error = set.link("A", Mode::Strict).unwrap_err();
    let LinkError::Schema { name, source } = error else { panic!("{error}") };
    assert_eq!((name.as_str(), source.pointer.as_deref()), ("B", Some("/size")));
}

#[cfg(feature = "avro")]
#[test]
fn a_type_used_before_its_declaration_in_one_text_is_no_cycle() {
    let text = r#"[{"type":"record","name":"A","fields":[{"name":"b","type":"B"}]},{"type":"fixed","name":"B","size":1}]"#;
    let mut set = SchemaSet::new();
    set.add("A", Format::Avro, text);
    assert!(matches!(set.link("A", Mode::Strict), Err(LinkError::Schema { .. })));
}
