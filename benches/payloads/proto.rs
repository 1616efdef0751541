//! The same records as `prost` messages. Their map is a `BTreeMap` as that of the other formats, so that the map makes no difference.

use std::collections::BTreeMap;

use prost::{Message, Name};

use super::owned;

macro_rules! named {
    ($($message:ident),+) => {$(
        impl Name for $message {
            const PACKAGE: &'static str = "schemawire.bench";
            const NAME: &'static str = stringify!($message);
        }
    )+};
}

named!(Small, Medium, Large);

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Small {
    #[prost(sint64, tag = "1")]
    id: i64,
    #[prost(string, tag = "2")]
    customer: String,
    #[prost(string, tag = "3")]
    product: String,
    #[prost(sint32, tag = "4")]
    quantity: i32,
    #[prost(double, tag = "5")]
    price: f64,
    #[prost(float, optional, tag = "6")]
    discount: Option<f32>,
    #[prost(bool, tag = "7")]
    paid: bool,
    #[prost(sint64, tag = "8")]
    placed: i64,
    #[prost(string, optional, tag = "9")]
    note: Option<String>,
    #[prost(int32, tag = "10")]
    region: i32,
    #[prost(double, tag = "11")]
    weight: f64,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Medium {
    #[prost(sint64, tag = "1")]
    id: i64,
    #[prost(string, tag = "2")]
    customer: String,
    #[prost(message, repeated, tag = "3")]
    items: Vec<Item>,
    #[prost(btree_map = "string, string", tag = "4")]
    attributes: BTreeMap<String, String>,
    #[prost(oneof = "Contact", tags = "5, 6")]
    contact: Option<Contact>,
    #[prost(bytes = "vec", tag = "7")]
    signature: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Item {
    #[prost(string, tag = "1")]
    product: String,
    #[prost(string, tag = "2")]
    title: String,
    #[prost(sint32, tag = "3")]
    quantity: i32,
    #[prost(double, tag = "4")]
    price: f64,
    #[prost(double, tag = "5")]
    weight: f64,
    #[prost(string, optional, tag = "6")]
    note: Option<String>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum Contact {
    #[prost(string, tag = "5")]
    Text(String),
    #[prost(sint64, tag = "6")]
    Number(i64),
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Large {
    #[prost(string, tag = "1")]
    title: String,
    #[prost(double, repeated, tag = "2")]
    doubles: Vec<f64>,
    #[prost(float, repeated, tag = "3")]
    floats: Vec<f32>,
    #[prost(string, repeated, tag = "4")]
    texts: Vec<String>,
    #[prost(sint64, repeated, tag = "5")]
    longs: Vec<i64>,
}

impl From<owned::Small> for Small {
    fn from(it: owned::Small) -> Self {
        Self {
            id: it.id,
            customer: it.customer,
            product: it.product,
            quantity: it.quantity,
            price: it.price,
            discount: it.discount,
            paid: it.paid,
            placed: it.placed,
            note: it.note,
            region: it.region as i32,
            weight: it.weight,
        }
    }
}

impl From<owned::Medium> for Medium {
    fn from(it: owned::Medium) -> Self {
        let item = |it: owned::Item| Item {
            product: it.product,
            title: it.title,
            quantity: it.quantity,
            price: it.price,
            weight: it.weight,
            note: it.note,
        };
        Self {
            id: it.id,
            customer: it.customer,
            items: it.items.into_iter().map(item).collect(),
            attributes: it.attributes,
            contact: Some(match it.contact {
                owned::Contact::String(text) => Contact::Text(text),
                owned::Contact::Long(number) => Contact::Number(number),
            }),
            signature: it.signature,
        }
    }
}

impl From<owned::Large> for Large {
    fn from(it: owned::Large) -> Self {
        let owned::Large { title, doubles, floats, texts, longs } = it;
        Self { title, doubles, floats, texts, longs }
    }
}
