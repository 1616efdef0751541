//! The records as they are written. Owned strings and containers: 3 in small, 63 in medium, 1,005 in large.

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
    pub(crate) title: String,
    pub(crate) quantity: i32,
    pub(crate) price: f64,
    pub(crate) weight: f64,
    pub(crate) note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Contact {
    String(String),
    Long(i64),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Large {
    pub(crate) title: String,
    pub(crate) doubles: Vec<f64>,
    pub(crate) floats: Vec<f32>,
    pub(crate) texts: Vec<String>,
    pub(crate) longs: Vec<i64>,
}

/// Bytes as bytes, which serde's own `Vec<u8>` writes as so many numbers.
pub(crate) mod as_bytes {
    use std::fmt;

    use serde::de::{Deserializer, Error, SeqAccess, Visitor};
    use serde::ser::Serializer;

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        struct Bytes;
        impl<'de> Visitor<'de> for Bytes {
            type Value = Vec<u8>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }

            fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
                Ok(bytes)
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
