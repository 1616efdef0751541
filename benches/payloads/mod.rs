//! The records that every measurement of a codec is taken on: small (98 bytes of Avro), medium (1,812) and large (62,435).
//!
//! One definition for `benches/codecs.rs`, `benches/instructions.rs`, the package `benches/peers` and the tests of allocations, which
//! all include this file by its path, so that a figure of one can be held against a figure of another.
//!
//! | module | what |
//! |---|---|
//! | [`owned`] | the records as they are written: strings are `String`s |
//! | [`borrowed`] | the same, lending from the payload |
//! | [`v2`] | as a later reader sees them, owned and in `v2::borrowed` |
//! | [`proto`] | the same as `prost` messages |
//! | [`schemas`] | their Avro (both versions), Protobuf and JSON schemas |
//!
//! From v1 to v2 all fields change their place; an `int` (in medium one an item) becomes a `long`, in large an array of `float` one of
//! `double`; a string with a default is added; in small, and in each item of medium, a field of the writer is dropped.

pub(crate) mod borrowed;
pub(crate) mod owned;
pub(crate) mod proto;
pub(crate) mod schemas;
pub(crate) mod v2;

use owned::{Contact, Item, Large, Medium, Region, Small};

pub(crate) fn small() -> Small {
    Small {
        id: 8_123_456_789,
        customer: "customer-000042-berlin".into(),
        product: "SKU-0001-BLACK-XL-02".into(),
        quantity: 3,
        price: 1_299.95,
        discount: Some(0.15),
        paid: true,
        placed: 1_517_966_773_840,
        note: Some("leave at the door".into()),
        region: Region::South,
        weight: 12.5,
    }
}

pub(crate) fn medium() -> Medium {
    let item = |number: i32| Item {
        product: format!("SKU-{number:04}"),
        title: format!("title of a product {number}, in black"),
        quantity: number * 7,
        price: f64::from(number) * 9.99,
        weight: f64::from(number) * 0.35,
        note: (number % 10 == 7).then(|| format!("note {number} of the customer")),
    };
    let attribute = |number: i32| (format!("attribute-{number}"), format!("value of attribute {number}"));
    Medium {
        id: 8_123_456_789,
        customer: "customer-000042-berlin".into(),
        items: (0..20).map(item).collect(),
        attributes: (0..8).map(attribute).collect(),
        contact: Contact::String("somebody@customer.example.org".into()),
        signature: (0..=255).collect(),
    }
}

pub(crate) fn large() -> Large {
    Large {
        title: "a series of measurements of winds".into(),
        doubles: (0..4_096).map(|it| f64::from(it) * 0.37).collect(),
        floats: (0..1_024_u16).map(|it| f32::from(it) * 0.73).collect(),
        texts: (0..1_000).map(|it| format!("text {it:0>7}")).collect(),
        longs: (0..2_500).map(|it| (it - 1_250) * 6_101 * it).collect(),
    }
}
