//! What the benches write and read: a quake, a small order, a medium one of about 1.8 KB, a large record of about 62 KB.

pub(crate) mod proto;
#[path = "../../tests/it/bincode_codec/quake.rs"]
#[expect(dead_code, reason = "the story's types, of which the benches use v1")]
pub(crate) mod quake;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Small {
    pub(crate) id: i64,
    pub(crate) customer: String,
    pub(crate) product: String,
    pub(crate) quantity: i32,
    pub(crate) price: f64,
    pub(crate) discount: Option<f32>,
    pub(crate) paid: bool,
    pub(crate) placed: i64,
    pub(crate) note: Option<String>,
    pub(crate) region: Region,
    pub(crate) weight: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) enum Region {
    North,
    East,
    South,
    West,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Medium {
    pub(crate) id: i64,
    pub(crate) customer: String,
    pub(crate) items: Vec<Item>,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) contact: Contact,
    #[serde(with = "as_bytes")]
    pub(crate) signature: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) product: String,
    pub(crate) quantity: i32,
    pub(crate) price: f64,
    pub(crate) note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Contact {
    String(String),
    Long(i64),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Large {
    pub(crate) doubles: Vec<f64>,
    pub(crate) floats: Vec<f32>,
    pub(crate) texts: Vec<String>,
    pub(crate) longs: Vec<i64>,
}

pub(crate) fn small() -> Small {
    Small {
        id: 8_123_456_789,
        customer: "customer-000042".into(),
        product: "SKU-0001-BLACK-XL".into(),
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
        product: format!("SKU-{number:04}-{}", "colour-and-size-of-the-product"),
        quantity: number,
        price: f64::from(number) * 9.99,
        note: (number % 2 == 0).then(|| format!("note number {number} of the customer")),
    };
    let attribute = |number: i32| (format!("attribute-{number}"), format!("value of attribute {number}"));
    Medium {
        id: 8_123_456_789,
        customer: "customer-000042".into(),
        items: (0..20).map(item).collect(),
        attributes: (0..8).map(attribute).collect(),
        contact: Contact::String("somebody@example.org".into()),
        signature: (0..=255).collect(),
    }
}

pub(crate) fn large() -> Large {
    Large {
        doubles: (0..4_096).map(|it| f64::from(it) * 0.37).collect(),
        floats: (0..1_024).map(|it| it as f32 * 0.73).collect(),
        texts: (0..1_000).map(|it| format!("text {it:0>8}")).collect(),
        longs: (0..2_500).map(|it| (it - 1_250) * 7_919 * it).collect(),
    }
}

/// Bytes as bytes, which serde's own `Vec<u8>` writes as so many numbers.
mod as_bytes {
    use std::fmt;

    use serde::de::{Deserializer, Error, SeqAccess, Visitor};
    use serde::ser::Serializer;

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        struct Bytes;
        impl<'de> Visitor<'de> for Bytes {
            type Value = Vec<u8>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<u8>, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = items.next_element()? {
                    bytes.push(byte);
                }
                Ok(bytes)
            }
        }
        deserializer.deserialize_byte_buf(Bytes)
    }
}
