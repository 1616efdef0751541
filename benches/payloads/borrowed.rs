//! The records as a reader takes them that lends from the payload: small allocates nothing, medium its list and its map, large its lists.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::owned::{self, Region};

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Small<'a> {
    pub(crate) id: i64,
    pub(crate) customer: &'a str,
    pub(crate) product: &'a str,
    pub(crate) quantity: i32,
    pub(crate) price: f64,
    pub(crate) discount: Option<f32>,
    pub(crate) paid: bool,
    pub(crate) placed: i64,
    pub(crate) note: Option<&'a str>,
    pub(crate) region: Region,
    pub(crate) weight: f64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Medium<'a> {
    pub(crate) id: i64,
    pub(crate) customer: &'a str,
    #[serde(borrow)]
    pub(crate) items: Vec<Item<'a>>,
    #[serde(borrow)]
    pub(crate) attributes: BTreeMap<&'a str, &'a str>,
    #[serde(borrow)]
    pub(crate) contact: Contact<'a>,
    pub(crate) signature: &'a [u8],
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Item<'a> {
    pub(crate) product: &'a str,
    pub(crate) title: &'a str,
    pub(crate) quantity: i32,
    pub(crate) price: f64,
    pub(crate) weight: f64,
    pub(crate) note: Option<&'a str>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) enum Contact<'a> {
    String(&'a str),
    Long(i64),
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Large<'a> {
    pub(crate) title: &'a str,
    pub(crate) doubles: Vec<f64>,
    pub(crate) floats: Vec<f32>,
    #[serde(borrow)]
    pub(crate) texts: Vec<&'a str>,
    pub(crate) longs: Vec<i64>,
}

impl From<Small<'_>> for owned::Small {
    fn from(it: Small<'_>) -> Self {
        Self {
            id: it.id,
            customer: it.customer.into(),
            product: it.product.into(),
            quantity: it.quantity,
            price: it.price,
            discount: it.discount,
            paid: it.paid,
            placed: it.placed,
            note: it.note.map(Into::into),
            region: it.region,
            weight: it.weight,
        }
    }
}

impl From<Medium<'_>> for owned::Medium {
    fn from(it: Medium<'_>) -> Self {
        Self {
            id: it.id,
            customer: it.customer.into(),
            items: it.items.into_iter().map(Into::into).collect(),
            attributes: it.attributes.into_iter().map(|(key, value)| (key.into(), value.into())).collect(),
            contact: it.contact.into(),
            signature: it.signature.into(),
        }
    }
}

impl From<Item<'_>> for owned::Item {
    fn from(it: Item<'_>) -> Self {
        Self {
            product: it.product.into(),
            title: it.title.into(),
            quantity: it.quantity,
            price: it.price,
            weight: it.weight,
            note: it.note.map(Into::into),
        }
    }
}

impl From<Contact<'_>> for owned::Contact {
    fn from(it: Contact<'_>) -> Self {
        match it {
            Contact::String(text) => Self::String(text.into()),
            Contact::Long(number) => Self::Long(number),
        }
    }
}

impl From<Large<'_>> for owned::Large {
    fn from(it: Large<'_>) -> Self {
        Self {
            title: it.title.into(),
            doubles: it.doubles,
            floats: it.floats,
            texts: it.texts.into_iter().map(Into::into).collect(),
            longs: it.longs,
        }
    }
}
