//! The records as a later reader takes them that lends from the payload.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use super::super::borrowed::Contact;
use super::super::owned::Region;

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Small<'a> {
    pub(crate) region: Region,
    pub(crate) paid: bool,
    pub(crate) price: f64,
    pub(crate) note: Option<&'a str>,
    pub(crate) placed: i64,
    pub(crate) quantity: i64,
    pub(crate) id: i64,
    pub(crate) customer: &'a str,
    pub(crate) product: &'a str,
    pub(crate) discount: Option<f32>,
    pub(crate) currency: Code,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Medium<'a> {
    pub(crate) signature: &'a [u8],
    #[serde(borrow)]
    pub(crate) contact: Contact<'a>,
    pub(crate) id: i64,
    pub(crate) customer: &'a str,
    #[serde(borrow)]
    pub(crate) attributes: BTreeMap<&'a str, &'a str>,
    #[serde(borrow)]
    pub(crate) items: Vec<Item<'a>>,
    pub(crate) currency: Code,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Item<'a> {
    pub(crate) note: Option<&'a str>,
    pub(crate) price: f64,
    pub(crate) product: &'a str,
    pub(crate) title: &'a str,
    pub(crate) quantity: i64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Large<'a> {
    pub(crate) floats: Vec<f64>,
    pub(crate) longs: Vec<i64>,
    #[serde(borrow)]
    pub(crate) texts: Vec<&'a str>,
    pub(crate) doubles: Vec<f64>,
    pub(crate) title: &'a str,
    pub(crate) unit: Code,
}

/// A text of three bytes, held in place: a default does not lie in the payload, so it cannot be borrowed from there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Code([u8; 3]);

impl Code {
    pub(crate) fn as_str(&self) -> &str {
        str::from_utf8(&self.0).expect("it was made of a text")
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ThreeBytes;
        impl Visitor<'_> for ThreeBytes {
            type Value = Code;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text of three bytes")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Code, E> {
                text.as_bytes().try_into().map(Code).map_err(|_| E::invalid_length(text.len(), &self))
            }
        }
        deserializer.deserialize_str(ThreeBytes)
    }
}

impl From<Small<'_>> for super::Small {
    fn from(it: Small<'_>) -> Self {
        Self {
            region: it.region,
            paid: it.paid,
            price: it.price,
            note: it.note.map(Into::into),
            placed: it.placed,
            quantity: it.quantity,
            id: it.id,
            customer: it.customer.into(),
            product: it.product.into(),
            discount: it.discount,
            currency: it.currency.as_str().into(),
        }
    }
}

impl From<Medium<'_>> for super::Medium {
    fn from(it: Medium<'_>) -> Self {
        let item = |it: Item<'_>| super::Item {
            note: it.note.map(Into::into),
            price: it.price,
            product: it.product.into(),
            title: it.title.into(),
            quantity: it.quantity,
        };
        Self {
            signature: it.signature.into(),
            contact: it.contact.into(),
            id: it.id,
            customer: it.customer.into(),
            attributes: it.attributes.into_iter().map(|(key, value)| (key.into(), value.into())).collect(),
            items: it.items.into_iter().map(item).collect(),
            currency: it.currency.as_str().into(),
        }
    }
}

impl From<Large<'_>> for super::Large {
    fn from(it: Large<'_>) -> Self {
        Self {
            floats: it.floats,
            longs: it.longs,
            texts: it.texts.into_iter().map(Into::into).collect(),
            doubles: it.doubles,
            title: it.title.into(),
            unit: it.unit.as_str().into(),
        }
    }
}
