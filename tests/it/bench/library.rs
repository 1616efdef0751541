//! The library: cases of a user's own types.

use std::time::Duration;

use schemawire::bench::{Bench, BenchError, Path};
use schemawire::codec::{Avro, Binding, Codecs, Decode, Json, Protobuf};
use schemawire::schema::Schema;
use schemawire::value::{Value, from_json};

#[derive(serde::Serialize, serde::Deserialize, PartialEq)]
struct Order {
    id: String,
    qty: i32,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Point {
    #[prost(int32, tag = "1")]
    x: i32,
}

impl prost::Name for Point {
    const PACKAGE: &'static str = "a";
    const NAME: &'static str = "Point";
}

/// Reads another number than was written.
#[derive(serde::Serialize, serde::Deserialize, PartialEq)]
struct Forgetful {
    id: String,
    #[serde(skip_deserializing)]
    qty: i32,
}

fn quick<'b>() -> Bench<'b> {
    Bench::new().with_rounds(2).with_turn(Duration::from_micros(20))
}

fn schema() -> Schema {
    let fields = r#"{"name": "id", "type": "string"}, {"name": "qty", "type": "int"}"#;
    Schema::avro(&format!(r#"{{"type": "record", "name": "Order", "fields": [{fields}]}}"#))
        .expect("a schema")
}

#[test]
fn any_type_is_measured_with_any_codec_that_takes_it() {
    let (avro, json) = (schema(), Schema::json("{}").expect("a schema"));
    let proto =
        Schema::protobuf("syntax = \"proto3\"; package a; message Point { int32 x = 1; }").expect("a schema");
    let orders = [Order { id: "a".into(), qty: 1 }, Order { id: "bc".into(), qty: 2 }];
    let points = [Point { x: 3 }];
    let mut bench = quick();
    bench.typed("avro", &Avro, &Binding::new(&avro), &orders).expect("it fits");
    bench.typed("json", &Json, &Binding::new(&json), &orders).expect("it fits");
    bench.typed("protobuf", &Protobuf, &Binding::new(&proto), &points).expect("it fits");
    bench.leave_out("bincode", "nobody asked for it");
    let mut told = Vec::new();
    let report = bench.run_with(|done, all| told.push((done, all))).expect("measured");
    assert_eq!(told, [(1, 3), (2, 3), (3, 3)], "one round to warm up");
    let cases: Vec<_> =
        report.cases.iter().map(|it| (&*it.codec, it.path, it.rust_type.as_deref())).collect();
    assert_eq!(
        cases,
        [
            ("avro", Path::Typed, Some("Order")),
            ("json", Path::Typed, Some("Order")),
            ("protobuf", Path::Typed, Some("Point"))
        ]
    );
    assert!((report.cases[0].bytes.per_message - 3.5).abs() < 1e-9);
    assert_eq!(report.cases[0].encode.allocations, None, "nobody counted");
    assert_eq!(report.left_out[0].reason, "nobody asked for it");
}

#[test]
fn typed_and_dynamic_figures_stand_in_tables_of_their_own() {
    let avro = schema();
    let orders = [Order { id: "a".into(), qty: 1 }];
    let values: Vec<Value<'_>> = vec![from_json(r#"{"id": "a", "qty": 1}"#).expect("JSON")];
    let bound = Codecs::default()
        .codec(avro.format())
        .expect("avro")
        .bind_dyn(&Binding::new(&avro))
        .expect("it binds");
    let mut bench = quick();
    bench.typed("avro", &Avro, &Binding::new(&avro), &orders).expect("it fits");
    bench.dynamic("avro", bound, &values, vec!["a note".into()]).expect("it fits");
    let shown = schemawire::bench::text(&bench.run().expect("measured"), None);
    let titles: Vec<_> =
        shown.lines().filter(|it| it.ends_with(": time") || it.ends_with(": size")).collect();
    assert_eq!(
        titles,
        [
            "Dynamic values, by the schema alone: time",
            "Dynamic values, by the schema alone: size",
            "Rust types, through serde or prost: time",
            "Rust types, through serde or prost: size"
        ]
    );
    assert!(shown.contains("* avro: a note\n"), "{shown}");
    assert!(shown.contains("not to be ranked"), "{shown}");
}

#[test]
fn a_type_that_borrows_is_read_as_the_caller_says() {
    #[derive(serde::Serialize, serde::Deserialize)]
    struct Lent<'a> {
        id: &'a str,
        qty: i32,
    }
    let (avro, orders) = (schema(), [Lent { id: "a", qty: 1 }]);
    let mut bench = quick();
    bench
        .typed_with("avro", &Avro, &Binding::new(&avro), &orders, |bound, payload| {
            let order: Lent<'_> = bound.decode(payload)?;
            std::hint::black_box(&order);
            Ok(())
        })
        .expect("it fits");
    assert_eq!(bench.run().expect("measured").cases[0].rust_type.as_deref(), Some("Lent"));
}

#[test]
fn what_cannot_be_measured_is_an_error_with_its_place() {
    let avro = schema();
    let changed = [Forgetful { id: "a".into(), qty: 0 }, Forgetful { id: "a".into(), qty: 7 }];
    let error = quick().typed("avro", &Avro, &Binding::new(&avro), &changed).unwrap_err();
    assert_eq!(error.to_string(), "avro reads message 2 back as another value");
    let error = quick().typed("avro", &Avro, &Binding::new(&avro), &[1_i32]).unwrap_err();
    assert!(matches!(error, BenchError::Encode { index: 0, .. }), "{error}");
    let none: [Order; 0] = [];
    assert!(matches!(
        quick().typed("avro", &Avro, &Binding::new(&avro), &none).unwrap_err(),
        BenchError::Empty
    ));
    assert!(matches!(quick().run().unwrap_err(), BenchError::Empty));
}
