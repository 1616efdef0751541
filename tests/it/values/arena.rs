//! The arena: what a builder writes, a cursor reads.

use std::sync::Arc;

use schemawire::value::{NameTable, Value, ValueBuilder, View};

#[test]
fn a_record_reads_back_in_order_and_by_name() {
    let payload = String::from("lent");
    let mut builder = ValueBuilder::new();
    let record = builder.begin_record("Outer");
    builder.name("a").text(&payload);
    builder.name("b").branch(1);
    let inner = builder.begin_array();
    builder.int(1).copied_text("copied");
    let empty = builder.begin_map();
    builder.end(empty);
    builder.end(inner);
    builder.name("c").null();
    builder.end(record);
    let value = builder.finish();

    let root = value.root();
    assert_eq!(root.type_name(), Some("Outer"));
    let View::Record(fields) = root.view() else { panic!("{value:?}") };
    assert_eq!(fields.len(), 3);
    assert_eq!(fields.map(|(name, _)| name.as_str()).collect::<Vec<_>>(), [Some("a"), Some("b"), Some("c")]);
    let items = root.field("b").expect("a field");
    assert_eq!(items.branch(), Some(1));
    assert_eq!(items.item(1).and_then(|item| item.as_str()), Some("copied"));
    assert_eq!(items.item(2).map(|item| item.view() == View::Null), Some(false));
    assert!(root.field("c").is_some_and(|it| it.is_null()) && root.field("d").is_none());
    let Some(View::Text(text)) = root.field("a").map(|it| it.view()) else { panic!("{value:?}") };
    assert!(std::ptr::eq(text, payload.as_str()), "text is lent, not copied");
    assert_eq!(value.to_string(), r#"{"a":"lent","b":[1,"copied",{}],"c":null}"#);
    assert_eq!(
        format!("{value:?}"),
        r#"Outer { a: Text("lent"), b: [Int(1), Text("copied"), {}], c: Null }"#
    );
}

#[test]
fn an_owned_value_and_a_copied_one_equal_the_lent_one() {
    let payload = (String::from("text"), vec![1_u8, 2]);
    let mut builder = ValueBuilder::new();
    let record = builder.begin_record("R");
    builder.name("t").text(&payload.0);
    builder.name("o").copied_bytes(b"own");
    builder.name("b").branch(3).bytes(&payload.1);
    builder.end(record);
    let lent = builder.finish();
    let mut copy = ValueBuilder::new();
    copy.copy(lent.root());
    assert_eq!(copy.finish(), lent);
    let text = lent.to_string();
    let owned: Value<'static> = lent.into_owned();
    assert_eq!(owned.to_string(), text);
}

#[test]
fn a_name_of_a_shared_table_is_found_and_a_new_one_does_not_touch_it() {
    let mut table = NameTable::default();
    let record = table.push("Point");
    let x = table.push("x");
    let shared = Arc::new(table);
    let mut builder = ValueBuilder::shared(Arc::clone(&shared), 5);
    let open = builder.begin_record_id(record);
    builder.name("x").int(1);
    builder.name("y").int(2);
    builder.name_id(x).int(3);
    builder.end(open);
    let value = builder.finish();
    assert_eq!(value.to_string(), r#"{"x":1,"y":2,"x":3}"#);
    assert_eq!(value.root().type_name(), Some("Point"));
    assert_eq!((shared.name(record), shared.name(x)), ("Point", "x"));
    let mut same = ValueBuilder::shared(Arc::clone(&shared), 1);
    same.symbol(0, "x");
    drop(same.finish());
    assert_eq!(Arc::strong_count(&shared), 1, "a value that adds no name of its own shares the table");
}

#[test]
fn containers_closed_wrongly_are_cut_short_and_never_panic() {
    let mut builder = ValueBuilder::new();
    let outer = builder.begin_array();
    let inner = builder.begin_map();
    builder.int(1);
    builder.end_with(outer, usize::MAX);
    builder.end_with(inner, usize::MAX);
    builder.name("stray").branch(7);
    let value = builder.finish();
    let View::Array(items) = value.root().view() else { panic!("{value:?}") };
    assert!(items.len() <= 2, "a length that was never written is not believed");
    assert!(!value.to_string().is_empty() && !format!("{value:?}").is_empty());

    let mut builder = ValueBuilder::new();
    let forgotten = builder.begin_record("R");
    builder.name("a").int(1);
    drop(forgotten);
    assert_eq!(builder.finish().to_string(), "{}");
}

#[test]
fn a_long_row_of_union_branches_does_not_recurse() {
    let mut builder = ValueBuilder::new();
    let array = builder.begin_array();
    for _ in 0..1_000_000 {
        builder.branch(0);
    }
    builder.int(5);
    builder.end(array);
    let value = builder.finish();
    assert_eq!(value.root().item(0).and_then(|it| it.as_i64()), Some(5));
}

#[test]
fn numbers_widen_only_where_nothing_is_lost() {
    let mut builder = ValueBuilder::new();
    let array = builder.begin_array();
    builder.int(-1).long(1 << 53).unsigned(u64::MAX).long((1 << 53) + 1).float(0.5).text("1");
    builder.end(array);
    let value = builder.finish();
    let item = |place| value.root().item(place).expect("an item");
    assert_eq!((item(0).as_i64(), item(0).as_f64()), (Some(-1), Some(-1.0)));
    assert_eq!(item(1).as_f64(), Some(9_007_199_254_740_992.0));
    assert_eq!((item(2).as_i64(), item(2).as_f64()), (None, None));
    assert_eq!(item(3).as_f64(), None);
    assert_eq!((item(4).as_i64(), item(4).as_f64()), (None, Some(0.5)));
    assert_eq!(item(5).as_i64(), None);
}
