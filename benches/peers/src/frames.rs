//! Messages of 64 schemas, and a codec that reads nothing: what is left of reading is frame and lookup, and nothing has to be
//! subtracted.

use pollster::block_on;
use schemawire::codec::{Binding, BoundCodec, Codec, Decode, DecodeError, Encode, EncodeError};
use schemawire::registry::EmbeddedRegistry;
use schemawire::schema::{Format, Schema, SchemaError};
use schemawire::serdes::{Reader, Serdes};
use schemawire::value::{Value, ValueBuilder};

const SCHEMAS: usize = 64;
/// Longer than what a branch predictor learns by heart.
pub const MESSAGES: usize = 4_096;

/// A reader that knows 64 schemas, and messages of them in an order that repeats only after 4,096.
pub fn of_64_schemas() -> (Reader<Nothing>, Vec<Vec<u8>>) {
    let serdes = Serdes::new(block_on(EmbeddedRegistry::in_memory()).expect("a registry"));
    let schema = |number| Schema::json(&format!(r#"{{"title": "schema {number}"}}"#)).expect("a JSON Schema");
    let schemas: Vec<Schema> = (0..SCHEMAS).map(schema).collect();
    let message = |(number, schema): (usize, &Schema)| {
        let subject = format!("{number}-value");
        block_on(serdes.prepare(&subject, schema)).expect("it registers");
        serdes.serialize(Nothing, &subject, schema, &()).expect("it writes")
    };
    let messages: Vec<Vec<u8>> = schemas.iter().enumerate().map(message).collect();
    let reader = serdes.reader(Nothing, &schemas[0]);
    for message in &messages {
        block_on(reader.read::<usize>(message)).expect("it loads");
    }
    (reader, shuffled(&messages))
}

fn shuffled(messages: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        messages[(state >> 33) as usize % SCHEMAS].clone()
    };
    (0..MESSAGES).map(|_| next()).collect()
}

/// A codec whose payload is not looked at.
#[derive(Debug, Clone, Copy)]
pub struct Nothing;

impl Codec for Nothing {
    type Bound = Self;

    fn format(&self) -> Format {
        Format::Json
    }

    fn bind(&self, _binding: &Binding<'_>) -> Result<Self, SchemaError> {
        Ok(Self)
    }
}

impl Encode<()> for Nothing {
    fn encode(&self, (): &(), out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.extend_from_slice(b"payload");
        Ok(())
    }
}

impl Decode<'_, usize> for Nothing {
    fn decode(&self, payload: &[u8]) -> Result<usize, DecodeError> {
        Ok(payload.len())
    }
}

impl BoundCodec for Nothing {
    fn encode_value(&self, _value: &Value<'_>, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.encode(&(), out)
    }

    fn decode_value<'de>(&self, _payload: &'de [u8]) -> Result<Value<'de>, DecodeError> {
        Ok(ValueBuilder::new().finish())
    }
}
