//! The records as a later reader sees them, and what it has to see in those that are written here.

#[path = "v2_borrowed.rs"]
pub(crate) mod borrowed;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::owned::{self, Contact, Region, as_bytes};

/// `quantity` is wider, `weight` is gone, `currency` is new.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Small {
    pub(crate) region: Region,
    pub(crate) paid: bool,
    pub(crate) price: f64,
    pub(crate) note: Option<String>,
    pub(crate) placed: i64,
    pub(crate) quantity: i64,
    pub(crate) id: i64,
    pub(crate) customer: String,
    pub(crate) product: String,
    pub(crate) discount: Option<f32>,
    pub(crate) currency: String,
}

/// `currency` is new.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Medium {
    #[serde(with = "as_bytes")]
    pub(crate) signature: Vec<u8>,
    pub(crate) contact: Contact,
    pub(crate) id: i64,
    pub(crate) customer: String,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) items: Vec<Item>,
    pub(crate) currency: String,
}

/// `quantity` is wider, `weight` is gone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) note: Option<String>,
    pub(crate) price: f64,
    pub(crate) product: String,
    pub(crate) title: String,
    pub(crate) quantity: i64,
}

/// `floats` are wider, `unit` is new.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Large {
    pub(crate) floats: Vec<f64>,
    pub(crate) longs: Vec<i64>,
    pub(crate) texts: Vec<String>,
    pub(crate) doubles: Vec<f64>,
    pub(crate) title: String,
    pub(crate) unit: String,
}

impl From<owned::Small> for Small {
    fn from(it: owned::Small) -> Self {
        Self {
            region: it.region,
            paid: it.paid,
            price: it.price,
            note: it.note,
            placed: it.placed,
            quantity: it.quantity.into(),
            id: it.id,
            customer: it.customer,
            product: it.product,
            discount: it.discount,
            currency: "EUR".into(),
        }
    }
}

impl From<owned::Medium> for Medium {
    fn from(it: owned::Medium) -> Self {
        let item = |it: owned::Item| Item {
            note: it.note,
            price: it.price,
            product: it.product,
            title: it.title,
            quantity: it.quantity.into(),
        };
        Self {
            signature: it.signature,
            contact: it.contact,
            id: it.id,
            customer: it.customer,
            attributes: it.attributes,
            items: it.items.into_iter().map(item).collect(),
            currency: "EUR".into(),
        }
    }
}

impl From<owned::Large> for Large {
    fn from(it: owned::Large) -> Self {
        Self {
            floats: it.floats.into_iter().map(f64::from).collect(),
            longs: it.longs,
            texts: it.texts,
            doubles: it.doubles,
            title: it.title,
            unit: "m/s".into(),
        }
    }
}
