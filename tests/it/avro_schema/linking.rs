//! References by full name, and the graph that they and recursion make.

use schemawire::schema::avro::{Kind, Linked, LinkedKind, link};
use schemawire::schema::{Schema, SchemaErrorKind};

use super::{model, with};

const COLOR: &str = r#"{"type":"enum","name":"shop.Color","symbols":["RED","GREEN"]}"#;
const ITEM: &str = r#"{"type":"record","name":"Item","namespace":"shop","fields":[{"name":"color","type":"Color"},{"name":"parts","type":{"type":"array","items":"Item"}}]}"#;

fn shop() -> (Schema, Schema) {
    let color = Schema::avro(COLOR).expect("an enum");
    let item = with(ITEM, &[("shop.Color", &color)]).expect("a record");
    (color, item)
}

fn field_kind<'l>(linked: &'l Linked, name: &str) -> &'l LinkedKind {
    let (_, index) = linked.fields(linked.root).find(|(field, _)| field.name == name).expect("a field");
    &linked.get(index).kind
}

#[test]
fn references_resolve_by_full_name_in_any_order_and_any_number_of_times() {
    let (color, item) = shop();
    let text = r#"{"type":"record","name":"Order","fields":[
        {"name":"a","type":"shop.Item"},{"name":"b","type":"shop.Item"},{"name":"c","type":"shop.Color"},{"name":"d","type":["null","shop.Color"]}]}"#;
    // In either order, and through the item's own reference alone.
    for references in
        [vec![("x", &color), ("y", &item)], vec![("y", &item), ("x", &color)], vec![("y", &item)]]
    {
        let linked = link(&with(text, &references).unwrap()).unwrap();
        let places: Vec<_> = linked.fields(linked.root).map(|(_, index)| index).collect();
        assert_eq!(places[0], places[1], "one declaration, however often it is used");
        assert!(
            matches!(field_kind(&linked, "a"), LinkedKind::Record(record, _) if record.name.full() == "shop.Item")
        );
        assert!(matches!(field_kind(&linked, "c"), LinkedKind::Enum(it) if it.symbols == ["RED", "GREEN"]));
        assert!(matches!(field_kind(&linked, "d"), LinkedKind::Union(branches) if branches[1] == places[2]));
        assert_eq!(linked.get(places[0]).source.as_deref(), Some("y"));
    }
}

