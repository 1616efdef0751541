//! The same records as `prost` messages.

use std::collections::HashMap;

use prost::{Message, Name};
use schemawire::value::Timestamp;

use super::quake::v1;

macro_rules! named {
    ($($message:ident of $package:literal),+) => {$(
        impl Name for $message {
            const PACKAGE: &'static str = $package;
            const NAME: &'static str = stringify!($message);
        }
    )+};
}

named! {
    Small of "schemawire.bench", Medium of "schemawire.bench", Large of "schemawire.bench",
    Quake of "schemawire.quake"
}

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

impl From<super::Small> for Small {
    fn from(it: super::Small) -> Self {
        let super::Small {
            id,
            customer,
            product,
            quantity,
            price,
            discount,
            paid,
            placed,
            note,
            region,
            weight,
        } = it;
        Self {
            id,
            customer,
            product,
            quantity,
            price,
            discount,
            paid,
            placed,
            note,
            region: region as i32,
            weight,
        }
    }
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Medium {
    #[prost(sint64, tag = "1")]
    id: i64,
    #[prost(string, tag = "2")]
    customer: String,
    #[prost(message, repeated, tag = "3")]
    items: Vec<Item>,
    #[prost(map = "string, string", tag = "4")]
    attributes: HashMap<String, String>,
    #[prost(oneof = "Contact", tags = "5, 6")]
    contact: Option<Contact>,
    #[prost(bytes = "vec", tag = "7")]
    signature: Vec<u8>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum Contact {
    #[prost(string, tag = "5")]
    Text(String),
    #[prost(sint64, tag = "6")]
    Number(i64),
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Item {
    #[prost(string, tag = "1")]
    product: String,
    #[prost(sint32, tag = "2")]
    quantity: i32,
    #[prost(double, tag = "3")]
    price: f64,
    #[prost(string, optional, tag = "4")]
    note: Option<String>,
}

impl From<super::Medium> for Medium {
    fn from(it: super::Medium) -> Self {
        let item = |super::Item { product, quantity, price, note }| Item { product, quantity, price, note };
        Self {
            id: it.id,
            customer: it.customer,
            items: it.items.into_iter().map(item).collect(),
            attributes: it.attributes.into_iter().collect(),
            contact: Some(match it.contact {
                super::Contact::String(text) => Contact::Text(text),
                super::Contact::Long(number) => Contact::Number(number),
            }),
            signature: it.signature,
        }
    }
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Large {
    #[prost(double, repeated, tag = "1")]
    doubles: Vec<f64>,
    #[prost(float, repeated, tag = "2")]
    floats: Vec<f32>,
    #[prost(string, repeated, tag = "3")]
    texts: Vec<String>,
    #[prost(sint64, repeated, tag = "4")]
    longs: Vec<i64>,
}

impl From<super::Large> for Large {
    fn from(super::Large { doubles, floats, texts, longs }: super::Large) -> Self {
        Self { doubles, floats, texts, longs }
    }
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Quake {
    #[prost(string, tag = "1")]
    id: String,
    #[prost(string, optional, tag = "2")]
    magnitude: Option<String>,
    #[prost(string, tag = "3")]
    magnitude_type: String,
    #[prost(string, tag = "4")]
    kind: String,
    #[prost(message, optional, tag = "5")]
    place: Option<Place>,
    #[prost(message, optional, tag = "6")]
    time: Option<Moment>,
    #[prost(message, optional, tag = "7")]
    updated: Option<Moment>,
    #[prost(int32, tag = "8")]
    status: i32,
    #[prost(int32, optional, tag = "9")]
    alert: Option<i32>,
    #[prost(bool, tag = "10")]
    tsunami: bool,
    #[prost(int32, tag = "11")]
    significance: i32,
    #[prost(int32, optional, tag = "12")]
    felt: Option<i32>,
    #[prost(double, optional, tag = "13")]
    cdi: Option<f64>,
    #[prost(double, optional, tag = "14")]
    mmi: Option<f64>,
    #[prost(int32, optional, tag = "15")]
    stations: Option<i32>,
    #[prost(double, optional, tag = "16")]
    gap: Option<f64>,
    #[prost(double, optional, tag = "17")]
    dmin: Option<f64>,
    #[prost(double, optional, tag = "18")]
    rms: Option<f64>,
    #[prost(string, tag = "19")]
    network: String,
    #[prost(string, tag = "20")]
    code: String,
    #[prost(sint32, tag = "21")]
    timezone: i32,
    #[prost(string, repeated, tag = "22")]
    sources: Vec<String>,
    #[prost(string, repeated, tag = "23")]
    products: Vec<String>,
    #[prost(map = "string, string", tag = "24")]
    links: HashMap<String, String>,
    #[prost(string, tag = "25")]
    title: String,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Place {
    #[prost(string, tag = "1")]
    description: String,
    #[prost(double, tag = "2")]
    longitude: f64,
    #[prost(double, tag = "3")]
    latitude: f64,
    #[prost(double, tag = "4")]
    depth: f64,
}

/// `google.protobuf.Timestamp`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Moment {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

impl From<Timestamp> for Moment {
    fn from(it: Timestamp) -> Self {
        Self { seconds: it.seconds(), nanos: it.subsecond_nanos() as i32 }
    }
}

impl From<v1::Quake> for Quake {
    fn from(it: v1::Quake) -> Self {
        let v1::Place { description, longitude, latitude, depth } = it.place;
        Self {
            id: it.id,
            magnitude: it.magnitude.map(|it| it.to_string()),
            magnitude_type: it.magnitude_type,
            kind: it.kind,
            place: Some(Place { description, longitude, latitude, depth }),
            time: Some(it.time.into()),
            updated: Some(it.updated.into()),
            // Number 0 of each enum stands for none.
            status: it.status as i32 + 1,
            alert: it.alert.map(|it| it as i32 + 1),
            tsunami: it.tsunami,
            significance: it.significance,
            felt: it.felt,
            cdi: it.cdi,
            mmi: it.mmi,
            stations: it.stations,
            gap: it.gap,
            dmin: it.dmin,
            rms: it.rms,
            network: it.network,
            code: it.code,
            timezone: it.timezone,
            sources: it.sources,
            products: it.products,
            links: it.links.into_iter().collect(),
            title: it.title,
        }
    }
}
