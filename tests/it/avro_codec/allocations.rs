//! How often a message allocates, counted.

use std::collections::BTreeMap;

use schemawire::codec::avro::BoundAvro;
use schemawire::codec::{BoundCodec, Encode};
use serde::{Deserialize, Serialize};

use super::{decode, encode, pair, same};

/// What an action gives, and how often this thread allocated in it.
fn count<T>(action: impl FnOnce() -> T) -> (T, u64) {
    let mut result = None;
    let info = allocation_counter::measure(|| result = Some(action()));
    (result.expect("the action ran"), info.count_total)
}

/// The second reading of a payload, and its allocations: the first one may learn the numbers of a struct's fields.
fn read<'de, T: Deserialize<'de>>(codec: &BoundAvro, payload: &'de [u8]) -> (T, u64) {
    let _: T = decode(codec, payload).unwrap();
    count(|| decode(codec, payload).unwrap())
}

/// Eleven fields and some 98 bytes: an order as a shop would send it.
const SMALL: &str = r#"{"type": "record", "name": "Order", "fields": [
    {"name": "id", "type": "long"},
    {"name": "customer", "type": "string"},
    {"name": "item", "type": "string"},
    {"name": "quantity", "type": "int"},
    {"name": "price", "type": "double"},
    {"name": "paid", "type": "boolean"},
    {"name": "note", "type": ["null", "string"]},
    {"name": "created", "type": {"type": "long", "logicalType": "timestamp-millis"}},
    {"name": "state", "type": {"type": "enum", "name": "State", "symbols": ["open", "closed"]}},
    {"name": "discount", "type": ["null", "double"]},
    {"name": "weight", "type": "float"}
]}"#;

/// The same reordered, with a promotion, a default, and a field less.
const SMALL_V2: &str = r#"{"type": "record", "name": "Order", "fields": [
    {"name": "weight", "type": "double"},
    {"name": "state", "type": {"type": "enum", "name": "State", "symbols": ["closed", "open"]}},
    {"name": "note", "type": ["null", "string"]},
    {"name": "channel", "type": "string", "default": "web"},
    {"name": "created", "type": {"type": "long", "logicalType": "timestamp-millis"}},
    {"name": "paid", "type": "boolean"},
    {"name": "price", "type": "double"},
    {"name": "quantity", "type": "long"},
    {"name": "customer", "type": "string"},
    {"name": "id", "type": "long"},
    {"name": "discount", "type": ["null", "double"]}
]}"#;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Open,
    Closed,
}

#[derive(Debug, Serialize, Deserialize)]
struct Order<'a> {
    id: i64,
    customer: &'a str,
    item: &'a str,
    quantity: i32,
    price: f64,
    paid: bool,
    note: Option<&'a str>,
    created: schemawire::value::Timestamp,
    state: State,
    discount: Option<f64>,
    weight: f32,
}

#[derive(Debug, Deserialize)]
struct OrderV2<'a> {
    weight: f64,
    state: State,
    note: Option<&'a str>,
    channel: &'a str,
    created: schemawire::value::Timestamp,
    quantity: i64,
    customer: &'a str,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only decoded")]
struct Owned {
    customer: String,
    item: String,
    note: Option<String>,
}

fn order() -> Order<'static> {
    Order {
        id: 1_000_000_007,
        customer: "Ada Lovelace",
        item: "analytical engine, second hand",
        quantity: 3,
        price: 12.5,
        paid: true,
        note: Some("leave it with the neighbour"),
        created: schemawire::value::Timestamp::from_millis(1_700_000_000_123),
        state: State::Closed,
        discount: None,
        weight: 0.5,
    }
}

#[test]
fn a_borrowed_struct_is_decoded_without_allocating() {
    let codec = same(SMALL);
    let payload = encode(&codec, &order()).unwrap();
    let (order, allocations) = read::<Order<'_>>(&codec, &payload);
    assert_eq!((order.customer, order.quantity), ("Ada Lovelace", 3));
    assert_eq!(allocations, 0);
}

#[test]
fn resolution_does_not_allocate_either() {
    let codec = pair(SMALL, SMALL_V2).unwrap();
    let payload = encode(&codec, &order()).unwrap();
    let (order, allocations) = read::<OrderV2<'_>>(&codec, &payload);
    assert_eq!((order.channel, order.quantity, order.weight), ("web", 3, 0.5));
    assert_eq!((order.customer, order.note), ("Ada Lovelace", Some("leave it with the neighbour")));
    assert_eq!(order.created, schemawire::value::Timestamp::from_millis(1_700_000_000_123));
    assert!(matches!(order.state, State::Closed));
    assert_eq!(allocations, 0);
}

