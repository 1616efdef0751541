//! The record that all clients move: a sensor's reading, in Avro behind Confluent's frame, 200 bytes whatever its number.
//!
//! ```text
//! 00 | schema id, 4 bytes | number, 5 bytes | the other fields        200 bytes
//! ```
//!
//! The number is the first field and always takes five bytes, so that a client that decodes nothing can be checked, too.

use schemawire::codec::Avro;
use schemawire::ids::KeyOrValue;
use schemawire::registry::EmbeddedRegistry;
use schemawire::schema::Schema;
use schemawire::serdes::{Serdes, Writer};
use schemawire::transport::Memory;
use serde::{Deserialize, Serialize};

use crate::Failure;

/// Bytes of a message.
pub const SIZE: usize = 200;

/// Number 0 is written as this: from here to 2^33 a number takes five bytes.
const FIRST: i64 = 1 << 28;

const SCHEMA: &str = r#"{
  "type": "record", "name": "Reading", "namespace": "schemawire.streams",
  "fields": [
    {"name": "number", "type": "long"},
    {"name": "at", "type": "long", "doc": "Milliseconds since 1970"},
    {"name": "sensor", "type": "string"},
    {"name": "room", "type": ["null", "string"], "default": null},
    {"name": "celsius", "type": "double"},
    {"name": "humidity", "type": ["null", "float"], "default": null},
    {"name": "state", "type": {"type": "enum", "name": "State", "symbols": ["good", "drifting", "failed"]}},
    {"name": "samples", "type": {"type": "array", "items": "int"}},
    {"name": "note", "type": "string", "doc": "Fills the message up to its size"}
  ]
}"#;

/// Nothing of it is copied on the way in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading<'a> {
    pub number: i64,
    pub at: i64,
    pub sensor: &'a str,
    pub room: Option<&'a str>,
    pub celsius: f64,
    pub humidity: Option<f32>,
    pub state: State,
    pub samples: [i32; 3],
    pub note: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Good,
    Drifting,
    Failed,
}

/// Of such a length that the message has its size.
const NOTE: &str = "calibrated against the reference of the laboratory, without deviation above the tolerance in 30 days; the next visit is due in spring";

impl Reading<'static> {
    /// The reading of that number.
    pub fn new(number: u64) -> Self {
        Self {
            number: FIRST + number as i64,
            at: 1_790_000_000_000 + number as i64,
            sensor: "north-wing/attic/17",
            room: Some("attic"),
            celsius: 21.5,
            humidity: Some(0.43),
            state: State::Good,
            samples: [2_141, 2_150, 2_159],
            note: NOTE,
        }
    }
}

/// Serdes over a registry of this process, which gives the one schema the same id in every process.
pub async fn serdes() -> Result<(Serdes, Schema), Failure> {
    let registry = EmbeddedRegistry::on(&Memory::new()).await?;
    Ok((Serdes::new(registry), Schema::avro(SCHEMA)?))
}

/// Writes readings, framed, as a producer for that topic does.
pub async fn writer(topic: &str) -> Result<Writer<Avro>, Failure> {
    let (serdes, schema) = serdes().await?;
    let subject = serdes.subject(topic, KeyOrValue::Value, &schema)?;
    let writer = serdes.writer(Avro, &subject, &schema);
    writer.prepare().await?;
    Ok(writer)
}

/// Registers the schema for a topic's values, as whoever wrote the topic did in its own registry.
pub async fn register(serdes: &Serdes, schema: &Schema, topic: &str) -> Result<(), Failure> {
    serdes.prepare(&serdes.subject(topic, KeyOrValue::Value, schema)?, schema).await?;
    Ok(())
}

/// The number of a reading.
pub fn number(reading: &Reading<'_>) -> Option<u64> {
    (reading.number - FIRST).try_into().ok()
}

/// Messages 0 to `records`, made before the clock starts.
pub async fn ready_made(topic: &str, records: u64) -> Result<Vec<Vec<u8>>, Failure> {
    let writer = writer(topic).await?;
    let mut messages = Vec::with_capacity(records as usize);
    for number in 0..records {
        let message = writer.serialize(&Reading::new(number))?;
        if message.len() != SIZE {
            return Err(format!("a message of {} bytes instead of {SIZE}", message.len()).into());
        }
        messages.push(message);
    }
    Ok(messages)
}

/// The number in a message, if it is one of ours.
pub fn number_of(message: &[u8]) -> Option<u64> {
    let varint = message.get(5..10).filter(|_| message.len() == SIZE && message[0] == 0)?;
    let zigzag = varint.iter().rev().fold(0_u64, |sum, byte| sum << 7 | u64::from(byte & 0x7f));
    (((zigzag >> 1) as i64) - FIRST).try_into().ok()
}

/// Which numbers were seen, and how often too often.
#[derive(Debug)]
pub struct Seen {
    bits: Vec<u64>,
    pub different: u64,
    pub doubled: u64,
    pub unknown: u64,
}

impl Seen {
    pub fn new(records: u64) -> Self {
        Self { bits: vec![0; records.div_ceil(64) as usize], different: 0, doubled: 0, unknown: 0 }
    }

    /// Notes a number; `None` is a message that is not ours.
    pub fn note(&mut self, number: Option<u64>) {
        let word = number.and_then(|number| Some((number, self.bits.get_mut((number / 64) as usize)?)));
        let Some((number, word)) = word else {
            self.unknown += 1;
            return;
        };
        let bit = 1 << (number % 64);
        if *word & bit == 0 {
            self.different += 1;
        } else {
            self.doubled += 1;
        }
        *word |= bit;
    }

    /// Each of that many numbers once, and nothing else.
    pub fn complete(&self, records: u64) -> Result<(), Failure> {
        if self.different == records && self.doubled == 0 && self.unknown == 0 {
            return Ok(());
        }
        let Self { different, doubled, unknown, .. } = self;
        Err(format!("of {records} records {different} are there, {doubled} doubled, {unknown} not ours")
            .into())
    }
}
