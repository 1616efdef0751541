//! What the cases need to know of a record, so that each is written once for small, medium and large.

use std::collections::BTreeMap;
use std::fmt::Debug;

use prost::{Message, Name};
use serde::de::{Deserialize, DeserializeOwned};
use serde::ser::Serialize;

use crate::payloads::{self, borrowed, owned, proto, schemas, v2};

pub trait Record: Serialize + DeserializeOwned + Clone + PartialEq + Debug + 'static {
    const NAME: &'static str;
    const AVRO: &'static str;
    const AVRO_V2: &'static str;
    const JSON: &'static str;

    /// As a later reader sees it.
    type Later: DeserializeOwned + PartialEq + Debug + From<Self> + 'static;
    /// Lent from a payload, which a run never frees.
    type Borrowed: Deserialize<'static> + Into<Self> + 'static;
    type LaterBorrowed: Deserialize<'static> + Into<Self::Later> + 'static;
    /// For apache-avro's `to_value`, which makes a record of an enum with values, which no union takes.
    type Plain: Serialize + 'static;
    type Proto: Message + Name + Default + PartialEq + From<Self> + 'static;

    fn value() -> Self;
    fn plain() -> Self::Plain;
}

macro_rules! record {
    ($type:ident, $plain:ty, $name:ident, $avro:ident, $v2:ident, $json:ident) => {
        impl Record for owned::$type {
            const NAME: &'static str = stringify!($name);
            const AVRO: &'static str = schemas::$avro;
            const AVRO_V2: &'static str = schemas::$v2;
            const JSON: &'static str = schemas::$json;

            type Later = v2::$type;
            type Borrowed = borrowed::$type<'static>;
            type LaterBorrowed = v2::borrowed::$type<'static>;
            type Plain = $plain;
            type Proto = proto::$type;

            fn value() -> Self {
                payloads::$name()
            }

            fn plain() -> Self::Plain {
                payloads::$name().into()
            }
        }
    };
}

record!(Small, Self, small, SMALL, SMALL_V2, SMALL_JSON);
record!(Medium, PlainMedium, medium, MEDIUM, MEDIUM_V2, MEDIUM_JSON);
record!(Large, Self, large, LARGE, LARGE_V2, LARGE_JSON);

/// Medium with a union that is written as the value within.
#[derive(serde::Serialize)]
pub struct PlainMedium {
    id: i64,
    customer: String,
    items: Vec<owned::Item>,
    attributes: BTreeMap<String, String>,
    contact: PlainContact,
    #[serde(with = "owned::as_bytes")]
    signature: Vec<u8>,
}

#[derive(serde::Serialize)]
#[serde(untagged)]
enum PlainContact {
    String(String),
    Long(i64),
}

impl From<owned::Medium> for PlainMedium {
    fn from(it: owned::Medium) -> Self {
        let contact = match it.contact {
            owned::Contact::String(text) => PlainContact::String(text),
            owned::Contact::Long(number) => PlainContact::Long(number),
        };
        Self {
            id: it.id,
            customer: it.customer,
            items: it.items,
            attributes: it.attributes,
            contact,
            signature: it.signature,
        }
    }
}

/// Keeps a thing for as long as the program runs, so that cases can share and borrow it.
pub fn keep<T>(thing: T) -> &'static T {
    Box::leak(Box::new(thing))
}
