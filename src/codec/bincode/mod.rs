//! The bincode codec: bytes as [bincode 2](https://github.com/bincode-org/bincode/blob/v2.0.1/docs/spec.md) writes them,
//! read and written beside the layout document ([`crate::schema::bincode`]) that says what they are.
//!
//! ```text
//! writer's layout -> Plan -------------> encode   a Rust type or a Value, every part checked against the layout
//!      with the reader's, by name -----> decode   a Rust type by its field names, or a Value
//! ```
//!
//! bincode alone reads fields by position: a struct that changed is read as garbage, or not at all. Here the layout gives
//! each field its name, so that serde's `default` and `alias`, fields in another order, fields dropped and added, and
//! wider numbers work as they do in JSON. Where a type asks for exactly the layout's fields, they are read by position.
//!
//! ✔ The bytes are those of `bincode::serde::encode_to_vec` for a type whose layout it is. \
//! ✔ A type with another layout is an error when it is written, with the path to the field. \
//! ✔ Texts and bytes may be borrowed from the payload. \
//! ✗ Types that need a self-describing format (`untagged`, `flatten`) are read, but not written.
//!
//! # Limits
//!
//! The crate `bincode` is not used: without a limit, nine bytes make its decoder abort the process, and with one it still
//! recurses as deep as the bytes say.
//!
//! | limit ([`crate::limits::Limits`]) | counts |
//! |---|---|
//! | `depth` | structs, enums, sequences, maps, tuples, options and newtypes around each other |
//! | `elements` | items and entries, and values that take no bytes; bytes in `bytes` and sequences of `u8` are not counted |
//! | `bytes` | the payload; for a dynamic value also its nodes, 24 bytes each |
//!
//! A length is believed only as far as bytes follow. The worst amplification of a Rust type is that of its items: a byte
//! may be one `Option` that is `None`, and takes the memory of the whole option.
//!
//! ```
//! use schemawire::codec::{Bincode, Binding, Codec, Decode, Encode};
//! use schemawire::schema::bincode::trace;
//! use serde::{Deserialize, Serialize};
//!
//! mod v1 {
//!     #[derive(serde::Serialize, serde::Deserialize)]
//!     pub struct Reading {
//!         pub label: String,
//!         pub value: i32,
//!     }
//! }
//!
//! #[derive(Serialize, Deserialize, Debug, PartialEq)]
//! struct Reading<'a> {
//!     value: i64,
//!     #[serde(alias = "label")]
//!     name: &'a str,
//!     #[serde(default)]
//!     unit: Option<String>,
//! }
//!
//! let layout = trace::<v1::Reading>()?;
//! let bound = Bincode.bind(&Binding::new(&layout))?;
//! let mut payload = Vec::new();
//! bound.encode(&v1::Reading { label: "depth".into(), value: 7 }, &mut payload)?;
//! let reading: Reading<'_> = bound.decode(&payload)?;
//! assert_eq!(reading, Reading { value: 7, name: "depth", unit: None });
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod decode;
mod decode_access;
mod decode_enum;
mod decode_value;
mod encode;
mod encode_access;
mod encode_number;
mod encode_value;
mod fault;
mod input;
mod output;
mod plan;
mod resolve;
mod skip;

use serde::{Deserialize, Serialize};

use self::input::Input;
use self::output::Output;
use self::plan::Plan;
use super::{Binding, BoundCodec, Codec, Decode, DecodeError, Encode, EncodeError};
use crate::limits::Limits;
use crate::schema::bincode::Model as Layout;
use crate::schema::{Format, Model, Schema, SchemaError, SchemaErrorKind};
use crate::value::Value;

/// The bincode codec.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bincode;

/// The bincode codec bound to its layouts.
#[derive(Debug)]
pub struct BoundBincode {
    writer: Plan,
    /// How the reader's layout sees the writer's bytes; none where they are the same.
    reader: Option<Plan>,
    limits: Limits,
}

impl BoundBincode {
    fn reader(&self) -> &Plan {
        self.reader.as_ref().unwrap_or(&self.writer)
    }
}

impl Codec for Bincode {
    type Bound = BoundBincode;

    fn format(&self) -> Format {
        Format::Bincode
    }

    fn bind(&self, binding: &Binding<'_>) -> Result<BoundBincode, SchemaError> {
        let layout = layout(binding.writer)?;
        let reader = match binding.reader {
            Some(reader) if reader != binding.writer => {
                let read = self::layout(reader)?;
                Some(resolve::resolve(layout.linked(), read.linked(), &Plan::of(read.linked()))?)
            }
            _ => None,
        };
        Ok(BoundBincode { writer: Plan::of(layout.linked()), reader, limits: binding.limits })
    }
}

fn layout(schema: &Schema) -> Result<&Layout, SchemaError> {
    match schema.model() {
        Model::Bincode(layout) => Ok(layout),
        _ => {
            let message = format!("the schema is {}, not a bincode layout", schema.format());
            Err(SchemaError::new(Format::Bincode, SchemaErrorKind::Mismatch, message))
        }
    }
}

impl<T: Serialize + ?Sized> Encode<T> for BoundBincode {
    fn encode(&self, value: &T, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let plan = &self.writer;
        let mut output = Output::new(out, plan.integers, self.limits);
        let result = value.serialize(encode::Typed { plan, output: &mut output, step: plan.step(plan.root) });
        Ok(output.finish(result)?)
    }
}

impl<'de, T: Deserialize<'de>> Decode<'de, T> for BoundBincode {
    fn decode(&self, payload: &'de [u8]) -> Result<T, DecodeError> {
        let plan = self.reader();
        let mut input = Input::new(payload, plan.integers, self.limits)?;
        let value = T::deserialize(decode::Typed { plan, input: &mut input, index: plan.root })?;
        input.finish()?;
        Ok(value)
    }
}

impl BoundCodec for BoundBincode {
    fn encode_value(&self, value: &Value<'_>, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let plan = &self.writer;
        let mut output = Output::new(out, plan.integers, self.limits);
        let result = encode_value::encode_value(plan, &mut output, plan.root, value.root());
        Ok(output.finish(result)?)
    }

    fn decode_value<'de>(&self, payload: &'de [u8]) -> Result<Value<'de>, DecodeError> {
        let plan = self.reader();
        let mut input = Input::new(payload, plan.integers, self.limits)?;
        Ok(decode_value::decode_value(plan, &mut input, plan.root)?)
    }
}