#[test]
fn an_owned_struct_allocates_exactly_its_own_fields() {
    let codec = same(SMALL);
    let payload = encode(&codec, &order()).unwrap();
    let (_, allocations) = read::<Owned>(&codec, &payload);
    assert_eq!(allocations, 3);
    let list = same(r#"{"type": "array", "items": "double"}"#);
    let payload = encode(&list, &vec![0.5; 4096]).unwrap();
    let (_, allocations) = count(|| decode::<Vec<f64>>(&list, &payload).unwrap());
    assert_eq!(allocations, 1);
}

#[test]
fn encoding_into_a_reused_buffer_does_not_allocate() {
    let codec = same(SMALL);
    let mut out = Vec::new();
    codec.encode(&order(), &mut out).unwrap();
    let length = out.len();
    out.clear();
    let ((), allocations) = count(|| codec.encode(&order(), &mut out).unwrap());
    assert_eq!((out.len(), allocations), (length, 0));
}

#[test]
fn a_dynamic_value_takes_at_most_five_allocations() {
    let codec = pair(SMALL, SMALL_V2).unwrap();
    let payload = encode(&codec, &order()).unwrap();
    let (value, allocations) = count(|| codec.decode_value(&payload).unwrap());
    assert_eq!(value.root().field("channel").unwrap().as_str(), Some("web"));
    assert!(allocations <= 5, "{allocations}");
    let same = same(SMALL);
    let value = same.decode_value(&payload).unwrap();
    let mut out = Vec::with_capacity(256);
    let ((), allocations) = count(|| same.encode_value(&value, &mut out).unwrap());
    assert_eq!((out == payload, allocations), (true, 0));
}

/// Lists, maps, a union and bytes: some 1.7 KB.
const MEDIUM: &str = r#"{"type": "record", "name": "Cart", "fields": [
    {"name": "items", "type": {"type": "array", "items": {"type": "record", "name": "Item", "fields": [
        {"name": "sku", "type": "string"}, {"name": "title", "type": "string"},
        {"name": "count", "type": "int"}, {"name": "price", "type": "double"}]}}},
    {"name": "attributes", "type": {"type": "map", "values": "string"}},
    {"name": "choice", "type": ["null", "long", "string"]},
    {"name": "blob", "type": "bytes"}
]}"#;

/// Its reader: another order, a promotion in each item, and an item's field less.
const MEDIUM_V2: &str = r#"{"type": "record", "name": "Cart", "fields": [
    {"name": "choice", "type": ["null", "long", "string"]},
    {"name": "blob", "type": "bytes"},
    {"name": "items", "type": {"type": "array", "items": {"type": "record", "name": "Item", "fields": [
        {"name": "count", "type": "long"}, {"name": "title", "type": "string"}, {"name": "sku", "type": "string"}]}}},
    {"name": "attributes", "type": {"type": "map", "values": "string"}}
]}"#;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Choice<T> {
    Null,
    Long(i64),
    String(T),
}

#[derive(Debug, Serialize)]
struct Item {
    sku: String,
    title: String,
    count: i32,
    price: f64,
}

#[derive(Debug, Serialize)]
struct Cart {
    items: Vec<Item>,
    attributes: BTreeMap<String, String>,
    choice: Choice<String>,
    blob: Blob,
}

#[derive(Debug)]
struct Blob(Vec<u8>);

impl Serialize for Blob {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only decoded")]
struct ItemV2<T> {
    count: i64,
    title: T,
    sku: T,
}

#[derive(Debug, Deserialize)]
struct CartV2<'a, T: Ord> {
    choice: Choice<T>,
    #[serde(borrow)]
    blob: &'a [u8],
    items: Vec<ItemV2<T>>,
    attributes: BTreeMap<T, T>,
}

fn cart() -> Cart {
    let item = |number: i32| Item {
        sku: format!("SKU-{number:06}"),
        title: format!("some product with a long title {number}"),
        count: number * 20,
        price: f64::from(number) * 9.99,
    };
    Cart {
        items: (0..20).map(item).collect(),
        attributes: (0..8).map(|it| (format!("attribute {it}"), format!("some value {it}"))).collect(),
        choice: Choice::String("this one".to_owned()),
        blob: Blob(vec![7; 256]),
    }
}

#[test]
fn borrowed_lists_and_maps_allocate_their_containers_and_owned_ones_their_texts() {
    let codec = pair(MEDIUM, MEDIUM_V2).unwrap();
    let payload = encode(&codec, &cart()).unwrap();
    let (lent, allocations) = read::<CartV2<'_, &str>>(&codec, &payload);
    assert_eq!((lent.items.len(), lent.attributes.len(), lent.blob.len()), (20, 8, 256));
    assert_eq!(lent.choice, Choice::String("this one"));
    // The list of items, and the one node that eight entries of a BTreeMap take.
    assert_eq!(allocations, 2);
    let (_, allocations) = read::<CartV2<'_, String>>(&codec, &payload);
    // The same, two texts an item, a key and a text an entry, and the union's text.
    assert_eq!(allocations, 2 + 2 * 20 + 2 * 8 + 1);
}

#[test]
fn a_thousand_owned_texts_are_a_thousand_allocations_and_their_list() {
    let codec = same(r#"{"type": "array", "items": "string"}"#);
    let texts: Vec<String> = (0..1000).map(|number| format!("text {number}")).collect();
    let payload = encode(&codec, &texts).unwrap();
    let (_, allocations) = read::<Vec<&str>>(&codec, &payload);
    assert_eq!(allocations, 1);
    let (_, allocations) = read::<Vec<String>>(&codec, &payload);
    assert_eq!(allocations, 1001);
}

#[test]
fn lists_maps_and_unions_are_encoded_without_allocating_and_read_dynamically_with_at_most_five() {
    let codec = pair(MEDIUM, MEDIUM_V2).unwrap();
    let mut out = Vec::new();
    codec.encode(&cart(), &mut out).unwrap();
    let (payload, cart) = (out.clone(), cart());
    out.clear();
    let ((), allocations) = count(|| codec.encode(&cart, &mut out).unwrap());
    assert_eq!((out == payload, allocations), (true, 0));
    let (_, allocations) = count(|| codec.decode_value(&payload).unwrap());
    assert!(allocations <= 5, "{allocations}");
}