/// schema_registry_converter replaces the name in every string of the text.
#[test]
fn a_symbol_or_field_named_like_a_reference_is_left_alone() {
    let color = Schema::avro(r#"{"type":"fixed","name":"Color","size":1}"#).unwrap();
    let text = r#"{"type":"record","name":"R","doc":"Color","fields":[{"name":"Color","type":"Color","doc":"Color"},{"name":"e","type":{"type":"enum","name":"E","symbols":["Color"]},"default":"Color"}]}"#;
    let schema = with(text, &[("Color", &color)]).unwrap();
    assert_eq!(schema.canonical(), text);
    let linked = link(&schema).unwrap();
    assert!(matches!(field_kind(&linked, "Color"), LinkedKind::Fixed(_)));
    assert!(matches!(field_kind(&linked, "e"), LinkedKind::Enum(it) if it.symbols == ["Color"]));
}

/// schema-registry-client cannot serialize with such a schema.
#[test]
fn a_named_type_is_used_twice_in_one_text() {
    let text = r#"{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"fixed","name":"F","size":1}},{"name":"b","type":"F"},{"name":"c","type":["null","F"]}]}"#;
    let linked = link(&Schema::avro(text).unwrap()).unwrap();
    let places: Vec<_> = linked.fields(linked.root).map(|(_, index)| index).collect();
    assert_eq!(places[0], places[1]);
    assert!(
        matches!(linked.get(places[2]).kind, LinkedKind::Union(ref branches) if branches[1] == places[0])
    );
}

#[test]
fn recursion_is_a_cycle_of_the_graph() {
    let (_, item) = shop();
    let linked = link(&item).unwrap();
    assert!(matches!(field_kind(&linked, "parts"), LinkedKind::Array(items) if *items == linked.root));
}

#[test]
fn a_diamond_of_references_with_very_many_paths_is_linked_once_each() {
    let mut schemas = vec![Schema::avro(r#"{"type":"fixed","name":"T0","size":1}"#).unwrap()];
    for index in 1..60 {
        let previous = &schemas[index - 1];
        let text = format!(
            r#"{{"type":"record","name":"T{index}","fields":[{{"name":"a","type":"T{}"}},{{"name":"b","type":"T0"}}]}}"#,
            index - 1
        );
        schemas.push(with(&text, &[("a", previous), ("b", previous), ("c", &schemas[0])]).unwrap());
    }
    let linked = link(schemas.last().unwrap()).unwrap();
    assert_eq!(linked.types.len(), 60);
}

#[test]
fn places_are_those_of_the_text_that_a_type_stands_in() {
    let (color, item) = shop();
    let text = "{\"type\":\"record\",\"name\":\"Order\",\"fields\":[\n {\"name\":\"a\",\"type\":[\"null\",\"shop.Item\"]},\n {\"name\":\"c\",\"type\":{\"type\":\"map\",\"values\":\"int\"}}]}";
    let linked = link(&with(text, &[("c", &color), ("i", &item)]).unwrap()).unwrap();
    let place = |index: usize| {
        let it = linked.get(index);
        (it.pointer.clone(), it.source.clone(), linked.position(index, it.span).to_string())
    };
    let fields: Vec<_> = linked.fields(linked.root).map(|(_, index)| index).collect();
    assert_eq!(place(linked.root), (String::new(), None, "1:1".into()));
    assert_eq!(place(fields[1]), ("/fields/1/type".into(), None, "3:21".into()));
    let LinkedKind::Map(values) = linked.get(fields[1]).kind else { panic!() };
    assert_eq!(place(values).0, "/fields/1/type/values");
    let LinkedKind::Union(ref branches) = linked.get(fields[0]).kind else { panic!() };
    assert_eq!(place(branches[1]), (String::new(), Some("i".into()), "1:1".into()));
}

#[test]
fn a_name_that_no_reference_declares_is_an_unknown_reference() {
    let (color, _) = shop();
    let error = with(r#"["null","shop.Item"]"#, &[("shop.Item", &color)]).unwrap_err();
    assert_eq!(error.kind, SchemaErrorKind::UnknownReference);
    assert_eq!(error.pointer.as_deref(), Some("/1"));
}

#[test]
fn one_name_declared_twice_is_taken_where_both_are_the_same_and_refused_otherwise() {
    let (color, _) = shop();
    let same = with(&format!("[{COLOR},\"int\"]"), &[("c", &color)]).unwrap();
    assert_eq!(link(&same).unwrap().types.len(), 3);
    let other = COLOR.replace("GREEN", "BLUE");
    assert!(
        with(&format!("[{other}]"), &[("c", &color)]).unwrap_err().message.contains("declared a second time")
    );
    let other = Schema::avro(&other).unwrap();
    let error = with("\"shop.Color\"", &[("c", &color), ("d", &other)]).unwrap_err();
    assert!(error.message.ends_with("declared a second time, and differently, in reference `d`"), "{error}");
}

#[test]
fn the_type_of_a_schema_may_be_nothing_but_a_reference() {
    let (color, _) = shop();
    let schema = with("\"shop.Color\"", &[("c", &color)]).unwrap();
    assert_eq!(schema.full_name().as_deref(), Some("shop.Color"));
    assert!(matches!(&model(&schema).root.kind, Kind::Named(name) if name.simple() == "Color"));
    let linked = link(&schema).unwrap();
    assert!(matches!(&linked.get(linked.root).kind, LinkedKind::Enum(_)));
}
